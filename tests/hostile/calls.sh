# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Wrong handles, lengths, counts, ids: 159. Wrong addresses: -EFAULT (-14).
# 0 read 1 write 5 pread 6 pwrite ...
CLOCK=1 POLL=2 READ=3 WRITE=4 PREAD=5 PWRITE=6

ends 0 kept keeps
ends 0 '' hc 0 0
ends 7 '' hc 0 263 # 8 bits
ends 255 '' hc 0 -1

for handle in 3 4 7 63 64 1000 0x7fffffff 0x80000000 0xffffffff -1 -2; do
    for call in $READ $WRITE $PREAD $PWRITE; do
        ends 159 '' hc $call $handle @data 512 0
    done
done
for handle in 0 1 2; do # the console is no block device
    ends 159 '' hc $PREAD $handle @data 512 0
    ends 159 '' hc $PWRITE $handle @data 512 0
done
ends '0 159' '' hc $READ 1 @data 1  # an output
ends '0 159' '' hc $READ 2 @data 1
ends '0 159' '' hc $WRITE 0 @data 1 # an input

# Addresses.
bad_address() { ends 0 'returned -14' hc "$@"; }
for addr in 0 8 4096 @kernel @vsyscall @high @noncanonical @minus @end @top; do
    bad_address $WRITE 1 $addr 16
    bad_address $CLOCK 1 $addr
    bad_address $POLL $addr 1 @data
    # 0 is no address for a timeout: it means none.
    [ $addr = 0 ] || bad_address $POLL 0 0 $addr
done
for addr in @text @rodata @hcpage @boot; do # not writable
    bad_address $CLOCK 1 $addr
    bad_address $POLL $addr 1 @data
done
# From /dev/null nothing is read and no address looked at, except by us.
for addr in 0 @kernel @text @boot @end; do
    ends 0 '' hc $READ 0 $addr 16
done
# Over the end of a region: what fits, or nothing.
for addr in @last8 @upcallend8; do
    ends 0 '' hc $WRITE 1 $addr 16
    ends 0 '' hc $CLOCK 1 $addr
done
# Sums that wrap.
ends 0 '' hc $WRITE 1 @minus 16
ends 0 '' hc $WRITE 1 0xfffffffffff00000 0x1000000

# Lengths.
ends 0 'returned 0' hc $WRITE 1 @data 0
ends 0 'returned 0' hc $READ 0 @data 0
for len in 0x1000001 0x7fffffff 0x80000000 0xffffffff 0x100000000 \
    0x7fffffffffffffff 0x8000000000000000 -1; do
    for call in $READ $WRITE; do
        for handle in 0 1 2; do ends 159 '' hc $call $handle @arena $len; done
    done
done

# poll: entries, handles, events, timeouts.
ends 0 'returned 64' poll 1 4 64 0
ends 0 'returned 0' hc $POLL 0 0 @data # 0 s
for count in 65 66 1000 0x7fffffff 0x80000000 0xffffffff; do
    ends 159 '' poll 1 4 $count 0
done
for handle in 3 63 64 1000 0x7fffffff; do
    ends '0 159' '' poll $handle 4 1 0 # POLLNVAL
done
ends 0 'returned 0' poll -1 4 1 0 # skipped
ends 0 'returned 0' poll -5 4 64 0
ends 0 '' poll 1 0xffff 1 0
ends 0 'returned -22' poll 1 4 1 -1 # nsec is no part of a second
ends 0 'returned -22' poll 1 4 1 0x7fffffffffffffff

# clock
ends 0 'returned 0' hc $CLOCK 0 @data
ends 0 'returned 0' hc $CLOCK 1 @data
for id in 2 3 4 5 6 7 8 9 11 64 0x7fffffff 0x80000000 -1 -2 -3; do
    ends 159 '' hc $CLOCK $id @data
done
unharmed
