# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# uni-image build: a folder or an archive into an image, settings, the same
# bytes each time; ls and cat; as anybody.
set -eu
export PYTHONPATH=$ROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
cp "$ROOT/tests/lib/walk.c" .
mkdir old && echo old >old/file
uni-build -O2 -o walk.uni --rootfs old --arg old --env OLD=1 walk.c
gcc -O2 -o native walk.c
mkdir -p tree/etc tree/many
for n in $(seq 1 300); do echo "$n" >"tree/many/$n"; done
head -c 1000000 /dev/urandom >tree/big
truncate -s 3M tree/hole && echo end >>tree/hole
ln tree/big tree/hard
ln -s ../big tree/etc/link
echo 'me:x:7:8::/:' >tree/etc/passwd
echo 'us:x:9:me' >tree/etc/group
printf 'x' >"$(printf 'tree/a\001\\b')"
find tree -exec touch -h -d @1600000000 {} +

echo "# a folder"
export SOURCE_DATE_EPOCH=1700000000
uni-image build --app walk.uni --rootfs tree -o a.uni --arg / --user me --cwd /many
uni-image build --app walk.uni --rootfs tree -o b.uni --arg / --user me --cwd /many
cmp a.uni b.uni
uni-image inspect a.uni | sed -n '/^settings/,/^rootfs/p'
# As a program finds it, which isn't user 0 here.
(cd tree && ../native .) | sed 's/ [0-9]*:[0-9]* / 0:0 /' >want
for cage in seccomp kvm; do
    tender --cage=$cage a.uni /nowhere 2>/dev/null || [ $? = 1 ] || continue
    tender --cage=$cage a.uni / >got || fail "$cage: $?"
    cmp want got
done
uni-image ls a.uni / | tail -n 3
uni-image ls a.uni /etc
uni-image cat a.uni /etc/link | cmp - tree/big
uni-image cat a.uni hole | cmp - tree/hole

echo "# an archive"
tar -C tree --numeric-owner --owner=70000 --group=5 -cf tree.tar .
tar -C tree --sparse --format=posix --owner=70000 --group=5 -cf sparse.tar .
gzip -k tree.tar
zstd -q tree.tar
# Several members, and what follows the last one.
head -c 3000 tree.tar | gzip >parts.gz
tail -c +3001 tree.tar | gzip >>parts.gz
head -c 700 /dev/zero >>parts.gz
for tar in tree.tar tree.tar.gz tree.tar.zst parts.gz; do
    uni-image build --app walk.uni --rootfs $tar -o $tar.uni
    cmp tree.tar.uni $tar.uni
done
uni-image build --app walk.uni --rootfs sparse.tar -o sparse.uni
tender tree.tar.uni / >want
tender sparse.uni / >got
cmp want got
grep -c ' 70000:5 ' want
script -qec "uni-image build --app walk.uni --rootfs tree.tar -o x.uni" \
    /dev/null </dev/null | tr '\r' '\n' |
    grep -ao 'read archive: [0-9.]* of [0-9.]* MiB' | head -n 1 | cut -d : -f 1
rm x.uni
# Nothing but files: names that mean something in layers mean nothing here.
python3 - <<'P'
from oci import *
open("wh.tar", "wb").write(tar([file("a"), file(".wh.a"), file("d/.wh..wh..opq")]))
P
uni-image build --app walk.uni --rootfs wh.tar -o wh.uni
uni-image ls wh.uni

echo "# settings alone, and what is wrong"
uni-image build --app a.uni -o c.uni --env A=1 --env OLD=2 --root ro --tmpfs /x:1M
uni-image inspect c.uni | sed -n '/^settings/,/^rootfs/p'
try() {
    uni-image build "$@" -o x.uni 2>&1 && fail "$* is taken"
    [ ! -e x.uni ] || fail "$*: leaves x.uni"
}
try --app walk.uni
try --app native --rootfs tree
try --app walk.uni --rootfs nowhere
try --app walk.uni --rootfs native
# Only the sum at the end tells.
python3 - <<'P'
import gzip
data = open("tree.tar", "rb").read()
packed = bytearray(gzip.compress(data, 0))
packed[len(packed) // 2] ^= 1
open("bent.gz", "wb").write(packed)
open("short.gz", "wb").write(gzip.compress(data)[:-3])
P
try --app walk.uni --rootfs bent.gz
try --app walk.uni --rootfs short.gz
try --app walk.uni --rootfs tree --user you
try --app walk.uni --rootfs tree --cwd rel
try --app walk.uni --rootfs tree --env A
try --app walk.uni --rootfs tree --root maybe
uni-image build --app walk.uni --rootfs tree -o nowhere/x.uni 2>&1 | sed 's/x.uni.*:/x.uni:/'

echo "# anybody"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    mkdir out && chown 65534 out && chmod 755 .
    chmod a+rx .. ../.. ../../.. 2>/dev/null || :
    if setpriv --reuid=65534 --clear-groups test -x "$(command -v uni-image)" \
        -a -r walk.uni; then
        TMPDIR=$PWD/out setpriv --reuid=65534 --clear-groups \
            uni-image build --app walk.uni --rootfs tree.tar -o out/x.uni
        cmp tree.tar.uni out/x.uni
        rm out/x.uni
        [ -z "$(ls -A out)" ] || ls -A out
    fi
fi
