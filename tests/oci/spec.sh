# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: the runtime by hand, and what the OCI runtime specification says
# of it (runtime.md, config.md, config-linux.md): those checks of the OCI
# validation suite that look at a container from outside. README.md says which
# of its programs they are.
NEEDS='jq ip'
engine_keeps='^cgroup [^ ]*/septum-test$'
STATE=/run/spec
ID=spec
rt() { "$RUNTIME_PATH" --root $STATE "$@"; }

engine_start() { mkdir -p $STATE; }
engine_build() { :; }
engine_stop() { rm -rf $STATE; }
engine_log() { :; }
engine_warm_up() {
    bundle . idle
    rt create --bundle "$PWD/bundle" $ID >log 2>&1
    rt delete --force $ID
}
remove_all() {
    local state
    for state in "$STATE"/*/; do
        [ ! -d "$state" ] || rt delete --force "$(basename "$state")"
    done >/dev/null 2>&1
}

# bundle JQ-FILTER WORDS...: in the folder bundle, changed by the filter.
bundle() {
    local filter=$1
    shift
    rm -rf bundle
    make_bundle bundle "$@"
    change "$filter"
}
change() {
    jq "$1" bundle/config.json >new.json || fail "jq: $1"
    mv new.json bundle/config.json
}
create() { run rt create --bundle "$PWD/bundle" --pid-file pid $ID; }
# created FILTER WORDS...: a container that waits for `start`.
created() {
    bundle "$@"
    create
    expect_status 0
}
state_of() { rt state $ID | jq -r ".$1"; }
is() { [ "$(state_of status)" = "$1" ]; }
refused() { # [TEXT]
    [ "$status" != 0 ] || fail "it was not refused"
    [ -s err ] || fail "refused without a word"
    expect_err "${1:-.}"
}
file_limits() { cat "/sys/fs/cgroup/$1/septum-test/bundle/$2" 2>/dev/null; }
on_v1() { [ -d /sys/fs/cgroup/memory ] || not_here "cgroup1: not here"; }

case_state_follows_the_life() {
    created . idle
    is created || fail "state $(state_of status)"
    equal pid "$(state_of pid)" "$(cat pid)"
    equal 'bytes of the pid file' "$(wc -c <pid)" "$(tr -d '\n' <pid | wc -c)"
    equal id "$(state_of id)" $ID
    equal bundle "$(state_of bundle)" "$PWD/bundle"
    case $(state_of ociVersion) in 1.*) ;; *) fail "no version" ;; esac
    check rt start $ID
    is running || fail "state $(state_of status)"
    check rt kill $ID KILL
    await 5 is stopped
    check rt delete $ID
    run rt state $ID
    refused 'does not exist'
}

case_create_wants_a_new_id_and_a_bundle() {
    run rt create --bundle "$PWD/nowhere" $ID
    refused
    created . idle
    create
    refused 'exist'
    is created || fail "the first one is not as it was"
    run rt create --bundle "$PWD/bundle" ../out
    refused
    run rt create --bundle "$PWD/bundle"
    refused
}

case_start_only_once() {
    run rt start nobody
    refused 'does not exist'
    run rt start
    refused
    created . sleep 1
    check rt start $ID
    run rt start $ID
    refused
    is running || fail "not running any more"
    await 5 is stopped
    run rt start $ID
    refused
}

case_kill_of_what_runs_not_is_refused() {
    run rt kill nobody TERM
    refused 'does not exist'
    created . exit 0
    check rt start $ID
    await 5 is stopped
    run rt kill $ID KILL
    refused 'not running'
    is stopped || fail "state $(state_of status)"
}

case_kill_sends_the_signal() {
    bundle . idle
    rt run --bundle "$PWD/bundle" -d $ID >log 2>&1 </dev/null
    await 5 grep -qx idle log
    check rt kill $ID USR1
    await 5 grep -qx 'got signal 10' log
    check rt kill $ID 1
    await 5 grep -qx 'got signal 1' log
    check rt kill $ID SIGTERM
    await 5 is stopped
    grep -qx 'got signal 15' log || fail "no SIGTERM"
}

case_delete_only_what_is_stopped() {
    run rt delete nobody
    refused 'does not exist'
    check rt delete --force nobody
    created . idle
    only runnc # runc and crun delete it
    run rt delete $ID
    refused
    is created || fail "state $(state_of status)"
    check rt start $ID
    run rt delete $ID
    refused 'not stopped'
    is running || fail "state $(state_of status)"
}

case_delete_leaves_what_is_not_its_own() {
    on_v1
    mkdir /sys/fs/cgroup/pids/somebodys
    created . sleep 0
    cp pid /sys/fs/cgroup/pids/somebodys/cgroup.procs
    check rt start $ID
    await 5 is stopped
    check rt delete $ID
    check rmdir /sys/fs/cgroup/pids/somebodys
}

case_config_is_read_at_create() {
    created . idle
    echo '{"ociVersion": "1.0.0"}' >bundle/config.json
    check rt start $ID
    is running || fail "state $(state_of status)"
}

case_wrong_configurations_are_refused() {
    local filter
    # shellcheck disable=SC2016 # jq's
    for filter in \
        '.process.rlimits = [{type: "RLIMIT_TEST", hard: 1, soft: 1}]' \
        '.process.capabilities = {bounding: ["CAP_TEST"]}' \
        '.ociVersion = "invalid"' 'del(.ociVersion)' 'del(.process.args)' \
        '.process.cwd = "relative"' '.root.path = "nowhere"' \
        'del(.root)' '.mounts[0].destination = ""' \
        '.linux.namespaces[0].type = "moat"' '.linux.namespaces += [.linux.namespaces[0]]' \
        '.process.env = [1]' '.linux.cgroupsPath = 7' \
        '.process.user.additionalGids = [range(65)]'; do
        # runc takes these.
        case $RUNTIME,$filter in
        runc,*CAP_TEST* | runc,*additionalGids* | runc,*ociVersion* | runc,*destination*) continue ;;
        esac
        bundle "$filter" idle
        create
        [ "$status" != 0 ] || fail "not refused: $filter"
        [ -s err ] || fail "refused without a word: $filter"
    done
    bundle . idle
    head -c 300 bundle/config.json >cut.json
    mv cut.json bundle/config.json
    create
    refused
}

case_wrong_settings_are_refused() {
    only runnc
    local setting
    for setting in cage=docker mem= mem=0 mem=-1 mem=1X mem=1MM mem=50% \
        mem=129G mem=99999999999999999999 mem=18014398509481984K layer=0 \
        layer=0% layer=101% layer=1%% layer=4095 layer=x; do
        bundle ".annotations = {\"septum.${setting%%=*}\": \"${setting#*=}\"}" idle
        create
        refused "septum.${setting%%=*}: ${setting#*=} is not"
    done
    for setting in mem=128G mem=67108864 mem=16m layer=4k layer=1T layer=100%; do
        created ".annotations = {\"septum.${setting%%=*}\": \"${setting#*=}\"}" idle
        check rt delete --force $ID
    done
}

namespace() { readlink "/proc/$1/ns/$2"; }

case_namespaces_are_new() {
    created . idle
    local kind
    for kind in pid mnt net ipc uts; do
        [ "$(namespace "$(cat pid)" $kind)" != "$(namespace self $kind)" ] ||
            fail "$kind namespace is the caller's"
    done
}

case_namespaces_not_named_are_inherited() {
    created 'del(.hostname) | .linux.namespaces |=
        map(select(.type == "mount" or .type == "network"))
        | .linux.maskedPaths = [] | .linux.readonlyPaths = []' idle
    local kind
    for kind in ipc uts user; do
        equal "$kind namespace" "$(namespace "$(cat pid)" $kind)" \
            "$(namespace self $kind)"
    done
}

case_namespaces_are_joined_by_path() {
    unshare --net --ipc --uts sleep 100 &
    local other=$! kind
    unshared() {
        [ "$(namespace "$other" uts)" != "$(namespace self uts)" ]
    }
    await 5 unshared
    created ".linux.namespaces |= map(
        {network: \"net\", ipc: \"ipc\", uts: \"uts\"}[.type] as \$kind |
        if \$kind then . + {path: \"/proc/$other/ns/\(\$kind)\"} else . end)" \
        idle
    for kind in net ipc uts; do
        equal "$kind namespace" "$(namespace "$(cat pid)" $kind)" \
            "$(namespace $other $kind)"
    done
    rt delete --force $ID
    # A path that is another kind's, and one that is none.
    bundle ".linux.namespaces |= map(if .type == \"network\" then
        . + {path: \"/proc/$other/ns/ipc\"} else . end)" idle
    create
    refused
    bundle '.linux.namespaces |= map(if .type == "network" then
        . + {path: "/proc/nothing"} else . end)' idle
    create
    refused
    kill $other
}

# hook WHEN SCRIPT [MORE]: says its name, keeps what it was told.
with_hooks() {
    local when filter=.
    for when in "$@"; do
        cat >"$PWD/$when" <<END
#!/bin/sh
cat >"$PWD/$when.state"
echo $when >>"$PWD/order"
exit \$(cat "$PWD/$when.status" 2>/dev/null || echo 0)
END
        chmod +x "$when"
        filter="$filter | .hooks.$when = [{path: \"$PWD/$when\",
            args: [\"$when\", \"word\"], env: [\"PATH=$PATH\"]}]"
    done
    rm -f order
    bundle "$filter" "${words[@]}"
}
told() { jq -r ".$2" "$1.state"; }

case_hooks_in_their_order_with_their_state() {
    local words=(sleep 0)
    # The others run in the container's namespaces, where no shell is.
    with_hooks prestart createRuntime poststart poststop
    create
    expect_status 0
    # runc calls poststart already here.
    equal 'after create' "$(grep -v poststart order | xargs)" \
        'prestart createRuntime'
    [ "$RUNTIME" = runc ] || ! grep -q poststart order || fail "poststart"
    equal 'told status' "$(told createRuntime status)" creating
    equal 'told pid' "$(told createRuntime pid)" "$(cat pid)"
    equal 'told bundle' "$(told createRuntime bundle)" "$PWD/bundle"
    check rt start $ID
    await 5 is stopped
    grep -qx poststart order || fail "no poststart"
    check rt delete $ID
    equal order "$(xargs <order)" 'prestart createRuntime poststart poststop'
    equal 'told id' "$(told poststop id)" $ID
    equal 'told status' "$(told poststop status)" stopped
}

case_hook_that_fails_at_create_ends_it() {
    local words=(idle) when
    for when in prestart createRuntime; do
        with_hooks $when
        echo 3 >$when.status
        create
        refused "$when|hook"
        run rt state $ID
        refused 'does not exist'
        rm $when.status
    done
}

case_hook_that_fails_after_the_end_does_no_harm() {
    local words=(sleep 0)
    with_hooks poststop
    echo 3 >poststop.status
    create
    check rt start $ID
    await 5 is stopped
    run rt delete $ID
    expect_status 0
    run rt state $ID
    refused 'does not exist'
}

case_hooks_after_one_that_failed() {
    only runnc # runc ends the container
    local when filter=.
    for when in poststart poststop; do
        filter="$filter | .hooks.$when = [{path: \"/bin/false\"},
            {path: \"/usr/bin/touch\", args: [\"touch\", \"$PWD/$when\"]}]"
    done
    created "$filter" idle
    run rt --log "$PWD/log" start $ID
    expect_status 0
    is running || fail "state $(state_of status)"
    [ -f poststart ] || fail "the second poststart hook did not run"
    grep -q 'level=warning msg="poststart hook 0' log || fail "no warning"
    check rt delete --force $ID
    [ -f poststop ] || fail "the second poststop hook did not run"
}

case_hook_has_a_time_limit() {
    bundle . idle
    printf '#!/bin/sh\nexec sleep 30\n' >slow
    chmod +x slow
    change ".hooks.prestart = [{path: \"$PWD/slow\", timeout: 1}]"
    local start=$SECONDS
    create
    refused
    [ $((SECONDS - start)) -le 5 ] || fail "took $((SECONDS - start)) s"
}

case_limits_of_the_configuration() {
    on_v1
    created '.linux.resources = {
        memory: {limit: 151781376, reservation: 151781376, swappiness: 50},
        cpu: {shares: 1024, quota: 100000, period: 50000, cpus: "0-1",
              mems: "0"},
        pids: {limit: 1000},
        devices: [{allow: false, access: "rwm"},
                  {allow: true, type: "c", major: 10, minor: 229,
                   access: "rw"}]}' idle
    equal memory "$(file_limits memory memory.limit_in_bytes)" 151781376
    equal reservation \
        "$(file_limits memory memory.soft_limit_in_bytes)" 151781376
    equal swappiness "$(file_limits memory memory.swappiness)" 50
    equal shares "$(file_limits cpu cpu.shares)" 1024
    equal quota "$(file_limits cpu cpu.cfs_quota_us)" 100000
    equal period "$(file_limits cpu cpu.cfs_period_us)" 50000
    equal cpus "$(file_limits cpuset cpuset.cpus)" 0-1
    equal pids "$(file_limits pids pids.max)" 1000
    file_limits devices devices.list | grep -qx 'c 10:229 rw' ||
        fail "devices: $(file_limits devices devices.list)"
    ! file_limits devices devices.list | grep -q '^a' || fail "all devices"
}

case_relative_cgroup() {
    on_v1
    created '.linux.cgroupsPath = "septum-test/relative"
        | .linux.resources.pids.limit = 77' idle
    local path
    path=$(awk -F: '$2 == "pids" { print $3 }' "/proc/$(cat pid)/cgroup")
    case $path in
    *septum-test/relative) ;;
    *) fail "it is in $path" ;;
    esac
    equal pids "$(cat "/sys/fs/cgroup/pids$path/pids.max")" 77
}

case_process_settings() {
    created '.process.oomScoreAdj = 500
        | .process.rlimits = [{type: "RLIMIT_CORE", hard: 0, soft: 0}]' idle
    check rt start $ID
    equal 'oom score' "$(cat "/proc/$(cat pid)/oom_score_adj")" 500
    grep -qE '^Max core file size +0 +0' "/proc/$(cat pid)/limits" ||
        fail "core limit"
}

case_mount_options_for_all_below() {
    local pid where flags flag seen
    mkdir -p from/below
    mount -t tmpfs below from/below
    created ".mounts += [{destination: \"/to\", source: \"$PWD/from\",
        type: \"bind\", options: [\"rbind\", \"rro\", \"rnoexec\",
                                \"rnoatime\"]}]" idle
    umount from/below
    pid=$(cat pid)
    while read -r _ _ _ _ where flags _; do
        case $where in /to*) ;; *) continue ;; esac
        for flag in ro noexec noatime; do
            [[ ,$flags, = *,$flag,* ]] || fail "$where: no $flag: $flags"
        done
        seen=${seen:-}+
    done <"/proc/$pid/mountinfo"
    equal mounts "${seen:-}" ++
}

# The log of a command that went well; of one that did not, only the error:
# podman reads the file as one object.
case_what_is_not_known_is_reported() {
    only runnc
    local log=(--log "$PWD/log" --log-format json)
    bundle '.gadgets = {a: 1} | .annotations = {"org.example": "",
            "septum.cage": "seccomp", "septum.memory": "1G",
            "org.systemd.property.CollectMode": "inactive"}
        | .linux.resources.memory.kernel = 7
        | .process.selinuxLabel = ""' idle
    run rt "${log[@]}" create --bundle "$PWD/bundle" $ID
    expect_status 0
    jq -r 'select(.level == "warning") | .msg' log >warnings
    grep -q '^config.json: gadgets: unknown' warnings || fail "$(cat log)"
    grep -q '^config.json: linux.resources.memory.kernel:' warnings ||
        fail "$(cat log)"
    grep -q '^config.json: annotations: septum.memory: unknown' warnings ||
        fail "$(cat log)"
    grep -q '^config.json: annotations: org.systemd.property.CollectMode: no effect' \
        warnings || fail "$(cat log)"
    [ "$(grep -c annotations warnings)" = 2 ] || fail "$(cat log)"
    [ ! -s err ] || fail "the container's stream got it"
    rt delete --force $ID
    rm log
    change '.process.cwd = "relative"'
    run rt "${log[@]}" create --bundle "$PWD/bundle" $ID
    refused
    equal 'lines of the log' "$(wc -l <log)" 1
    # Without a log.
    change '.process.cwd = "/"'
    create
    expect_status 0
    expect_err 'gadgets: unknown'
}

# With them: tests/qemu/apparmor.
case_labels_without_their_module_are_refused() {
    if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ]; then
        bundle '.process.apparmorProfile = "docker-default"' idle
        create
        refused 'apparmor failed to apply profile'
    fi
    if [ ! -d /sys/fs/selinux ]; then
        bundle '.process.selinuxLabel = "system_u:system_r:container_t:s0"' idle
        create
        refused 'selinux label is specified'
        only runnc # runc finds out when it mounts
        bundle '.linux.mountLabel = "system_u:object_r:container_file_t:s0"' \
            idle
        create
        refused 'selinux label is specified'
    fi
    bundle '.process.apparmorProfile = "" | .process.selinuxLabel = ""
        | .linux.mountLabel = ""' idle
    create
    expect_status 0
}

case_run_list_ps_pause_update() {
    bundle . count
    rt run --bundle "$PWD/bundle" -d --pid-file pid $ID >log 2>&1 </dev/null
    await 5 grep -qx 3 log
    equal list "$(rt list -q)" $ID
    equal 'list of one' "$(rt list -f json | jq -r '.[0].status')" running
    rt ps --format json $ID | jq -e "index($(cat pid))" >/dev/null ||
        fail "ps: $(rt ps --format json $ID)"
    check rt pause $ID
    is paused || fail "state $(state_of status)"
    local before
    before=$(wc -l <log)
    sleep 0.2
    equal 'lines while paused' "$(wc -l <log)" "$before"
    check rt resume $ID
    is running || fail "state $(state_of status)"
    check rt update --pids-limit 55 $ID
    [ ! -d /sys/fs/cgroup/memory ] ||
        equal pids "$(file_limits pids pids.max)" 55
    rt events --stats $ID | jq -e '.data.memory.usage.usage > 0' >/dev/null ||
        fail "events: $(rt events --stats $ID)"
}

case_terminal_of_run() {
    local what
    for what in tty edit left; do
        bundle '.process.terminal = true' ${what/left/edit left}
        run python3 "$ROOT/tests/oci/terminal.py" $what \
            "$RUNTIME_PATH" --root $STATE run --bundle "$PWD/bundle" $ID
        expect_status 0
    done
}

case_exec_is_refused() {
    only runnc
    bundle . idle
    rt run --bundle "$PWD/bundle" -d $ID >log 2>&1 </dev/null
    await 5 grep -qx idle log
    run "$RUNTIME_PATH" --root $STATE --log exec.log --log-format json \
        exec $ID /probe hello
    expect_status 255
    equal level "$(jq -r .level exec.log)" error
    jq -r .msg exec.log | grep -q exec || fail "log: $(cat exec.log)"
    is running || fail "state $(state_of status)"
}

case_preserved_descriptors_go_no_further() {
    bundle . idle
    rt run --bundle "$PWD/bundle" -d --pid-file pid $ID >log 2>&1 \
        </dev/null 7</etc/passwd
    await 5 grep -qx idle log
    ! find "/proc/$(cat pid)/fd" -lname /etc/passwd | grep -q . ||
        fail "the caller's descriptor came in"
}

# A running container, its bundle in the folder of that name.
idling() {
    bundle . idle
    rt run --bundle "$PWD/bundle" -d --pid-file pid $ID >log 2>&1 </dev/null
    await 5 grep -qx idle log
}

case_kill_ends_a_paused_one() {
    idling
    check rt pause $ID
    check rt kill $ID KILL
    await 5 is stopped
    check rt delete $ID
}

case_pause_of_one_that_waits_for_start() {
    created . idle
    check rt pause $ID
    is paused || fail "state $(state_of status)"
    run rt start $ID
    refused 'paused'
    check rt resume $ID
    is created || fail "state $(state_of status)"
    check rt start $ID
    is running || fail "state $(state_of status)"
}

case_kill_of_one_that_waits_for_start() {
    created . idle
    check rt kill $ID TERM
    await 5 is stopped
    run rt start $ID
    refused
}

case_one_that_waits_holds_nothing_of_the_engine() {
    bundle . idle
    exec 8>held
    create
    exec 8>&-
    expect_status 0
    find "/proc/$(state_of pid)/fd" -lname '*/held' | grep -q . &&
        fail "held is open"
    check rt start $ID
}

case_creates_and_deletes_of_one_name_at_once() {
    only runnc
    bundle . idle
    local round jobs job
    for round in {1..12}; do
        jobs=()
        for job in 1 2 3; do
            rt create --bundle "$PWD/bundle" $ID >/dev/null 2>&1 &
            jobs+=($!)
            [ $job = 3 ] || rt delete --force $ID >/dev/null 2>&1 &
            jobs+=($!)
        done
        wait "${jobs[@]}"
    done
    rt delete --force $ID
    # One that was lost would still have the cgroup.
    create
    expect_status 0
}
