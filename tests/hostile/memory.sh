# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Memory protection, stacks, flags, upcalls within upcalls.
ends 0 'protection: 0 wrong' protection
ends 0 'stacks: 0 wrong' stacks
ends 0 'flags: 0 wrong' flags ${EMULATED:+emulated}
ends 0 'arena fine' arena
ends 0 '' vectors
ends 46 '' nesting
ends 41 '' frame
ends 139 '' recursion
# Too near the end of the upcall stack for a frame: the guest's end.
for offset in 0 8 64 512; do
    ends 139 '' on-upcall-stack $offset
done
ends '139' '' on-upcall-stack 65536
ends '139' 'upcall 11' on-upcall-stack 32768
for at in 0 0xffff 0x200000 0x400000 0x8000000000 0x800000000000 \
    0xffffffff81000000 0xfffffffffffff000; do
    ends 139 'upcall 11' touch read $at
    ends 139 'upcall 11' touch write $at
    ends 139 'upcall 11' touch execute $at
done
for at in 0x10000 0x11000 0x70000000; do # page, boot info, headers
    ends 139 'upcall 11' touch write $at
done
ends 139 'upcall 11' touch execute 0x11000
ends 139 'upcall 11' touch execute 0x201000
ends 139 'upcall 11' touch execute 0x2000000000
# Nothing readable between the regions, in steps of 1 GiB and 1 MiB.
ends 0 '0 readable' scan 0x80000000 0xf00000000 0x40000000
ends 0 '0 readable' scan 0x400000 0x70000000 "$(in_cage 0x40000 0x800000)"
ends 0 '0 readable' scan 0x4000000000 0x8000000000 0x40000000
unharmed
