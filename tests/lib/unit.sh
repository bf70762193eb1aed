#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/unit/NAME.c with the files that its "objs:" line names, on the host,
# under ASan and UBSan. Other lines: cflags:, libs:, flavour: plain (for what
# sanitizers cannot run). Ends with 0, or prints TAP; "not ok" fails.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=unit/$1
src=tests/unit/$1.c
prog=$TEST_OUT/$name
mkdir -p "$(dirname "$prog")"

read -ra objs <<<"$(header objs "$src")"
read -ra cflags <<<"$(header cflags "$src")"
read -ra libs <<<"$(header libs "$src")"
# shellcheck disable=SC2054 # a comma of the option
san=(-fsanitize=address,undefined -fno-sanitize-recover=all)
[ "$(header flavour "$src")" = plain ] && san=()
compile "$name" gcc -std=gnu11 -O1 -g -Wall -Wextra -D_GNU_SOURCE -I. \
    -Ibindings/abi -Ibindings -iquote libos -Itests -I"$OUT/gen" -DUNI_HOST_TEST=1 \
    '-DSEPTUM_VERSION="test"' -fno-omit-frame-pointer "${san[@]}" \
    "${cflags[@]}" -o "$prog" "$src" "${objs[@]}" -pthread "${libs[@]}" || exit 0

run_unit() {
    local rc
    "$prog" >tap
    rc=$?
    cat tap
    ! grep -q '^not ok' tap || return 1
    return $rc
}
export -f run_unit
export prog
test_case "$name" 280 bash -c run_unit
