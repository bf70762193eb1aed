#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/cgroups/run MACHINE: runnc with the cgroups of a machine of that kind;
# each of its cases is a result, cgroups/MACHINE-DRIVER-CASE.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
machine=$1
for program in qemu-system-x86_64 busybox cpio mke2fs apt-get dpkg-deb; do
    command -v "$program" >/dev/null || {
        skip "cgroups/$machine" other "no $program"
        exit 0
    }
done
[ "$(id -u)" = 0 ] || {
    skip "cgroups/$machine" other "only root makes a system's files"
    exit 0
}
# shellcheck source=tests/lib/probe.sh
. tests/lib/probe.sh
need_probe "cgroups/$machine" || exit 0

# A job is one machine; a pattern may name some of its cases.
pattern=$(tests/cgroups/run --cases "$machine")
for word in $TEST_PATTERN; do
    case $word in
    cgroups/"$machine"-*) pattern=${word#cgroups/} ;;
    esac
done
dir=$TEST_OUT/cgroups-$machine
start=$(now_ms)
LIMIT=1100 tests/cgroups/run "$dir" "$machine" "$pattern"
rc=$?
take_results "$dir/results" cgroups/ other
if [ $rc -ne 0 ] || ! grep -q '^end' "$dir/results" || [ "$seen" = 0 ]; then
    mkdir -p "$TEST_LOGS/cgroups"
    {
        tail -n 50 "$dir/console"
        echo "the machine ended with status $rc after $seen cases"
    } >"$TEST_LOGS/cgroups/$machine.log"
    report FAIL "cgroups/$machine" "$start" "$TEST_LOGS/cgroups/$machine.log"
fi
