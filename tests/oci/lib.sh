# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of all engines share. A case is a function case_NAME; it runs
# in a shell and an empty directory of its own, under `set -u`, and fails by
# calling fail. RUNTIME is runnc, or runc to see whether a test is right:
# what both can do must pass with both.
: "${ROOT:?}" "${OUT:?}" "${WORLD:?}"
RUNTIME=${RUNTIME:-runnc}
# The image's program: a unikernel, or the same C file as a Linux program.
IMAGE=septum-probe
if [ "$RUNTIME" = runnc ]; then
    RUNTIME_PATH=$OUT/bin/runnc
    PROBE=$OUT/test/oci/probe.uni
else
    RUNTIME_PATH=$(command -v "$RUNTIME")
    PROBE=$OUT/test/oci/probe
fi
export RUNTIME RUNTIME_PATH PROBE IMAGE PATH=$OUT/bin:$PATH

fail() {
    echo "FAIL: $*"
    [ ! -s out ] || { echo "--- out:" && head -c 3000 out; }
    [ ! -s err ] || { echo "--- err:" && head -c 3000 err; }
    exit 1
}
not_here() {
    echo "$*"
    exit 77
}
check() { "$@" || fail "$*"; }
# only RUNTIME: what the other runtime does differently.
only() { [ "$RUNTIME" = "$1" ] || not_here "only $1"; }

# forget_cases: of a file that was read for its helpers.
forget_cases() {
    local each
    for each in $(declare -F | awk '$3 ~ /^case_/ { print $3 }'); do
        [ "$each" = case_matches ] || unset -f "$each"
    done
}

# run COMMAND...: files out and err, $status.
run() {
    status=0
    "$@" >out 2>err </dev/null || status=$?
}
expect_status() { [ "$status" = "$1" ] || fail "status $status, expected $1"; }
# expect_out LINE: a whole line; has TEXT FILE: somewhere in it.
expect_out() { grep -qxF -e "$1" <(tr -d '\r' <out) || fail "no line '$1'"; }
expect_err() { grep -qE -e "$1" err || fail "no '$1' in the errors"; }
# equal WHAT GOT WANT
equal() { [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"; }

# await SECONDS COMMAND...: until it succeeds.
await() {
    local left=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || fail "never came: $*"
        sleep 0.05
    done
}

# others: processes of the world that neither are ours nor the harness's nor
# the engine's own daemons, as "PID ARGS".
others() {
    ps -eo pid=,ppid=,stat=,args= | awk -v self=$$ '
        { parent[$1] = $2; stat[$1] = $3
          $1 = $1; pid = $1; sub(/^[0-9]+ [0-9]+ [^ ]+ /, ""); args[pid] = $0 }
        function ours(pid,   up) {
            for (up = self; up > 0; up = parent[up]) if (up == pid) return 1
            for (up = pid; up > 1; up = parent[up]) if (up == self) return 1
            return 0
        }
        END { for (pid in args)
                  if (!ours(pid) && args[pid] !~ /^(\[|([^ ]*\/)?(dockerd|containerd|bash [^ ]*engine|timeout)( |$)|[^ ]*python3? [^ ]*name_server\.py$)/)
                      print pid, args[pid] }'
}

# traces: what containers are made of, a line each, to be compared.
traces() {
    others | sed 's/^[0-9]* /process /'
    awk '{ print "mount", $5, $9, $10 }' /proc/self/mountinfo
    find /sys/fs/cgroup -type d -printf 'cgroup %p\n'
    ip -o link | awk -F ': ' '{ print "link", $2 }'
    ip netns list | sed 's/^/netns /'
    local kind
    for kind in net mnt pid ipc uts user cgroup; do
        readlink /proc/[0-9]*/ns/$kind
    done | sort -u | sed 's/^/namespace /'
    find /run "$WORLD/tmp" /dev/shm ! -path "$WORLD/tmp/case.*" \
        ! -path '*/containerd/s/*' ! -path '*lock*' ! -path '*/aardvark*' ! -path '*.sock*' \
        ! -path '/run/docker-test/netns/*' -printf 'file %p\n' 2>/dev/null
}
# What an engine keeps when it ends, of its own and not of a container's, is
# told by a pattern in $ENGINE_KEEPS; what it makes once, in $case_keeps.
sorted_traces() {
    traces | grep -vE -e "${ENGINE_KEEPS:-^$}" -e "${case_keeps:-^$}" | sort
}
# Engines clean up in the background: what is left must go within seconds.
expect_no_traces() { # BEFORE
    local tries
    for tries in {1..100}; do
        sorted_traces >traces.now
        comm -13 "$1" traces.now >traces.new
        [ -s traces.new ] || return 0
        [ "$tries" -lt 100 ] && sleep 0.05
    done
    echo "left behind:"
    cat traces.new
    return 1
}

# port_of: a TCP port nobody uses in this world.
free_port() { echo $((20000 + RANDOM % 20000)); }
fetch() { curl -sS --max-time 5 "$@"; }

# make_context DIR: what the image is built from.
make_context() {
    mkdir -p "$1/data"
    cp "$PROBE" "$1/probe"
    echo 'plain text' >"$1/data/plain.txt"
    chmod 644 "$1/data/plain.txt"
    ln -s plain.txt "$1/data/link"
    cat >"$1/Dockerfile" <<'END'
FROM scratch
COPY probe /probe
COPY data /data
ENV FROM_IMAGE=yes
ENTRYPOINT ["/probe"]
END
}

# make_archive DIR FILE [WORDS...]: DIR's image, as `docker save` writes one.
make_archive() {
    local dir=$WORLD/archive config layer words
    words=$(printf ', "%s"' /probe "${@:3}")
    mkdir -p "$dir"
    tar -C "$1" --owner=0 --group=0 --numeric-owner -cf "$dir/layer.tar" \
        probe data
    layer=$(sha256sum <"$dir/layer.tar" | cut -d ' ' -f 1)
    cat >"$dir/config.json" <<END
{"architecture": "amd64", "os": "linux",
 "config": {"Entrypoint": [${words#, }], "WorkingDir": "/",
            "Env": ["PATH=/bin", "FROM_IMAGE=yes"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]},
 "history": [{"created_by": "make_archive"}]}
END
    config=$(sha256sum <"$dir/config.json" | cut -d ' ' -f 1).json
    mv "$dir/config.json" "$dir/$config"
    cat >"$dir/manifest.json" <<END
[{"Config": "$config", "RepoTags": ["localhost/$IMAGE:latest"],
  "Layers": ["layer.tar"]}]
END
    tar -C "$dir" -cf "$2" manifest.json "$config" layer.tar
    rm -rf "$dir"
}

# make_bundle DIR WORDS...: a bundle whose process is the probe with them.
make_bundle() {
    local dir=$1
    shift
    make_context "$dir/rootfs"
    jq -n --arg id "${dir##*/}" '{
        ociVersion: "1.0.2",
        process: {
            args: (["/probe"] + $ARGS.positional), cwd: "/",
            env: ["PATH=/bin", "FROM_IMAGE=yes"], user: {uid: 0, gid: 0},
            noNewPrivileges: true
        },
        root: {path: "rootfs"}, hostname: $id,
        mounts: [
            {destination: "/proc", type: "proc", source: "proc"},
            {destination: "/dev", type: "tmpfs", source: "tmpfs",
             options: ["nosuid", "mode=755", "size=65536k"]},
            {destination: "/dev/pts", type: "devpts", source: "devpts",
             options: ["newinstance", "ptmxmode=0666", "mode=0620"]}
        ],
        linux: {
            cgroupsPath: ("/septum-test/" + $id),
            namespaces: [{type: "pid"}, {type: "mount"}, {type: "network"},
                         {type: "ipc"}, {type: "uts"}],
            maskedPaths: ["/proc/kcore"], readonlyPaths: ["/proc/sys"]
        }
    }' --args "$@" >"$dir/config.json"
}

# example SCRIPT [ARGS...]: one of images/examples/, built here, in a copy.
example() {
    only runnc
    cp -a "$ROOT/images/examples" examples
    check "$OUT/bin/uni-build" -o examples/http.uni --optional-net eth0 \
        --optional-stream files -O2 \
        "$ROOT/examples/http/http.c"
    run "examples/$1" "${@:2}"
    expect_status 0
    expect_out '<!doctype html><title>septum</title><p>Served by a unikernel.'
}
