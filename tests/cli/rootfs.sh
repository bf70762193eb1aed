# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# --rootfs: what fsck.erofs and uni-inspect find in the image is what was in
# the folder; the same folder gives the same bytes, whoever packs it.
set -eu
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
command -v fsck.erofs >/dev/null || {
    echo "no fsck.erofs"
    exit 77
}
echo 'int main(void) { return 0; }' >main.c
uni-cc -c main.c

mkdir -p tree/a/b/empty tree/many
for n in $(seq 1 1500); do echo "$n" >"tree/many/a file with the number $n"; done
for size in 0 1 4000 4095 4096 4097 100000; do
    yes "$size" | head -c $size >tree/size$size
done
ln tree/size4096 tree/a/b/hard
ln -s ../size1 tree/a/link
ln -s "$(printf 'x%.0s' $(seq 1 4000))" tree/a/longlink
: >"tree/$(printf 'n%.0s' $(seq 1 255))"
: >"$(printf 'tree/control\001\n\\name')"
mkfifo tree/fifo
chmod 751 tree/a
chmod 4711 tree/size1
touch -d @5000000000 tree/size0
touch -h -d @1 tree/a/link
truncate -s 5M tree/sparse

echo "# contents"
uni-cc main.o -o x.uni -Wu,--rootfs=tree
uni-inspect --dump=rootfs x.uni >image
fsck.erofs image
fsck.erofs --extract=copy image >/dev/null
# Folders differ in size; fsck.erofs extracts neither set-id nor hard links.
list() {
    (cd "$1" && find . \( -type d -printf '%P %y %m %T@\n' \) -o \
        -printf '%P %y %m %s %T@ %l\n' | sed 's/ f 4711 / f 711 /' | sort)
}
list tree >want
list copy >got
diff want got
diff -r --no-dereference -x fifo tree copy

echo "# the listing"
uni-inspect -l x.uni >listing
grep -F ' /a/link -> ../size1' listing | cut -c 1-25
grep -F ' /size1 ' <(sed 's/$/ /' listing) | cut -c 1-25
inode() { uni-inspect --json x.uni | grep -F "\"$1\"" | grep -o 'inode.: [0-9]*'; }
[ "$(inode /a/b/hard)" = "$(inode /size4096)" ]
grep -F '/control' listing | sed 's/.*20..-..-.. ..:.. //'
[ "$(grep -c ' /' listing)" = "$(wc -l < <(find tree -print0 | tr '\n\0' 'x\n'))" ]

echo "# whoever packs it"
cp -a tree again
uni-cc main.o -o y.uni -Wu,--rootfs=again
cmp x.uni y.uni
if [ "$(id -u)" = 0 ]; then
    chmod 755 . && chmod -R a+rX tree && mkdir out && chown 65534 out
    chmod a+rx .. ../.. 2>/dev/null || :
    uni-cc main.o -o y.uni -Wu,--rootfs=tree
    if setpriv --reuid=65534 --clear-groups test -x "$(command -v uni-cc)" \
        -a -r main.o; then
        TMPDIR=$PWD/out setpriv --reuid=65534 --clear-groups \
            uni-cc main.o -o out/z.uni -Wu,--rootfs=tree
        cmp y.uni out/z.uni
    fi
fi

echo "# times that SOURCE_DATE_EPOCH cuts"
mkdir one two
echo x >one/f
sleep 0.02
echo x >two/f
export SOURCE_DATE_EPOCH=1000000000
uni-cc main.o -o x.uni -Wu,--rootfs=one
uni-cc main.o -o y.uni -Wu,--rootfs=two
cmp x.uni y.uni
uni-inspect -l x.uni | grep ' /f'
if SOURCE_DATE_EPOCH=never uni-cc main.o -o x.uni -Wu,--rootfs=one; then
    fail "took a bad SOURCE_DATE_EPOCH"
fi 2>err
grep -q 'SOURCE_DATE_EPOCH=never: expected seconds' err
