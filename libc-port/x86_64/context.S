/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getcontext, setcontext, swapcontext: callee-saved registers, stack, return
 * address, arguments, FP control words; signal/context.c does the mask.
 * Offsets are of struct ucontext_t in <sys/ucontext.h>: gregs at 40.
 */
#define R8 40
#define R9 48
#define R12 72
#define R13 80
#define R14 88
#define R15 96
#define RDI 104
#define RSI 112
#define RBP 120
#define RBX 128
#define RDX 136
#define RCX 152
#define RSP 160
#define RIP 168
#define MXCSR 304
#define X87CW 312

    .macro save
    mov %rbx, RBX(%rdi)
    mov %rbp, RBP(%rdi)
    mov %r12, R12(%rdi)
    mov %r13, R13(%rdi)
    mov %r14, R14(%rdi)
    mov %r15, R15(%rdi)
    mov (%rsp), %rdx
    mov %rdx, RIP(%rdi)
    lea 8(%rsp), %rdx
    mov %rdx, RSP(%rdi)
    stmxcsr MXCSR(%rdi)
    fnstcw X87CW(%rdi)
    .endm

    .section .text.getcontext, "ax", @progbits
    .globl getcontext
    .type getcontext, @function
getcontext:
    save
    xor %esi, %esi
    jmp __libc_context_mask /* (save, load): returns 0 */
    .size getcontext, . - getcontext

    .section .text.setcontext, "ax", @progbits
    .globl setcontext, swapcontext
    .type setcontext, @function
    .type swapcontext, @function
swapcontext:
    save
    push %rsi
    call __libc_context_mask
    pop %rdi
    jmp 1f
setcontext:
    push %rdi
    mov %rdi, %rsi
    xor %edi, %edi
    call __libc_context_mask
    pop %rdi
1:  ldmxcsr MXCSR(%rdi)
    fldcw X87CW(%rdi)
    mov RBX(%rdi), %rbx
    mov RBP(%rdi), %rbp
    mov R12(%rdi), %r12
    mov R13(%rdi), %r13
    mov R14(%rdi), %r14
    mov R15(%rdi), %r15
    mov RSP(%rdi), %rsp
    pushq RIP(%rdi)
    mov RSI(%rdi), %rsi
    mov RDX(%rdi), %rdx
    mov RCX(%rdi), %rcx
    mov R8(%rdi), %r8
    mov R9(%rdi), %r9
    mov RDI(%rdi), %rdi
    xor %eax, %eax
    ret
    .size setcontext, . - setcontext

    .section .note.GNU-stack, "", @progbits
