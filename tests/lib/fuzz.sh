#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/fuzz/NAME.c: a libFuzzer harness over the files of its "objs:" line.
# First its corpus tests/fuzz/NAME.corpus/ is replayed, then it looks for more
# for FUZZ_SECONDS. What it finds lies in the log directory.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=fuzz/$1
src=tests/fuzz/$1.c
prog=$TEST_OUT/$name
corpus=$PWD/tests/fuzz/$1.corpus
mkdir -p "$(dirname "$prog")" "$TEST_LOGS/fuzz"

if ! command -v clang >/dev/null; then
    skip "$name" fuzz "no clang"
    exit 0
fi
read -ra objs <<<"$(header objs "$src")"
read -ra cflags <<<"$(header cflags "$src")"
read -ra libs <<<"$(header libs "$src")"
# @OUT@ is where sources that are not ours lie; names may be patterns.
cflags=("${cflags[@]//@OUT@/$OUT}")
shopt -s nullglob
patterns=("${objs[@]//@OUT@/$OUT}") objs=()
for pattern in "${patterns[@]}"; do
    # shellcheck disable=SC2206 # to be expanded
    objs+=($pattern)
done
compile "$name" clang -std=gnu11 -O1 -g -D_GNU_SOURCE -I. -Ibindings/abi \
    -Ibindings -iquote libos -Itests -I"$OUT/gen" -DUNI_HOST_TEST=1 '-DSEPTUM_VERSION="test"' \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    "${cflags[@]}" -o "$prog" "$src" "${objs[@]}" "${libs[@]}" || exit 0

if [ ! -d "$corpus" ] || [ -z "$(ls "$corpus")" ]; then
    echo "no corpus in tests/fuzz/$1.corpus/" >"$TEST_LOGS/$name.log"
    fail_case "$name" "$TEST_LOGS/$name.log"
    exit 0
fi
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
test_case "$name-replay" 120 bash -c \
    "find '$corpus' -type f -print0 | xargs -0 '$prog' -runs=1 -timeout=10"
mkdir -p "$TEST_OUT/$name.found"
# No names of new functions: they would need a symbolizer beside it all along.
test_case "$name" $((FUZZ_SECONDS + 120)) "$prog" -timeout=10 \
    -error_exitcode=1 -rss_limit_mb=2048 -max_total_time="$FUZZ_SECONDS" -print_final_stats=1 \
    -print_funcs=0 \
    -artifact_prefix="$TEST_LOGS/$name-" "$TEST_OUT/$name.found" "$corpus"
