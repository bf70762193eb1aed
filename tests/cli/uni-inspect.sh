# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# uni-inspect refuses what is no image, and damaged ones, in one line each.
set -eu
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
# refuses STATUS TEXT FILE [OPTION...]
refuses() {
    local want=$1 text=$2 rc=0
    shift 2
    uni-inspect "$@" >out 2>err || rc=$?
    [ $rc = "$want" ] || fail "status $rc, not $want: $*"
    [ "$(wc -l <err)" = 1 ] || { cat err; fail "not one line: $*"; }
    grep -q -e "^uni-inspect: .*$text" err || { cat err; fail "no '$text'"; }
}
# damage OFFSET BYTES: a copy of app.uni with other bytes.
damage() {
    cp app.uni bad.uni
    printf '%b' "$2" | dd of=bad.uni bs=1 seek="$1" conv=notrunc status=none
}
mkdir tree
echo x >tree/f
echo 'int main(void) { return 0; }' >app.c
uni-build app.c --rootfs tree

# Each byte of the file belongs to one part.
sum=$(uni-inspect --json app.uni | sed -n 's/.*"parts": {\(.*\)}.*/\1/p' |
    grep -oE ': [0-9]+' | awk '{ s += $2 } END { print s }')
[ "$sum" = "$(stat -c %s app.uni)" ] || fail "parts are $sum bytes"
uni-inspect app.uni | grep -q 'debug information .*not loaded' ||
    fail "no debug information"

refuses 2 'No such file' none
refuses 2 'expected one image'
refuses 2 'expected one image' app.uni app.uni
refuses 2 'unrecognized option' --frob app.uni
refuses 2 'dump=x: expected' --dump=x app.uni
refuses 2 'has no config' --dump=config app.uni
refuses 1 'not an ELF file' app.c
refuses 1 'not an ELF file: not a regular file' tree
mkfifo pipe
refuses 1 'not an ELF file: not a regular file' pipe
refuses 1 'not a static executable' /bin/true
: >empty
refuses 1 'not an ELF file' empty
damage 18 '\003'
refuses 1 'another machine' bad.uni
damage 56 '\377\377'
refuses 1 'program headers' bad.uni
damage 68 '\007'
refuses 1 'writable and executable' bad.uni
head -c 5000 app.uni >bad.uni
refuses 1 'past the end' bad.uni
at=$(uni-inspect --json app.uni | grep 'root file system' |
    grep -o '"offset": [0-9]*' | grep -o '[0-9]*' | head -1)
damage $((at + 1024)) '\0'
refuses 1 'magic' bad.uni
damage $((at + 1024 + 80)) '\001'
refuses 1 'unknown features' bad.uni
damage $((at + 1024 + 14)) '\377\377'
refuses 1 'root file system: /: inode 65535' -l bad.uni
for byte in $(seq 1024 7 1500); do
    damage $((at + byte)) '\377'
    uni-inspect -l --json bad.uni >out 2>err || [ $? = 1 ] ||
        fail "byte $byte: $(cat err)"
done
# A second manifest, which the tender would not take.
cat >twice.c <<'C'
__asm__(".section .note.septum.z, \"a\", @note\n .long 7, 520, 2\n"
        ".asciz \"Septum\"\n .balign 4\n .zero 520\n .previous");
int main(void) { return 0; }
C
uni-build twice.c --block data
refuses 1 'in two ways' twice.uni
echo "all refused"
