# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: is docs/security.md's table of processes true? Each row is
# compared with /proc of a running container's processes.
NEEDS='jq ip'
engine_keeps='^cgroup [^ ]*/septum-test$|^file /run/netns$|^mount /run/netns '
case_keeps='^cgroup [^ ]*/septum-test$'
STATE=/run/processes
ID=p1
rt() { "$RUNTIME_PATH" --root $STATE "$@"; }
engine_start() { mkdir -p $STATE; }
engine_build() { :; }
engine_stop() { rm -rf $STATE; }
engine_log() { :; }
engine_warm_up() { ip netns add once && ip netns del once; }
remove_all() {
    rt delete --force $ID >/dev/null 2>&1
    ip netns del inside 2>/dev/null
    ip link del outside 2>/dev/null
    :
}

# column NAME N: of the row for a process.
column() {
    sed -n '/<!-- processes -->/,/<!-- end -->/p' "$ROOT/docs/security.md" |
        awk -F '|' -v name="\`$1\`" -v n="$2" '
            { gsub(/^ +| +$/, "", $2) }
            $2 == name { gsub(/^ +| +$/, "", $n); print $n }'
}

# A container with all that makes a process: a volume, a network of an
# engine's kind, a name server at a loopback address.
launch() {
    only runnc
    make_bundle bundle serve 80
    mkdir volume
    printf 'nameserver 127.0.0.11\n' >resolv.conf
    ip netns add inside
    ip link add outside type veth peer name eth0 netns inside
    ip -n inside address add 10.91.0.2/24 dev eth0
    ip -n inside link set lo up
    ip -n inside link set eth0 up
    ip link set outside up
    jq --arg dir "$PWD" '.mounts += [
            {destination: "/mnt", type: "bind", source: ($dir + "/volume"),
             options: ["rbind", "rw"]},
            {destination: "/etc/resolv.conf", type: "bind",
             source: ($dir + "/resolv.conf"), options: ["rbind", "ro"]}]
        | .annotations = {"septum.cage": $cage}
        | (["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER",
            "CAP_KILL", "CAP_NET_RAW"] as $caps
            | .process.capabilities = {bounding: $caps, effective: $caps,
                permitted: $caps})
        | .linux.namespaces |= map(if .type == "network"
            then . + {path: "/run/netns/inside"} else . end)' \
        --arg cage "$1" bundle/config.json >new.json
    mv new.json bundle/config.json
    run rt run --bundle bundle -d --pid-file pid $ID
    expect_status 0
    await 10 grep -qx serve out
}

# kind PID FD: what a descriptor is.
kind() {
    local target
    target=$(readlink "/proc/$1/fd/$2")
    case $(stat -c %A "/proc/$1/fd/$2"),$target in
    l---------,*) echo path ;;
    *,/dev/null)
        if [ "$2" -lt 3 ] && [ "$3" = tender ]; then
            echo console
        else
            echo null
        fi
        ;;
    *,/dev/net/tun) echo tap ;;
    *,anon_inode:kvm* | *,/dev/kvm | *,/kvm) echo kvm ;;
    *,socket:*) if [ "$3" = septum-dns ] && [ "$2" != 3 ]; then
        echo socket
    else
        echo stream
    fi ;;
    *) if [ "$2" -lt 3 ]; then echo console; else echo "$target"; fi ;;
    esac
}

check_process() { # NAME PID
    local name=$1 pid=$2 set fd
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do
        equal "$name: $set within the table" \
            "$((16#$(awk -v k="$set:" '$1 == k { print $2 }' \
                "/proc/$pid/status") & ~16#$(column "$name" 3)))" 0
    done
    equal "$name: CapEff" "$((16#$(awk '/^CapEff/ { print $2 }' \
        "/proc/$pid/status")))" "$((16#$(column "$name" 3)))"
    equal "$name: NoNewPrivs" \
        "$(awk '/^NoNewPrivs/ { print $2 }' "/proc/$pid/status")" \
        "$(column "$name" 4)"
    equal "$name: Seccomp" \
        "$(awk '/^Seccomp:/ { print $2 }' "/proc/$pid/status")" \
        "$(column "$name" 5)"
    case $(column "$name" 6) in
    empty)
        equal "$name: root" "$(find "/proc/$pid/root/" -mindepth 1 | head -n 1)" ""
        ! touch "/proc/$pid/root/file" 2>/dev/null || fail "$name: root"
        ;;
    container) [ -f "/proc/$pid/root/probe" ] || fail "$name: root" ;;
    *) fail "$name is not in the table" ;;
    esac
    local own=' ' ns
    for ns in pid mnt net ipc uts user cgroup; do
        [ "$(readlink "/proc/$pid/ns/$ns")" = "$(readlink "/proc/$$/ns/$ns")" ] ||
            own="$own$ns "
    done
    equal "$name: namespaces" "$own" " $(column "$name" 7) "
    for fd in "/proc/$pid/fd"/*; do
        fd=$(kind "$pid" "${fd##*/}" "$name")
        case " $(column "$name" 8) ${extra:-} " in
        *" $fd "*) ;;
        *) fail "$name has a descriptor that is $fd" ;;
        esac
    done
}

check_all() {
    local pid name seen=' '
    while read -r pid _; do
        name=$(cat "/proc/$pid/comm")
        check_process "$name" "$pid"
        seen="$seen$name "
    done < <(others)
    for name in tender septum-9p septum-dns; do
        case $seen in
        *" $name "*) ;;
        *) fail "no process $name:$seen" ;;
        esac
    done
}

case_table_holds_in_the_seccomp_cage() {
    launch seccomp
    check_all
}

case_table_holds_in_the_kvm_cage() {
    "$OUT/test/tools/kvm-probe" >/dev/null 2>&1 || not_here "kvm: none of use"
    launch kvm
    extra=kvm
    check_all
}
