# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# docker with user namespaces: users of the host are others in its containers.
# shellcheck source=tests/oci/docker.sh
. "$ROOT/tests/oci/docker.sh"
forget_cases
NEEDS='dockerd containerd iptables useradd'
FIRST=100000
more=(--userns-remap default)
engine_warm_up() { run docker run --rm "$IMAGE" hello; }

case_user_is_another() {
    mkdir volume
    chmod 777 volume
    echo 'of the host' >volume/in
    run e run --rm -v "$PWD/volume:/mnt/vol" "$IMAGE" all id ';' \
        stat /data/plain.txt ';' cat /mnt/vol/in ';' stat /mnt/vol/in ';' \
        write /mnt/vol/out text ';' stat /mnt/vol/out
    expect_status 0
    expect_out 'mode=100644 uid=0 gid=0 size=11'
    expect_out 'of the host'
    expect_out 'mode=100644 uid=65534 gid=65534 size=12'
    expect_out 'mode=100644 uid=0 gid=0 size=5'
    equal owner "$(stat -c %u volume/out)" $FIRST
}

case_serves_like_any_other() {
    local port pid
    port=$(free_port)
    start -p "127.0.0.1:$port:80" -m 64m -h web -- serve 80
    await 10 fetch "http://127.0.0.1:$port/"
    equal answer "$(fetch "http://127.0.0.1:$port/")" 'I am web'
    pid=$(inspect '{{.State.Pid}}')
    equal user "$(stat -c %u "/proc/$pid")" $FIRST
    equal map "$(awk '{ print $1, $2 }' "/proc/$pid/uid_map")" "0 $FIRST"
    echo 'copied in' >file
    check e cp file "$id:/data/file"
    equal copied "$(fetch "http://127.0.0.1:$port/data/file")" 'copied in'
    check e pause "$id"
    check e unpause "$id"
    check e restart -t 5 "$id"
    await 10 fetch "http://127.0.0.1:$port/"
    run e stop -t 10 "$id"
    expect_status 0
}

case_terminal() {
    run python3 "$ROOT/tests/oci/terminal.py" tty \
        docker run --rm -it "$IMAGE" tty
    expect_status 0
}
