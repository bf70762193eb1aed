# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2086,SC2154
# For bench/net/run: programs, networks, servers, clients. Networks: 10.0.0.
# and 10.0.1. taps, 10.1.0. the veth, 10.2.0. the bridge; the client is 1.
declare -A pids=()

row() {
    local IFS=$'\t'
    printf '%s\n' "$*"
}

median() {
    sort -n | awk '{ v[NR] = $1 }
        END { low = int((NR + 1) / 2); high = int(NR / 2) + 1
              if (NR) print (v[low] + v[high]) / 2; else print "-" }'
}

# of SERVER FIGURE: median of what was noted.
of() { median <"$work/$1.$2"; }

# Programs.
build_all() {
    mkdir -p "$work/site"
    head -c 612 /dev/zero | tr '\0' x >"$work/site/index.html"
    uni-build --net eth0 --rootfs "$work/site" -O2 -o "$work/http.uni" \
        examples/http/http.c
    uni-build --net eth0 -O2 -o "$work/stream.uni" bench/net/stream.c
    uni-build -o "$work/hello.uni" bench/guest/hello.c
    gcc -O2 -Wall -D_GNU_SOURCE -o "$work/stream" bench/net/stream.c
    gcc -O2 -Wall -D_GNU_SOURCE -o "$work/answer" bench/net/answer.c
    gcc -O2 -Wall -static -o "$work/ask" bench/net/ask.c
    gcc -O2 -Wall -static -o "$work/traced" bench/net/traced.c
    [ "$work/redis.uni" -nt "$OUT/sysroot/lib/libos.o" ] || build_redis
}

build_redis() {
    local src=$OUT/bench/src/redis
    build-tools/fetch-source redis "$src"
    rm -f "$src/src/redis-server" # the libOS has changed
    make -s -j"$(nproc)" -C "$src/src" MALLOC=libc USE_SYSTEMD=no CC=uni-cc \
        AR=uni-ar RANLIB=uni-ranlib uname_S=Septum OPT='-O2 -w' \
        CFLAGS=-DHAVE_EPOLL=1 REDIS_LDFLAGS=-Wu,--net=eth0 redis-server \
        >"$work/redis.build" 2>&1 || { cat "$work/redis.build" && return 1; }
    cp "$src/src/redis-server" "$work/redis.uni"
}

# Networks.
make_tap() { # TAP NET [bridge]
    ip link show "$1" >/dev/null 2>&1 && return
    ip tuntap add "$1" mode tap vnet_hdr
    if [ "${3:-}" = bridge ]; then
        ip link set "$1" master bridge up
    else
        up "$1" "$2.1"
    fi
}

make_veth() {
    ip netns list | grep -q server && return
    add_netns server
    ip link add veth0 type veth peer name eth0 netns server
    up veth0 10.1.0.1
    up eth0 10.1.0.2 -n server
}

add_netns() {
    ip netns add "$1"
    ip -n "$1" link set lo up
}

# up DEVICE ADDRESS [ip's options]: with cubic, whatever the machine's default.
up() {
    local dev=$1 addr=$2
    shift 2
    ip "$@" address add "$addr/24" dev "$dev" noprefixroute
    ip "$@" link set "$dev" up
    ip "$@" route add "${addr%.*}.0/24" dev "$dev" src "$addr" congctl cubic
}

make_bridge() {
    ip link show bridge >/dev/null 2>&1 && return
    ip link add bridge type bridge
    up bridge 10.2.0.1
    add_netns container
    ip link add veth1 type veth peer name eth0 netns container
    ip link set veth1 master bridge up
    up eth0 10.2.0.3 -n container
}

# Servers: start NAME COMMAND..., stop NAME.
start() {
    local name=$1
    shift
    "$@" </dev/null >"$work/$name.log" 2>&1 &
    pids[$name]=$!
}

stop() {
    kill "${pids[$1]}" 2>/dev/null || true
    wait "${pids[$1]}" 2>/dev/null || true
    unset "pids[$1]"
}

stop_all() {
    local name
    if [ -n "${has_container:-}" ]; then
        runc --root "$work/runc" delete -f "$container" || true
        has_container=
    fi
    for name in "${!pids[@]}"; do
        stop "$name"
    done
}

# await IP PORT: until somebody listens there, 10 s.
await() {
    local left=200
    until (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; do
        left=$((left - 1))
        if [ $left = 0 ]; then
            echo "bench/net: nobody listens at $1 port $2" >&2
            return 1
        fi
        sleep 0.05
    done
}

serve_http() { # NAME TAP NET [bridge] [tender's options]
    local name=$1 tap=$2 net=$3 how=
    shift 3
    [ "${1:-}" != bridge ] || { how=bridge && shift; }
    make_tap "$tap" "$net" $how
    start "$name" $on_server "$tender" --net="$tap" --ip="$net.2/24" "$@" \
        "$work/http.uni"
    await "$net.2" 80
}

make_nginx() {
    make_veth
    mkdir -p "$work/nginx"
    nginx_conf "$work" >"$work/nginx.conf"
}

# nginx at its best for one small page: a worker, no log, the file kept open,
# no sendfile (a call more than copying costs).
nginx_conf() { # where its files are
    cat <<END
worker_processes 1;
error_log stderr crit;
pid $1/nginx/pid;
user root;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile off;
    keepalive_timeout 3600;
    keepalive_requests 1000000000;
    open_file_cache max=100 inactive=1h;
    client_body_temp_path $1/nginx;
    proxy_temp_path $1/nginx;
    fastcgi_temp_path $1/nginx;
    uwsgi_temp_path $1/nginx;
    scgi_temp_path $1/nginx;
    server {
        listen 80 backlog=1024;
        root $1/site;
    }
}
END
}

serve_nginx() {
    make_nginx
    start nginx $in_server $on_server nginx -c "$work/nginx.conf" \
        -g "daemon off;"
    await 10.1.0.2 80
}

# runc_spec BUNDLE ARGS...: a configuration for what runs in the name space
# "container", privileges as engines give them.
runc_spec() {
    local bundle=$1
    shift
    (cd "$bundle" && rm -f config.json && runc spec)
    python3 - "$bundle/config.json" "$@" <<'END'
import json, sys
path = sys.argv[1]
with open(path) as f:
    conf = json.load(f)
conf["process"]["terminal"] = False
conf["process"]["args"] = sys.argv[2:]
caps = ["CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN",
        "CAP_DAC_OVERRIDE"]
conf["process"]["capabilities"] = {k: caps for k in
    ("bounding", "effective", "permitted")}
conf["root"]["readonly"] = False
for space in conf["linux"]["namespaces"]:
    if space["type"] == "network":
        space["path"] = "/run/netns/container"
with open(path, "w") as f:
    json.dump(conf, f)
END
}

# runc_bind BUNDLE HOST INSIDE: a bind mount more.
runc_bind() {
    python3 - "$@" <<'END'
import json, sys
bundle, host, inside = sys.argv[1:]
path = bundle + "/config.json"
with open(path) as f:
    conf = json.load(f)
conf["mounts"].append({"destination": inside, "source": host, "type": "bind",
                       "options": ["rbind"]})
with open(path, "w") as f:
    json.dump(conf, f)
END
}

serve_nginx_runc() {
    local bundle=$work/bundle path
    container=septum-bench-$(date +%s)
    rm -rf "$bundle"
    mkdir -p "$bundle/rootfs"
    nginx_conf /srv >"$work/nginx-runc.conf"
    runc_spec "$bundle" taskset -c 0 /usr/sbin/nginx \
        -c /srv/nginx-runc.conf -g "daemon off;"
    for path in /usr:/usr /lib:/lib /lib64:/lib64 /etc:/etc /usr/bin:/bin \
        "$work:/srv"; do
        runc_bind "$bundle" "${path%:*}" "${path#*:}"
    done
    has_container=1
    start runc runc --root "$work/runc" run --bundle "$bundle" "$container"
    await 10.2.0.3 80
    pids[runc]=$(runc --root "$work/runc" state "$container" |
        awk '/"pid"/ { gsub(/[^0-9]/, ""); print }')
}

serve_redis() { # NAME TAP NET [tender's options]
    local name=$1 tap=$2 net=$3
    shift 3
    make_tap "$tap" "$net"
    start "$name" $on_server "$tender" --net="$tap" --ip="$net.2/24" \
        --mem=256M "$@" "$work/redis.uni" --save "" --protected-mode no
    await "$net.2" 6379
}

serve_native_redis() {
    make_veth
    start native $in_server $on_server redis-server --save "" \
        --protected-mode no --dir "$work"
    await 10.1.0.2 6379
}

# Clients.

# Processor time of a server and its children so far, ns.
cpu_of() {
    local pid sum=0 ns rest
    for pid in ${pids[$1]} $(pgrep -P "${pids[$1]}"); do
        read -r ns rest <"/proc/$pid/schedstat" || continue
        sum=$((sum + ns))
    done
    echo $sum
}

# note SERVER FIGURE VALUE
note() { echo "$3" >>"$work/$1.$2"; }

# ask_once CONNECTIONS SERVER IP: anew if others kept the machine so busy that
# connections timed out.
ask_once() {
    local before after requests left=3
    while :; do
        before=$(cpu_of "$2")
        $on_client wrk -t1 -c"$1" -d"$NET_SECONDS" --latency "http://$3/" \
            >"$work/wrk.out"
        after=$(cpu_of "$2")
        grep -E 'Socket errors|Non-2xx' "$work/wrk.out" >&2 || break
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
    done
    requests=$(awk '/requests in/ { print $1 }' "$work/wrk.out")
    note "$2" rate "$(awk '/^Requests\/sec/ { print $2 }' "$work/wrk.out")"
    note "$2" cpu "$(awk -v ns=$((after - before)) -v n="$requests" \
        'BEGIN { printf "%.3f", ns / n / 1000 }')"
    note "$2" p99 "$(awk '$1 == "99%" {
        v = $2 + 0; if ($2 ~ /ms$/) v *= 1e3; else if ($2 ~ /[0-9]s$/) v *= 1e6
        print v }' "$work/wrk.out")"
}

# forget SERVERS...: what was noted of them.
forget() {
    local name
    for name; do
        rm -f "$work/${name%%:*}".{rate,cpu,p99}
    done
}

# ask_http CONNECTIONS SERVER:IP...: in turns.
ask_http() {
    local connections=$1 run server
    shift
    forget "$@"
    for ((run = 0; run < NET_RUNS; run++)); do
        for server; do
            ask_once "$connections" "${server%%:*}" "${server#*:}"
        done
    done
}

# ask_redis TEST PIPELINE SERVER:IP...
ask_redis() {
    local test=$1 pipeline=$2 run server name before after
    local count=$((NET_SECONDS * ($2 > 1 ? 1000000 : 100000)))
    shift 2
    forget "$@"
    for ((run = 0; run < NET_RUNS; run++)); do
        for server; do
            name=${server%%:*}
            before=$(cpu_of "$name")
            $on_client redis-benchmark -h "${server#*:}" -t "$test" -c 50 \
                -P "$pipeline" -n $count -q 2>&1 |
                tr '\r' '\n' >"$work/redis.out"
            after=$(cpu_of "$name")
            note "$name" rate "$(awk '/requests per second/ { print $2 }' \
                "$work/redis.out")"
            note "$name" cpu "$(awk -v ns=$((after - before)) -v n=$count \
                'BEGIN { printf "%.3f", ns / n / 1000 }')"
        done
    done
}
