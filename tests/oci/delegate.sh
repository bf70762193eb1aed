# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: a pod's plain containers go to runc, by hand-made bundles with
# the annotations of containerd's and CRI-O's CRI.
NEEDS='jq ip runc'
engine_keeps='^cgroup [^ ]*/septum-test$|^file /run/netns$|^mount /run/netns '
case_keeps='^cgroup [^ ]*/septum-test$'
STATE=/run/delegate
ID=d1
NOTE=$STATE/$ID.delegate
CONF=/etc/septum/runnc.conf
rt() { "$RUNTIME_PATH" --root $STATE "$@"; }

engine_start() { mkdir -p $STATE /etc/septum; }
engine_build() { :; }
engine_stop() { rm -rf $STATE; }
engine_log() { :; }
engine_warm_up() { ip netns add once && ip netns del once; }
remove_all() {
    rt delete --force $ID >/dev/null 2>&1
    runc --root $STATE delete --force $ID >/dev/null 2>&1
    ip netns del inside 2>/dev/null
    ip link del outside 2>/dev/null
    rm -f $CONF
}

# pod TYPE PROGRAM WORDS...: a bundle of a pod of containerd; TYPE may be none.
pod() {
    local type=$1 program=$2
    shift 2
    make_bundle bundle "$@"
    cp "$program" bundle/rootfs/probe
    [ "$type" = none ] ||
        annotate "io.kubernetes.cri.container-type" "$type"
}
# shellcheck disable=SC2016 # jq's
annotate() {
    change '.annotations[$key] = $value' --arg key "$1" --arg value "$2"
}
change() {
    jq "$@" bundle/config.json >new.json
    mv new.json bundle/config.json
}
PLAIN=$OUT/test/oci/probe
is_state() { [ "$(rt state $ID | jq -r .status)" = "$1" ]; }
program_of() { readlink "/proc/$(rt state $ID | jq .pid)/exe"; }

# A life with all commands; the bundle is there.
live() {
    rt create --bundle bundle --pid-file pid $ID >log 2>&1 ||
        fail "create: $(cat log)"
    equal note "$(cat $NOTE)" /usr/bin/runc
    check runc --root $STATE state $ID >/dev/null
    equal pid "$(cat pid)" "$(rt state $ID | jq .pid)"
    check is_state created
    check rt start $ID
    await 5 grep -qx idle log
    check is_state running
    case $(program_of) in
    */probe) ;;
    *) fail "process is $(program_of)" ;;
    esac
    run rt exec $ID /probe hello inside
    expect_status 0
    expect_out 'hello inside'
    equal ps "$(rt ps --format json $ID)" "[$(cat pid)]"
    check rt pause $ID
    check is_state paused
    check rt resume $ID
    run rt list -q
    expect_status 0
    run rt delete $ID
    [ "$status" != 0 ] || fail "deleted a running one"
    check test -f $NOTE
    check rt kill $ID TERM
    await 5 is_state stopped
    check rt delete $ID
    [ ! -e $NOTE ] || fail "the note is still there"
    run rt state $ID
    expect_err 'does not exist'
}

case_sandbox_of_containerd() {
    only runnc
    pod sandbox "$PLAIN" idle
    live
}

case_sandbox_of_crio() {
    only runnc
    pod none "$PLAIN" idle
    annotate io.kubernetes.cri-o.ContainerType sandbox
    live
}

# The sandbox's interface waits for the pod's unikernel.
case_network_of_a_pod() {
    only runnc
    ip netns add inside
    ip link add outside type veth peer name eth0 netns inside
    ip address add 10.91.1.1/24 dev outside
    ip -n inside address add 10.91.1.2/24 dev eth0
    ip -n inside link set lo up
    ip -n inside link set eth0 up
    ip link set outside up
    pod sandbox "$PLAIN" idle
    join() {
        change '.linux.namespaces |= map(if .type == "network"
            then . + {path: "/run/netns/inside"} else . end)'
    }
    join
    check rt run --bundle bundle -d $ID >log 2>&1
    equal links "$(ip -n inside -br link | awk '{ sub(/@.*/, "", $1); print $1 }' |
        xargs)" 'lo eth0'
    equal filters "$(tc -n inside filter show dev eth0 ingress)" ""
    mkdir app
    cd app || fail "no folder"
    pod container "$PROBE" serve 80
    join
    change '.linux.cgroupsPath = "/septum-test/app"'
    check rt run --bundle bundle -d app >log 2>&1
    [ ! -e $STATE/app.delegate ] || fail "a unikernel was handed on"
    await 5 fetch http://10.91.1.2/
    equal file "$(fetch http://10.91.1.2/data/plain.txt)" 'plain text'
    check rt delete --force app
    check rt delete --force $ID
    [ ! -e $NOTE ] || fail "the note is still there"
}

case_plain_container_needs_permission() {
    only runnc
    pod container "$PLAIN" exit 42
    run rt --log l --log-format json run --bundle bundle $ID
    expect_status 1
    expect_err 'not a unikernel image.*pod-plain = yes'
    equal level "$(jq -r .level l)" error
    echo 'pod-plain = perhaps' >$CONF
    run rt run --bundle bundle $ID
    expect_status 1
    expect_err 'pod-plain: perhaps: expected yes or no'
    # It is not the pod's to say.
    rm $CONF
    annotate septum.pod-plain yes
    run rt run --bundle bundle $ID
    expect_status 1
    echo 'pod-plain = yes' >$CONF
    run rt run --bundle bundle $ID
    expect_status 42
    [ ! -e $NOTE ] || fail "the note is still there"
    # Links are the container's, not the host's; PATH is looked through.
    ln -s /probe bundle/rootfs/data/alias
    change '.process.args = ["alias", "exit", "43"]
        | .process.env = ["PATH=/none:/data"]'
    run rt run --bundle bundle $ID
    expect_status 43
    change '.process.args = ["nothing"]'
    run rt run --bundle bundle $ID
    expect_status 1
    expect_err 'executable file not found'
}

case_outside_of_pods_nothing_is_handed_on() {
    only runnc
    echo 'pod-plain = yes' >$CONF
    pod none "$PLAIN" hello
    run rt run --bundle bundle $ID
    expect_status 1
    expect_err 'not a unikernel image'
    annotate io.kubernetes.cri.container-type other
    run rt run --bundle bundle $ID
    expect_status 1
    expect_err 'not a unikernel image'
}

case_signals_and_status_of_run() {
    only runnc
    pod sandbox "$PLAIN" idle
    "$RUNTIME_PATH" --root $STATE run --bundle bundle $ID >log 2>&1 &
    await 5 grep -qx idle log
    kill -TERM $!
    wait $!
    equal status $? 7
    [ ! -e $NOTE ] || fail "the note is still there"
}

case_failures_leave_nothing() {
    only runnc
    pod sandbox "$PLAIN" idle
    echo 'pod-runtime = /none' >$CONF
    run rt create --bundle bundle $ID
    expect_status 1
    expect_err 'pod-runtime: /none: No such file'
    echo "pod-runtime = $RUNTIME_PATH" >$CONF
    run rt create --bundle bundle $ID
    expect_status 1
    expect_err 'is runnc itself'
    rm $CONF
    change '.process.args = ["/nothing"]'
    run rt --log l --log-format json create --bundle bundle $ID
    expect_status 1
    grep -q '"level":"error".*no such file' l || fail "no reason in the log"
    [ ! -e $NOTE ] || fail "the note is still there"
    run rt delete --force $ID
    expect_status 0
}

# Whoever made it keeps it, whatever the settings say later.
case_note_outlives_settings() {
    only runnc
    printf '#!/bin/sh\necho "$@" >>%s/calls\nexec runc "$@"\n' "$PWD" >wrapper
    chmod +x wrapper
    echo "pod-runtime = $PWD/wrapper # this one" >$CONF
    pod sandbox "$PLAIN" idle
    check rt --systemd-cgroup=false create --bundle bundle $ID >log 2>&1
    rm $CONF
    equal words "$(cat calls)" \
        "--root $STATE --root $STATE --systemd-cgroup=false create --bundle bundle $ID"
    run rt create --bundle bundle $ID
    expect_status 1
    expect_err 'already exists'
    pod none "$PROBE" idle
    run rt create --bundle bundle $ID
    expect_status 1
    expect_err 'already exists'
    check rt kill $ID 9
    check rt delete --force $ID
    equal calls "$(wc -l <calls)" 3
    # Killed between the note and the container: another may have the ID.
    echo /none >$NOTE
    check rt run --bundle bundle -d $ID >log 2>&1
    [ ! -e $NOTE ] || fail "the old note is still there"
    check is_state running
}

# Nothing marks it but its program, the host's own.
case_pod_of_podman() {
    only runnc
    local own=/usr/libexec/podman/catatonit
    [ -x $own ] || own=/usr/bin/catatonit
    [ -x $own ] || not_here "no catatonit"
    pod none $own idle
    mv bundle/rootfs/probe bundle/rootfs/catatonit
    change '.process.args = ["/catatonit", "-P"]'
    refused() {
        run rt create --bundle bundle $ID
        expect_status 1
        expect_err 'not a unikernel image'
        [ ! -e $NOTE ] || fail "it has a note"
    }
    refused
    annotate io.container.manager libpod
    check rt create --bundle bundle $ID >log 2>&1
    equal note "$(cat $NOTE)" /usr/bin/runc
    check rt start $ID
    check is_state running
    check rt kill $ID 9
    await 5 is_state stopped
    check rt delete $ID
    [ ! -e $NOTE ] || fail "the note is still there"
    # Anything else that it may be told, or be.
    change '.process.args[1] = "-V"'
    refused
    change '.process.args = ["/catatonit", "-P", "more"]'
    refused
    change '.process.args = ["/catatonit", "-P"]'
    echo >>bundle/rootfs/catatonit
    refused
    cp "$PLAIN" bundle/rootfs/catatonit
    refused
    # Bound from the host, as newer versions of podman do.
    : >bundle/rootfs/catatonit
    change ".mounts += [{destination: \"/catatonit\", type: \"bind\",
        source: \"$own\", options: [\"bind\", \"ro\"]}]"
    check rt create --bundle bundle $ID >log 2>&1
    check rt delete --force $ID
}
