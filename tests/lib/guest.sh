#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A directory of C files as one unikernel: tests/guest/NAME, examples/NAME.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
name=$1
kind=${TEST_JOB%%/*}
src=tests/guest/$name
[ "$kind" = examples ] && src=examples/$name
stage=$TEST_STAGE/$kind/$name
mkdir -p "$stage"

shopt -s nullglob
for file in run.args app.args stdin expect status test.sh server.py client.py \
    qemu-cages; do
    if [ -f "$src/$file" ]; then cp "$src/$file" "$stage/"; fi
done
if grep -qs net_up "$src/test.sh"; then
    cp tests/lib/guest-net "$stage/net.sh"
    # That machine has few tools for networks.
    [ -f "$src/qemu-cages" ] || touch "$stage/no-qemu"
fi
if grep -qs septum-9p "$src/test.sh"; then
    touch "$stage/no-qemu" # that machine has the tender alone
fi
if [ -d "$src/data" ]; then cp -r "$src/data" "$stage/"; fi

build=()
if [ -f "$src/build.args" ]; then
    # Words; the directory of the test is the current one.
    read -ra build -d '' <"$src/build.args"
fi
files=("$src"/*.c "$src"/*.S)
build_image() (
    cd "$src" && "$OUT/bin/uni-build" -o "$stage/image.uni" "${build[@]}" \
        "${files[@]##*/}"
)
compile "$kind/$name" build_image || exit 0
limit=60
[ -f "$src/timeout" ] && limit=$(cat "$src/timeout") && cp "$src/timeout" "$stage"
for_cages "$kind/$name" "$stage" "$limit"
