# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Block devices: nothing past the end, nothing elsewhere, the file keeps its
# size, a read-only one its contents.
PREAD=5 PWRITE=6 READ=3 WRITE=4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
dd if=/dev/urandom of="$dir/disk" bs=4096 count=256 2>/dev/null
cp "$dir/disk" "$dir/before"
dd if=/dev/urandom of="$dir/fixed" bs=512 count=3 2>/dev/null
chmod 400 "$dir/fixed"
cp "$dir/fixed" "$dir/fixed-before"
options="--block:disk=$dir/disk --block:fixed=$dir/fixed,ro"
ends 0 'disk class 2' devices
ends 0 'fixed class 2' devices
same() {
    cmp "$dir/disk" "$dir/before" || fail "the disk changed"
    cmp "$dir/fixed" "$dir/fixed-before" || fail "the read-only disk changed"
}

# 1 MiB is 0x100000.
ends 0 'returned 512' hc $PREAD @disk @data 512 0
ends 0 'returned 4096' hc $PREAD @durable @data 4096 0
ends 0 'returned 512' hc $PREAD @fixed @data 512 1024
ends 0 'returned 512' hc $PREAD @fixed @data 4096 1024 # short at the end
ends 0 'returned 0' hc $PREAD @disk @data 512 0x100000
ends 0 'returned 0' hc $PREAD @disk @data 512 0x7ffffffffff00000
for offset in -512 -1 0x8000000000000000; do
    ends '0 159' 'returned -22' hc $PREAD @disk @data 512 $offset
done
same
for offset in 0x100000 0xffe01 0x100200 0x200000 0xffffffff 0x100000000 \
    0x1000ffe00 0x7ffffffffffffe00 0x8000000000000000 -512 -1; do
    for handle in @disk @durable; do
        ends 159 '' hc $PWRITE $handle @data 512 $offset
    done
done
ends 159 '' hc $PWRITE @disk @data 1024 0xffe00
ends 159 '' hc $PWRITE @disk @arena @iomax 0
ends 159 '' hc $PWRITE @disk @arena 0x1000001 0
ends 159 '' hc $PREAD @disk @arena 0x1000001 0
ends 159 '' hc $PWRITE @disk @data -1 1
ends 159 '' hc $PWRITE @disk @data 0x100000000 0
same
# The wrong class, or a handle behind the last one.
for handle in @disk @durable @fixed; do
    ends 159 '' hc $READ $handle @data 512
    ends 159 '' hc $WRITE $handle @data 512
done
ends 159 '' hc $PREAD 6 @data 512 0
ends 159 '' hc $PWRITE 6 @data 512 0
ends 159 '' hc $PREAD 0x7fffffff @data 512 0
ends '0' 'returned -9' hc $PWRITE @fixed @data 512 0
same
# Addresses.
for addr in 0 @kernel @noncanonical @end; do
    for call in $PREAD $PWRITE; do
        ends 0 'returned -14' hc $call @disk $addr 512 0
    done
done
for addr in @text @rodata @hcpage @boot; do
    ends 0 'returned -14' hc $PREAD @disk $addr 512 0
done
same
# What is allowed changes just that.
ends 0 'returned 512' hc $PWRITE @disk @data 512 0xffe00
ends 0 'returned 512' hc $PWRITE @durable @data 512 512
for block in 1 2047; do
    dd if=/dev/zero of="$dir/before" bs=512 count=1 seek=$block conv=notrunc \
        2>/dev/null
done
same
rm -rf "$dir"
unharmed
