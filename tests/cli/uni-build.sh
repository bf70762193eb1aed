# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# uni-build: names, image options in both spellings, and what it refuses;
# uni-inspect shows what went in.
set -eu
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
refuses() {
    local text=$1
    shift
    if "$@" 2>err; then fail "no failure: $*"; fi
    grep -q -e "$text" err || { cat err; fail "no '$text': $*"; }
}
mkdir site src
echo 'int main(void) { return 0; }' >src/app.c
echo hi >site/index

echo "# names"
uni-build src/app.c
uni-build -O2 -o other src/app.c
uni-build -c src/app.c
uni-build -MD -MT fake.c -MF app.d -iquote src.c -u main.c src/app.c
rm app.d
ls

echo "# what goes in"
uni-build app.o --net=eth0 --block data --optional-block log --stream 9p \
    --arg one --arg 'two words' --env A=b --env=C= --cwd /srv \
    --tmpfs /run:1M --root ro \
    --stack 2M --mem 8M --rootfs site -Wl,--uni-env=L=ld
uni-inspect app.uni | sed '/entry/d; /^Segments/,/^$/d;
    /^Size/,/^$/d; s/, [0-9.]* [KM]iB//'
uni-inspect --dump=config app.uni | tr '\0' '\n' | wc -l
uni-inspect --json app.uni | tr -d ' \n' | grep -o '"devices":.*"segments"'

echo "# repeating the same build gives the same file"
uni-build -g -o one.uni src/app.c --rootfs site
uni-build -g -o two.uni src/app.c --rootfs site
cmp one.uni two.uni

echo "# uni-run finds the image, and whether it takes folders"
cat >see.c <<'C'
#include <unistd.h>
int main(int argc, char **argv) { return argc < 2 || access(argv[1], F_OK); }
C
uni-build see.c
uni-build -o streams.uni --optional-stream own see.c
uni-run --mem 2G --cage seccomp --stats see.uni "$PWD/see.c" 2>/dev/null
UNI_RUN_FILES=$PWD uni-run --mem 2G -- see.uni "$PWD/see.c"
UNI_RUN_FILES=$PWD uni-run streams.uni / # none, and no failure
rc=0
uni-run 2>err || rc=$?
[ $rc = 125 ] || fail "uni-run: status $rc"

echo "# refusals"
refuses 'expected files' uni-build
refuses 'net: expected a value' uni-build app.o --net
refuses 'block=a: there is a device' uni-build app.o --net a --block a
refuses 'env=A: expected NAME=VALUE' uni-build app.o --env A
refuses 'cwd=srv: expected an absolute path' uni-build app.o --cwd srv
refuses 'cwd=/b: expected one' uni-build app.o --cwd /a --cwd /b
refuses 'tmpfs=x: expected bytes' uni-build app.o --tmpfs /run:x
refuses 'root=1: expected ro or rw' uni-build app.o --root 1
refuses 'mem=1X: expected bytes' uni-build app.o --mem 1X
refuses 'stack=2G: expected 64K to 1G' uni-build app.o --stack 2G
refuses 'rootfs=site: expected one' uni-build app.o --rootfs site --rootfs site
mapfile -t many < <(printf -- '--net=n%s\n' $(seq 17))
refuses 'there are 16 devices' uni-build app.o "${many[@]}"
refuses 'unrecognized' uni-build app.o --not-an-option
