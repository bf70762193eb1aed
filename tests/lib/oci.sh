#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/oci/NAME.sh: container engines with runnc; tests/oci/README.md. Each
# case is a result, oci/NAME-CASE. RUNTIME=runc runs them with runc instead.
# shellcheck disable=SC2317 # by name
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=$1

# shellcheck source=tests/lib/probe.sh
. tests/lib/probe.sh
need_probe "oci/$name" || exit 0

needs=$(sed -n "s/^NEEDS='\(.*\)'/\1/p" "tests/oci/$name.sh")
for program in $needs; do
    command -v "$program" >/dev/null || {
        skip "oci/$name" other "no $program"
        exit 0
    }
done
tests/oci/world tests/oci/engine "$name" >"$TMPDIR/$$.out" 2>&1
status=$?
cat "$TMPDIR/$$.out"
if [ $status = 77 ]; then
    skip "oci/$name" other "$(tail -n 1 "$TMPDIR/$$.out")"
    status=0
fi
rm -f "$TMPDIR/$$.out"
exit $status
