/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upcalls in the kvm cage: builds the frame that Linux would (uni_upcall.h)
 * and sends the guest to its upcall entry. Vector registers stay live.
 */
#include "tender/host.h"
#include "tender/hcpage.h"
#include "tender/kvm.h"
#include "uni.h"
#include "uni_upcall.h"

#define TICK_US 10000
#define REDZONE 128 /* System V ABI, below the interrupted stack pointer */
#define VECTOR_DB 1
#define VECTOR_BP 3
#define VECTOR_UD 6
#define VECTOR_GP 13
#define VECTOR_PF 14
#define UPCALL_STACK_END (UNI_UPCALL_STACK_ADDR + UNI_UPCALL_STACK_SIZE)
#define X32_BIT 0x40000000u

/* Linux's struct rt_sigframe. */
struct frame {
    uint64_t ret;
    struct uni_ucontext uc;
    struct uni_siginfo info;
};
_Static_assert(sizeof(struct frame) % 16 == 8, "rsp is 8 modulo 16");

/* Written by the handler; the rest of the process only takes away. */
static uint64_t pending;
static struct kvm_run *volatile signal_run;
static volatile struct timespec poll_timeout;

void kvm_upcall_post(int sig)
{
    __atomic_fetch_or(&pending, 1ull << sig, __ATOMIC_SEQ_CST);
    poll_timeout.tv_sec = 0;
    poll_timeout.tv_nsec = 0;
    if (signal_run)
        signal_run->immediate_exit = 1;
}

int kvm_upcall_init(struct kvm_cage *cage, struct err *err)
{
    static const uint8_t events[] = {UNI_EV_HUP,  UNI_EV_INT,  UNI_EV_USR1,
                                     UNI_EV_USR2, UNI_EV_TERM, UNI_EV_WINCH,
                                     UNI_EV_TICK};
    const struct sigaction note = {.sa_handler = kvm_upcall_post};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct itimerval tick = {.it_interval.tv_usec = TICK_US,
                                   .it_value.tv_usec = TICK_US};
    sigset_t none;

    signal_run = cage->machine.run;
    cage->guest->boot->tick_ns = TICK_US * 1000;
    for (unsigned i = 0; i < sizeof events; i++) {
        struct sigaction old;
        if (sigaction(events[i], &note, &old) < 0)
            return err_set(err, errno, "sigaction %u", events[i]);
        if (old.sa_handler == SIG_IGN &&
            (events[i] == UNI_EV_HUP || events[i] == UNI_EV_INT))
            (void)sigaction(events[i], &ignore, NULL);
    }
    (void)sigaction(SIGPIPE, &ignore, NULL);
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0 ||
        setitimer(ITIMER_PROF, &tick, NULL) < 0)
        return err_set(err, errno, "preemption tick");
    return 0;
}

uint64_t kvm_upcall_pending(void)
{
    return __atomic_load_n(&pending, __ATOMIC_SEQ_CST);
}

int kvm_ppoll(struct pollfd *fds, unsigned count,
              const struct timespec *timeout)
{
    /* The handler zeroes poll_timeout: whether it runs before the call reads
     * it, or interrupts the call, the sleep ends. */
    poll_timeout.tv_sec = timeout ? timeout->tv_sec : INT32_MAX;
    poll_timeout.tv_nsec = timeout ? timeout->tv_nsec : 0;
    if (kvm_upcall_pending())
        return -EINTR;
    long rc = syscall(SYS_ppoll, fds, count, &poll_timeout, NULL, 8);
    if (rc < 0)
        return -errno;
    return rc == 0 && kvm_upcall_pending() ? -EINTR : (int)rc;
}

/* Room for a frame on the upcall stack, below an interrupted upcall's. */
static struct frame *new_frame(uint64_t rsp)
{
    uint64_t top = UPCALL_STACK_END;
    if (rsp + UNI_PAGE_SIZE > UNI_UPCALL_STACK_ADDR && rsp <= top)
        top = rsp - REDZONE;
    uint64_t at = ((top - sizeof(struct frame) + 8) & ~15ull) - 8;
    if (at < UNI_UPCALL_STACK_ADDR)
        kvm_end(UNI_STATUS_FAULT, "the upcall stack overflows");
    struct frame *frame = (struct frame *)at;
    memset(frame, 0, sizeof *frame);
    return frame;
}

static void fill_regs(struct uni_regs *to, const struct kvm_regs *from)
{
    *to = (struct uni_regs){.r8 = from->r8,
                            .r9 = from->r9,
                            .r10 = from->r10,
                            .r11 = from->r11,
                            .r12 = from->r12,
                            .r13 = from->r13,
                            .r14 = from->r14,
                            .r15 = from->r15,
                            .rdi = from->rdi,
                            .rsi = from->rsi,
                            .rbp = from->rbp,
                            .rbx = from->rbx,
                            .rdx = from->rdx,
                            .rax = from->rax,
                            .rcx = from->rcx,
                            .rsp = from->rsp,
                            .rip = from->rip,
                            .rflags = from->rflags,
                            .cs = KVM_USER_CS,
                            .ss = KVM_USER_SS};
}

/* The registers that an upcall entry finds; rip and rsp are the caller's. */
static void enter_upcall(struct kvm_cage *cage, struct frame *frame)
{
    struct kvm_regs *regs = &cage->machine.run->s.regs.regs;
    frame->uc.stack_addr = UNI_UPCALL_STACK_ADDR;
    frame->uc.stack_size = UNI_UPCALL_STACK_SIZE;
    regs->rdi = (uint64_t)frame->info.signo;
    regs->rsi = (uint64_t)&frame->info;
    regs->rdx = (uint64_t)&frame->uc;
    regs->rax = 0;
    cage->machine.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
}

void kvm_upcall_signal(struct kvm_cage *cage)
{
    struct kvm_regs *regs = &cage->machine.run->s.regs.regs;
    uint64_t bits = kvm_upcall_pending();
    int sig = __builtin_ctzll(bits);
    struct frame *frame = new_frame(regs->rsp);

    __atomic_fetch_and(&pending, ~(1ull << sig), __ATOMIC_SEQ_CST);
    fill_regs(&frame->uc.regs, regs);
    frame->info.signo = sig;
    frame->info.code = sig == UNI_EV_SEGV ? SI_KERNEL : 0;
    enter_upcall(cage, frame);
    regs->rip = cage->guest->image.note.upcall_entry;
    regs->rsp = (uint64_t)frame;
    regs->rflags = KVM_RFLAGS;
}

/* Linux's signal for each exception, and its si_code (man 2 sigaction). */
struct fault {
    uint8_t event; /* 0: ends the machine */
    uint8_t code;
    bool has_rip; /* si_addr is the instruction */
};

static const struct fault faults[32] = {
    [0] = {UNI_EV_FPE, FPE_INTDIV, true},
    [VECTOR_DB] = {UNI_EV_TRAP, TRAP_TRACE, true},
    [VECTOR_BP] = {UNI_EV_TRAP, SI_KERNEL, false},
    [4] = {UNI_EV_SEGV, SI_KERNEL, false},
    [5] = {UNI_EV_SEGV, SI_KERNEL, false},
    [VECTOR_UD] = {UNI_EV_ILL, ILL_ILLOPN, true},
    [7] = {UNI_EV_ILL, ILL_ILLOPN, true},
    [10] = {UNI_EV_SEGV, SI_KERNEL, false},
    [11] = {UNI_EV_BUS, SI_KERNEL, false},
    [12] = {UNI_EV_BUS, SI_KERNEL, false},
    [VECTOR_GP] = {UNI_EV_SEGV, SI_KERNEL, false},
    [VECTOR_PF] = {UNI_EV_SEGV, SEGV_MAPERR, false},
    [16] = {UNI_EV_FPE, FPE_FLTINV, true},
    [17] = {UNI_EV_BUS, BUS_ADRALN, false},
    [19] = {UNI_EV_FPE, FPE_FLTINV, true},
};

/* CR2 is not among the shared registers: page faults cost a call more. */
static uint64_t read_cr2(struct kvm_cage *cage)
{
    struct kvm_sregs sregs;
    if (ioctl(cage->machine.vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
        kvm_end(UNI_STATUS_HOST, "kvm: get CR2: errno %d", errno);
    return sregs.cr2;
}

/* `int 0x80` and `sysenter` are system calls in the other cage. The processor
 * answers with #GP, some KVMs with #UD. */
static bool is_old_syscall(const struct guest *guest,
                           const struct kvm_exception *ex)
{
    static const uint8_t insns[2][2] = {{0x0f, 0x34}, {0xcd, 0x80}};
    if (ex->vector != VECTOR_GP && ex->vector != VECTOR_UD)
        return false;
    const void *code =
        gmem_find(&guest->gmem, (gaddr_t){ex->rip}, sizeof insns[0], GMEM_EXEC);
    return code && (!memcmp(code, insns[0], sizeof insns[0]) ||
                    !memcmp(code, insns[1], sizeof insns[1]));
}

/* Sends the return from ring 0 to the upcall entry. */
static void redirect(struct kvm_cage *cage, struct frame *frame,
                     struct kvm_exception *ex)
{
    enter_upcall(cage, frame);
    ex->rip = cage->guest->image.note.upcall_entry;
    ex->cs = KVM_USER_CS;
    ex->rflags = KVM_RFLAGS;
    ex->rsp = (uint64_t)frame;
    ex->ss = KVM_USER_SS;
}

/* The instruction left rip in rcx, rflags in r11: SDM vol. 2 SYSCALL. */
static void take_syscall(struct kvm_cage *cage, uint64_t rsp)
{
    const struct kvm_regs *regs = &cage->machine.run->s.regs.regs;

    if (!(cage->guest->image.note.flags & UNI_NOTE_SYSCALL_UPCALL) ||
        (uint32_t)regs->rax >= X32_BIT)
        kvm_end(UNI_STATUS_DENIED, "system call %u at %#llx",
                (uint32_t)regs->rax, regs->rcx - 2);
    struct frame *frame = new_frame(rsp);
    fill_regs(&frame->uc.regs, regs);
    frame->uc.regs.rip = regs->rcx;
    frame->uc.regs.rsp = rsp;
    frame->uc.regs.rflags = regs->r11;
    frame->info.signo = UNI_EV_SYSCALL;
    frame->info.code = 1; /* SYS_SECCOMP */
    frame->info.u.addr = regs->rcx;
    redirect(cage, frame, kvm_machine_exception(&cage->machine));
}

void kvm_upcall_syscall(struct kvm_cage *cage)
{
    struct kvm_regs *regs = &cage->machine.run->s.regs.regs;
    take_syscall(cage, regs->rsp);
    regs->rsp = KVM_EXCEPTION_VA + offsetof(struct kvm_exception, rip);
}

void kvm_upcall_exception(struct kvm_cage *cage)
{
    struct kvm_exception *ex = kvm_machine_exception(&cage->machine);
    const struct fault *fault = &faults[ex->vector & 31];

    if ((ex->cs & 3) != 3 || !fault->event)
        kvm_end(UNI_STATUS_FAULT, "exception %lu at %#lx cannot be handled",
                ex->vector, ex->rip);
    /* Some KVMs enter LSTAR without leaving ring 3, and fault there. */
    if (ex->vector == VECTOR_PF && ex->rip == KVM_STUB_SYSCALL_VA) {
        take_syscall(cage, ex->rsp);
        return;
    }
    if (is_old_syscall(cage->guest, ex))
        kvm_end(UNI_STATUS_DENIED, "system call at %#lx", ex->rip);

    struct frame *frame = new_frame(ex->rsp);
    fill_regs(&frame->uc.regs, &cage->machine.run->s.regs.regs);
    frame->uc.regs.rip = ex->rip;
    frame->uc.regs.rsp = ex->rsp;
    frame->uc.regs.rflags = ex->rflags;
    frame->uc.regs.err = ex->err;
    frame->uc.regs.trapno = ex->vector;
    frame->info.signo = fault->event;
    frame->info.code = fault->code;
    if (fault->has_rip)
        frame->info.u.addr = ex->rip;
    if (ex->vector == VECTOR_PF) {
        uint64_t cr2 = read_cr2(cage);
        frame->uc.regs.cr2 = cr2;
        frame->info.u.addr = cr2;
        for (unsigned access = GMEM_EXEC; access <= GMEM_READ; access <<= 1)
            if (gmem_find(&cage->guest->gmem, (gaddr_t){cr2}, 1, access))
                frame->info.code = SEGV_ACCERR;
    }
    redirect(cage, frame, ex);
}
