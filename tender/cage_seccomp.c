/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp cage: the guest takes over this process. What it needs is
 * prepared here, the last steps run in the hypercall page (hcpage.S), because
 * they take the tender's own memory away: unmap, let signals in, load the
 * filter, enter.
 */
#include "tender/host.h"
#include "tender/cage.h"
#include "tender/filter.h"
#include "tender/hcpage.h"
#include "tender/vdso.h"
#include "uni_upcall.h"

#define TASK_END 0x7ffffffff000ull /* x86-64, four-level page tables */
#define TICK_NS 10000000u
#define VVAR_MAX (16 * UNI_PAGE_SIZE) /* kernel data in front of the vDSO */

/* What the kernel reads for rt_sigaction: arch/x86/include/uapi/asm/signal.h */
struct kernel_sigaction {
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    uint64_t mask;
};
#define SA_RESTORER_ 0x04000000ul

extern const char hcpage_upcall[];
/* This program's own ends, from the linker. */
extern const char __ehdr_start[], _end[];

static struct vdso vdso;

static void fill_page(struct guest *guest)
{
    char *page = (char *)UNI_HC_ADDR;
    const char *base = hcpage_seccomp;
    const char *commit = hcpage_seccomp_poll_commit;
    const char *abort = hcpage_seccomp_poll_abort;

    memcpy(page, base, (size_t)(hcpage_seccomp_end - base));
    memcpy(page + (hcpage_upcall - base), &guest->image.note.upcall_entry, 8);
    if (guest->options.has_stats) {
        base = hcpage_stats;
        commit = hcpage_stats_poll_commit;
        abort = hcpage_stats_poll_abort;
        memcpy(page, base, (size_t)(hcpage_stats_end - base));
    }
    guest->boot->poll_begin = UNI_HC_ADDR + UNI_POLL * UNI_HC_STRIDE;
    guest->boot->poll_commit = UNI_HC_ADDR + (uint64_t)(commit - base);
    guest->boot->poll_abort = UNI_HC_ADDR + (uint64_t)(abort - base);
}

static int seccomp_prepare(struct guest *guest, struct err *err)
{
    (void)err; /* nothing of it can fail */
    fill_page(guest);
    vdso_find(&vdso, getauxval(AT_SYSINFO_EHDR));
    guest->boot->cage = UNI_CAGE_SECCOMP;
    guest->boot->tick_ns = TICK_NS;
    if (vdso.gettime) {
        guest->boot->clock.flags = UNI_CLOCK_VDSO;
        guest->boot->clock.vdso_gettime = vdso.gettime;
    }
    return 0;
}

static void seccomp_params(const struct guest *guest,
                           struct filter_params *params)
{
    if (!vdso.addr)
        vdso_find(&vdso, getauxval(AT_SYSINFO_EHDR));
    *params = (struct filter_params){
        .devices = &guest->devices,
        .page_addr = UNI_HC_ADDR,
        .vdso_addr = vdso.addr,
        .has_syscall_upcall = guest->image.note.flags & UNI_NOTE_SYSCALL_UPCALL,
        .vcpu_fd = -1,
    };
}

/*
 * After a signal of the host the next one of its kind waits until the guest
 * polls, which lets it in. It would come on top of the first, as nothing tells
 * the kernel that the guest is through with that, and whoever sends faster than
 * the guest resumes would fill the upcall stack.
 */
#define BIT(event) (1ull << ((event)-1))
#define HOST_SIGNALS                                                           \
    (BIT(UNI_EV_HUP) | BIT(UNI_EV_INT) | BIT(UNI_EV_USR1) | BIT(UNI_EV_USR2) | \
     BIT(UNI_EV_TERM) | BIT(UNI_EV_WINCH))

/*
 * Events reach the guest through the gate in the hypercall page. A signal that
 * was ignored when we were started (nohup) stays ignored.
 */
static int set_upcalls(const struct guest *guest, struct err *err)
{
    static const uint8_t events[] = {
        UNI_EV_HUP,  UNI_EV_INT,   UNI_EV_ILL,     UNI_EV_TRAP, UNI_EV_BUS,
        UNI_EV_FPE,  UNI_EV_USR1,  UNI_EV_SEGV,    UNI_EV_USR2, UNI_EV_TERM,
        UNI_EV_TICK, UNI_EV_WINCH, UNI_EV_SYSCALL,
    };
    const struct kernel_sigaction ignore = {.handler = (uint64_t)SIG_IGN};
    struct kernel_sigaction upcall = {
        .handler = UNI_HC_ADDR + HCPAGE_GATE,
        .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTORER_,
        .restorer = UNI_HC_ADDR, /* never returned to, but asked for */
    };
    unsigned count = sizeof events;
    const stack_t stack = {
        .ss_sp = (void *)UNI_UPCALL_STACK_ADDR,
        .ss_size = UNI_UPCALL_STACK_SIZE,
    };

    if (!(guest->image.note.flags & UNI_NOTE_SYSCALL_UPCALL))
        count--;
    if (syscall(SYS_sigaltstack, &stack, NULL) < 0)
        return err_set(err, errno, "sigaltstack");
    for (unsigned i = 0; i < count; i++) {
        struct kernel_sigaction old = {.handler = 0};
        bool may_stay = events[i] == UNI_EV_HUP || events[i] == UNI_EV_INT;
        upcall.mask = BIT(events[i]) & HOST_SIGNALS;
        if (syscall(SYS_rt_sigaction, events[i], &upcall,
                    may_stay ? &old : NULL, 8) < 0)
            return err_set(err, errno, "sigaction %u", events[i]);
        if (old.handler == ignore.handler)
            (void)syscall(SYS_rt_sigaction, events[i], &ignore, NULL, 8);
    }
    (void)syscall(SYS_rt_sigaction, SIGPIPE, &ignore, NULL, 8);
    return 0;
}

/* The tick counts the process's own CPU time, so it costs an idle guest
 * nothing. Sleeps end on time: no timer slack. */
static int set_timers(struct err *err)
{
    const struct itimerval tick = {
        .it_interval.tv_usec = TICK_NS / 1000,
        .it_value.tv_usec = TICK_NS / 1000,
    };
    if (setitimer(ITIMER_PROF, &tick, NULL) < 0)
        return err_set(err, errno, "setitimer");
    if (prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0) < 0)
        return err_set(err, errno, "timer slack");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1ul, 0, 0, 0) < 0)
        return err_set(err, errno, "no_new_privs");
    return 0;
}

/* The kernel puts the program's path and 8 zero bytes at the stack's end. */
static uint64_t stack_top(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);
    return page_up((uint64_t)path + strlen(path) + 1 + 8);
}

/*
 * All above the guest's addresses goes, but for the vDSO and the kernel's data
 * pages in front of it: at most VVAR_MAX, less where something of ours (this
 * program, its stack) ends nearer. The tender maps nothing else up there.
 */
static void plan_unmap(struct seccomp_handoff *handoff)
{
    uint64_t keep = TASK_END, keep_end = TASK_END;
    if (vdso.addr) {
        const uint64_t ours[] = {
            page_up((uint64_t)_end),
            stack_top(),
        };
        keep = vdso.addr - VVAR_MAX;
        keep_end = vdso.addr + vdso.size;
        for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++)
            if (ours[i] <= vdso.addr && ours[i] > keep)
                keep = ours[i];
    }
    handoff->unmap[0].addr = UNI_ADDR_MAX;
    handoff->unmap[0].size = keep - UNI_ADDR_MAX;
    handoff->unmap[1].addr = keep_end;
    handoff->unmap[1].size = TASK_END - keep_end;
}

/*
 * The command line that ps shows lies on our stack, which goes: let the kernel
 * read it from boot info. It wants all addresses of a program at once. One
 * without this call (CONFIG_CHECKPOINT_RESTORE) shows the name only.
 */
static void show_command(const struct guest *guest)
{
    const struct uni_boot *boot = guest->boot;
    uint64_t argv = UNI_BOOT_ADDR + boot->argv_off;
    uint64_t env = UNI_BOOT_ADDR + boot->env_off;
    const uint64_t none = UNI_UPCALL_STACK_ADDR - UNI_PAGE_SIZE; /* a hole */
    const struct prctl_mm_map map = {.start_code = UNI_HC_ADDR,
                                     .end_code = UNI_HC_ADDR + UNI_PAGE_SIZE,
                                     .start_data = none,
                                     .end_data = none,
                                     .start_brk = none,
                                     .brk = none,
                                     .start_stack = none,
                                     .arg_start = argv,
                                     .arg_end = env,
                                     .env_start = env,
                                     .env_end = env,
                                     .exe_fd = (uint32_t)-1};
    (void)prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

/* Writes the hand-off behind boot info, which the guest may read. */
static struct seccomp_handoff *write_handoff(const struct guest *guest)
{
    static const char msg[] = "tender: load the seccomp filter: failed\n";
    uint64_t at = (UNI_BOOT_ADDR + guest->boot->size + 63) & ~63ull;
    struct seccomp_handoff *handoff = (struct seccomp_handoff *)at;
    struct filter filter = {.insn = handoff->filter};
    struct filter_params params;
    _Static_assert(sizeof *handoff + FILTER_MAX * sizeof *filter.insn + 63 <=
                       BOOT_TAIL,
                   "the hand-off has room");

    seccomp_params(guest, &params);
    filter_build(&filter, &params);
    handoff->fprog.filter = handoff->filter;
    handoff->fprog.len = (unsigned short)filter.count;
    handoff->entry = guest->image.entry;
    handoff->boot = UNI_BOOT_ADDR;
    handoff->stack = UNI_ARENA_ADDR + guest->arena_size;
    handoff->fs_base = guest->image.note.fs_base;
    handoff->msg_len = sizeof msg - 1;
    memcpy(handoff->msg, msg, sizeof msg);
    plan_unmap(handoff);
    return handoff;
}

static int seccomp_run(struct guest *guest, struct err *err)
{
    const uint64_t all = ~0ull;
    if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8) < 0)
        return err_set(err, errno, "sigprocmask");
    struct seccomp_handoff *handoff = write_handoff(guest);
    show_command(guest);
    if (set_upcalls(guest, err) < 0 || set_timers(err) < 0 ||
        guest_seal(guest, true, err) < 0)
        return -err->code;
    ((void (*)(struct seccomp_handoff *))(UNI_HC_ADDR + HCPAGE_HANDOFF))(
        handoff);
    __builtin_unreachable();
}

const struct cage cage_seccomp = {
    .name = "seccomp",
    .is_own_process = true,
    .prepare = seccomp_prepare,
    .run = seccomp_run,
    .params = seccomp_params,
};
