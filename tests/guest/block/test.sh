# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
dd if=/dev/zero of=disk bs=1048576 count=8 2>/dev/null
run --block:disk=disk "$IMAGE"
expect_status 0
[ "$(dd if=disk bs=1 count=10 2>/dev/null)" = aaaaaaaaaa ] || fail "no a"
[ "$(dd if=disk bs=1 skip=4400012 count=3 2>/dev/null)" = eee ] || fail "no e"
[ "$(dd if=disk bs=1 skip=7000000 count=15 2>/dev/null)" = "after the fsync" ] ||
    fail "what was written last is not there"
for how in fault abort heap! term!; do
    run --block:disk=disk "$IMAGE" $how
    expect_status 139 134 143
    [ "$(dd if=disk bs=1 skip=5000 count=5 2>/dev/null)" = $how ] ||
        fail "what was written before the $how is not there"
done
run --block:disk=disk,ro "$IMAGE" readonly
expect_status 0
