/* SPDX-License-Identifier: Apache-2.0 */
/* Entry, upcalls and recovery of the hostile guest; hostile.h has contracts. */

    .section .note.septum, "a"
    .balign 4
    .long 7, 88, 1 /* UNI_NT_IMAGE */
    .asciz "Septum\0"
    .long 1, HOSTILE_NOTE_FLAGS
    .quad upcall_entry
    .quad 0x100000, 0, 0, 0, 0, 0, 0, 0, 0
    .long 7, 520, 2 /* UNI_NT_MANIFEST */
    .asciz "Septum\0"
    .long 2, 0
    .long 2, 1 /* BLOCK, optional */
    .ascii "disk"
    .zero 20
    .long 2, 1
    .ascii "fixed"
    .zero 19
    .zero 14 * 32

    .text
    .globl hostile_start
hostile_start:
    movq %rdi, boot(%rip)
    call hostile_main
    ud2

/*
 * An upcall. A tick resumes by IRETQ, which needs no stack of the interrupted
 * code; what was attempted continues at recover; all else is hostile_upcall's.
 */
    .globl upcall_entry
upcall_entry:
    pushq $2 /* AC and NT may still be set */
    popfq
    cmpl $27, %edi
    je resume
    cmpl $28, %edi
    je resume
    movq %rdx, %rbx
    subq $8, %rsp
    call hostile_upcall /* returns only when armed */
    jmp recover

    .globl resume
resume: /* rdx: struct uni_ucontext, regs at 40 */
    movl %ss, %eax
    pushq %rax
    pushq 40+120(%rdx) /* rsp */
    pushq 40+136(%rdx) /* rflags */
    movl %cs, %eax
    pushq %rax
    pushq 40+128(%rdx) /* rip */
    movq 40+0(%rdx), %r8
    movq 40+8(%rdx), %r9
    movq 40+16(%rdx), %r10
    movq 40+24(%rdx), %r11
    movq 40+32(%rdx), %r12
    movq 40+40(%rdx), %r13
    movq 40+48(%rdx), %r14
    movq 40+56(%rdx), %r15
    movq 40+64(%rdx), %rdi
    movq 40+72(%rdx), %rsi
    movq 40+80(%rdx), %rbp
    movq 40+88(%rdx), %rbx
    movq 40+104(%rdx), %rax
    movq 40+112(%rdx), %rcx
    movq 40+96(%rdx), %rdx
    iretq

    .globl attempt
attempt: /* rdi function, rsi argument */
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    movq %rsp, attempt_rsp(%rip)
    movl $1, armed(%rip)
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    movl $0, caught(%rip)
    .globl recover
recover:
    movq attempt_rsp(%rip), %rsp
    movl $0, armed(%rip)
    pushq $2
    popfq
    movl caught(%rip), %eax
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

/* raw_syscall(nr, a, b, c, d) by the instruction at `syscall_here`. */
    .globl raw_syscall
raw_syscall:
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    syscall
    ret

    .globl raw_int80
raw_int80: /* (nr, b, c) */
    pushq %rbx
    movl %edi, %eax
    movl %esi, %ebx
    movl %edx, %ecx
    int $0x80
    popq %rbx
    ret

    .globl raw_sysenter
raw_sysenter:
    movl %edi, %eax
    movl %esi, %ebx
    movl %edx, %ecx
    leaq compat_rsp(%rip), %rbp /* below 4 GiB: the sixth argument is read */
    sysenter
    ret

/* jump_with(target, nr, a, b, c, d): as a system call, but by a jump. */
    .globl jump_with
jump_with:
    movq %rdi, %r11
    movq %rsi, %rax
    movq %rdx, %rdi
    movq %rcx, %rsi
    movq %r8, %rdx
    movq %r9, %r10
    xorl %ecx, %ecx
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    jmp *%r11

/* compat_call(nr, b, c): int 0x80 from 32-bit code (selector 0x23). */
    .globl compat_call
compat_call:
    movq %rsp, compat_rsp(%rip)
    movl %edi, %eax
    movl %esi, %r8d
    movl %edx, %ecx
    movl %r8d, %ebx
    ljmpl *compat_target(%rip)
    .code32
compat_code:
    int $0x80
    ud2
    .code64

    .data
    .globl compat_target
compat_target:
    .long compat_code
    .word 0x23

    .bss
    .balign 8
    .globl boot, armed, caught
boot:
    .quad 0
attempt_rsp:
    .quad 0
compat_rsp:
    .quad 0
armed:
    .long 0
caught:
    .long 0
    .section .note.GNU-stack, "", @progbits
