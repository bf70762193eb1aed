# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154,SC2317
# No engine: user namespaces, of root's runnc and of a user's. What a user
# makes is the same with `runnc spec --rootless`.
NEEDS='jq ip setpriv newuidmap useradd'
engine_keeps='^cgroup [^ ]*/septum-test$|^file /run/netns$|^mount /run/netns '
# shellcheck source=tests/oci/spec.sh
. "$ROOT/tests/oci/spec.sh"
for each in $(declare -F | awk '$3 ~ /^case_/ { print $3 }'); do
    [ "$each" = case_matches ] || unset -f "$each"
done
STATE=/run/userns
OWNER=100000 # of the container's root
USER_ID=4711
HOME_DIR=/run/septum-user
MAPS='.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings'

# mapped FILTER WORDS...: a bundle for a user namespace, owned as it maps.
mapped() {
    bundle "$MAPS | $1" "${@:2}"
    chown -R $OWNER:$OWNER bundle/rootfs
}
id_of() { awk -v k="$1:" '$1 == k { print $2 }' "/proc/$2/status"; }
remove_all() {
    local state
    for state in "$STATE"/*/; do
        [ ! -d "$state" ] || rt delete --force "$(basename "$state")"
    done >/dev/null 2>&1
    [ ! -d "$HOME_DIR" ] || del_user >/dev/null 2>&1
}
only_ns() { readlink "/proc/$1/ns/$2"; }
children() { others | awk -v n="$1" '$2 ~ n { print $1 }'; }

case_new_namespace_has_its_maps() {
    only runnc
    mapped . id
    run rt run --bundle "$PWD/bundle" $ID
    expect_status 0
    grep -q '^uid=0 gid=0' out || fail "its user"
    mapped '.process.user = {uid: 5, gid: 6, additionalGids: [7]}' idle
    run rt run -d --bundle "$PWD/bundle" --pid-file pid $ID
    expect_status 0
    local pid
    pid=$(cat pid)
    equal uid "$(id_of Uid "$pid")" $((OWNER + 5))
    equal gid "$(id_of Gid "$pid")" $((OWNER + 6))
    equal groups "$(id_of Groups "$pid")" $((OWNER + 7))
    equal map "$(awk '{ print $1, $2, $3 }' "/proc/$pid/uid_map")" \
        "0 $OWNER 65536"
    local kind
    for kind in user pid mnt net ipc uts; do
        [ "$(only_ns "$pid" $kind)" != "$(only_ns $$ $kind)" ] ||
            fail "no $kind namespace of its own"
    done
}

# A volume's files are the container's where the map says so, else nobody's.
case_volume_has_its_owners() {
    only runnc
    mapped ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$PWD/volume\", options: [\"rbind\", \"rw\"]}]" \
        all write /vol/new text ';' stat /vol/mine ';' stat /vol/theirs ';' \
        mkdir /etc/made ';' write /etc/made/file inside ';' cat /etc/made/file
    change '(["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] as $caps
        | .process.capabilities = {bounding: $caps, effective: $caps,
            permitted: $caps})'
    mkdir volume bundle/rootfs/etc
    echo mine >volume/mine
    echo theirs >volume/theirs
    chown $OWNER:$OWNER volume volume/mine bundle/rootfs/etc
    echo x >bundle/rootfs/etc/x
    run rt run --bundle "$PWD/bundle" $ID
    expect_status 0
    expect_out 'mode=100644 uid=0 gid=0 size=5'
    grep -qE '^mode=100644 uid=65534 gid=65534 size=7' out ||
        fail "the host's file has an owner"
    expect_out inside
    equal owner "$(stat -c %u:%g volume/new)" $OWNER:$OWNER
}

# A volume whose owners are shown through a map: the container's, or its own.
case_volume_is_id_mapped() {
    only runnc
    mapped ".mounts += [
        {destination: \"/vol\", type: \"bind\", source: \"$PWD/volume\",
         options: [\"rbind\", \"idmap\"]},
        {destination: \"/own\", type: \"bind\", source: \"$PWD/volume\",
         options: [\"bind\"],
         uidMappings: [{containerID: 0, hostID: $((OWNER + 10)), size: 9}],
         gidMappings: [{containerID: 0, hostID: $((OWNER + 20)), size: 9}]},
        {destination: \"/plain\", type: \"bind\", source: \"$PWD/volume\",
         options: [\"bind\"]}]" \
        all write /vol/new text ';' stat /vol/file ';' stat /own/file ';' \
        stat /plain/file
    mkdir volume
    echo text >volume/file
    chown 1:2 volume/file
    run rt run --bundle "$PWD/bundle" $ID
    expect_status 0
    equal owners "$(sed -n 's/ size.*//p' out | tr '\n' ';')" \
        'mode=100644 uid=1 gid=2;mode=100644 uid=11 gid=22;'\
'mode=100644 uid=65534 gid=65534;'
    equal 'owner on the host' "$(stat -c %u:%g volume/new)" 0:0
    change '.mounts[-2] |= del(.gidMappings)'
    run rt run --bundle "$PWD/bundle" $ID
    refused 'gidMappings'
    change '.mounts |= .[:-3] + [{destination: "/vol", type: "tmpfs",
        options: ["idmap"]}]'
    run rt run --bundle "$PWD/bundle" $ID
    refused 'bind mount'
}

case_volume_is_id_mapped_without_a_user_namespace() {
    only runnc
    bundle ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$PWD/volume\", options: [\"bind\"],
        uidMappings: [{containerID: 1000, hostID: 0, size: 1}],
        gidMappings: [{containerID: 1000, hostID: 0, size: 1}]}]" \
        all stat /vol/file ';' write /vol/new text
    mkdir volume
    echo text >volume/file
    chown 1000:1000 volume volume/file
    run rt run --bundle "$PWD/bundle" $ID
    expect_status 0
    expect_out 'mode=100644 uid=0 gid=0 size=5'
    equal 'owner on the host' "$(stat -c %u:%g volume/new)" 1000:1000
    change '.mounts[-1] |= (del(.uidMappings, .gidMappings)
        | .options += ["idmap"])'
    run rt run --bundle "$PWD/bundle" $ID
    refused 'user namespace'
}

# What root of a user namespace may not reach, runnc opens for it.
case_volume_behind_a_closed_folder() {
    only runnc
    mkdir -p closed/volume
    chown $OWNER:$OWNER closed/volume
    mapped ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$PWD/closed/volume\", options: [\"bind\", \"rw\"]}]" \
        write /vol/new text
    chmod 700 closed bundle
    run rt run --bundle "$PWD/bundle" $ID
    expect_status 0
    equal owner "$(stat -c %u closed/volume/new)" $OWNER
}

case_sysctls_limits_and_scores() {
    only runnc
    local hard
    hard=$(ulimit -Hn)
    mapped ".linux.sysctl = {\"net.ipv4.ip_forward\": \"1\",
            \"kernel.shmmax\": \"1000000\"}
        | .process.oomScoreAdj = 300
        | .process.rlimits = [{type: \"RLIMIT_NOFILE\", hard: $hard,
            soft: 99}]" idle
    run rt run -d --bundle "$PWD/bundle" --pid-file pid $ID
    expect_status 0
    local pid
    pid=$(cat pid)
    equal score "$(cat "/proc/$pid/oom_score_adj")" 300
    equal forward "$(nsenter -t "$pid" -n -i \
        cat /proc/sys/net/ipv4/ip_forward)" 1
    equal shmmax "$(nsenter -t "$pid" -i cat /proc/sys/kernel/shmmax)" 1000000
    grep -qE "^Max open files +99 +$hard " "/proc/$pid/limits" ||
        fail "$(grep files "/proc/$pid/limits")"
}

# hold: a process with a user and a network namespace; $holder.
hold() {
    unshare --user --net --ipc sleep 100 &
    holder=$!
    made() { [ "$(only_ns "$holder" ipc)" != "$(only_ns $$ ipc)" ]; }
    await 5 made
    echo "0 $OWNER 65536" >/proc/$holder/uid_map
    echo "0 $OWNER 65536" >/proc/$holder/gid_map
}

case_namespace_is_joined_by_path() {
    only runnc
    hold
    bundle ".linux.namespaces += [{type: \"user\",
            path: \"/proc/$holder/ns/user\"}]
        | .linux.namespaces |= map(if .type == \"network\"
            then .path = \"/proc/$holder/ns/net\" else . end)" idle
    chown -R $OWNER:$OWNER bundle/rootfs
    run rt run -d --bundle "$PWD/bundle" --pid-file pid $ID
    expect_status 0
    local pid
    pid=$(cat pid)
    equal user "$(only_ns "$pid" user)" "$(only_ns $holder user)"
    equal network "$(only_ns "$pid" net)" "$(only_ns $holder net)"
    equal uid "$(id_of Uid "$pid")" $OWNER
    rt delete --force $ID
    kill $holder
    ! wait $holder 2>/dev/null
}

case_bad_maps_are_refused() {
    only runnc
    local filter
    for filter in '.linux.uidMappings += [{containerID: 9, hostID: 9, size: 1}]' \
        '.linux.uidMappings[0].containerID = 1' \
        '.linux.gidMappings[0].size = 4294967295' \
        '.linux.uidMappings = []' \
        '.linux.uidMappings[0].size = 0' \
        '.process.user.uid = 65536' '.process.user.gid = 65536' \
        '.process.user.additionalGids = [1, 65536]' \
        '.linux.namespaces |= map(if .type == "user"
            then .path = "/proc/self/ns/user" else . end)' \
        '.linux.namespaces |= map(if .type == "user"
            then .path = "/proc/self/ns/net" else . end)
            | del(.linux.uidMappings, .linux.gidMappings)'; do
        mapped "$filter" hello
        create
        refused
        equal "lines about $filter" "$(wc -l <err)" 1
    done
}

# In a user namespace nobody makes devices: the host's are bound, if they are
# what was asked for.
case_devices_are_bound() {
    only runnc
    mapped '.linux.devices = [{path: "/dev/fuse", type: "c", major: 10,
        minor: 229}]' idle
    [ -c /dev/fuse ] || not_here "no /dev/fuse"
    create
    expect_status 0
    rt delete --force $ID
    mapped '.linux.devices = [{path: "/dev/fuse", type: "c", major: 1,
        minor: 1}]' idle
    create
    refused 'the host.s is another one'
    mapped '.linux.devices = [{path: "/etc/passwd", type: "c", major: 1,
        minor: 1}]' idle
    create
    refused 'the host.s is another one'
}

# Who may be traced: /proc/PID belongs to whom may do that. The user of the
# container is another than root outside, so that the two can be told.
case_nobody_of_the_container_may_trace() {
    only runnc
    mkdir volume
    mapped ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$PWD/volume\", options: [\"rbind\", \"rw\"]}]
        | .process.user = {uid: 5, gid: 5}" idle
    create
    expect_status 0
    local pid
    pid=$(cat pid)
    equal 'owner of init' "$(stat -c %u "/proc/$pid/fd")" 0
    # Root of the user namespace, and its owner, may not look into init.
    ! nsenter -t "$pid" -U -r ls "/proc/$pid/fd" >/dev/null 2>&1 ||
        fail "init can be traced from inside"
    check rt start $ID
    await 5 is running
    await 5 grep -qx idle out
    # Root of its user namespace, not its user.
    equal 'owner of the tender' "$(stat -c %u "/proc/$pid/fd")" $OWNER
    local server
    server=$(children septum-9p)
    [ -n "$server" ] || fail "no file server"
    equal 'owner of the file server' "$(stat -c %u "/proc/$server/fd")" $OWNER
}

# Without a user namespace, too.
case_nobody_of_its_user_may_trace() {
    only runnc
    mkdir volume
    bundle ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$PWD/volume\", options: [\"rbind\", \"rw\"]}]
        | .process.user = {uid: 5, gid: 5}" idle
    create
    expect_status 0
    local pid
    pid=$(cat pid)
    equal 'owner of init' "$(stat -c %u "/proc/$pid/fd")" 0
    check rt start $ID
    await 5 grep -qx idle out
    equal 'user of the tender' "$(id_of Uid "$pid")" 5
    equal 'owner of the tender' "$(stat -c %u "/proc/$pid/fd")" 0
    equal 'owner of the file server' \
        "$(stat -c %u "/proc/$(children septum-9p)/fd")" 0
}

#
# As a user.
#
new_user() {
    only runnc
    useradd -u $USER_ID -M -d "$HOME_DIR" -s /bin/sh septum-test ||
        not_here "cannot make a user"
    echo 'septum-test:300000:65536' | tee /etc/subuid >/etc/subgid
    mkdir -p "$HOME_DIR/bin" "$HOME_DIR/run"
    cp "$OUT"/bin/{runnc,tender,septum-9p,septum-dns} "$HOME_DIR/bin"
    chown -R $USER_ID "$HOME_DIR"
    chmod 700 "$HOME_DIR/run"
    # A machine's is for everybody.
    cp -a /dev/net/tun "$HOME_DIR/tun"
    chmod 666 "$HOME_DIR/tun"
    mount --bind "$HOME_DIR/tun" /dev/net/tun
    cd "$HOME_DIR" || exit 1
}
del_user() {
    umount /dev/net/tun
    userdel septum-test
    cd "$WORLD" || exit 1
    rm -rf "$HOME_DIR"
}
as_user() {
    setpriv --reuid $USER_ID --regid $USER_ID --clear-groups \
        env HOME="$HOME_DIR" XDG_RUNTIME_DIR="$HOME_DIR/run" \
        PATH="$HOME_DIR/bin:$PATH" "$@"
}
ur() { as_user "$HOME_DIR/bin/runnc" "$@"; }
# user_bundle FILTER WORDS...: by `runnc spec --rootless`, with the probe.
user_bundle() {
    rm -rf bundle
    mkdir bundle
    make_context bundle/rootfs
    chown -R $USER_ID bundle
    check ur spec --rootless --bundle bundle
    jq ".process.args = [\"/probe\"] + \$ARGS.positional | $1" \
        bundle/config.json --args "${@:2}" >new.json
    mv new.json bundle/config.json
}

case_user_runs_what_spec_writes() {
    new_user
    user_bundle . all hello rootless ';' id ';' exit 3
    run ur run --bundle bundle $ID
    expect_status 3
    expect_out 'hello rootless'
    grep -q '^uid=0 gid=0' out || fail "its user"
    equal 'state directory' "$(ls -A "$HOME_DIR/run/runnc")" ''
    del_user
}

case_user_has_volumes_and_subordinate_ids() {
    new_user
    mkdir vol
    chown $USER_ID vol
    user_bundle ".mounts += [{destination: \"/vol\", type: \"bind\",
        source: \"$HOME_DIR/vol\", options: [\"rbind\", \"rw\"]}]" \
        write /vol/file text
    run ur run --bundle bundle $ID
    expect_status 0
    equal owner "$(stat -c %u vol/file)" $USER_ID
    user_bundle ".linux.uidMappings = [
            {containerID: 0, hostID: $USER_ID, size: 1},
            {containerID: 1, hostID: 300000, size: 65535}]
        | .linux.gidMappings = .linux.uidMappings
        | .process.user = {uid: 8, gid: 9, additionalGids: [10]}
        | .mounts += [{destination: \"/vol\", type: \"bind\",
            source: \"$HOME_DIR/vol\", options: [\"rbind\", \"rw\"]}]" \
        all id ';' write /vol/other text
    chmod 777 vol
    run ur run --bundle bundle $ID
    expect_status 0
    grep -q '^uid=8 gid=9 groups=.*10' out || fail "its user"
    equal owner "$(stat -c %u:%g vol/other)" 300007:300008
    user_bundle '.linux.uidMappings += [
        {containerID: 1, hostID: 700000, size: 10}]' hello
    run ur run --bundle bundle $ID
    refused newuidmap
    del_user
}

case_user_stops_and_deletes() {
    new_user
    user_bundle . idle
    ur run -d --bundle bundle $ID >log 2>&1 </dev/null ||
        fail "status $?: $(cat log)"
    await 10 grep -qx idle log
    equal status "$(ur state "$ID" | jq -r .status)" running
    check ur kill $ID TERM
    await 5 grep -qx 'got signal 15' log
    stopped() { [ "$(ur state "$ID" | jq -r .status)" = stopped ]; }
    await 5 stopped
    check ur delete $ID
    del_user
}

case_user_gets_no_limits() {
    new_user
    user_bundle '.linux.resources = {memory: {limit: 100000000}}' hello
    run ur run --bundle bundle $ID
    refused 'limits take a cgroup'
    equal lines "$(wc -l <err)" 1
    run ur --rootless false run --bundle bundle $ID
    refused
    user_bundle '.process.oomScoreAdj = -900' hello
    run ur run --bundle bundle $ID
    expect_status 0
    user_bundle '.process.user.additionalGids = [4]' hello
    run ur run --bundle bundle $ID
    refused 'additionalGids'
    user_bundle 'del(.linux.namespaces[] | select(.type == "user"))
        | del(.linux.uidMappings, .linux.gidMappings)' hello
    run ur run --bundle bundle $ID
    refused 'user namespace'
    del_user
}

# The maps are as strict as the kernel: no id that is not the user's.
case_user_gets_no_ids_of_others() {
    new_user
    local map
    for map in 0 1 99999; do
        user_bundle ".linux.uidMappings[0].hostID = $map" hello
        run ur run --bundle bundle $ID
        refused
        user_bundle ".linux.gidMappings[0].hostID = $map" hello
        run ur run --bundle bundle $ID
        refused
    done
    sleep 100 &
    local other=$!
    user_bundle ".linux.namespaces |= map(if .type == \"user\"
            then .path = \"/proc/$other/ns/user\" else . end)
        | del(.linux.uidMappings, .linux.gidMappings)" hello
    run ur run --bundle bundle $ID
    refused
    kill $other
    ! wait $other 2>/dev/null
    del_user
}
