# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Every I/O port, in and out, three widths and the string forms. An upcall
# brings the guest back, so one run takes all of them; where an upcall costs
# a fifth of a millisecond (emulated KVM), every n-th above 0x400.
for kind in 0 1 2 3 4 5 6 7; do
    ends 0 ' 0 not' ports $kind 0 1024
    ends 0 ' 0 not' ports $kind 1024 65536 "$(every 61 509)"
done
if [ "$CAGE" = kvm ]; then
    # Around the ports of the calls: faults, the end, or one of the calls
    # (0xe0 is exit). Anything wider or inward than a call is no call.
    for port in 0xdd 0xde 0xdf 0xe7 0xe8; do
        for kind in 0 3 4 7; do ends '139 159' '' port $kind $port; done
    done
    for port in 0xe0 0xe3 0xe6; do
        for kind in 0 1 2 3 4 6 7; do ends '139 159' '' port $kind $port; done
    done
fi
unharmed
