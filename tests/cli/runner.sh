# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The runner itself: what fails is counted, what is left running is found and
# ended, a skip counts as a failure where it must not be.
set -eu
mkdir -p tree/tests/unit tree/tests/tools
cp -r "$ROOT/tests/run" "$ROOT/tests/lib" tree/tests/
cp "$ROOT/tests/tools/kvm-probe.c" tree/tests/tools/
cd tree
write() { # NAME BODY
    printf '/* objs: */\n#include <stdio.h>\n#include <unistd.h>\n%s\n' \
        "int main(void) { $2 }" >"tests/unit/$1.c"
}
write good 'return 0;'
write status 'return 3;'
write tap 'puts("ok 1"); puts("not ok 2 - because"); return 0;'
write skips 'puts("no such machine"); return 77;'
write overflows 'volatile int n = 2147483647; n++; return 0;'
write leaves 'if (fork() == 0) { execlp("sleep", "sleep", "1234", NULL); } return 0;'
write broken 'return'

must=
# The inner run has a folder and settings of its own.
inner() {
    env -u TEST_OUT -u TEST_PATTERN -u CI OUT="$PWD/out" MUST_RUN="$must" \
        tests/run "$@" 2>err || echo "status $?"
}
must='' inner unit >log && cat log >&2
grep '^[a-zA-Z0-9]' log | sed 's, ([0-9.]* s).*,,' | sort
grep -q 'not ok 2 - because' log
grep -q 'status 3' log
grep -q 'sleep 1234' log
if pgrep -f 'sleep 123[4]'; then exit 1; fi
[ "$(grep -c 'passed, ' log)" = 1 ]
echo "--"
must=other inner unit/skips | grep -v '^ ' | sed 's, ([0-9.]* s).*,,'
must='' inner unit/good | sed 's, ([0-9.]* s),,'
must='' inner nonsense
grep nonsense err
echo "-- what there is, before anything ran"
rm -rf out
mkdir build-tools
# shellcheck disable=SC2016 # for the stub to expand
printf '#!/bin/sh\nrmdir "$(mktemp -d)" && echo style\n' >build-tools/lint
chmod +x build-tools/lint
must='' inner --list lint unit/good
