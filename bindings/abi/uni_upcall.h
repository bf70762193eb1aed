/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The upcall frame. The tender enters the note's upcall_entry with
 *     rdi = event (a Linux signal number), rsi = struct uni_siginfo *,
 *     rdx = struct uni_ucontext *, rsp = 8 modulo 16 on the upcall stack
 *     (nested upcalls go on below the interrupted one), rflags.DF = 0.
 * It is Linux's own signal frame (asm/sigcontext.h, asm/ucontext.h, kernel
 * 6.1), because in the seccomp cage the host kernel writes it; the kvm cage's
 * tender writes the same. Nothing is masked during an upcall, the return
 * address is not usable: the guest resumes by loading the registers itself.
 */
#ifndef UNI_ABI_UPCALL_H
#define UNI_ABI_UPCALL_H

#include <stdint.h>

/* Events. Faults: ILL, TRAP, BUS, FPE, SEGV; host signals: HUP, INT, USR1,
 * USR2, TERM, WINCH; the preemption tick; a raw `syscall` instruction. */
enum uni_event {
    UNI_EV_HUP = 1,
    UNI_EV_INT = 2,
    UNI_EV_ILL = 4,
    UNI_EV_TRAP = 5,
    UNI_EV_BUS = 7,
    UNI_EV_FPE = 8,
    UNI_EV_USR1 = 10,
    UNI_EV_SEGV = 11,
    UNI_EV_USR2 = 12,
    UNI_EV_TERM = 15,
    UNI_EV_TICK = 27,
    UNI_EV_WINCH = 28,
    UNI_EV_SYSCALL = 31,
};

struct uni_siginfo {
    int32_t signo;
    int32_t error; /* 0 */
    int32_t code;  /* man 2 sigaction, "si_code" */
    int32_t pad;
    union {
        uint64_t addr; /* faults: the address; SYSCALL: after the instruction */
        uint64_t raw[14];
    } u;
};
_Static_assert(sizeof(struct uni_siginfo) == 128, "uni_siginfo: ABI 1");

struct uni_regs {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err;    /* page fault error code, SDM vol. 3 s4.7 */
    uint64_t trapno; /* vector; SDM vol. 3 s6.3 */
    uint64_t oldmask;
    uint64_t cr2;
    uint64_t fpstate; /* address of the XSAVE area (64-aligned) whose feature
                         mask is the u64 at offset 472, with the magic
                         0x46505853 as the u32 at offset 464; or 0: the vector
                         registers still hold the interrupted state */
    uint64_t reserved[8];
};
_Static_assert(sizeof(struct uni_regs) == 256, "uni_regs: ABI 1");

struct uni_ucontext {
    uint64_t flags;
    uint64_t link;
    uint64_t stack_addr;
    uint32_t stack_flags;
    uint32_t stack_pad;
    uint64_t stack_size;
    struct uni_regs regs;
    uint64_t sigmask;
};
_Static_assert(sizeof(struct uni_ucontext) == 304, "uni_ucontext: ABI 1");

#endif
