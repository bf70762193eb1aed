# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Every system call number by every instruction: the guest's end, status 159.
# In the kvm cage 32-bit code is a plain fault.
nr=0
step=$(every 60 200)
while [ $nr -le 600 ]; do
    case $nr in
    # Linux 6.14 and later let uretprobe (335), 6.18 and later uprobe (336)
    # pass every filter; called from anywhere but a page that the kernel made
    # for them they do nothing: SIGILL and -ENXIO.
    335) ends '159 132' '' call $nr ;;
    336) ends '159 98' '' call $nr ;;
    *) ends 159 '' call $nr ;;
    esac
    nr=$((nr + step))
done
# x32, and numbers that are negative or far out.
nr=0
step=$(every 150 300)
while [ $nr -le 600 ]; do
    ends 159 '' call $((0x40000000 + nr))
    nr=$((nr + step))
done
for nr in -1 0x80000000 0xffffffff 0x7fffffff 0x100000000 1000000; do
    ends 159 '' call $nr
done
nr=0
step=$(every 150 600)
while [ $nr -le 450 ]; do
    ends $ia32 '' int80 $nr
    nr=$((nr + step))
done
# By processor: sysenter is a system call, or no instruction of this mode.
for nr in 1 20 39 83; do
    ends '159 132' '' sysenter $nr
    # 32-bit code: the segment that Linux has for it, none in the kvm cage.
    ends "$(in_cage $ia32 "139$([ -z "$(loose)" ] || echo ' 132')")" '' compat $nr
done
unharmed
