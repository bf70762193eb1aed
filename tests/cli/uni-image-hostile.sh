# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Hostile images: each is refused with status 1 and one line, or contained;
# nothing is left behind. The line is in uni-image-hostile.expect.
set -eu
export PYTHONPATH=$ROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
mkdir in out
echo 'int main(void) { return 0; }' >app.c
uni-build -o app.uni app.c
cat >make.py <<'P'
import os, zlib
from oci import *
app = file("app.uni", open("app.uni", "rb").read(), mode=0o755)
run = {"Entrypoint": ["/app.uni"]}
os.chdir("in")
def image(name, *layers, config=run, how="plain", **more):
    layers = [layer if isinstance(layer, bytes) else tar(layer)
              for layer in layers]
    Layout(name).image([tar([app])] + layers, config, how, **more)
def edit(name, what, change):
    path = max((os.path.join(root, f) for root, _, files in os.walk(name)
                for f in files if what in open(os.path.join(root, f), "rb").read().decode("latin1")),
               key=os.path.getsize)
    data = open(path, "rb").read()
    open(path, "wb").write(change(data))

# Ways out of the tree.
image("dotdot", [file("../evil", "x")])
image("dotdot-inside", [file("a/../../evil", "x")])
image("absolute", [file("/evil", "x")])
image("link-out", [link("out", "/"), file("out/evil", "x")])
image("link-up", [link("up", "../../../../.."), file("up/evil", "x")])
image("hard-out", [hard("evil", "../../etc/passwd")])
image("hard-absolute", [hard("evil", "/etc/passwd")])
image("hard-through-link", [link("l", "/etc"), hard("evil", "l/passwd")])
image("hard-missing", [hard("evil", "nowhere")])
image("hard-folder", [dir_("d"), hard("evil", "d")])
image("hard-itself", [file("a"), hard("a", "a")])
image("hard-hidden", [file("f", "x")], [file(".wh.f"), hard("g", "f")])
image("hard-below", [dir_("d"), file("d/f"), hard("d", "d/f")])
image("whiteout-parent", [file("d/.wh..."), file("d/.wh..")])
image("whiteout-nothing", [file("d/.wh.")])
image("loop", [link("a", "b"), link("b", "a"), file("a/x", "x")])
image("not-a-folder", [file("f"), file("f/x", "x")])
# Devices are only written down.
image("device", [node("sda", "b", 8, 0), node("mem", "c", 1, 1)])
# Sizes.
image("name-4096", [file("n" * 4096, "x")])
image("path-4096", [file("/".join(["n" * 200] * 30), "x")])
image("deep", [file("/".join("d" * 1 for _ in range(2000)), "x")])
image("deep-links", *[[link("l%d" % i, ("l%d/" % (i - 1) if i else "") +
      "/".join("d" for _ in range(400))), file("l%d/x" % i)]
      for i in range(3)])
image("entries-100000", [file("many/%d" % i) for i in range(100000)])
image("xattrs", [file("a", "x", xattrs={"user.%d" % i: "v" for i in range(2000)})])
image("xattr-size", [file("a", "x", xattrs={"user.a%d" % i: "v" * 30000 for i in range(3)})])
image("xattr-kind", [file("a", "x", xattrs={"odd.kind": "v"})])
image("bomb", bytes(512 * 200000), how="zstd")
image("sparse-bomb", [sparse_01("s", 1 << 50, [(0, b"x")])])
image("huge", [crafted(size=b"\x80" + bytes(3) + b"\x7f" * 8)])
image("negative", [crafted(size=b"\xff" * 12)])
image("owner", [crafted(uid=b"\xff" * 8)])
image("owner-big", [crafted(uid=b"\x80\0\0\1\0\0\0\0")])
image("kind", [crafted(kind=b"Z")])
image("sparse-outside", [sparse_01("s", 1000, [(5000, b"x" * 10)])])
image("no-name", [crafted(name=b"")])
image("control", [file("a\033[2J\nb/../../x", "x")])
# Damage.
image("no-tar", b"this is no archive, and far from one " * 100)
image("cut-file", tar([file("f", "x" * 5000)], end=False)[:3000])
image("cut-header", tar([file("f", "x")], end=False) + b"half a header")
image("checksum", [raw(tar([file("f", "x")])[:100] + b"9" * 412)])
image("cut-gzip", [file("f", os.urandom(100000))], how="gzip")
def cut(layout, kind):
    """A layer that is cut, with the digest that it has then."""
    layout = Layout(layout)
    data, suffix = pack(tar([app, file("f", os.urandom(100000))]), kind)
    data = data[:len(data) // 2]
    config = layout.blob(config_of([sha(tar([app]))], run), OCI + "config.v1+json")
    layout.add(layout.blob({"schemaVersion": 2, "config": config, "layers":
        [layout.blob(data, OCI + "layer.v1.tar" + suffix)]}, OCI + "manifest.v1+json"))
cut("cut-gzip", "gzip")
cut("cut-zstd", "zstd")
image("bit", [file("f", "needle" * 10)])
edit("bit", "needle", lambda d: d.replace(b"needle", b"noodle", 1))
image("longer", [file("f", "needle" * 10)])
edit("longer", "needle", lambda d: d + b"x")
image("diff-id", [file("f", "x")])
layout = Layout("diff-id")
good = tar([app])
layout.add(layout.blob({"schemaVersion": 2,
    "config": layout.blob(config_of([sha(b"other")], run), OCI + "config.v1+json"),
    "layers": [layout.blob(good, OCI + "layer.v1.tar")]}, OCI + "manifest.v1+json"))
def manifest(name, change, config=None):
    layout = Layout(name)
    document = {"schemaVersion": 2,
        "config": layout.blob(config or config_of([sha(good)], run), OCI + "config.v1+json"),
        "layers": [layout.blob(good, OCI + "layer.v1.tar")]}
    document = change(document) or document
    layout.add(layout.blob(document, OCI + "manifest.v1+json"))
manifest("digest-path", lambda m: m["layers"][0].update(digest="sha256:../../../../etc/passwd"))
manifest("digest-kind", lambda m: m["layers"][0].update(digest="md5:" + "0" * 32))
manifest("size", lambda m: m["layers"][0].update(size=5))
manifest("size-text", lambda m: m["layers"][0].update(size="5"))
manifest("kind-of-layer", lambda m: m["layers"][0].update(mediaType="text/html"))
manifest("kind-of-config", lambda m: m["config"].update(mediaType="application/vnd.other"))
manifest("no-json", lambda m: b"{")
manifest("twice", lambda m: json.dumps(m).encode()[:-1] + b', "layers": []}')
manifest("nested", lambda m: b"[" * 100000)
manifest("list", lambda m: b"[]")
manifest("layers-text", lambda m: m.update(layers="x"))
manifest("ids", lambda m: None, config_of([], run))
manifest("platform", lambda m: None, config_of([sha(good)], run, architecture="arm64"))
manifest("entry-text", lambda m: None, config_of([sha(good)], {"Entrypoint": "/app.uni"}))
manifest("entry-none", lambda m: None, config_of([sha(good)], {}))
manifest("entry-missing", lambda m: None, config_of([sha(good)], {"Entrypoint": ["/nope"]}))
manifest("entry-out", lambda m: None, config_of([sha(good)], {"Entrypoint": ["../x"]}))
manifest("entry-folder", lambda m: None, config_of([sha(good)], {"Cmd": ["/"]}))
manifest("user", lambda m: None, config_of([sha(good)], dict(run, User="nobody-here")))
manifest("cwd", lambda m: None, config_of([sha(good)], dict(run, WorkingDir="/app.uni/x/../y/../../../z")))
manifest("volume", lambda m: None, config_of([sha(good)], dict(run, Volumes={"relative": {}})))
manifest("settings", lambda m: None, config_of([sha(good)], dict(run, Labels={"a": "b" * 2000000})))
layout = Layout("fifo")
os.mkfifo("fifo/index.json")
layout = Layout("index-link")
os.symlink("/proc/self/environ", "index-link/index.json")
layout = Layout("circle")
inner = layout.blob({"manifests": []}, OCI + "index.v1+json")
for _ in range(6):
    inner = layout.blob({"manifests": [inner]}, OCI + "index.v1+json")
layout.add(inner)
os.mkdir("empty")
# docker save's.
docker_archive("twice.tar", [tar([app])], run, extra=[file("0/layer.tar", "x"), file("0/layer.tar", "x")])
docker_archive("circle.tar", [tar([app])], run, names=["a"], extra=[link("a", "b"), link("b", "a")])
docker_archive("escape.tar", [tar([app])], run, names=["../../a"], extra=[file("a", "x")])
docker_archive("member.tar", [tar([app])], run, extra=[file("../evil", "x")])
docker_archive("missing.tar", [tar([app])], run, drop=["0/layer.tar"])
docker_archive("manifest.tar", [tar([app])], run, drop=["manifest.json"])
docker_archive("link-out.tar", [tar([app])], run, names=["a"], extra=[link("a", "/etc/passwd")])
docker_archive("changed.tar", [tar([app])], run, names=["a"], extra=[file("a", tar([app, file("more", "x")]))])
open("empty.tar", "wb").close()
open("noise.tar", "wb").write(os.urandom(5000))
P
python3 make.py
before=$(find . | sort)
for image in in/*; do
    name=${image#in/}
    case $name in
    *.tar) src=docker-archive:$image ;;
    *) src=oci:$image ;;
    esac
    rc=0
    timeout 20 uni-image convert "$src" out/x.uni >stdout 2>stderr || rc=$?
    # Digests depend on the program, which depends on the compiler.
    printf '%s: %s %s\n' "$name" "$rc" "$(sed -E 's/^uni-image: //
        s/[0-9a-f]{64}/HEX/g; s/(in\/)[^ ]*/\1/
        s/(damaged|no JSON): .*/\1/; s/: [0-9]+ bytes, its/: N bytes, its/
        s/says [0-9]+$/says N/' stderr | cut -c 1-160)"
    [ ! -s stdout ] || echo "$name: speaks on standard output"
    [ "$(wc -l <stderr)" -le 1 ] || echo "$name: more than one line"
    if [ $rc = 0 ]; then
        uni-image verify out/x.uni >stdout || echo "$name: makes a bad image"
        uni-image ls out/x.uni | grep evil || :
        rm out/x.uni
    else
        # A layout that is not made is not half made.
        if timeout 20 uni-image convert "$src" oci:out/y >stdout 2>&1; then
            echo "$name: taken"
            rm -r out/y
        fi
    fi
    rm stdout stderr
    [ -z "$(ls out)" ] || echo "$name: leaves $(ls -R out)"
done
[ "$(find . | sort)" = "$before" ] || echo "something is left behind"
[ ! -e ../evil ] && [ ! -e /evil ] || echo "something came out"
# A layout to add to, whose folder of blobs is another folder of ours.
mkdir led elsewhere
uni-image convert -q oci:in/xattr-kind oci:led/out
rm -r led/out/blobs
ln -s ../../elsewhere led/out/blobs
rc=0
uni-image convert -q oci:in/xattr-kind oci:led/out 2>stderr || rc=$?
echo "led: $rc $(cat stderr)"
[ -z "$(ls elsewhere)" ] || echo "led: written elsewhere"
