# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# An image whose note asks for upcalls on system calls: every number from its
# own code is one, from anywhere else the end.
nr=0
step=$(every 60 200)
while [ $nr -le 600 ]; do
    case $nr in
    335) ends '159 132' 'upcall' call $nr ;; # see syscalls.sh
    336) ends '159 98' '' call $nr ;;
    *) ends 159 'upcall 31' call $nr ;;
    esac
    nr=$((nr + step))
done
for nr in 0x40000000 0x40000001 0x400001ff; do
    ends 159 '' call $nr
done
ends $ia32 '' int80 20
ends "$(in_cage $ia32 '139 132')" '' compat 20
if [ "$CAGE" = seccomp ]; then
    ends 159 '' page-insn 3 83
    case $said in *upcall*) fail "an upcall from the hypercall page" ;; esac
    ends '159 97' '' vdso 0 83
fi
unharmed
