# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# The hypercall page, entered at each byte, with the number of a system call
# that would leave a directory. It may end as any call or fault may: what
# counts is that nothing else happens.
# Ends: it returned; a fault; status 159; entry 0 with any 8 bits of what was
# a register; in the seccomp cage 126 and 128 + n, the last words of the
# hand-off, whose calls are still in the page and get only exit and write.
ends_page() {
    ends "0 132 133 135 136 139 159 $(in_cage "126 134 $register" "$register")" \
        '' page "$1" 83
}
# The low byte of the register that exit takes: the canary's address.
register=$("$TENDER" --cage="$CAGE" "$IMAGE" canary-byte)
for at in 0 1 2 3 4 5; do # exit, with what an argument register holds
    "$TENDER" --cage="$CAGE" "$IMAGE" page $at 83 >/dev/null 2>&1
done
at=6
step=$(every 97 1021)
while [ $at -lt 4096 ]; do
    ends_page $at
    at=$((at + step))
done
if [ "$CAGE" = kvm ]; then
    # Entry 0 ends the guest, 2 to 6 may end it: the rest in one run.
    ends 0 'upcalls' page-sweep 1 128
    ends 0 'upcalls' page-sweep 1024 4096
else
    # The system call instruction of each entry, with any number.
    for call in 0 1 2 3 4 5 6; do
        for nr in 2 9 10 15 16 56 59 83 101 157 257 317 322 428 435; do
            ends 159 '' page-insn $call $nr
        done
        # Numbers of the seven: arguments that the entries never make.
        ends 159 '' page-insn $call 271 0 0 0 0x70000000 # ppoll's mask
        ends 159 '' page-insn $call 0 0x100000000 0x70000000 1
        ends 159 '' page-insn $call 1 0x100000001 0x70000000 1
        ends 159 '' page-insn $call 228 0x100000000 0
        ends 159 '' page-insn $call 17 0x100000003 0x70000000 512
        ends 159 '' page-insn $call 18 0x100000003 0x70000000 512
        ends 159 '' page-insn $call 0x40000000 0 0 0
    done
    # The vDSO's instructions: its own fallback is told ENOSYS.
    for nr in 0 1 39 83 96 201 309; do
        ends '159 97' '' vdso 0 $nr
    done
    ends '0 97 139' '' vdso 0 228
fi
unharmed
