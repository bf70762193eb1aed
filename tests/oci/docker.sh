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

more=() # words for dockerd
engine_start() {
    local name=$RUNTIME
    local add=()
    [ "$name" = runc ] || add=(--add-runtime "$name=$RUNTIME_PATH")
    mkdir -p "$WORLD/docker"
    # Where everybody may go: the world may lie in a private folder.
    mount --bind "$WORLD/docker" /mnt
    setsid dockerd --host "$DOCKER_HOST" --data-root /mnt \
        --exec-root /run/docker-test --pidfile /run/docker-test.pid \
        --bip 10.87.0.1/24 --storage-driver overlay2 \
        --default-address-pool base=10.88.0.0/16,size=24 \
        "${add[@]}" "${more[@]}" --default-runtime "$name" --config-file "" \
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
    umount -R /mnt
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

# counter NAME FIELD: of the network namespace of the container, /proc/net/snmp.
# shellcheck disable=SC2016 # awk's
counter() {
    nsenter -t "$(inspect '{{.State.Pid}}')" -n awk -v n="$1:" -v f="$2" '
        $1 == n && !at { for (at = NF; at && $at != f; at--); next }
        $1 == n { print $at }' /proc/net/snmp
}

# The namespace's own stack hears what dockerd needs, and says nothing to
# anybody else: not to the guest's connections, not to its questions.
case_namespace_is_silent() {
    only runnc
    check e network create party >/dev/null
    start --network party --name host-b -h host-b -- serve 80
    await 10 logs_have serve
    start --network party -- all resolve outside.example ';' \
        ask 192.0.2.53 ';' get host-b 80 / ';' ask 192.0.2.53 ';' \
        get host-b 81 / ';' resolve outside.example ';' hello ';' idle
    await 20 logs_have hello
    equal 'unreachable' "$(counter Icmp OutDestUnreachs)" 0
    equal 'resets' "$(counter Tcp OutRsts)" 0
    run e logs "$id"
    equal 'answers' "$(grep -c answer=49 out)" 2
    check e rm -f "$id" host-b >/dev/null
    check e network rm party >/dev/null
}

# What people write for several containers at once.
case_compose() {
    command -v docker-compose >/dev/null || not_here "no docker-compose"
    local port
    port=$(free_port)
    mkdir -p data
    echo 'from the host' >data/file
    cat >compose.yml <<END
version: "2.4"
services:
  web:
    image: $IMAGE
    runtime: $RUNTIME
    hostname: web-of-compose
    command: ["serve", "8080"]
    ports: ["127.0.0.1:$port:8080"]
    restart: on-failure
    mem_limit: 96m
    volumes: ["./data:/data2:ro", "kept:/kept"]
  client:
    image: $IMAGE
    runtime: $RUNTIME
    depends_on: [web]
    environment: {GREETING: hello}
    command: ["all", "get", "web", "8080", "/", ";", "cat", "/data2/file", ";", "write", "/kept/note", "left"]
    volumes: ["./data:/data2:ro", "kept:/kept"]
volumes: {kept: {}}
END
    c() { docker-compose -f compose.yml -p party "$@"; }
    check c up -d web >up.log 2>&1
    await 10 fetch "http://127.0.0.1:$port/"
    equal 'by its port' "$(fetch "http://127.0.0.1:$port/")" 'I am web-of-compose'
    run c run --rm client
    expect_status 0
    expect_out 'I am web-of-compose'
    expect_out 'from the host'
    run c run --rm client cat /kept/note
    expect_out left
    run c logs web
    grep -q serve out || fail "no log of web"
    local web
    web=$(c ps -q web)
    check c stop >stop.log 2>&1
    equal ended "$(e inspect -f '{{.State.ExitCode}}' "$web")" 0
    check c down -v >down.log 2>&1
}
