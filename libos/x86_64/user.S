/* SPDX-License-Identifier: Apache-2.0 */
/* Copies that survive a bad pointer: a fault between user_begin and user_end
 * goes on at user_fault (upcall.c). Nothing here has a stack frame. */
    .cfi_sections .debug_frame
    .section .text.user, "ax", @progbits
    .globl user_begin, user_end, user_fault
    .globl user_copy, user_zero, user_strnlen
    .type user_copy, @function
    .type user_zero, @function
    .type user_strnlen, @function

    .balign 64
user_begin:
user_copy: /* dst, src, len */
    .cfi_startproc
    cmp $16, %rdx
    ja 2f
    cmp $8, %rdx
    jae 1f
    cmp $4, %rdx
    jae 3f
    test %rdx, %rdx
    jz 5f
4:  mov -1(%rsi, %rdx), %cl
    mov %cl, -1(%rdi, %rdx)
    dec %rdx
    jnz 4b
5:  xor %eax, %eax
    ret
3:  mov (%rsi), %eax
    mov -4(%rsi, %rdx), %ecx
    mov %eax, (%rdi)
    mov %ecx, -4(%rdi, %rdx)
    xor %eax, %eax
    ret
1:  mov (%rsi), %rax
    mov -8(%rsi, %rdx), %rcx
    mov %rax, (%rdi)
    mov %rcx, -8(%rdi, %rdx)
    xor %eax, %eax
    ret
2:  cmp $128, %rdx
    ja 7f
    /* 17..128: the last 16 bytes, then 16 at a time up to them */
    mov -16(%rsi, %rdx), %r8
    mov -8(%rsi, %rdx), %r9
    lea -16(%rdi, %rdx), %r10
6:  mov (%rsi), %rax
    mov 8(%rsi), %rcx
    mov %rax, (%rdi)
    mov %rcx, 8(%rdi)
    add $16, %rsi
    add $16, %rdi
    cmp %r10, %rdi
    jb 6b
    mov %r8, (%r10)
    mov %r9, 8(%r10)
    xor %eax, %eax
    ret
7:  mov %rdx, %rcx
    rep movsb
    xor %eax, %eax
    ret
    .cfi_endproc

user_zero: /* dst, len */
    .cfi_startproc
    mov %rsi, %rcx
    xor %eax, %eax
    rep stosb
    ret
    .cfi_endproc

user_strnlen: /* s, max */
    .cfi_startproc
    xor %eax, %eax
1:  cmp %rsi, %rax
    je 2f
    cmpb $0, (%rdi, %rax)
    je 2f
    inc %rax
    jmp 1b
2:  ret
    .cfi_endproc
user_end:
user_fault:
    mov $-14, %rax /* -EFAULT */
    ret
    .section .note.GNU-stack, "", @progbits
