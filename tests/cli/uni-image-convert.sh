# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# From every kind of source to every kind of destination: the program begins
# as its image says, in both cages; the same input gives the same bytes.
set -eu
export PYTHONPATH=$ROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
cat >show.c <<'C'
#include <grp.h>
#include <stdio.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv)
{
    char cwd[200];
    gid_t groups[32];
    for (int i = 1; i < argc; i++)
        printf("%s ", argv[i]);
    printf("in %s as %d:%d", getcwd(cwd, sizeof cwd), getuid(), getgid());
    for (int i = 0, n = getgroups(32, groups); i < n; i++)
        printf(",%d", groups[i]);
    for (char **env = environ; *env; env++)
        printf(" %s", *env);
    printf("%s\n", access("/etc/motd", R_OK) ? "" : " motd");
    return 0;
}
C
uni-build -o show.uni show.c --env BUILT=1 --env A=built
gcc -o dynamic show.c
gcc -static -o static show.c

cat >make.py <<'P'
from oci import *
uni = open("show.uni", "rb").read()
etc = [file("etc/passwd", "root:x:0:0::/root:/x\nweb:x:33:34::/srv:/x\n"),
       file("etc/group", "web:x:34:\nmore:x:99:web,other\nlast:x:7:root\n"),
       file("etc/motd", "hi"), dir_("data", uid=33, gid=34, mode=0o770),
       file("data/seed", "seed", uid=33)]
layers = [tar(etc), tar([file("srv/bin/show", uni, mode=0o755),
                         link("srv/app", "bin/show"),
                         file("bin/dynamic", open("dynamic", "rb").read(), mode=0o755),
                         file("bin/static", open("static", "rb").read(), mode=0o755),
                         file("bin/script", "#!/bin/dynamic -x\n", mode=0o755),
                         file("bin/data", "data", mode=0o755),
                         file("bin/newer", uni.replace(b"Septum\0\0\1\0\0\0", b"Septum\0\0\x09\0\0\0"), mode=0o755)])]
full = {"Entrypoint": ["/srv/app", "--first"], "Cmd": ["x", "y z"],
        "Env": ["A=image", "PATH=/none:/srv/bin"], "WorkingDir": "/where/here",
        "User": "web", "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}},
        "StopSignal": "SIGINT", "Labels": {"b": "2", "a": "1"},
        "Healthcheck": {"Test": ["CMD", "/srv/app", "health"], "Interval": 10**9}}
layout = Layout("src")
def add(ref, config, **more):
    layout.image(layers, config, ref=ref, **more)
add("full", full)
add("cmd", {"Cmd": ["show", "word"], "Env": ["PATH=/none:/srv/bin"]})
add("number", dict(full, User="33", Entrypoint=None, Cmd=["srv/app"], WorkingDir="/"))
add("pair", dict(full, User="12:more"))
for name in "dynamic", "static", "script", "data", "newer":
    add(name, {"Entrypoint": ["/bin/" + name]})
add("sh", {"Cmd": ["missing"]})
# An index: other platforms beside ours, and what is no image.
index = Layout("index")
ours = index.manifest(layers, full)
arm = index.manifest([tar([])], {}, architecture="arm64")
index.add(index.blob({"schemaVersion": 2, "manifests": [
    dict(arm, platform={"os": "linux", "architecture": "arm64"}),
    dict(ours, platform={"os": "linux", "architecture": "amd64"}),
    dict(arm, platform={"os": "unknown", "architecture": "unknown"})]},
    OCI + "index.v1+json"), "multi")
other = Layout("other")
other.add(other.blob({"schemaVersion": 2, "manifests": [
    dict(other.manifest([tar([])], {}, architecture="arm64"),
         platform={"os": "linux", "architecture": "arm64"})]}, OCI + "index.v1+json"))
docker_archive("src.tar", layers, full, ["shop:latest", "shop:1"])
docker_archive("dup.tar", layers + [layers[0]], full, ["dup:1"],
    names=["a/layer.tar", "b/layer.tar", "c/layer.tar"],
    extra=[link("c/layer.tar", "../a/layer.tar")])
P
python3 make.py

cages=seccomp
if tender --cage=kvm show.uni >/dev/null 2>&1; then cages="$cages kvm"; fi
# starts IMAGE WANTED ARGS...: what it shows in each cage.
starts() {
    local image=$1 want=$2 cage got
    shift 2
    for cage in $cages; do
        got=$(tender --cage="$cage" "$image" "$@")
        [ "$got" = "$want" ] || fail "$image $*, $cage: '$got', not '$want'"
    done
}
env="BUILT=1 A=image PATH=/none:/srv/bin HOME=/srv motd"

echo "# configuration"
uni-image convert oci:src:full full.uni
starts full.uni "--first x y z in /where/here as 33:34,99 $env"
starts full.uni "--first z in /where/here as 33:34,99 $env" z
uni-image convert oci:src:cmd cmd.uni
starts cmd.uni "word in / as 0:0 BUILT=1 A=built PATH=/none:/srv/bin HOME=/root motd"
uni-image convert oci:src:number number.uni
starts number.uni "in / as 33:34,99 $env"
uni-image convert oci:src:pair pair.uni
starts pair.uni "--first x y z in /where/here as 12:99 ${env/srv motd/ motd}"
uni-image inspect full.uni | sed -n '/container:/,/^rootfs/p'
uni-image ls full.uni /srv
[ "$(uni-image cat full.uni /data/../etc/motd)" = hi ]

echo "# other sources"
for src in oci:index docker-archive:src.tar docker-archive:src.tar:shop:1; do
    uni-image convert "$src" other.uni
    cmp full.uni other.uni
done
uni-image convert docker-archive:dup.tar dup.uni
starts dup.uni "--first x y z in /where/here as 33:34,99 $env"
gzip -k src.tar
uni-image convert docker-archive:src.tar.gz other.uni
cmp full.uni other.uni

echo "# destinations, and back"
uni-image convert oci:src:full oci:dst:v1
uni-image convert oci:src:full oci:dst2
cmp -s dst/index.json dst2/index.json && fail "a name leaves no trace"
diff -r dst/blobs dst2/blobs
uni-image convert oci:src:cmd oci:dst:v2
uni-image convert oci:src:full oci:dst:v1
[ "$(grep -o '"digest"' dst/index.json | wc -l)" = 2 ] || fail "index.json"
uni-image convert oci:dst:v1 back.uni
starts back.uni "--first x y z in /where/here as 33:34,99 $env"
uni-image convert full.uni oci:dst:v3
uni-image convert oci:dst:v3 back.uni
starts back.uni "--first x y z in /where/here as 33:34,99 $env"
uni-image convert oci:src:full docker-archive:dst.tar:shop:2
uni-image convert docker-archive:dst.tar:shop:2 back.uni
starts back.uni "--first x y z in /where/here as 33:34,99 $env"
for how in gzip zstd; do
    uni-image convert --compress $how oci:src:full oci:$how
    uni-image convert oci:$how other.uni
    cmp back.uni other.uni
done
uni-image verify full.uni oci:dst:v1 docker-archive:dst.tar >digests
if command -v skopeo umoci >/dev/null; then
    skopeo inspect oci:dst:v1 | grep -A 9 '"Env"'
    skopeo copy -q docker-archive:dst.tar oci:copied:v
    uni-image convert oci:copied:v other.uni
    starts other.uni "--first x y z in /where/here as 33:34,99 $env"
    umoci unpack --rootless --image dst:v1 bundle 2>/dev/null
    (cd bundle/rootfs && find . -type f | sort)
    umoci stat --image dst:v1 >/dev/null
    # Under an engine it gets its words from there.
    starts bundle/rootfs/srv/app "a in / as 0:0 BUILT=1 A=built motd" a
fi

echo "# engines"
mkdir bin
cat >bin/docker <<'S'
#!/bin/sh
# Plays docker and podman: save and load one image.
echo "${0##*/} $*" >>"$LOG"
case "$*" in
save*missing) echo "No such image: missing" >&2; exit 1 ;;
save*) cat src.tar ;;
load*) cat >loaded.tar; echo "Loaded image" ;;
esac
S
chmod +x bin/docker
ln -s docker bin/podman
export LOG=$PWD/log
for engine in docker podman; do
    PATH=$PWD/bin:$PATH uni-image convert $engine:shop other.uni
    cmp full.uni other.uni
    PATH=$PWD/bin:$PATH uni-image convert oci:src:full $engine:shop
    uni-image convert docker-archive:loaded.tar other.uni
    cmp back.uni other.uni
    tar -xOf loaded.tar manifest.json | grep -o 'RepoTags":[^]]*]'
done
cat log
PATH=$PWD/bin:$PATH uni-image convert docker:missing x.uni 2>err && fail "missing"
cat err

echo "# programs of other kinds"
for name in dynamic static script data newer sh; do
    uni-image convert oci:src:$name x.uni 2>err && fail "$name"
    sed 's/libc.so.6 .*)/libc.so.6)/' err
done
refused 1 "no image for linux/amd64; there are: linux/arm64" \
    uni-image convert oci:other x.uni
refused 1 "no image nope; there are: full cmd" uni-image convert oci:src:nope x.uni
refused 1 "several images: expected a name (oci:DIR:REF); there are: full cmd" uni-image convert oci:src x.uni
refused 1 "no image shop:3 in the archive" \
    uni-image convert docker-archive:src.tar:shop:3 x.uni
uni-image convert --app show.uni oci:src:dynamic app.uni
starts app.uni "in / as 0:0 BUILT=1 A=built HOME=/root motd"
refused 1 "static is a Linux program (static)" \
    uni-image convert --app static oci:src:full x.uni

echo "# command lines"
refused 2 "expected FILE, oci:DIR" uni-image convert oci:src:full oci:
refused 2 "--compress is for oci: only" uni-image convert --compress gzip oci:src:full x.uni
refused 2 "--max-size 0" uni-image verify --max-size 0 full.uni
refused 2 "no such option" uni-image cat -l full.uni /etc/motd
refused 2 "expected a command" uni-image
refused 2 "2 arguments" uni-image inspect a b
refused 2 "No such file" uni-image inspect nowhere
refused 2 "no such file in full.uni" uni-image ls full.uni /nope
refused 2 "no regular file" uni-image cat full.uni /etc
refused 1 "not an ELF file" uni-image inspect src.tar
refused 1 "no root file system" uni-image ls show.uni
refused 1 "more than 3 files" uni-image convert --max-entries 3 oci:src:full x.uni
refused 1 "more than 1048576 bytes" uni-image verify --max-size 1M oci:src:full
refused 1 "is there, and is no OCI layout" uni-image convert oci:src:full oci:bin
mkdir full.d && refused 2 "" uni-image convert oci:src:full full.d
digest=$(uni-image verify full.uni | cut -d ' ' -f 1)
[ "$digest" = "sha256:$(sha256sum full.uni | cut -d ' ' -f 1)" ]
uni-image verify --digest "$digest" full.uni >/dev/null
refused 1 "digest is" uni-image verify --digest "${digest%??????}aaaaaa" full.uni

echo "# progress"
script -qec "uni-image convert oci:src:full x.uni" /dev/null </dev/null |
    tr '\r' '\n' | grep -ao 'layer 1 of 2: [0-9.]* of [0-9.]* MiB' | head -n 1
uni-image convert oci:src:full x.uni 2>&1
rm x.uni
for n in 1 2 3 4 5 6; do uni-image convert oci:src:full oci:dst:p$n & done
wait
[ "$(grep -o '"p[1-6]"' dst/index.json | wc -l)" = 6 ] || fail "index.json"

echo "# nothing half done"
trap '' XFSZ
for dst in x.uni oci:x docker-archive:x.tar; do
    (ulimit -f 600 && refused 2 "" uni-image convert oci:src:full $dst)
done
mkfifo pipe
exec 7<>pipe # it waits for what never comes
uni-image convert docker-archive:pipe x.uni 2>err &
pid=$!
head -c 100000 src.tar >pipe
sleep 0.3
kill $pid
rc=0
wait $pid || rc=$?
[ $rc = 2 ] || fail "stopped: status $rc"
cat err
if ls -d x.uni* x.tar* x x.?????? 2>/dev/null; then fail "left behind"; fi
