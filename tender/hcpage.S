/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypercall page's contents. The tender copies one of the templates to
 * UNI_HC_ADDR. Contract of the entries: bindings/abi/uni.h.
 *
 * Each entry zero-extends its 32-bit arguments: callers leave what they like
 * in the upper halves, the filter compares 64 bits.
 */
#include <asm/prctl.h>
#include <sys/syscall.h>
#include "tender/hcpage.h"

#define EINTR 4
#define STRIDE 128

    .section .rodata.hcpage, "a"

/* 1. seccomp cage: a system call each. */
    .balign 64
    .globl hcpage_seccomp, hcpage_seccomp_end
    .globl hcpage_seccomp_poll_commit, hcpage_seccomp_poll_abort
hcpage_seccomp:
.macro entry n
    .org hcpage_seccomp + \n * STRIDE, 0xcc
.endm

    entry 0 /* exit(edi) */
    movzbl %dil, %edi
    movl $SYS_exit_group, %eax
    syscall
    ud2

    entry 1 /* clock(edi, rsi) */
    movl %edi, %edi
    movl $SYS_clock_gettime, %eax
    syscall
    ret

    entry 2 /* poll(rdi, esi, rdx); lets all signals in */
    movl %esi, %esi
    leaq hcpage_seccomp + HCPAGE_NO_MASK(%rip), %r10
    movl $8, %r8d
    movl $SYS_ppoll, %eax
hcpage_seccomp_poll_commit:
    syscall
    ret
hcpage_seccomp_poll_abort:
    movq $-EINTR, %rax
    ret

    entry 3 /* read(edi, rsi, rdx) */
    movl %edi, %edi
    xorl %eax, %eax
    syscall
    ret

    entry 4 /* write(edi, rsi, rdx) */
    movl %edi, %edi
    movl $SYS_write, %eax
    syscall
    ret

    entry 5 /* pread(edi, rsi, rdx, rcx) */
    movl %edi, %edi
    movq %rcx, %r10
    movl $SYS_pread64, %eax
    syscall
    ret

    entry 6 /* pwrite(edi, rsi, rdx, rcx) */
    movl %edi, %edi
    movq %rcx, %r10
    movl $SYS_pwrite64, %eax
    syscall
    ret

/*
 * Signals come here: rdi signal, rsi siginfo, rdx ucontext. They are unblocked
 * by the hand-off just before the filter is loaded; one that hits there may
 * not reach guest code, which would run without the filter: it ends the
 * process with the status that its default action gives. `upcall` is patched.
 */
    .org hcpage_seccomp + HCPAGE_GATE, 0xcc
    movq 168(%rdx), %rax /* struct uni_ucontext: regs.rip */
    leaq handoff(%rip), %rcx
    cmpq %rcx, %rax
    jb 1f
    leaq handoff_loaded(%rip), %rcx
    cmpq %rcx, %rax
    jb 2f
    leaq handoff_safe(%rip), %rcx
    cmpq %rcx, %rax
    jae 1f
    cmpq $0, 144(%rdx) /* regs.rax: did the filter load? */
    jne 3f
1:  movq upcall(%rip), %rax
    jmp *%rax
2:  cmpl $27, %edi /* SIGPROF, SIGWINCH: nothing is lost */
    je 3f
    cmpl $28, %edi
    je 3f
    subl $-128, %edi
    movl $SYS_exit_group, %eax
    syscall
3:  movl $SYS_rt_sigreturn, %eax
    addq $8, %rsp /* the frame's return address */
    syscall
    .balign 8, 0xcc
    .globl hcpage_upcall
hcpage_upcall:
upcall:
    .quad 0
    .org hcpage_seccomp + HCPAGE_NO_MASK, 0xcc
    .quad 0

/*
 * The hand-off: rdi = struct seccomp_handoff, behind boot info. Takes the
 * tender's memory away, lets signals in, loads the filter, enters the guest.
 * Uses no stack.
 */
    .org hcpage_seccomp + HCPAGE_HANDOFF, 0xcc
    movq %rdi, %rbx
    leaq HANDOFF_UNMAP(%rbx), %r12
    movl $HANDOFF_UNMAP_COUNT, %ebp
1:  movq 0(%r12), %rdi
    movq 8(%r12), %rsi
    movl $SYS_munmap, %eax
    testq %rsi, %rsi
    jz 2f
    syscall
    testq %rax, %rax
    jnz fail
2:  addq $16, %r12
    decl %ebp
    jnz 1b

    xorl %edi, %edi /* the kernel forgets its pointers into what is gone */
    movl $SYS_set_tid_address, %eax
    syscall
    movl $ARCH_SET_FS, %edi
    movq HANDOFF_FS(%rbx), %rsi
    movl $SYS_arch_prctl, %eax
    syscall
    testq %rax, %rax
    jnz fail
    movq HANDOFF_STACK(%rbx), %rsp /* ticks from here on resume through it */
handoff:
    movl $2, %edi /* SIG_SETMASK */
    leaq HANDOFF_SIGMASK(%rbx), %rsi
    xorl %edx, %edx
    movl $8, %r10d
    movl $SYS_rt_sigprocmask, %eax
    syscall
    movl $1, %edi /* SECCOMP_SET_MODE_FILTER */
    xorl %esi, %esi
    leaq HANDOFF_FPROG(%rbx), %rdx
    movl $SYS_seccomp, %eax
    syscall
handoff_loaded:
    testq %rax, %rax
    jnz fail
handoff_safe:

    movq HANDOFF_ENTRY(%rbx), %r13
    movq HANDOFF_BOOT(%rbx), %r14
    cld
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    pxor %xmm\n, %xmm\n
    .endr
    movq %r13, %rax
    movq %r14, %rdi
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %ebp, %ebp
    .irp n, 8,9,10,11,12,13,14,15
    xorl %r\n\()d, %r\n\()d
    .endr
    jmp *%rax

fail: /* nothing but this message is left */
    movl $2, %edi
    leaq HANDOFF_MSG(%rbx), %rsi
    movq HANDOFF_MSG_LEN(%rbx), %rdx
    movl $SYS_write, %eax
    syscall
    movl $126, %edi /* UNI_STATUS_HOST */
    movl $SYS_exit_group, %eax
    syscall
    ud2
hcpage_seccomp_end:
    .purgem entry

/* 2. The seccomp cage's entries with --stats: they count and time. Call n has
 * three u64 at HCPAGE_STATS_ADDR + 32 * n: calls, ticks, failures. */
    .balign 64
    .globl hcpage_stats, hcpage_stats_end
    .globl hcpage_stats_poll_commit, hcpage_stats_poll_abort
hcpage_stats:
.macro begin n
    .org hcpage_stats + \n * STRIDE, 0xcc
    movq %rdx, %r9
    rdtsc
    movl %eax, %r8d
    shlq $32, %rdx
    orq %rdx, %r8
    movq %r9, %rdx
.endm
.macro finish n
    movq %rax, %r9
    rdtsc
    shlq $32, %rdx
    orq %rdx, %rax
    subq %r8, %rax
    movl $HCPAGE_STATS_ADDR + 32 * \n, %ecx
    incq 0(%rcx)
    addq %rax, 8(%rcx)
    xorl %eax, %eax
    testq %r9, %r9
    sets %al
    addq %rax, 16(%rcx)
    movq %r9, %rax
    ret
.endm
    .org hcpage_stats, 0xcc
    movzbl %dil, %edi
    movl $HCPAGE_STATS_ADDR, %ecx
    incq 0(%rcx)
    movl $SYS_exit_group, %eax
    syscall
    ud2

    begin 1
    movl %edi, %edi
    movl $SYS_clock_gettime, %eax
    syscall
    finish 1

    begin 2
    movl %esi, %esi
    movq %r8, %r9
    leaq hcpage_stats + HCPAGE_NO_MASK(%rip), %r10
    movl $8, %r8d
    movl $SYS_ppoll, %eax
hcpage_stats_poll_commit:
    syscall
    movq %r9, %r8
    finish 2
hcpage_stats_poll_abort:
    movq $-EINTR, %rax
    ret

    begin 3
    movl %edi, %edi
    xorl %eax, %eax
    syscall
    finish 3

    begin 4
    movl %edi, %edi
    movl $SYS_write, %eax
    syscall
    finish 4

    begin 5
    movl %edi, %edi
    movq %rcx, %r10
    movl $SYS_pread64, %eax
    syscall
    finish 5

    begin 6
    movl %edi, %edi
    movq %rcx, %r10
    movl $SYS_pwrite64, %eax
    syscall
    finish 6
    .org hcpage_stats + HCPAGE_GATE, 0xcc
hcpage_stats_end:

/* 3. kvm cage: a port each; the tender reads and writes the registers. */
    .balign 64
    .globl hcpage_kvm, hcpage_kvm_end
    .globl hcpage_kvm_poll_commit, hcpage_kvm_poll_abort
hcpage_kvm:
    .set n, 0
    .rept 7
    .org hcpage_kvm + n * STRIDE, 0xcc
    .if n == 2
hcpage_kvm_poll_commit:
    .endif
    outb %al, $(KVM_PORT + n)
    ret
    .set n, n + 1
    .endr
hcpage_kvm_poll_abort:
    movq $-EINTR, %rax
    ret
/* The virtual CPU starts at the second of these: shows the tender that it runs,
 * and its time stamp counter; then on to the guest's entry, which is in rcx.
 * Where KVM says that there is no XSAVE, at the first: a fault if that is so. */
    .org hcpage_kvm + HCPAGE_ASK, 0xcc
    xorl %ecx, %ecx
    xgetbv
    .org hcpage_kvm + HCPAGE_PROBE, 0x90
    rdtsc
    outb %al, $KVM_PORT_PROBE
    jmp *%rcx
    .balign 8, 0xcc
hcpage_kvm_end:
/*
 * 4. kvm cage, ring 0: an exception's stub, 16 bytes each, tells the tender of
 * it. What lies on the stack then is struct kvm_exception (kvm_machine.h);
 * the tender rewrites it, and the return goes to the guest's upcall entry.
 * A `syscall` instruction has no stack: the tender sets rsp.
 */
    .balign 64
    .globl kvm_stubs, kvm_stubs_end, kvm_stub_syscall
kvm_stubs:
    .set n, 0
    .rept 32
    .org kvm_stubs + n * 16, 0xcc
    .if (n != 8) && (n != 17) && (n != 21) && ((n < 10) || (n > 14))
    pushq $0
    .endif
    pushq $n
    jmp kvm_stub_exception
    .set n, n + 1
    .endr
    .balign 16, 0xcc
kvm_stub_exception:
    outb %al, $KVM_PORT_EXCEPTION
    addq $16, %rsp
    iretq
    .balign 16, 0xcc
kvm_stub_syscall:
    outb %al, $KVM_PORT_SYSCALL
    iretq
    .balign 8, 0xcc
kvm_stubs_end:

    .section .note.GNU-stack, "", @progbits
