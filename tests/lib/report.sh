# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the runner and the jobs share: results, skips, what the machine can do.

now_ms() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# report VERDICT NAME START_MS DETAIL
report() {
    local ms=$(($(now_ms) - $3))
    printf '%s\t%s\t%d.%02d\t%s\n' "$1" "$2" $((ms / 1000)) \
        $((ms % 1000 / 10)) "$4" >>"$TEST_RESULTS"
}

# must_run FEATURE: may a test that needs it not be skipped here?
must_run() {
    case ,$MUST_RUN, in
    *,all,* | *,"$1",*) return 0 ;;
    esac
    return 1
}

# skip NAME FEATURE REASON
skip() {
    if must_run "$2"; then
        mkdir -p "$(dirname "$TEST_LOGS/$1.log")"
        echo "must run here, but: $3" >"$TEST_LOGS/$1.log"
        report FAIL "$1" "$(now_ms)" "$TEST_LOGS/$1.log"
    else
        report SKIP "$1" "$(now_ms)" "$3"
    fi
}

# case_matches NAME: was this result asked for?
case_matches() {
    local pattern
    [ -z "$TEST_PATTERN" ] && return 0
    for pattern in $TEST_PATTERN; do
        case $1 in *"$pattern"*) return 0 ;; esac
    done
    return 1
}

# test_case NAME LIMIT COMMAND...: runs it in a new empty directory. Status 0
# is a pass, 77 a skip whose reason is the last line printed; where it begins
# with a feature ("kvm: ..."), that is what the test needs.
test_case() {
    local name=$1 limit=$2 log=$TEST_LOGS/$1.log start rc dir reason
    shift 2
    case_matches "$name" || return 0
    mkdir -p "$(dirname "$log")"
    dir=$(mktemp -d "$TMPDIR/case.XXXXXX")
    start=$(now_ms)
    (cd "$dir" && TMPDIR=$dir exec timeout -k 5 "$limit" "$@") \
        >"$log" 2>&1 </dev/null
    rc=$?
    chmod -R u+rwX "$dir" 2>/dev/null
    rm -rf "$dir"
    case $rc in
    0) report ok "$name" "$start" "$log" ;;
    77)
        reason=$(tail -n 1 "$log")
        case $reason in
        kvm:* | cgroup1:* | cgroup2:*) skip "$name" "${reason%%:*}" "$reason" ;;
        *) skip "$name" other "$reason" ;;
        esac
        ;;
    124 | 137)
        echo "status $rc: no end within $limit s?" >>"$log"
        report FAIL "$name" "$start" "$log"
        ;;
    *)
        echo "status $rc" >>"$log"
        report FAIL "$name" "$start" "$log"
        ;;
    esac
}

# fail_case NAME LOG: a failure found outside of test_case.
fail_case() {
    report FAIL "$1" "$(now_ms)" "$2"
}

# cage_usable CAGE: 0, or prints why not.
cage_usable() {
    case $1 in
    seccomp) return 0 ;;
    kvm) "$TEST_OUT/tools/kvm-probe" ;;
    esac
}

# header KEY FILE: the words after "KEY:" in a comment at the head of a test's
# source, up to the comment's end or the next key.
header() {
    awk -v key="$1:" '
        { done = /\*\//; sub(/\*\/.*/, ""); sub(/^ *\/?\*+ */, "") }
        $1 ~ /^[a-z]+:$/ { on = $1 == key; if (on) $1 = "" }
        on { printf "%s ", $0 }
        done { on = 0 }
        /^#|^[a-z].*[;{(]/ { exit }' "$2"
}

# for_cages NAME STAGE LIMIT: a staged test in both of the host's cages.
for_cages() {
    local cage reason
    for cage in seccomp kvm; do
        case_matches "$1@$cage" || continue
        if reason=$(cage_usable $cage); then
            test_case "$1@$cage" "$3" sh "$PWD/tests/lib/guest-run" "$2" $cage
        else
            skip "$1@$cage" $cage "$reason"
        fi
    done
}

# compile NAME COMMAND...: a failed build is a failed test.
compile() {
    local log=$TEST_LOGS/$1.build.log start
    mkdir -p "$(dirname "$log")"
    start=$(now_ms)
    if ! "${@:2}" >"$log" 2>&1; then
        report FAIL "$1 builds" "$start" "$log"
        return 1
    fi
}

# take_results FILE PREFIX FEATURE: what a machine of tests/qemu/boot wrote
# becomes ours; what follows a FAIL is that test's log. $seen is how many.
take_results() {
    local log=/dev/null verdict name detail
    seen=0
    while IFS=$'\t' read -r verdict name detail; do
        name=$2$name
        case $verdict in
        ok | FAIL)
            log=$TEST_LOGS/$name.log
            mkdir -p "$(dirname "$log")"
            : >"$log"
            printf '%s\t%s\t%s\t%s\n' "$verdict" "$name" "$detail" "$log" \
                >>"$TEST_RESULTS"
            seen=$((seen + 1))
            ;;
        SKIP)
            skip "$name" "$3" "$detail"
            seen=$((seen + 1))
            ;;
        '|'*) echo "${verdict#| }" >>"$log" ;;
        esac
    done < <(tr -d '\r' <"$1")
}
