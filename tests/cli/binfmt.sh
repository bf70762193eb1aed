# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# uni-binfmt: a registered image runs by its name, other programs as ever;
# afterwards all is as before.
set -eu
skip() {
    echo "$*"
    exit 77
}
[ "$(id -u)" = 0 ] || skip "needs root"
exec 8>"$TEST_OUT/binfmt.lock" # what configures meanwhile would see it
flock 8
[ ! -e /proc/sys/fs/binfmt_misc/septum ] || skip "something is registered"
grep -q binfmt_misc /proc/filesystems || skip "the kernel has no binfmt_misc"
cat >app.c <<'C'
#include <stdio.h>
int main(int argc, char **argv) { return printf("%s\n", argv[argc - 1]) < 0; }
C
uni-build app.c
gcc -static -no-pie app.c -o native

rc=0
uni-binfmt status || echo "status $?"
trap 'uni-binfmt unregister' EXIT
uni-binfmt register || skip "this kernel does not let us"
uni-binfmt register
uni-binfmt status | sed "s|$OUT|OUT|"
./app.uni argument || echo "status $?"
./native argument
PATH=$PWD:$PATH app.uni # argv[0] is as the caller wrote it
echo data >file
cat >cat.c <<'C'
#include <stdio.h>
int main(void) { int c; FILE *f = fopen("file", "r+");
    while (f && (c = getc(f)) != EOF) putchar(c);
    return !f || fputs("more\n", f) < 0 || fclose(f); }
C
uni-build cat.c
UNI_RUN_FILES='' ./cat.uni || echo "status $?"
(mkdir -p sub && cd sub && echo here >file && ../cat.uni)
uni-build -o own.uni --optional-stream own app.c && ./own.uni one # has no place for files
# What configure finds out by running programs.
printf 'AC_INIT(a, 1)\nAC_CHECK_SIZEOF([long])\nAC_OUTPUT\n' >configure.ac
autoconf && ./configure --host=x86_64-septum-elf CC=uni-cc 2>/dev/null |
    grep 'size of'
UNI_RUN_FILES=/nowhere:$PWD ./cat.uni 2>/dev/null || echo "status $?"
UNI_RUN_FILES=$PWD ./cat.uni
UNI_RUN_FILES=$PWD/ uni-run cat.uni
UNI_RUN_FILES=here ./cat.uni 2>&1 || echo "status $?"
uni-binfmt unregister
uni-binfmt status || echo "status $?"
sh -c "./app.uni argument; exit \$?" 2>/dev/null || rc=$?
echo "status $rc"
uni-binfmt frob 2>&1 || echo "status $?"
