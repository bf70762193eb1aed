# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# uni-cc behaves like gcc in all the ways that build systems try.
set -eu
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
# refuses TEXT COMMAND...: fails with that text, and makes no x.uni.
refuses() {
    local text=$1
    shift
    rm -f x.uni
    ! "$@" 2>err || fail "no failure: $*"
    grep -q -e "$text" err || { cat err; fail "no '$text': $*"; }
    [ ! -e x.uni ] || fail "an output was left: $*"
}
# makes FILE COMMAND...: it succeeds, and FILE is an image.
makes() {
    local file=$1
    shift
    rm -f "$file"
    "$@" || fail "$*"
    uni-inspect "$file" >/dev/null || fail "no image: $*"
}

cat >main.c <<'C'
#include <stdio.h>
#include "part.h"
int main(void) { return printf("%d\n", part(WHAT)) < 0; }
C
echo 'int part(int x) { return x * 2; }' >part.c
mkdir include
echo 'int part(int x);' >include/part.h

echo "# steps"
uni-cc -DWHAT=1 -Iinclude -E main.c >main.i
grep -q 'part(1)' main.i
uni-cc -O2 -S part.c
grep -q 'part:' part.s
uni-cc -DWHAT=1 -Iinclude -c main.c
uni-cc -c part.c -o p.o
makes x.uni uni-cc -o x.uni main.o p.o
makes a.out uni-cc main.o p.o
makes x.uni uni-cc -DWHAT=1 -I include main.c part.c -o x.uni
makes x.uni uni-cc -DWHAT=1 -I include main.c -x c - -o x.uni <part.c
uni-cc -fsyntax-only part.c
uni-cc -r -o both.o main.o p.o
makes x.uni uni-cc both.o -o x.uni
echo '-DWHAT=1 -Iinclude main.c "part.c"' >args
makes x.uni uni-cc @args -o x.uni

echo "# thread-local variables are read by way of fs:0"
echo 'extern __thread int var; int get(void) { return var; }' |
    uni-cc -O2 -S -x c - -o tls.s
grep -q '%fs:0,' tls.s || fail "no thread pointer is read: $(cat tls.s)"
! grep '%fs:' tls.s | grep -v '%fs:0,' || fail "more than fs:0"
cat >tls.c <<'C'
static __thread int count[50], last;
extern __thread short shown;
__thread short shown;
int main(int argc, char **argv) { return last + count[argc] + shown; }
C
for model in "" -fPIC -fPIE "-fPIC -mtls-dialect=gnu2"; do
    # shellcheck disable=SC2086 # words
    makes x.uni uni-cc -O2 $model tls.c -o x.uni
done
for opts in -O2 -O0 -fPIE "-O2 -flto" "-O2 -ftls-model=initial-exec"; do
    # shellcheck disable=SC2086 # words
    refuses 'x.uni: main at 0x.*by its distance from fs' \
        uni-cc -mtls-direct-seg-refs $opts tls.c -o x.uni
done

echo "# dependencies"
uni-cc -DWHAT=1 -Iinclude -MM main.c
uni-cc -DWHAT=1 -Iinclude -MD -MF main.dep -c main.c
grep -q part.h main.dep

echo "# libraries"
uni-ar rcs libpart.a p.o
uni-ranlib libpart.a
makes x.uni uni-cc main.o -L. -lpart -lm -lpthread -lrt -ldl -pthread -o x.uni
makes x.uni uni-cc -flto -O2 -DWHAT=1 -Iinclude main.c part.c -o x.uni
uni-cc -flto -O2 -c part.c -o lto.o
uni-ar rcs liblto.a lto.o
makes x.uni uni-cc -flto -O2 main.o -L. -llto -o x.uni
makes x.uni uni-cc main.o p.o -Wl,-Map,x.map,--cref -Wl,-u,strlen -o x.uni
grep -q libc.a x.map

echo "# what distributions and build systems add"
makes x.uni uni-cc -static -no-pie main.o p.o -o x.uni
makes x.uni uni-cc -static-pie -fPIE -DWHAT=1 -Iinclude main.c p.o -o x.uni
makes x.uni uni-cc -pie -fPIC -rdynamic -DWHAT=1 -Iinclude main.c p.o -o x.uni
makes x.uni uni-cc -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
    -fcf-protection -fstack-clash-protection -Wl,-z,relro,-z,now \
    -Wl,--as-needed -Wl,-Bsymbolic-functions -DWHAT=1 -Iinclude main.c part.c \
    -o x.uni
makes x.uni uni-cc -g3 -ggdb -O0 -std=c99 -pedantic -DWHAT=1 -Iinclude main.c \
    part.c -o x.uni
readelf -S x.uni >sections
grep -q debug_info sections
makes x.uni uni-cc -s main.o p.o -o x.uni
uni-cc -g main.o p.o -o y.uni
makes x.uni strip -o x.uni y.uni

echo "# options from a file"
echo "main.o 'p.o' -Wu,--arg='two words' -Wu,--stack=2M" >rsp
uni-cc @rsp -o x.uni
uni-inspect x.uni | grep -E 'stack|arg='
echo "main.o p.o" >rsp
makes x.uni uni-cc @rsp -o x.uni
refuses 'Wu,--nett=a: expected' uni-cc @<(echo -Wu,--nett=a) main.o p.o -o x.uni

echo "-O2" >rsp # gcc hands all to the linker in a file, then
makes x.uni uni-cc @rsp -Wu,--arg=rsp -Wu,--rootfs=include main.o p.o -o x.uni
uni-inspect x.uni | grep arg=

echo "# the target"
uni-cc -dumpmachine
uni-cc -print-multiarch
uni-cc --print-multi-os-directory
uni-cc -print-file-name=libz.a
uni-cc --print-file-name=libc.a | grep -cx "$(uni-cc --print-sysroot)/lib/libc.a"
uni-cc -print-search-dirs | grep -c /usr/ || :
uni-cc -c part.c -o -dumpmachine && rm -- -dumpmachine
rm -f a.out
uni-cc -Wl,--version >version 2>/dev/null
grep -q GNU version
uni-cc -Wl,--help >/dev/null
uni-ld -v >/dev/null
[ ! -e a.out ] || fail "ld made an a.out"
[ "$(uni-cc -print-file-name=libc.a)" = "$(uni-cc -print-sysroot)/lib/libc.a" ]
uni-cc --version | grep -q 'Free Software Foundation'
uni-cc -v 2>&1 | grep -q '^gcc version'
uni-cc -### main.o p.o 2>&1 | grep -q uni-ld
uni-cc -dM -E - </dev/null | grep -E '__(septum|linux|unix)__'
uni-cc -M main.c -DWHAT=1 -Iinclude >main.dep
if grep -q ' /usr/include' main.dep; then fail "read a header of the host"; fi

echo "# outputs"
uni-cc main.o p.o -o /dev/null
[ -c /dev/null ]
ln -s behind.uni link.uni
makes behind.uni uni-cc main.o p.o -o link.uni
[ -L link.uni ] || fail "the link was replaced"
ln -s /proc/self/fd/1 out
uni-cc main.o p.o -o out >caught
cmp behind.uni caught
[ -L out ] || fail "the link to standard output was replaced"
mkfifo pipe
mkdir tmp
TMPDIR=$PWD/tmp setsid uni-cc main.o p.o -o pipe 2>/dev/null &
pid=$!
for _ in $(seq 100); do # packed, and waiting for a reader
    [ -z "$(find tmp -name 'uni.*')" ] || break
    sleep 0.1
done
sleep 0.3
kill -TERM -- -$pid
wait $pid || :
sleep 0.3
find tmp -name 'uni*'
umask 027
uni-cc main.o p.o -o mode.uni
stat -c %A mode.uni
[ -z "$(find . -name '*.ld.*' -o -name '*.uni.*')" ] || fail "files are left"

echo "# refusals"
refuses 'undefined reference.*no_such_function' \
    uni-cc -x c - -o x.uni <<<'int no_such_function(void);
        int main(void) { return no_such_function(); }'
refuses 'undefined reference.*main' uni-cc p.o -o x.uni
refuses 'no shared objects' uni-cc -shared p.o -o x.uni
refuses 'only' uni-cc -m32 main.o p.o -o x.uni
refuses 'OpenMP' uni-cc -fopenmp main.o p.o -o x.uni
refuses 'sanitize' uni-cc -fsanitize=address main.o p.o -o x.uni
refuses 'cannot find -lz' uni-cc main.o p.o -lz -o x.uni
refuses 'no input files' uni-cc
refuses 'No such file' uni-cc nothing.c -o x.uni
refuses 'error' uni-cc -c -x c - -o x.uni <<<'int main(void) { return }'
refuses 'Wu,--nett=a: expected' uni-cc main.o p.o -Wu,--nett=a -o x.uni
refuses 'net=UP: expected a name' uni-cc main.o p.o -Wu,--net=UP -o x.uni
refuses 'stack=1: expected' uni-cc main.o p.o -Wu,--stack=1 -o x.uni
refuses 'open folder none' uni-cc main.o p.o -Wu,--rootfs=none -o x.uni
refuses 'not there/x.uni' uni-cc main.o p.o -o "not there/x.uni"

echo "# the old output stays when a link fails"
uni-cc main.o p.o -o old.uni
cp old.uni copy.uni
if uni-cc main.o -o old.uni 2>err; then fail "linked without part"; fi
if uni-cc main.o p.o -Wu,--rootfs=none -o old.uni 2>err; then
    fail "packed a folder that is not there"
fi
cmp old.uni copy.uni

echo "# it is the same twice"
uni-cc main.o p.o -Wu,--rootfs=include -o one.uni
uni-cc main.o p.o -Wu,--rootfs=include -o two.uni
cmp one.uni two.uni
