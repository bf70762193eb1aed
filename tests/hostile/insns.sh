# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Privileged instructions, interrupts, segment selectors. Of the interrupts,
# 0x80 is a system call: the guest's end.
mode=$(loose)
mode=${mode:-${EMULATED:+emulated}}
ends 0 'instructions: 0 wrong' insns "$mode"
ends 0 'interrupts: 0 wrong' ints 0 128 "$mode" $native
ends 0 'interrupts: 0 wrong' ints 129 256 "$mode" $native
ends 0 'selectors: 0 wrong' selectors "$(every 61 1021)" "$mode"
unharmed
