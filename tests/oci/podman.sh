# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# podman has no daemon: folders and a configuration of its own.
engine=podman exec_status=255
NEEDS='podman conmon /usr/lib/podman/netavark iptables'
engine_keeps='^file|^cgroup .*/libpod_parent|^mount |^namespace |^process .*podman|^link podman'
# podman makes a pod's cgroup in all hierarchies and removes it from some.
case_keeps='^cgroup [^ ]*/libpod_parent$|^cgroup [^ ]*/(systemd|unified)/libpod_parent/[0-9a-f]{64}$|^file [^ ]*/podman-test/exits/|^mount [^ ]*/storage/overlay '
export CONTAINERS_CONF=$WORLD/containers.conf
export CONTAINERS_STORAGE_CONF=$WORLD/storage.conf
podman() { command podman "$@"; }
# shellcheck source=tests/oci/cli.sh
. "$ROOT/tests/oci/cli.sh"

engine_start() {
    mkdir -p "$WORLD/podman/tmp" /etc/containers
    cat >"$CONTAINERS_CONF" <<END
[containers]
# Not more than this machine allows.
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
runtime = "$RUNTIME"
runtime_supports_json = ["crun", "runc", "runnc"]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "/run/podman-test"
[engine.runtimes]
$RUNTIME = ["$RUNTIME_PATH"]
[network]
network_backend = "netavark"
network_config_dir = "$WORLD/podman/networks"
END
    cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "overlay"
graphroot = "$WORLD/podman/storage"
runroot = "/run/podman-storage"
END
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' \
        >/etc/containers/policy.json
    podman info >/dev/null
}
engine_build() {
    run podman build -q -t "$IMAGE" "$1"
    expect_status 0
}
engine_stop() {
    # What it mounts for itself goes with the folders.
    awk '{ print $2 }' /proc/self/mounts | grep -E "^$WORLD/podman|^/run/" |
        sort -r | while read -r dir; do umount "$dir"; done
}
engine_log() { cat "$WORLD/start.log"; }

case_annotations_choose_the_cage() {
    only runnc
    run podman run --rm --annotation septum.cage=seccomp "$IMAGE" hello
    expect_status 0
    expect_out hello
    run podman run --rm --annotation septum.cage=moat "$IMAGE" hello
    [ "$status" != 0 ] || fail "an unknown cage"
    expect_err 'septum.cage'
    "$OUT/test/tools/kvm-probe" >/dev/null 2>&1 || return 0
    run podman run --rm --annotation septum.cage=kvm "$IMAGE" hello
    expect_status 0
    expect_out hello
}

remove_all() {
    podman pod rm -f -t 1 -a >/dev/null
    remove_containers
}

case_example() {
    example podman.sh "$(free_port)"
    check podman rmi -f septum-web >/dev/null
}

need_catatonit() {
    [ -x /usr/libexec/podman/catatonit ] || [ -x /usr/bin/catatonit ] ||
        not_here "no catatonit"
}

case_init_is_skipped() {
    need_catatonit
    run podman run --rm --init "$IMAGE" hello under init
    expect_status 0
    expect_out 'hello under init'
}

# What holds the pod goes to runc; its network is the unikernel's.
case_pod() {
    need_catatonit
    local port pod
    port=$(free_port)
    check podman pod create --name pod -p "127.0.0.1:$port:80" >/dev/null
    run podman run -d --pod pod --name server "$IMAGE" serve 80
    expect_status 0
    await 10 fetch "http://127.0.0.1:$port/"
    equal answer "$(fetch "http://127.0.0.1:$port/")" 'I am pod'
    pod_is() { [ "$(podman pod inspect --format '{{.State}}' pod)" = "$1" ]; }
    check pod_is Running
    if [ "$RUNTIME" = runnc ]; then
        run podman run --rm --pod pod "$IMAGE" hello
        expect_err 'two cannot share a network namespace'
    fi
    check podman pod pause pod >/dev/null
    check pod_is Paused
    check podman pod unpause pod >/dev/null
    check podman pod restart pod >/dev/null
    await 10 fetch "http://127.0.0.1:$port/"
    podman generate kube pod >pod.yaml 2>err || fail "generate kube"
    check podman pod rm -f -t 2 pod >/dev/null
    run podman play kube pod.yaml
    expect_status 0
    await 10 fetch "http://127.0.0.1:$port/"
    equal answer "$(fetch "http://127.0.0.1:$port/")" 'I am pod'
    run podman play kube --down pod.yaml
    expect_status 0
    run podman pod ps -q
    [ ! -s out ] || fail "a pod is left"
}
