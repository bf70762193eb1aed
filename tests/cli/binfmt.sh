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
uni-binfmt unregister
uni-binfmt status || echo "status $?"
sh -c "./app.uni argument; exit \$?" 2>/dev/null || rc=$?
echo "status $rc"
uni-binfmt frob 2>&1 || echo "status $?"
