# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Cases for engines with docker's command line: $engine is docker or podman.
: "${engine:?}"
# shellcheck source=tests/oci/cli_net.sh
. "$ROOT/tests/oci/cli_net.sh"
e() { "$engine" "$@"; }

# start [OPTIONS...] -- PROBE'S WORDS: a container in the background; $id.
start() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    run e run -d "${options[@]}" "$IMAGE" "$@"
    expect_status 0
    id=$(cat out)
}
logs_have() { e logs "$id" 2>&1 | tr -d '\r' | grep -qxF -e "$1"; }
inspect() { e inspect -f "$1" "${2:-$id}"; }
status_is() { [ "$(inspect '{{.State.Status}}')" = "$1" ]; }
# begin WORDS...: started, and it has said that it runs.
begin() {
    start -- "$@"
    await 10 logs_have "$1"
}
remove_all() { remove_containers; }
remove_containers() {
    local list
    list=$(e ps -aq)
    # shellcheck disable=SC2086 # words
    [ -z "$list" ] || e kill $list >/dev/null 2>&1
    # shellcheck disable=SC2086 # words
    [ -z "$list" ] || e rm -f $list >/dev/null
}

case_run_shows_output() {
    run e run --rm "$IMAGE" hello one 'two  three'
    expect_status 0
    expect_out 'hello one two  three'
    equal stderr "$(cat err)" ""
}

case_exit_status_comes_back() {
    run e run --rm "$IMAGE" exit 42
    expect_status 42
    run e run --rm "$IMAGE" crash
    expect_status 139
}

case_streams_stay_apart() {
    run e run --rm "$IMAGE" streams
    expect_status 0
    equal stdout "$(cat out)" "to stdout"
    equal stderr "$(cat err)" "to stderr"
}

case_input_comes_in() {
    { echo first && sleep 0.3 && echo second; } |
        e run --rm -i "$IMAGE" tty >out 2>err || fail "status $?"
    expect_out 'isatty 0 0 0'
    expect_out 'got: first'
    expect_out 'got: second'
}

case_terminal() {
    local what
    for what in tty edit; do
        run python3 "$ROOT/tests/oci/terminal.py" $what \
            "$engine" run --rm -it "$IMAGE" $what
        expect_status 0
    done
}

case_detached_logs_and_wait() {
    start -- all hello 'from behind' ';' sleep 1 ';' exit 5
    equal wait "$(e wait "$id")" 5
    run e logs "$id"
    expect_out 'hello from behind'
    equal status "$(inspect '{{.State.Status}} {{.State.ExitCode}}')" \
        'exited 5'
}

case_missing_program_is_told() {
    run e run --rm --entrypoint /nothing "$IMAGE"
    expect_status 127
    expect_err 'no such file or directory|executable file not found'
    run e run --rm --entrypoint nothing "$IMAGE"
    expect_status 127
    expect_err 'executable file not found'
}

case_program_that_may_not_run_is_told() {
    run e run --rm --entrypoint /data/plain.txt "$IMAGE"
    expect_status 126
    expect_err 'permission denied'
}

case_stop_lets_it_end() {
    begin idle
    local start=$SECONDS
    run e stop -t 10 "$id"
    expect_status 0
    [ $((SECONDS - start)) -le 4 ] || fail "took $((SECONDS - start)) s"
    check logs_have 'got signal 15'
    equal exit "$(inspect '{{.State.ExitCode}}')" 7
}

case_stop_kills_after_the_timeout() {
    begin stubborn
    run e stop -t 1 "$id"
    expect_status 0
    equal exit "$(inspect '{{.State.ExitCode}}')" 137
}

case_kill_delivers_signals() {
    begin idle
    check e kill -s USR1 "$id"
    await 5 logs_have 'got signal 10'
    check e kill -s HUP "$id"
    await 5 logs_have 'got signal 1'
    check e kill "$id"
    await 5 status_is exited
    equal exit "$(inspect '{{.State.ExitCode}}')" 137
}

case_restart_runs_it_again() {
    begin idle
    local first
    first=$(inspect '{{.State.Pid}}')
    run e restart -t 5 "$id"
    expect_status 0
    two_runs() { [ "$(e logs "$id" 2>&1 | grep -c '^idle')" = 2 ]; }
    await 10 two_runs
    [ "$(inspect '{{.State.Pid}}')" != "$first" ] || fail "the same process"
    check e stop -t 5 "$id"
    check e start "$id"
    await 5 status_is running
}

case_restart_policy() {
    start --restart on-failure:2 -- exit 3
    twice() { [ "$(inspect '{{.RestartCount}}')" = 2 ]; }
    await 15 twice
    await 5 status_is exited
    equal exit "$(inspect '{{.State.ExitCode}}')" 3
}

case_rm_ends_a_running_one() {
    begin stubborn
    local pid
    pid=$(inspect '{{.State.Pid}}')
    check kill -0 "$pid"
    # podman would wait for 10 s as if it were to stop.
    local options=(-f)
    [ "$engine" = docker ] || options+=(-t 1)
    run e rm "${options[@]}" "$id"
    expect_status 0
    gone() { ! kill -0 "$pid"; }
    await 3 gone
}

case_pause_and_unpause() {
    begin count
    lines() { e logs "$id" 2>/dev/null | wc -l; }
    check e pause "$id"
    status_is paused || fail "not paused: $(inspect '{{.State.Status}}')"
    sleep 0.2
    local before after
    before=$(lines)
    sleep 0.5
    after=$(lines)
    equal 'lines while paused' "$after" "$before"
    check e unpause "$id"
    grows() { [ "$(lines)" -gt "$after" ]; }
    await 5 grows
}

case_inspect_tells_the_truth() {
    begin idle
    local pid
    pid=$(inspect '{{.State.Pid}}')
    check test -d "/proc/$pid"
    check status_is running
    case $(inspect '{{.HostConfig.Runtime}}{{.OCIRuntime}}' 2>/dev/null ||
        inspect '{{.HostConfig.Runtime}}' 2>/dev/null ||
        inspect '{{.OCIRuntime}}') in
    *"$RUNTIME"*) ;;
    *) fail "another runtime" ;;
    esac
}

case_stats_count_the_container() {
    begin spin
    sleep 0.3
    run e stats --no-stream --format '{{.MemUsage}} {{.CPUPerc}} {{.PIDs}}' \
        "$id"
    expect_status 0
    local used pids
    used=$(cut -d ' ' -f 1 out)
    pids=$(awk '{ print $NF }' out)
    case $used in
    0B | 0 | *GB | *GiB) fail "memory $used" ;;
    esac
    # The container's own processes and no others.
    [[ $pids -ge 1 && $pids -le 5 ]] || fail "$pids processes"
}

case_top_lists_processes() {
    begin idle
    run e top "$id"
    expect_status 0
    [ "$(wc -l <out)" -ge 2 ] || fail "no process"
}

case_environment() {
    run e run --rm -e SEPTUM_ONE=1 -e 'SEPTUM_TWO=two words' "$IMAGE" env
    expect_status 0
    expect_out 'SEPTUM_ONE=1'
    expect_out 'SEPTUM_TWO=two words'
    expect_out 'FROM_IMAGE=yes'
    grep -q '^PATH=/' out || fail "no PATH"
}

case_user_and_groups() {
    run e run --rm -u 1234:5678 --group-add 99 "$IMAGE" id
    expect_status 0
    grep -qE '^uid=1234 gid=5678 groups=(.*,)?99\b' out || fail "wrong user"
}

case_working_directory() {
    run e run --rm -w /data "$IMAGE" all pwd ';' cat plain.txt
    expect_status 0
    expect_out /data
    expect_out 'plain text'
}

case_hostname() {
    run e run --rm -h a-host.example "$IMAGE" hostname
    expect_status 0
    expect_out a-host.example
}

case_files_of_the_image_are_there() {
    run e run --rm "$IMAGE" all ls /data ';' cat /data/plain.txt ';' \
        cat /data/link ';' stat /data/plain.txt
    expect_status 0
    expect_out plain.txt
    expect_out 'plain text'
    expect_out 'mode=100644 uid=0 gid=0 size=11'
}

case_root_takes_writes() {
    run e run --rm "$IMAGE" all write /data/new text ';' cat /data/new ';' \
        write /data/plain.txt other ';' cat /data/plain.txt
    expect_status 0
    expect_out text
    expect_out other
}

case_read_only_root() {
    run e run --rm --read-only "$IMAGE" write /data/new text
    expect_status 1
    expect_out 'probe: /data/new: Read-only file system'
}

case_tmpfs() {
    run e run --rm --read-only --tmpfs /scratch "$IMAGE" \
        all write /scratch/file inside ';' cat /scratch/file
    expect_status 0
    expect_out inside
}

case_tmpfs_over_files_of_the_image() {
    run e run --rm --read-only --tmpfs /data "$IMAGE" \
        all write /data/new inside ';' cat /data/new ';' ls /data
    expect_status 0
    expect_out inside
    # podman asks for a copy of what the image has there
    [ "$engine" != podman ] || expect_out plain.txt
}

case_volume_is_shared_with_the_host() {
    mkdir volume
    echo 'from the host' >volume/in
    run e run --rm -v "$PWD/volume:/mnt/vol" "$IMAGE" all cat /mnt/vol/in ';' \
        write /mnt/vol/out 'from the guest' ';' mkdir /mnt/vol/sub ';' \
        write /mnt/vol/sub/a text ';' rename /mnt/vol/sub/a /mnt/vol/b ';' \
        rm /mnt/vol/in ';' ls /mnt/vol
    expect_status 0
    expect_out 'from the host'
    equal 'written file' "$(cat volume/out)" 'from the guest'
    equal 'renamed file' "$(cat volume/b)" text
    [ ! -e volume/in ] || fail "not removed"
    expect_out sub
}

case_volume_read_only() {
    mkdir volume
    echo kept >volume/file
    run e run --rm -v "$PWD/volume:/mnt/vol:ro" "$IMAGE" \
        all cat /mnt/vol/file ';' write /mnt/vol/file changed
    expect_status 1
    expect_out kept
    expect_out 'probe: /mnt/vol/file: Read-only file system'
    equal 'the file' "$(cat volume/file)" kept
}

case_volume_has_no_way_out() {
    mkdir volume
    ln -s /etc/passwd volume/absolute
    ln -s ../../../../../../etc/passwd volume/relative
    ln -s /proc/1/root/etc/passwd volume/magic
    run e run --rm -v "$PWD/volume:/mnt/vol" "$IMAGE" all \
        cat /mnt/vol/absolute ';' cat /mnt/vol/relative ';' \
        cat /mnt/vol/magic ';' cat /mnt/vol/../../../../etc/passwd
    ! grep -q root: out || fail "read the host's file"
}

case_file_mounts() {
    echo 'one file' >file
    run e run --rm -v "$PWD/file:/data/mounted" "$IMAGE" \
        all cat /data/mounted ';' write /data/mounted changed ';' \
        cat /data/plain.txt
    expect_status 0
    expect_out 'one file'
    expect_out 'plain text'
    equal 'the file' "$(cat file)" changed
}

case_mounts_below_dev() {
    mkdir volume
    echo 'in a folder' >volume/file
    : >log
    run e run --rm -v "$PWD/volume:/dev/volume:ro" \
        -v "$PWD/log:/dev/termination-log" "$IMAGE" all \
        cat /dev/volume/file ';' write /dev/termination-log 'the end'
    expect_status 0
    expect_out 'in a folder'
    equal 'the file' "$(cat log)" 'the end'
}

case_named_volume_outlives_the_container() {
    check e volume create shelf >/dev/null
    run e run --rm --mount type=volume,src=shelf,dst=/mnt/shelf "$IMAGE" \
        write /mnt/shelf/file lasting
    expect_status 0
    run e run --rm -v shelf:/mnt/shelf:ro "$IMAGE" cat /mnt/shelf/file
    expect_out lasting
    check e volume rm shelf >/dev/null
}

case_cp_in_and_out() {
    check e volume create box >/dev/null
    start -p 80 -v box:/box -- serve 80
    local address
    address=$(e port "$id" 80 | head -n 1 | sed 's/0\.0\.0\.0/127.0.0.1/')
    await 10 fetch "http://$address/"
    echo 'copied in' >file
    check e cp file "$id:/box/file"
    equal 'in the volume' "$(fetch "http://$address/box/file")" 'copied in'
    check e cp "$id:/box/file" back
    equal 'back again' "$(cat back)" 'copied in'
    # The image's own files, and a new one beside them.
    check e cp "$id:/data/plain.txt" plain
    equal 'from the image' "$(cat plain)" 'plain text'
    check e cp file "$id:/data/fresh"
    equal 'in the root' "$(fetch "http://$address/data/fresh")" 'copied in'
    check e rm -f "$id" >/dev/null
    check e volume rm box >/dev/null
}

case_exec_is_refused_legibly() {
    only runnc
    begin idle
    run e exec "$id" /probe hello
    equal status "$status" "$exec_status"
    # docker's client prints it where the command's output would be.
    grep -qE 'runnc|OCI runtime' out err || fail "no reason"
    grep -q 'cannot run a second program' out err || fail "no reason"
    run e exec "$id" /probe exit 0
    [ "$status" != 0 ] || fail "pretended to have run"
    check status_is running
}

case_healthcheck_is_legible() {
    only runnc
    start --health-cmd 'anything' --health-interval 1s \
        --health-retries 1 -- idle
    unhealthy() {
        [ "$engine" = docker ] || e healthcheck run "$id"
        [ "$(inspect '{{.State.Health.Status}}')" = unhealthy ]
    }
    await 10 unhealthy
    [ "$engine" != docker ] ||
        inspect '{{(index .State.Health.Log 0).Output}}' | grep -q exec ||
        fail "no reason: $(inspect '{{json .State.Health}}')"
}

# cgroup_value CONTROLLER V1-FILE V2-FILE: of the container's first process.
cgroup_value() {
    local pid path
    pid=$(inspect '{{.State.Pid}}')
    path=$(awk -F: -v c="$1" '
        $2 == "" { v2 = $3 }
        { n = split($2, names, ",")
          for (i = 1; i <= n; i++) if (names[i] == c) v1 = $3 }
        END { print v1 != "" ? v1 : v2 }' "/proc/$pid/cgroup")
    if [ -f "/sys/fs/cgroup/$1$path/$2" ]; then
        cat "/sys/fs/cgroup/$1$path/$2"
    else
        cat "/sys/fs/cgroup$path/$3"
    fi
}

case_limits_reach_the_cgroup() {
    start -m 96m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 \
        --pids-limit 50 -- idle
    await 10 logs_have idle
    equal memory "$(cgroup_value memory memory.limit_in_bytes memory.max)" \
        100663296
    equal pids "$(cgroup_value pids pids.max pids.max)" 50
    equal cpus "$(cgroup_value cpuset cpuset.cpus cpuset.cpus)" 0
    case $(cgroup_value cpu cpu.cfs_quota_us cpu.max) in
    50000*) ;;
    *) fail "cpu quota $(cgroup_value cpu cpu.cfs_quota_us cpu.max)" ;;
    esac
}

case_update_changes_limits() {
    start -m 96m --cpus 0.5 -- idle
    await 10 logs_have idle
    check e update --cpus 0.25 -m 128m --memory-swap -1 "$id" >/dev/null
    case $(cgroup_value cpu cpu.cfs_quota_us cpu.max) in
    25000*) ;;
    *) fail "cpu quota $(cgroup_value cpu cpu.cfs_quota_us cpu.max)" ;;
    esac
    equal memory "$(cgroup_value memory memory.limit_in_bytes memory.max)" \
        134217728
    check status_is running
}

case_out_of_memory_is_reported() {
    # A guest's memory is as large as its limit: it hears of its end itself.
    # With more than the limit allows, the kernel ends it.
    if [ "$RUNTIME" = runnc ]; then
        run e run --rm -m 32m --memory-swap 32m "$IMAGE" alloc 64
        expect_status 1
        expect_out 'probe: malloc: Cannot allocate memory'
        mkdir -p /etc/septum
        echo 'mem = 128M # for this test' >/etc/septum/runnc.conf
    fi
    start -m 32m --memory-swap 32m -- alloc 64
    rm -f /etc/septum/runnc.conf
    await 20 status_is exited
    case $engine,$(inspect '{{.State.ExitCode}} {{.State.OOMKilled}}') in
    # conmon on cgroup v1 often misses the event, with any runtime.
    *,'137 true' | podman,'137 false') ;;
    *) fail "$(inspect '{{.State.ExitCode}} {{.State.OOMKilled}}')" ;;
    esac
}

case_twenty_at_once() {
    local n names=() running
    for n in {1..20}; do
        names+=("many-$n")
        e run -d --name "many-$n" -h "many-$n" "$IMAGE" serve 80 \
            >"out.$n" 2>&1 &
    done
    wait
    all_run() {
        running=$(e ps -q -f name=many- -f status=running | wc -l)
        [ "$running" = 20 ]
    }
    await 20 all_run
    for n in {1..20}; do
        local address
        address=$(inspect \
            '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' \
            "many-$n")
        [ -n "$address" ] ||
            address=$(inspect '{{.NetworkSettings.IPAddress}}' "many-$n")
        await 10 fetch "http://$address/"
        equal "answer of $n" "$(fetch "http://$address/")" "I am many-$n"
    done
    run e rm -f "${names[@]}"
    expect_status 0
}

# A converted image is one file, the unikernel with the layers as its own.
case_converted_image_runs() {
    only runnc
    check e save -o plain.tar "$IMAGE"
    run uni-image convert -q docker-archive:plain.tar \
        docker-archive:converted.tar:septum-converted:latest
    expect_status 0
    run e load -i converted.tar
    expect_status 0
    run e run --rm --read-only septum-converted all hello ';' \
        cat /data/link ';' env
    expect_status 0
    expect_out hello
    expect_out 'plain text'
    expect_out 'FROM_IMAGE=yes'
    check e rmi -f septum-converted >/dev/null
}

engine_warm_up() { case_run_shows_output; }
