# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# A containerd of our own, by ctr, alone and with CNI's bridge.
# shellcheck source=tests/oci/daemon.sh
. "$ROOT/tests/oci/daemon.sh"
NEEDS='containerd ctr containerd-shim-runc-v2 iptables /usr/lib/cni/bridge'
engine_keeps='^file|^namespace net|^link cni0|^cgroup [^ ]*/septum$'
case_keeps='^cgroup [^ ]*/septum$'
NAMESPACE=septum
REF=localhost/$IMAGE:latest
ctr() {
    command ctr -a $SOCK -n "$NAMESPACE" "$@"
}
# ctr_run [OPTIONS...] -- PROBE'S WORDS; $id.
ctr_run() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    id=c$RANDOM$RANDOM
    run ctr run --runc-binary "$RUNTIME_PATH" "${options[@]}" "$REF" "$id" \
        /probe "$@"
}
# begin WORDS...: detached, with its output in the file log.
begin() {
    ctr_run -d --log-uri "file://$PWD/log" "${begin_options[@]}" -- "$@"
    expect_status 0
    await 10 grep -qx "$1" log
}
begin_options=()
task_is() { ctr task ls | awk -v id="$id" '$1 == id { print $3 }' | grep -qx "$1"; }
pid_of() { ctr task ls | awk -v id="$id" '$1 == id { print $2 }'; }
remove_all() {
    local list
    for list in $(ctr container ls -q); do
        # The task ends some time after its kill.
        ctr task rm -f "$list" >/dev/null 2>&1
        ctr container rm "$list" >/dev/null
    done
}

engine_start() {
    # ctr looks for CNI's plugins where nobody has put them.
    mkdir -p /etc/containerd /opt/cni
    ln -sfn /usr/lib/cni /opt/cni/bin
    bridge_conf /etc/cni/net.d 10.89.0.0/24
    containerd_start <<<'disabled_plugins = ["io.containerd.grpc.v1.cri"]'
    await 30 ctr version
}
engine_build() {
    make_archive "$1" "$WORLD/archive.tar"
    check ctr image import "$WORLD/archive.tar"
}
engine_warm_up() { ctr_run --rm --cni -- hello; }

case_run_shows_output() {
    ctr_run --rm -- hello one 'two  three'
    expect_status 0
    expect_out 'hello one two  three'
    equal stderr "$(cat err)" ""
}

case_exit_status_comes_back() {
    ctr_run --rm -- exit 42
    expect_status 42
    ctr_run --rm -- crash
    expect_status 139
}

case_streams_stay_apart() {
    ctr_run --rm -- streams
    equal stdout "$(cat out)" "to stdout"
    equal stderr "$(cat err)" "to stderr"
}

case_terminal() {
    local what
    for what in tty edit; do
        run python3 "$ROOT/tests/oci/terminal.py" $what \
            ctr -a /run/containerd-test/sock -n $NAMESPACE run --rm -t \
            --runc-binary "$RUNTIME_PATH" "$REF" "t$RANDOM" /probe $what
        expect_status 0
    done
}

case_detached_task() {
    begin idle
    check task_is RUNNING
    check test -d "/proc/$(pid_of)"
    check ctr task kill -s USR1 "$id"
    await 5 grep -qx 'got signal 10' log
    check ctr task kill -s TERM "$id"
    await 5 task_is STOPPED
    check grep -qx 'got signal 15' log
    check ctr task rm "$id"
    check ctr container rm "$id"
}

case_kill_ends_it() {
    begin stubborn
    check ctr task kill -s KILL "$id"
    await 5 task_is STOPPED
    run ctr task rm "$id"
    expect_err 'exit code 137'
}

case_rm_ends_a_running_one() {
    begin stubborn
    local pid
    pid=$(pid_of)
    run ctr task rm -f "$id"
    gone() { ! kill -0 "$pid"; }
    await 3 gone
}

case_pause_and_resume() {
    begin count
    lines() { wc -l <log; }
    check ctr task pause "$id"
    check task_is PAUSED
    sleep 0.2
    local before after
    before=$(lines)
    sleep 0.4
    after=$(lines)
    equal 'lines while paused' "$after" "$before"
    check ctr task resume "$id"
    grows() { [ "$(lines)" -gt "$after" ]; }
    await 5 grows
}

case_processes_and_metrics() {
    begin idle
    run ctr task ps "$id"
    expect_status 0
    grep -qw "$(pid_of)" out || fail "its process is not there"
    run ctr task metrics "$id"
    expect_status 0
    grep -qE '^memory\.usage(_in_bytes)? +[1-9]' out || fail "no memory"
}

case_environment_and_directory() {
    ctr_run --rm --env SEPTUM_ONE='1 2' --cwd /data -- \
        all env ';' pwd
    expect_status 0
    expect_out 'SEPTUM_ONE=1 2'
    expect_out 'FROM_IMAGE=yes'
    expect_out /data
}

case_files() {
    ctr_run --rm -- all cat /data/link ';' write /data/new text ';' \
        cat /data/new
    expect_status 0
    expect_out 'plain text'
    expect_out text
    ctr_run --rm --read-only -- write /data/new text
    expect_status 1
    expect_out 'probe: /data/new: Read-only file system'
}

case_mounts() {
    mkdir volume
    echo kept >volume/file
    ctr_run --rm \
        --mount "type=bind,src=$PWD/volume,dst=/mnt,options=rbind:rw" -- \
        all cat /mnt/file ';' write /mnt/new 'from the guest'
    expect_status 0
    expect_out kept
    equal 'written file' "$(cat volume/new)" 'from the guest'
    ctr_run --rm \
        --mount "type=bind,src=$PWD/volume,dst=/mnt,options=rbind:ro" -- \
        write /mnt/file changed
    expect_status 1
    equal 'the file' "$(cat volume/file)" kept
}

case_memory_limit() {
    begin_options=(--memory-limit $((96 << 20)) --cpus 0.5)
    begin idle
    local path
    path=$(awk -F: '$2 == "memory" || $2 == "" { print $3; exit }' \
        "/proc/$(pid_of)/cgroup")
    equal memory "$(cat "/sys/fs/cgroup/memory$path/memory.limit_in_bytes" \
        2>/dev/null || cat "/sys/fs/cgroup$path/memory.max")" $((96 << 20))
}

case_without_cni_there_is_no_network() {
    ctr_run --rm -- get 192.0.2.1 80 /
    expect_status 1
    grep -q '^probe: 192.0.2.1: ' out || fail "no network, but reached it"
}

case_cni_bridge() {
    begin_options=(--cni)
    begin serve 80
    local file address
    for file in /var/lib/cni/networks/test/10.*; do
        grep -q "$id" "$file" && address=$(basename "$file")
    done
    [ -n "${address:-}" ] || fail "no address"
    await 5 fetch "http://$address/"
    equal file "$(fetch "http://$address/data/plain.txt")" 'plain text'
    local first=$id
    ctr_run --rm --cni -- get "$address" 80 /data/plain.txt
    expect_status 0
    expect_out 'plain text'
    id=$first
    check ctr task rm -f "$id"
    # ctr alone never takes its networks back.
    rm -f "/var/lib/cni/networks/test/$address"
}

case_host_network_is_refused() {
    only runnc
    ctr_run --rm --net-host -- hello
    [ "$status" != 0 ] || fail "it ran"
    expect_err 'host.*network|network.*host'
}

case_exec_is_refused_legibly() {
    only runnc
    begin idle
    run ctr task exec --exec-id e1 "$id" /probe hello
    [ "$status" != 0 ] || fail "pretended to have run"
    expect_err 'cannot run a second program'
    check task_is RUNNING
}

case_converted_image_runs() {
    only runnc
    run uni-image convert -q "docker-archive:$WORLD/archive.tar" \
        docker-archive:converted.tar:localhost/converted:latest
    expect_status 0
    check ctr image import converted.tar
    REF=localhost/converted:latest ctr_run --rm -- cat /data/link
    expect_status 0
    expect_out 'plain text'
    check ctr image rm localhost/converted:latest >/dev/null
}

case_cage_by_annotation() {
    only runnc
    ctr_run --rm --annotation septum.cage=seccomp -- hello
    expect_status 0
    "$OUT/test/tools/kvm-probe" >/dev/null 2>&1 || return 0
    ctr_run --rm --annotation septum.cage=kvm -- hello
    expect_status 0
    expect_out hello
}

case_example() {
    only runnc
    # The example's image, in an archive.
    mkdir context
    check "$OUT/bin/uni-build" -o context/probe --optional-net eth0 \
        --optional-stream files -O2 \
        "$ROOT/examples/http/http.c"
    cp -a "$ROOT/images/examples/site" context/data
    IMAGE=septum-web make_archive context archive.tar 8080 /data
    CONTAINERD_ADDRESS=$SOCK PATH=$OUT/bin:$PATH \
        CONTAINERD_NAMESPACE=$NAMESPACE example ctr.sh "$PWD/archive.tar"
    rm -f /var/lib/cni/networks/test/10.*
    check ctr image rm localhost/septum-web:latest >/dev/null
}
