#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/cli/NAME.sh: a bash script in an empty directory with out/bin first on
# PATH, ROOT the source tree. With NAME.expect its output must be that.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=cli/$1
export ROOT=$PWD
export script=$PWD/tests/cli/$1.sh golden=$PWD/tests/cli/$1.expect
export PATH=$OUT/bin:$PATH

run_cli() {
    bash "$script" >"$TMPDIR/../$$.out"
    local rc=$?
    cat "$TMPDIR/../$$.out"
    if [ $rc -eq 0 ] && [ -f "$golden" ]; then
        diff "$golden" "$TMPDIR/../$$.out"
        rc=$?
    fi
    rm -f "$TMPDIR/../$$.out"
    return $rc
}
export -f run_cli
test_case "$name" 240 bash -c run_cli
