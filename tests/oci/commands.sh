# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: what commands print and read.
# shellcheck source=tests/oci/spec.sh
. "$ROOT/tests/oci/spec.sh"
forget_cases
NEEDS='jq ip'
engine_keeps='^cgroup [^ ]*/septum-test$'

case_exec_checks_all_that_it_would_need() {
    local option
    idling
    for option in '-u me' '-u 1:x' '--cwd here' '-e NAME' '-g x' \
        '-p nosuch' '-t -d' '--console-socket /nosuch' '--preserve-fds x'; do
        # shellcheck disable=SC2086 # words
        run rt exec $option $ID /probe hello
        refused
        ! grep -q 'second program' err || fail "exec $option: not checked"
    done
    echo '{"cwd": "/"}' >process.json
    run rt exec -p process.json $ID
    refused 'args'
    [ "$RUNTIME" = runc ] || {
        run rt exec --cap CAP_NOSUCH $ID /probe hello # runc crashes
        refused 'CAP_NOSUCH'
        run rt exec -u 1:2 -g 3 --cwd /data -e A=B -c CAP_CHOWN --cgroup sub \
            $ID /probe hello
        expect_status 255
        expect_err 'second program'
    }
    check rt pause $ID
    run rt exec $ID /probe hello
    refused 'paused container'
    is paused || fail "state $(state_of status)"
}

# What engines look for before they ask for it: docker for "rro".
case_features_names_what_there_is() {
    run rt features
    expect_status 0
    jq -e '(.hooks | length) == 6 and
        (.mountOptions | index("rro") and index("tmpcopyup")) and
        (.linux.namespaces | index("user")) and
        (.linux.capabilities | index("CAP_CHOWN")) and
        (.linux.seccomp.actions | index("SCMP_ACT_ERRNO")) and
        .linux.cgroup.v2' out >/dev/null || fail "features: $(cat out)"
    [ "$RUNTIME" = runc ] ||
        jq -e '.linux.mountExtensions.idmap.enabled and
            (.mountOptions | index("ridmap"))' out >/dev/null ||
        fail "features: $(cat out)"
}

case_update_reads_sizes_as_people_write_them() {
    on_v1
    idling
    local size bytes
    for size in 64m:67108864 65MiB:68157440 66MB:69206016 71680000:71680000 \
        0.5x: 64x: 99999999999999999999: 9999999999g: -5: k:; do
        bytes=${size#*:}
        size=${size%:*}
        run rt update --memory "$size" $ID
        if [ -n "$bytes" ]; then
            expect_status 0
            equal "$size" "$(file_limits memory memory.limit_in_bytes)" "$bytes"
        else
            refused 'memory'
        fi
    done
    run rt update --cpu-share 99999999999999999999 $ID
    refused 'cpu-share'
    run rt update --l3-cache-schema L3:0=f $ID
    refused 'RDT'
    equal 'the last one' "$(file_limits memory memory.limit_in_bytes)" 71680000
}

case_list_is_a_table_or_json() {
    equal none "$(rt list --format json)" null
    idling
    rt list >table
    grep -qE '^ID +PID +STATUS +BUNDLE +CREATED +OWNER$' table ||
        fail "$(cat table)"
    grep -qE "^$ID +$(cat pid) +running +$PWD/bundle +[^ ]+Z +root *$" table ||
        fail "$(cat table)"
    rt list -f json | jq -e --arg id $ID --argjson pid "$(cat pid)" \
        'length == 1 and .[0].id == $id and .[0].pid == $pid and
         .[0].owner == "root"' >/dev/null || fail "$(rt list -f json)"
}

case_events_come_at_their_interval() {
    idling
    local interval
    for interval in 5 x 0s -1s 5s5; do
        run rt events --interval $interval $ID
        refused 'interval'
    done
    run timeout 2.5 "$RUNTIME_PATH" --root $STATE events --interval 500ms $ID
    [ "$(wc -l <out)" -ge 2 ] || fail "$(wc -l <out) lines in 2.5 s"
    jq -e '.type == "stats"' out >/dev/null || fail "no JSON"
}

# Names of version 1, as runc has them.
case_events_have_runcs_names() {
    on_v1
    idling
    run rt events --stats $ID
    expect_status 0
    jq -e '.data
        | (.cpu.usage | (.percpu | add) <= .total + 1e9
            and (.percpu_user | length) == (.percpu | length))
        and .cpuset.mems == [0] and (.cpuset.cpus | length) >= 1
        and .cpuset.sched_load_balance <= 1
        and (.memory | .kernel.limit > 0 and .kernelTCP.limit > 0
            and .usage.usage > 0 and .raw.rss > 0)
        and .pids.current >= 1' out >/dev/null || fail "other names"
}
