/* SPDX-License-Identifier: Apache-2.0 */
/* Upcalls in, contexts out; the rules are in upcall.h. */
#include "asm.h"

    .cfi_sections .debug_frame

/* How a debugger finds the registers of a context at rsp. */
.macro cfi_context
    .cfi_signal_frame
    .cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06 /* CFA = *(rsp + UC_RSP) */
    .cfi_escape 0x10, 16, 3, 0x77, 0xa8, 0x01   /* rip at rsp + UC_RIP */
    .cfi_escape 0x10, 6, 3, 0x77, 0xf8, 0x00    /* rbp */
    .cfi_escape 0x10, 3, 3, 0x77, 0x80, 0x01    /* rbx */
    .cfi_escape 0x10, 12, 3, 0x77, 0xc8, 0x00   /* r12 */
    .cfi_escape 0x10, 13, 3, 0x77, 0xd0, 0x00   /* r13 */
    .cfi_escape 0x10, 14, 3, 0x77, 0xd8, 0x00   /* r14 */
    .cfi_escape 0x10, 15, 3, 0x77, 0xe0, 0x00   /* r15 */
.endm

    .section .text.upcall, "ax", @progbits
    .globl upcall_entry, upcall_resume, upcall_resume_end
    .type upcall_entry, @function
upcall_entry:
    incl hc_gate(%rip)
    sub $8, %rsp
    call upcall_main
    jmp tail
    .size upcall_entry, . - upcall_entry

    .type upcall_tail, @function
upcall_tail:
    .cfi_startproc
    cfi_context
/* On the interrupted thread's own stack, the context right above. */
move:
    mov %rax, %rsp
    mov %rax, %rdi
    call upcall_work
    nop
tail: /* rax: context, edx: how */
    cmp $2, %edx
    je move
    decl hc_gate(%rip)
    mov %rax, %rsp
upcall_resume:
    test %edx, %edx
    jz 1f
    cmpl $0, hc_gate+4(%rip)
    jne again
1:  mov UC_FPSTATE(%rsp), %rbx
    test %rbx, %rbx
    jz 3f
    cmpl $FP_MAGIC, FP_MAGIC_AT(%rbx)
    jne 2f
    mov FP_MASK_AT(%rbx), %eax
    mov FP_MASK_AT+4(%rbx), %edx
    xrstor64 (%rbx)
    jmp 3f
2:  fxrstor64 (%rbx)
    /* Flags and address below the red zone of the stack to resume on: no
     * instruction loads both, rsp and all registers without a stack. */
3:  mov UC_RSP(%rsp), %rax
    mov UC_RFLAGS(%rsp), %rbx
    mov UC_RIP(%rsp), %rcx
    lea -(RED_ZONE + RESUME_ROOM)(%rax), %rax
    mov %rbx, (%rax)
    mov %rcx, 8(%rax)
    mov %rax, UC_SCRATCH(%rsp)
    mov UC_R8(%rsp), %r8
    mov UC_R9(%rsp), %r9
    mov UC_R10(%rsp), %r10
    mov UC_R11(%rsp), %r11
    mov UC_R12(%rsp), %r12
    mov UC_R13(%rsp), %r13
    mov UC_R14(%rsp), %r14
    mov UC_R15(%rsp), %r15
    mov UC_RDI(%rsp), %rdi
    mov UC_RSI(%rsp), %rsi
    mov UC_RBP(%rsp), %rbp
    mov UC_RBX(%rsp), %rbx
    mov UC_RDX(%rsp), %rdx
    mov UC_RAX(%rsp), %rax
    mov UC_RCX(%rsp), %rcx
    mov UC_SCRATCH(%rsp), %rsp
upcall_resume_end:
    popfq
    ret $RED_ZONE
again:
    incl hc_gate(%rip)
    mov %rsp, %rdi
    call upcall_again
    jmp tail
    .cfi_endproc
    .size upcall_tail, . - upcall_tail

    .section .text.upcall_self, "ax", @progbits
    .globl upcall_self
    .type upcall_self, @function
upcall_self:
    .cfi_startproc
    mov %rsp, %rax
    .cfi_def_cfa_register rax
    pushfq
    pop %rdx
    mov upcall_fpsize(%rip), %ecx
    sub %rcx, %rsp
    and $-64, %rsp
    mov %rsp, %rsi
    sub $UC_SIZE, %rsp
    /* zero all, then what a function keeps */
    mov %rax, %r8
    mov %rdi, %r9
    mov %rsp, %rdi
    xor %eax, %eax
    mov $UC_SIZE / 8, %ecx
    rep stosq
    .cfi_def_cfa_register r8
    mov (%r8), %rcx
    lea 8(%r8), %rax
    mov %rcx, UC_RIP(%rsp)
    mov %rax, UC_RSP(%rsp)
    mov %rdx, UC_RFLAGS(%rsp)
    mov %r9, UC_RAX(%rsp)
    mov %rsi, UC_FPSTATE(%rsp)
    mov %rbx, UC_RBX(%rsp)
    mov %rbp, UC_RBP(%rsp)
    mov %r12, UC_R12(%rsp)
    mov %r13, UC_R13(%rsp)
    mov %r14, UC_R14(%rsp)
    mov %r15, UC_R15(%rsp)
    mov %rsi, %rdi
    call upcall_save_fp
    mov %rsp, %rdi
    call upcall_self_work
    jmp tail
    .cfi_endproc
    .size upcall_self, . - upcall_self

    .section .text.upcall_save_fp, "ax", @progbits
    .globl upcall_save_fp
    .type upcall_save_fp, @function
upcall_save_fp:
    .cfi_startproc
    cmpl $0, upcall_has_xsave(%rip)
    je 1f
    xor %eax, %eax
    .irp at, 0, 8, 16, 24, 32, 40, 48, 56
    mov %rax, XSAVE_HEADER + \at(%rdi)
    .endr
    xor %ecx, %ecx
    xgetbv
    and upcall_fpmask(%rip), %eax
    xsave64 (%rdi)
    mov %eax, FP_MASK_AT(%rdi)
    mov %edx, FP_MASK_AT+4(%rdi)
    mov upcall_fpsize(%rip), %eax
    mov %eax, FP_SIZE_AT(%rdi)
    mov %eax, FP_XSIZE_AT(%rdi)
    movl $FP_MAGIC, FP_MAGIC_AT(%rdi)
    ret
1:  fxsave64 (%rdi)
    movl $0, FP_MAGIC_AT(%rdi)
    ret
    .cfi_endproc
    .size upcall_save_fp, . - upcall_save_fp

    .section .text.upcall_call_on, "ax", @progbits
    .globl upcall_call_on
    .type upcall_call_on, @function
upcall_call_on: /* stack, fn, a, b, c */
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    mov %rdi, %rsp
    mov %rsi, %rax
    mov %rdx, %rdi
    mov %rcx, %rsi
    mov %r8, %rdx
    call *%rax
    mov %rbp, %rsp
    pop %rbp
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size upcall_call_on, . - upcall_call_on

    .section .data.upcall_fpmask, "aw", @progbits
    .globl upcall_fpmask
    .balign 4
upcall_fpmask: .long -1

    .section .note.GNU-stack, "", @progbits
