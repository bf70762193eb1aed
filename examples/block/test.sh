# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
dd if=/dev/zero of=disk bs=4096 count=16 2>/dev/null
for n in 1 2 3; do
    run --block:data=disk "$IMAGE"
    expect_status 0
    expect_out "^run $n on a device of 65536 bytes$"
done
run --block:data=disk,ro "$IMAGE"
expect_status 1
run "$IMAGE" # its manifest asks for the device
expect_status 125
