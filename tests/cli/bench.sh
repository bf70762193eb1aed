# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bench/run and tests/demo with a tender that refuses to start: what was not
# measured is a failure and no result, the other benchmarks keep theirs, and
# results of another machine are not mixed with this one's.
set -eu
mkdir -p out/bin results
for path in "$OUT"/*; do
    case ${path##*/} in bin | bench | test) ;; *) ln -s "$path" out/ ;; esac
done
cp -P "$OUT"/bin/* out/bin/
rm out/bin/tender
printf '#!/bin/sh\necho "tender: refused" >&2\nexit 126\n' >out/bin/tender
chmod +x out/bin/tender
bench() {
    local rc=0
    RESULTS=$PWD/results START_RUNS=2 OUT=$PWD/out \
        "$ROOT/bench/run" "$@" >table 2>err || rc=$?
    echo "$* status $rc"
    cut -f 1,8 "results/$1.tsv"
}
printf 'Another machine\n\n| bench | what |\n' >results/all.md
bench start
grep -c 'another machine' err
grep '^bench: \(start\|figures\)' err
grep -c '|' results/all.md
rm results/all.md
bench idle lines
grep -o '^[a-z]*: refused' err | sort -u
bench lines
cut -d '|' -f 2,3,10 results/all.md | tail -n +7
rc=0
OUT=$PWD/out "$ROOT/tests/demo" >demo.out 2>demo.err || rc=$?
echo "demo status $rc"
cat demo.err
grep -c 'ran in' demo.out || true
