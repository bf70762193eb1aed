# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests in tests/cli: how they end, and what a refusal is.
fail() {
    echo "FAIL: $*"
    exit 1
}

# refused STATUS TEXT COMMAND...: it ends so, with that text in its one line.
refused() {
    local want=$1 text=$2 rc=0
    shift 2
    "$@" >refused.out 2>refused.err || rc=$?
    [ $rc = "$want" ] || fail "$*: status $rc: $(cat refused.err)"
    grep -qF -- "$text" refused.err || fail "$*: $(cat refused.err)"
    [ "$(wc -l <refused.err)" = 1 ] || fail "$*: $(cat refused.err)"
}
