# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# Pods, through the CRI of a containerd of our own: what kubelet would ask for.
# shellcheck source=tests/oci/daemon.sh
. "$ROOT/tests/oci/daemon.sh"
NEEDS='containerd ctr containerd-shim-runc-v2 runc iptables /usr/lib/cni/bridge'
engine_keeps='^file|^namespace net|^link cni0|^cgroup [^ ]*/k8s.io$'
case_keeps='^cgroup [^ ]*/k8s.io$'
REF=localhost/$IMAGE:latest
PLAIN_REF=localhost/septum-pause:latest
CONF=/etc/septum/runnc.conf
CRI_ROOT=/run/containerd/runc/k8s.io
cri() { /usr/bin/python3 "$ROOT/tests/oci/cri.py" $SOCK "$@"; }
ctr() { command ctr -a $SOCK -n k8s.io "$@"; }

# pod NAME: $pod; its containers' logs are in the folder logs.
pod() {
    mkdir -p logs
    pod=$(cri run-pod "$1" runnc "$PWD/logs") || fail "no pod"
}
# container NAME IMAGE JSON: $id, not started.
container() {
    id=$(cri create "$pod" "$1" "$2" "$PWD/logs" "$3" 2>err) ||
        fail "no container $1"
}
# begin NAME IMAGE JSON: started.
begin() {
    container "$@"
    check cri start "$id"
}
said() { sed 's/^[^ ]* std[a-z]* [FP] //' "logs/$1.log" | grep -qxF -e "$2"; }
is_status() { [ "$(cri status "$id")" = "$1" ]; }
remove_all() {
    local list
    for list in $(cri pods); do
        cri stop-pod "$list"
        cri rm-pod "$list"
    done
    rm -f $CONF
}

engine_start() {
    mkdir -p /etc/septum
    bridge_conf "$WORLD/net.d" 10.90.0.0/24
    containerd_start <<END
[plugins."io.containerd.grpc.v1.cri"]
# Served on a port of this world alone.
stream_server_port = "0"
sandbox_image = "$PLAIN_REF"
restrict_oom_score_adj = true
disable_hugetlb_controller = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "$WORLD/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runnc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runnc]
runtime_type = "io.containerd.runc.v2"
container_annotations = ["septum.*"]
pod_annotations = ["septum.*"]
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runnc.options]
BinaryName = "$RUNTIME_PATH"
END
    await 2 cri list # each try takes a while
}
engine_build() {
    make_archive "$1" "$WORLD/archive.tar"
    check ctr image import "$WORLD/archive.tar"
    # What kubelet calls pause, and a plain program beside it.
    PROBE=$OUT/test/oci/probe make_context plain
    IMAGE=septum-pause make_archive plain "$WORLD/plain.tar" idle
    check ctr image import "$WORLD/plain.tar"
}
engine_warm_up() {
    pod warm
    begin warm "$REF" '{"args": ["hello"]}'
    remove_all
}

case_pod_serves() {
    pod web
    begin web "$REF" '{"args": ["serve", "80"], "env": {"A": "b"}}'
    await 5 said web 'serve'
    check is_status running
    local address
    address=$(cri pod-ip "$pod")
    await 5 fetch "http://$address/"
    equal hostname "$(fetch "http://$address/")" 'I am web'
    equal file "$(fetch "http://$address/data/plain.txt")" 'plain text'
    equal containers "$(cri list)" "$id"
    # The pause is runc's, the container ours.
    check test -f "$CRI_ROOT/$pod.delegate"
    check runc --root $CRI_ROOT state "$pod" >/dev/null
    check test ! -e "$CRI_ROOT/$id.delegate"
    [ "$(cri memory "$id")" -gt 4096 ] || fail "no memory counted"
    check cri stop "$id" 5
    equal status "$(cri status "$id")" 'exited 0'
    check cri rm "$id"
    # Another container in the same pod gets the same interface.
    begin web2 "$REF" '{"args": ["serve", "8080"]}'
    await 5 fetch "http://$address:8080/"
    check cri stop-pod "$pod"
    check cri rm-pod "$pod"
    [ ! -e "$CRI_ROOT/$pod.delegate" ] || fail "the note is still there"
    equal pods "$(cri pods)" ""
}

# A sidecar that is a Linux program, by the host's leave.
case_plain_container_beside_it() {
    pod mixed
    begin web "$REF" '{"args": ["serve", "80"]}'
    container refused "$PLAIN_REF" '{"command": ["/probe", "hello"]}'
    run cri start "$id"
    [ "$status" != 0 ] || fail "a plain program was started"
    expect_err 'not a unikernel image.*pod-plain = yes'
    check cri rm "$id"
    echo 'pod-plain = yes' >$CONF
    begin side "$PLAIN_REF" '{"command": ["/probe", "all", "hello", ";",
        "hostname", ";", "idle"], "env": {"A": "b"}}'
    await 5 said side hello
    check test -f "$CRI_ROOT/$id.delegate"
    run cri exec "$id" /probe all hello second ';' env
    expect_status 0
    expect_out 'hello second'
    expect_out 'A=b'
    run cri exec "$id" /probe exit 3
    expect_status 3
    check cri update "$id" $((64 << 20))
    check cri stop "$id" 5
    equal status "$(cri status "$id")" 'exited 7'
    check cri rm "$id"
    [ ! -e "$CRI_ROOT/$id.delegate" ] || fail "the note is still there"
}

case_exec_is_refused_legibly() {
    pod exec
    begin app "$REF" '{"args": ["idle"]}'
    run cri exec "$id" /probe hello
    [ "$status" != 0 ] || fail "pretended to have run"
    expect_err 'cannot run a second program'
    check is_status running
}

case_volumes_settings_and_limits() {
    mkdir volume
    echo kept >volume/file
    pod files
    begin app "$REF" "$(jq -n --arg dir "$PWD/volume" '{
        args: ["all", "cat", "/mnt/file", ";", "write", "/mnt/new", "text",
               ";", "idle"],
        mounts: [["/mnt", $dir, false]], memory: 100663296,
        annotations: {"septum.cage": "seccomp"}}')"
    await 5 said app kept
    await 5 said app idle
    equal 'written file' "$(cat volume/new)" text
    local spec=$CRI_ROOT/$id/config.json
    equal cage "$(jq -r '.annotations["septum.cage"]' "$spec")" seccomp
    equal memory "$(jq .linux.resources.memory.limit "$spec")" 100663296
    check cri update "$id" $((128 << 20))
    check is_status running
}

case_exit_status_and_kill() {
    pod ends
    begin first "$REF" '{"args": ["exit", "42"]}'
    await 3 is_status 'exited 42'
    begin second "$REF" '{"args": ["stubborn"]}'
    await 5 said second stubborn
    check cri stop "$id" 1
    equal status "$(cri status "$id")" 'exited 137'
}

# The interface is one; a plain program and a unikernel without one may come.
case_second_network_is_refused() {
    pod pair
    begin first "$REF" '{"args": ["serve", "80"]}'
    local first=$id
    container second "$REF" '{"args": ["serve", "81"]}'
    run cri start "$id"
    [ "$status" != 0 ] || fail "two have one interface"
    expect_err 'network'
    echo "told: $(cat err)"
    id=$first
    check is_status running
    check fetch "http://$(cri pod-ip "$pod")/"
}
