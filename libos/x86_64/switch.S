/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread_switch(from, to): from->sp, to->sp at offset 0, thread_pointer at
 * 8. Saved are the registers a function keeps; the control words and exception
 * flags of SSE and x87 are loaded only where they differ.
 */
    .cfi_sections .debug_frame
    .section .text.thread_switch, "ax", @progbits
    .globl thread_switch
    .type thread_switch, @function
    .balign 64
thread_switch:
    .cfi_startproc
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push $0
    .cfi_def_cfa_offset 64
    .cfi_offset rbp, -16
    .cfi_offset rbx, -24
    .cfi_offset r12, -32
    .cfi_offset r13, -40
    .cfi_offset r14, -48
    .cfi_offset r15, -56
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    fnstsw %ax
    and $0x3f, %eax /* x87's exception flags; no call leaves more there */
    mov %ax, 6(%rsp)
    mov %rsp, (%rdi)
    mov %rsp, %rcx
    mov (%rsi), %rsp
    mov (%rsp), %eax
    cmp (%rcx), %eax /* with the sticky exception flags: fetestexcept() */
    jne 3f
1:  mov 4(%rsp), %eax
    cmp 4(%rcx), %eax
    jne 4f
2:  mov 8(%rsi), %rax
    mov %rax, hc_fs(%rip) /* thread_pointer */
    add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    .cfi_def_cfa_offset 8
    ret
3:  ldmxcsr (%rsp)
    jmp 1b
4:  fnstenv -32(%rsp) /* flags are set with all the rest of it only */
    mov 4(%rsp), %ax
    mov %ax, -32(%rsp)
    mov -28(%rsp), %ax
    and $0x7f40, %ax /* not the flags, nor what follows from them */
    or 6(%rsp), %ax
    mov %ax, -28(%rsp)
    fldenv -32(%rsp)
    jmp 2b
    .cfi_endproc
    .size thread_switch, . - thread_switch

/* The first code of a new thread: its stack holds nothing. */
    .section .text.thread_start, "ax", @progbits
    .globl thread_start
    .type thread_start, @function
thread_start:
    .cfi_startproc
    .cfi_undefined rip
    xor %ebp, %ebp
    call thread_main
    ud2
    .cfi_endproc
    .size thread_start, . - thread_start

    .section .note.GNU-stack, "", @progbits
