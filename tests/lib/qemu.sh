#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every image that this run has staged, in the kvm cage on emulated hardware:
# one start of the test machine for all. A stage with a file no-qemu stays out.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
if ! command -v qemu-system-x86_64 >/dev/null ||
    ! command -v busybox >/dev/null || ! command -v cpio >/dev/null; then
    skip qemu/machine qemu "needs qemu-system-x86, busybox-static and cpio"
    exit 0
fi
dir=$TEST_OUT/qemu
rm -rf "$dir"
mkdir -p "$dir/root/stage" "$dir/root/tools" "$dir/root/out/bin"
cp "$TEST_OUT"/tools/* "$dir/root/tools/"
cp tests/lib/guest-run "$dir/root/"
cp "$OUT/bin/tender" "$dir/root/out/bin/" || exit 1
# add PROGRAM: for the tests of the network, with its libraries.
add() {
    local file
    cp "$(command -v "$1")" "$dir/root/usr/sbin/"
    for file in $(ldd "$(command -v "$1")" | grep -o '/[^ ]*'); do
        mkdir -p "$dir/root${file%/*}"
        cp -n "$file" "$dir/root$file"
    done
}
if command -v ip >/dev/null && command -v tc >/dev/null; then
    mkdir -p "$dir/root/usr/sbin"
    add ip
    add tc
fi
shopt -s nullglob
: >"$dir/root/list"
for stage in "$TEST_STAGE"/*/*/; do
    stage=${stage%/}
    name=${stage#"$TEST_STAGE"/}
    if [ ! -f "$stage/image.uni" ] || [ -f "$stage/no-qemu" ] ||
        ! case_matches "$name@qemu-seccomp"; then
        continue
    fi
    mkdir -p "$dir/root/stage/${name%/*}"
    cp -rL "$stage" "$dir/root/stage/$name"
    rm -rf "$dir/root/stage/$name/native"
    limit=240
    [ -f "$stage/timeout" ] && limit=$(cat "$stage/timeout")
    # net-loss: megabytes each way.
    if [ "$name" = guest/net-loss ]; then
        megabytes=${NETEM_MB:-50}
        limit=$((120 + 4 * megabytes))
        echo "$megabytes" >"$dir/root/stage/$name/megabytes"
        echo "$limit" >"$dir/root/stage/$name/timeout"
    fi
    # A test may name its cages there.
    cages=()
    [ ! -f "$stage/qemu-cages" ] || read -ra cages <"$stage/qemu-cages"
    for cage in "${cages[@]}"; do
        if case_matches "$name@qemu-$cage"; then
            echo "$name $limit $cage" >>"$dir/root/list"
        fi
    done
    [ ${#cages[@]} -eq 0 ] || continue
    if case_matches "$name@qemu"; then
        echo "$name $limit kvm" >>"$dir/root/list"
    fi
    # Another kernel than this machine's: how the seccomp cage does there. Not
    # the hostile guest: it resumes by IRETQ, which QEMU 7 emulates in ring 3
    # with the kernel's rights, and SMAP forbids.
    case $name in
    examples/* | guest/faults | guest/signals | guest/preempt | guest/timers)
        if case_matches "$name@qemu-seccomp"; then
            echo "$name $limit seccomp" >>"$dir/root/list"
        fi
        ;;
    esac
done
wanted=$(($(wc -l <"$dir/root/list") + 1))
start=$(now_ms)
MODULES="tun veth sch_netem" tests/qemu/boot "$dir" 1200
rc=$?

# Its results become ours; what follows a FAIL is that test's log.
log=/dev/null
seen=0
while IFS=$'\t' read -r verdict name detail; do
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
        skip "$name" qemu "$detail"
        seen=$((seen + 1))
        ;;
    '|'*) echo "${verdict#| }" >>"$log" ;;
    esac
done < <(tr -d '\r' <"$dir/results")
if [ $rc -ne 0 ] || [ "$seen" -ne $wanted ]; then
    mkdir -p "$TEST_LOGS/qemu"
    {
        tail -n 50 "$dir/console"
        echo "the machine ended with status $rc after $seen of $wanted tests"
    } >"$TEST_LOGS/qemu/machine.log"
    report FAIL qemu/machine "$start" "$TEST_LOGS/qemu/machine.log"
fi
