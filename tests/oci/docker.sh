# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# A docker engine of our own: dockerd with its containerd.
engine=docker exec_status=126
NEEDS='dockerd containerd iptables'
engine_keeps='^file|^link docker0|^cgroup .*/docker$|^mount .*/netns/default|^namespace net'
case_keeps='^cgroup [^ ]*/docker$|^mount [^ ]*/netns/default '
export DOCKER_HOST=unix:///run/docker-test.sock DOCKER_BUILDKIT=0
# A client from elsewhere may stand before the engine's own.
DOCKER=/usr/bin/docker
[ -x $DOCKER ] || DOCKER=$(command -v docker)
docker() { "$DOCKER" "$@"; }
# shellcheck source=tests/oci/cli.sh
. "$ROOT/tests/oci/cli.sh"

engine_start() {
    local name=$RUNTIME
    local add=()
    [ "$name" = runc ] || add=(--add-runtime "$name=$RUNTIME_PATH")
    mkdir -p "$WORLD/docker"
    setsid dockerd --host "$DOCKER_HOST" --data-root "$WORLD/docker" \
        --exec-root /run/docker-test --pidfile /run/docker-test.pid \
        --bip 10.87.0.1/24 --storage-driver overlay2 \
        --default-address-pool base=10.88.0.0/16,size=24 \
        "${add[@]}" --default-runtime "$name" --config-file "" \
        >"$WORLD/dockerd.log" 2>&1 &
    await 30 docker version
}
engine_build() {
    run docker build -q -t "$IMAGE" "$1"
    expect_status 0
}
engine_stop() {
    local pid
    pid=$(cat /run/docker-test.pid)
    kill -TERM "$pid"
    await 30 eval "! kill -0 $pid"
}
engine_log() { tail -n 30 "$WORLD/dockerd.log"; }

case_dead_daemon_like_init_is_skipped() {
    run docker run --rm --init "$IMAGE" hello under init
    expect_status 0
    expect_out 'hello under init'
}

case_commit_and_diff() {
    begin idle
    run docker commit "$id" committed
    expect_status 0
    run docker run --rm committed hello again
    expect_out 'hello again'
    check docker diff "$id" >/dev/null
    check docker rmi -f committed >/dev/null
}

case_save_and_load() {
    check docker save -o archive.tar "$IMAGE"
    check docker tag "$IMAGE" other
    check docker rmi "$IMAGE" >/dev/null
    run docker load -i archive.tar
    expect_status 0
    run docker run --rm "$IMAGE" hello loaded
    expect_out 'hello loaded'
    check docker rmi other >/dev/null
}

case_example() {
    mkdir bin
    ln -s "$DOCKER" bin/docker
    PATH=$PWD/bin:$PATH example docker.sh "$(free_port)"
    check docker rmi -f septum-web >/dev/null
}
