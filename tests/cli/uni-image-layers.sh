# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Layers on top of each other: what is in the .uni is what umoci unpacks as
# root, and what a program reads in both cages.
set -eu
[ "$(id -u)" = 0 ] || {
    echo "owners and devices need root for umoci to unpack"
    exit 77
}
command -v umoci >/dev/null || {
    echo "no umoci"
    exit 77
}
export PYTHONPATH=$ROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
cp "$ROOT/tests/lib/walk.c" .
uni-build -O2 -o walk.uni walk.c

cat >make.py <<'P'
import sys
from oci import *
long_name = "n" * 255
deep = "/".join(["deep%04d" % i for i in range(60)])
big = bytes(range(256)) * 4096
one = [
    dir_("./", mode=0o755), dir_("app"), file("app/walk.uni",
        open("walk.uni", "rb").read(), mode=0o755),
    dir_("top", mode=0o751, uid=1000, gid=1001, mtime=1234567890),
    dir_("top/etc"), file("top/etc/a", "from one"), file("top/etc/b", "b"),
    file("top/etc/gone", "gone"), dir_("top/opq"), file("top/opq/old", "old"),
    dir_("top/opq/sub"), file("top/opq/sub/old", "old"),
    file("top/suid", "s", mode=0o4755, uid=70000, gid=4000000000),
    file("top/empty"), file("top/size4095", "x" * 4095),
    file("top/size4096", "y" * 4096), file("top/size4097", "z" * 4097),
    file("top/big", big), link("top/abs", "/etc/passwd"),
    link("top/rel", "../top/etc/a"), link("top/dangling", "nowhere"),
    link("top/longlink", "t" * 3000), file("top/" + long_name, "long"),
    file("top/" + deep + "/leaf", "deep"), hard("top/hard", "top/etc/b"),
    hard("top/hard2", "./top/hard"), node("top/null", "c", 1, 3, mode=0o666),
    node("top/disk", "b", 259, 70000, mode=0o600), node("top/fifo", "p"),
    file("top/x\xe9\u4e2d", "utf8"), file("top/new\nline", "x"),
    file("top/latin\udce9", "x"), # in PAX: with hdrcharset=BINARY
    file("top/attr", "x", xattrs={"user.one": "1", "user.two": "a" * 300,
         "trusted.x": "t"}),
    dir_("top/attrdir", xattrs={"user.dir": "old"}),
    file("top/past", "x", mtime=1), file("top/nano", "x",
         pax={"mtime": "1500000000.123456789"}),
    dir_("usr"), dir_("usr/bin"), file("usr/bin/tool", "tool"),
    link("bin", "usr/bin"), link("top/loop", "top/loop"),
    dir_("top/replaced"), file("top/replaced/inside", "x"),
    file("top/becomesdir", "x"), file("top/many", ""),
    sparse_01("top/sparse", 3000000, [(0, b"begin"), (1000000, b"m" * 5000),
                                      (2999995, b"end..")]),
]
two = [
    file("top/etc/.wh.gone"), file("top/etc/a", "from two", uid=5),
    dir_("top/opq"), file("top/opq/before", "new"),
    file("top/opq/.wh..wh..opq"), file("top/opq/after", "new"),
    dir_("top/opq/sub"), file("top/opq/sub/new", "new"),
    file("top/replaced", "now a file"), dir_("top/becomesdir"),
    file("top/becomesdir/inside", "y"), file("bin/second", "through a link"),
    hard("top/hard3", "top/hard2"), dir_("top/attrdir", mode=0o700,
         xattrs={"user.new": "new"}),
    file("top/made/by/need", "x"), file("top/.wh.absent"),
    file("top/wh/new", "x"), file("top/big", "small now"),
    file("top/latin\udce8", "x"), file("top/linkold", "old"), file("top/unchanged", "u"),
]
three = [
    # A whiteout hides older layers only, before or behind its neighbour.
    file("top/.wh.unchanged"), file("top/unchanged", "again"),
    dir_("top/wh"), file("top/wh/three", "3"), file("top/.wh.wh"),
    file("top/etc/.wh.b"), # its other names stay
    file("top/.wh..wh.plnk/x"), hard("top/again", "top/linkold"),
    file("top/.wh.linkold"),
]
how = sys.argv[1]
layout = Layout(how)
layout.image([tar(one), tar(two, tarfile.GNU_FORMAT), tar(three)],
             {"Entrypoint": ["/app/walk.uni", "/"], "User": "0"}, how=how,
             ref="it")
P
# What is there, in one form: from a folder, and from a .uni.
cat >list.py <<'P'
import hashlib, json, os, stat, subprocess, sys
rows, groups = {}, {}
def text(name):
    return name.encode("utf-8", "surrogateescape")
if sys.argv[1] == "folder":
    os.chdir(sys.argv[2])
    for root, dirs, files in os.walk(b"."):
        for name in [b"."] * (root == b".") + dirs + files:
            path = os.path.normpath(os.path.join(root, name))
            st = os.lstat(path)
            kind = stat.S_IFMT(st.st_mode)
            row = [oct(st.st_mode), st.st_uid, st.st_gid]
            if kind != stat.S_IFDIR:
                row += [st.st_mtime_ns, st.st_nlink]
                groups.setdefault(st.st_ino, []).append(path)
            if kind == stat.S_IFREG:
                row.append(hashlib.md5(open(path, "rb").read()).hexdigest())
            if kind == stat.S_IFLNK:
                row.append(os.readlink(path).decode())
            if kind in (stat.S_IFCHR, stat.S_IFBLK):
                row += [os.major(st.st_rdev), os.minor(st.st_rdev)]
            xattrs = {}
            if kind in (stat.S_IFREG, stat.S_IFDIR):
                for key in os.listxattr(path):
                    if not key.startswith(("trusted.overlay", "user.umoci",
                                           "user.rootless", "security.sel")):
                        xattrs[key] = os.getxattr(path, key).hex()
            row.append(sorted(xattrs.items()))
            rows[path if path != b"." else b""] = row
else:
    import re
    def unsafe(name):
        out = b""
        for part in re.split(r"(\\[0-7]{3})", name):
            out += bytes([int(part[1:], 8)]) if part[:1] == "\\" else text(part)
        return out
    image = sys.argv[2]
    for item in json.loads(subprocess.check_output(
            ["uni-image", "ls", "--json", image])):
        path = unsafe(item["path"])[1:]
        kind = stat.S_IFMT(item["mode"])
        row = [oct(item["mode"]), item["uid"], item["gid"]]
        if kind != stat.S_IFDIR:
            row += [item["mtime"] * 10**9 + item["mtime_ns"], item["links"]]
            groups.setdefault(item["inode"], []).append(path)
        if kind == stat.S_IFREG:
            row.append(hashlib.md5(subprocess.check_output(
                ["uni-image", "cat", image, b"/" + path])).hexdigest())
        if kind == stat.S_IFLNK:
            row.append(unsafe(item["target"]).decode())
        if kind in (stat.S_IFCHR, stat.S_IFBLK):
            row += item["rdev"]
        row.append(sorted(item.get("xattrs", {}).items()))
        rows[path] = row
for path in sorted(rows):
    print(path, rows[path])
for group in sorted(sorted(group) for group in groups.values()):
    if len(group) > 1:
        print("one file:", group)
P
for how in gzip zstd plain; do python3 make.py $how; done
umoci unpack --image gzip:it bundle 2>/dev/null
uni-image convert oci:gzip:it out.uni
uni-image verify out.uni >/dev/null

echo "# as umoci unpacks it"
rm bundle/rootfs/app/walk.uni # it is the program
python3 list.py folder bundle/rootfs >want
python3 list.py uni out.uni >got
diff want got >difference || {
    cut -c 1-200 difference
    exit 1
}
[ "$(wc -l <want)" -gt 100 ]
uni-inspect --dump=rootfs out.uni >rootfs
fsck.erofs rootfs >/dev/null

echo "# the same for every compression"
for how in zstd plain; do
    uni-image convert oci:$how:it $how.uni
    cmp out.uni $how.uni
done

echo "# as a program reads it"
gcc -O2 walk.c -o native
(cd bundle/rootfs && ../../native .) >want
cages=seccomp
if tender --cage=kvm walk.uni /nowhere; [ $? = 1 ]; then cages="$cages kvm"; fi
for cage in $cages; do
    tender --cage="$cage" out.uni >got || echo "$cage: status $?"
    cmp want got || diff want got | head -5 | cut -c 1-300
done
