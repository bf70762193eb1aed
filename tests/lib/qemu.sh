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
# add PROGRAM ROOT DIR: one of the host's, with its libraries.
add() {
    local file
    mkdir -p "$2$3"
    cp "$(command -v "$1")" "$2$3/"
    for file in $(ldd "$(command -v "$1")" | grep -o '/[^ ]*'); do
        mkdir -p "$2${file%/*}"
        cp -n "$file" "$2$file"
    done
}
if command -v ip >/dev/null && command -v tc >/dev/null; then
    add ip "$dir/root" /usr/sbin
    add tc "$dir/root" /usr/sbin
fi
# Only this kernel has AppArmor.
add_apparmor() {
    local to=$dir/root/apparmor
    mkdir -p "$to/bin"
    add apparmor_parser "$to" /bin
    cp "$OUT"/bin/{runnc,septum-9p,septum-dns} "$to/bin/"
    cp tests/qemu/apparmor "$to/check"
    "$OUT/bin/uni-build" -o "$to/probe.uni" --optional-net eth0 \
        --optional-stream files -O2 tests/oci/{probe,probe_net,editor}.c || exit 1
}
extra=1
if ! case_matches oci/apparmor@qemu; then
    :
elif command -v apparmor_parser >/dev/null; then
    add_apparmor
    extra=2
else
    skip oci/apparmor@qemu qemu "no apparmor_parser"
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
wanted=$(($(wc -l <"$dir/root/list") + extra))
start=$(now_ms)
MODULES="tun veth sch_netem" tests/qemu/boot "$dir" 1200
rc=$?

take_results "$dir/results" '' qemu
if [ $rc -ne 0 ] || [ "$seen" -ne $wanted ]; then
    mkdir -p "$TEST_LOGS/qemu"
    {
        tail -n 50 "$dir/console"
        echo "the machine ended with status $rc after $seen of $wanted tests"
    } >"$TEST_LOGS/qemu/machine.log"
    report FAIL qemu/machine "$start" "$TEST_LOGS/qemu/machine.log"
fi
