# SPDX-License-Identifier: Apache-2.0
# Exit statuses, and host signals: default action, handler, ignored.
run "$IMAGE" exit
expect_status 44
run "$IMAGE" abort
expect_status 134
expect_err 'SIGABRT'
run "$IMAGE" raise
expect_status 137

kill_it() { # HOW SIGNAL...: the status after them
    start "$IMAGE" "$1"
    await out ready
    shift
    for sig; do
        kill -"$sig" "$pid"
        sleep 0.2
    done
    finish
}
kill_it idle TERM
expect_status 143
kill_it spin INT
expect_status 130
kill_it spin WINCH HUP
expect_status 129
kill_it idle USR1
expect_status 138
kill_it idle SEGV
expect_status 139
kill_it handle TERM
expect_status 16
expect_out handled
kill_it ignore TERM WINCH INT
expect_status 3
kill_it spin KILL
expect_status 137
