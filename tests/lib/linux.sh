#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/linux/NAME.c: natively first, then on the libOS; output and status must
# be equal. Comment lines: args: (of the program), libs: (for both links).
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=linux/$1
src=$PWD/tests/linux/$1.c
stage=$TEST_STAGE/$name
mkdir -p "$stage/native"

read -ra args <<<"$(header args "$src")"
read -ra libs <<<"$(header libs "$src")"
flags=(-std=gnu11 -O2 -g -Wall -D_GNU_SOURCE)
compile "$name natively" gcc "${flags[@]}" -o "$stage/native/prog" "$src" \
    -pthread "${libs[@]}" -lm || exit 0

# The directory a program sees natively is as empty as its first tmpfs.
(
    cd "$stage/native" && mkdir cwd && cd cwd || exit 2
    env -i PATH=/usr/bin:/bin HOME=/ timeout -k 5 60 \
        "$stage/native/prog" "${args[@]}" >"$stage/expect" 2>"$stage/native/err" </dev/null
    echo $? >"$stage/status"
)
if grep -qE '^(124|137)$' "$stage/status"; then
    echo "native run: no end" >>"$stage/native/err"
    fail_case "$name natively" "$stage/native/err"
    exit 0
fi
echo "${args[@]}" >"$stage/app.args"
[ -z "$(header run "$src")" ] || header run "$src" >"$stage/run.args"
compile "$name" "$OUT/bin/uni-cc" "${flags[@]}" -o "$stage/image.uni" "$src" \
    -pthread "${libs[@]}" -lm || exit 0
for_cages "$name" "$stage" 60
