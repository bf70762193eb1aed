/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instruction, and the image's note (bindings/abi/uni_note.h).
 *
 * main's stack is the arena's lowest part: below it is a hole, so its
 * overflow faults, and the arena's top stays untouched.
 */
#include "asm.h"

    .cfi_sections .debug_frame
    .section .text.uni_start, "ax", @progbits
    .globl uni_start
    .type uni_start, @function
uni_start:
    .cfi_startproc
    .cfi_undefined rip
    mov hc_note + NOTE_STACK_SIZE(%rip), %rax
    test %rax, %rax
    jnz 1f
    mov $STACK_SIZE_DEFAULT, %eax
1:  add $4095, %rax
    and $-4096, %rax
    cmp BOOT_ARENA_SIZE(%rdi), %rax
    jae 2f
    add BOOT_ARENA_ADDR(%rdi), %rax
    mov %rax, %rsp
2:  xor %ebp, %ebp
    call libos_start
    ud2
    .cfi_endproc
    .size uni_start, . - uni_start

    .section .note.septum, "a", @note
    .balign 4
    .long 7, NOTE_SIZE, 1 /* UNI_NT_IMAGE */
    .asciz "Septum"
    .balign 4
    .globl hc_note
    .type hc_note, @object
hc_note:
    .long 1 /* UNI_ABI_VERSION */
    .long 0
    .quad upcall_entry
    .zero NOTE_FS_BASE - 16
    .quad hc_fs
    .size hc_note, . - hc_note
    .long 7, MANIFEST_SIZE, 2 /* UNI_NT_MANIFEST */
    .asciz "Septum"
    .balign 4
    .zero MANIFEST_SIZE

    .section .note.GNU-stack, "", @progbits
