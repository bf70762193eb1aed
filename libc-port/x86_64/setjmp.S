/* SPDX-License-Identifier: Apache-2.0 */
/* jmp_buf: rbx, rbp, r12-r15, rsp, rip, mask saved?, mask (<setjmp.h>). */
    .section .text.setjmp, "ax", @progbits
    .globl sigsetjmp, setjmp, _setjmp
    .type setjmp, @function
    .type _setjmp, @function
    .type sigsetjmp, @function
sigsetjmp:
    jmp 1f
setjmp:
_setjmp:
    xor %esi, %esi
1:  mov %rbx, (%rdi)
    mov %rbp, 8(%rdi)
    mov %r12, 16(%rdi)
    mov %r13, 24(%rdi)
    mov %r14, 32(%rdi)
    mov %r15, 40(%rdi)
    lea 8(%rsp), %rdx
    mov %rdx, 48(%rdi)
    mov (%rsp), %rdx
    mov %rdx, 56(%rdi)
    movslq %esi, %rsi
    mov %rsi, 64(%rdi)
    xor %eax, %eax
    test %esi, %esi
    jnz __libc_save_mask /* (env): returns 0 */
    ret
    .size setjmp, . - setjmp

    .section .text.longjmp, "ax", @progbits
    .globl siglongjmp, longjmp, _longjmp
    .type longjmp, @function
    .type _longjmp, @function
    .type siglongjmp, @function
longjmp:
_longjmp:
siglongjmp:
    cmpq $0, 64(%rdi)
    je 1f
    push %rdi
    push %rsi
    sub $8, %rsp
    call __libc_restore_mask
    add $8, %rsp
    pop %rsi
    pop %rdi
1:  mov %esi, %eax
    test %eax, %eax
    jnz 2f
    inc %eax
2:  mov (%rdi), %rbx
    mov 8(%rdi), %rbp
    mov 16(%rdi), %r12
    mov 24(%rdi), %r13
    mov 32(%rdi), %r14
    mov 40(%rdi), %r15
    mov 48(%rdi), %rsp
    jmp *56(%rdi)
    .size longjmp, . - longjmp

    .section .note.GNU-stack, "", @progbits
