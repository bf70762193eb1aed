/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kvm cage: the guest is ring 3 of a virtual machine, this process serves
 * its calls, itself under a filter that knows little more than the seven.
 */
#include "tender/host.h"
#include "common/io.h"
#include "tender/cage.h"
#include "tender/filter.h"
#include "tender/hcpage.h"
#include "tender/kvm.h"
#include "tender/trace.h"
#include "uni.h"
#include "uni_upcall.h"

#define TSC_SHIFT 32

void kvm_end(int status, const char *fmt, ...)
{
    char line[256] = "tender: guest: ";
    size_t len = strlen(line);
    va_list ap;
    va_start(ap, fmt);
    int more = vsnprintf(line + len, sizeof line - len - 1, fmt, ap);
    va_end(ap);
    if (more > 0)
        len = strlen(line);
    line[len++] = '\n';
    (void)!write(STDERR_FILENO, line, len); /* nobody left to tell */
    _exit(status);
}

static void fill_page(const struct guest *guest)
{
    struct uni_boot *boot = guest->boot;
    memcpy((char *)UNI_HC_ADDR, hcpage_kvm,
           (size_t)(hcpage_kvm_end - hcpage_kvm));
    boot->poll_begin = UNI_HC_ADDR + UNI_POLL * UNI_HC_STRIDE;
    boot->poll_commit =
        UNI_HC_ADDR + (uint64_t)(hcpage_kvm_poll_commit - hcpage_kvm);
    boot->poll_abort =
        UNI_HC_ADDR + (uint64_t)(hcpage_kvm_poll_abort - hcpage_kvm);
}

static struct kvm_cage self;

static int kvm_prepare(struct guest *guest, struct err *err)
{
    self.guest = guest;
    fill_page(guest);
    if (kvm_machine_init(&self.machine, guest, err) < 0)
        return -err->code;
    guest->boot->cage = UNI_CAGE_KVM;
    if (self.machine.xsave_size) { /* otherwise probe() looks */
        guest->boot->flags |= UNI_BOOT_XSAVE;
        guest->boot->xsave_size = self.machine.xsave_size;
    }
    return kvm_upcall_init(&self, err);
}

/* Is the host's own clock the time stamp counter? Then ours may be as well. */
static bool is_tsc_sound(void)
{
    char name[8] = "";
    auto_fd int fd = open("/sys/devices/system/clocksource/clocksource0/"
                          "current_clocksource",
                          O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, name, sizeof name - 1) > 0 &&
           !strncmp(name, "tsc\n", 4);
}

/* On to where the guest's first code tells the tender something. */
static int run_first(struct kvm_cage *cage, struct err *err)
{
    struct kvm_run *run = cage->machine.run;
    int rc;

    do { /* signals so far wait until the guest can take them */
        run->immediate_exit = 0;
        rc = ioctl(cage->machine.vcpu_fd, KVM_RUN, 0);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return err_set(err, errno, "kvm: run");
    if (run->exit_reason != KVM_EXIT_IO)
        return err_say(err, ENOSYS, "kvm: does not run guests (exit %u)",
                       run->exit_reason);
    return 0;
}

/*
 * The guest's first code stops here with its time stamp counter: proof that
 * this KVM runs guests, and the counter's base.
 *
 * A KVM without hardware below it runs ring 3 on the processor as it is: it may
 * say that there is no XSAVE, and programs find it, and AVX, all the same. The
 * guest has what this process has then, unless its first instruction faults.
 */
static int probe(struct kvm_cage *cage, struct err *err)
{
    struct kvm_run *run = cage->machine.run;
    struct kvm_exception *ex = kvm_machine_exception(&cage->machine);
    struct uni_boot *boot = cage->guest->boot;
    struct uni_clock_info *clock = &boot->clock;
    struct kvm_regs *regs = &run->s.regs.regs;

    int rc = run_first(cage, err);
    if (rc == 0 && run->io.port == KVM_PORT_EXCEPTION &&
        !cage->machine.xsave_size) {
        boot->flags &= ~(uint32_t)UNI_BOOT_XSAVE;
        boot->xsave_size = 0;
        ex->rip = UNI_HC_ADDR + HCPAGE_PROBE;
        rc = run_first(cage, err);
    }
    if (rc < 0)
        return rc;
    if (run->io.port != KVM_PORT_PROBE)
        return err_say(err, ENOSYS, "kvm: exception %lu at the first step",
                       ex->vector);

    int khz = ioctl(cage->machine.vcpu_fd, KVM_GET_TSC_KHZ, 0);
    if (khz > 0 && is_tsc_sound()) {
        clock->flags = UNI_CLOCK_TSC;
        clock->tsc_shift = TSC_SHIFT;
        clock->tsc_mult = (1000000ull << TSC_SHIFT) / (uint64_t)khz;
        clock->tsc_base = (uint32_t)regs->rax | regs->rdx << 32;
        clock->monotonic_base = (int64_t)stats_ns(CLOCK_MONOTONIC);
        clock->realtime_base = (int64_t)stats_ns(CLOCK_REALTIME);
    }
    regs->rcx = cage->guest->image.entry;
    regs->rdi = UNI_BOOT_ADDR;
    regs->rsp = UNI_ARENA_ADDR + cage->guest->arena_size;
    run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    return 0;
}

static void kvm_params(const struct guest *guest, struct filter_params *params)
{
    *params = (struct filter_params){
        .devices = &guest->devices,
        .vcpu_fd = self.guest ? self.machine.vcpu_fd
                              : (int)guest->devices.handle_count + 2};
}

static int load_filter(const struct guest *guest, struct err *err)
{
    static struct sock_filter insns[FILTER_MAX];
    struct filter filter = {.insn = insns};
    struct filter_params params;

    kvm_params(guest, &params);
    filter_build(&filter, &params);
    const struct sock_fprog fprog = {(unsigned short)filter.count, insns};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1ul, 0, 0, 0) < 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) < 0)
        return err_set(err, errno, "load the seccomp filter");
    return 0;
}

static size_t peek(void *ctx, void *to, uint64_t addr, size_t len)
{
    const struct guest *guest = ctx;
    const void *from = gmem_find(&guest->gmem, (gaddr_t){addr}, len, GMEM_READ);
    if (!from || !len)
        return 0;
    memcpy(to, from, len);
    return len;
}

/* A call with what --trace and --stats want of it. */
static int64_t watched_call(struct kvm_cage *cage, unsigned nr,
                            const struct kvm_regs *regs)
{
    const struct trace_memory memory = {peek, cage->guest};
    const struct trace_call call = {
        nr, {regs->rdi, regs->rsi, regs->rdx, regs->rcx}};
    struct stats_page *stats = (struct stats_page *)HCPAGE_STATS_ADDR;
    const struct options *options = &cage->guest->options;

    if (options->has_stats)
        stats->call[nr].count++;
    if (options->has_trace)
        trace_enter(&call, &memory);
    uint64_t start_ns = options->has_trace ? stats_ns(CLOCK_MONOTONIC) : 0;
    uint64_t start_ticks = stats_ticks();
    int64_t result = kvm_call(cage->guest, nr, regs);
    if (options->has_stats) {
        stats->call[nr].ticks += stats_ticks() - start_ticks;
        stats->call[nr].errors += result < 0;
    }
    if (options->has_trace)
        trace_leave(&call, &memory, result,
                    stats_ns(CLOCK_MONOTONIC) - start_ns);
    return result;
}

/* A port that ring 3 may use: a hypercall, from its page only. */
static void serve_call(struct kvm_cage *cage)
{
    struct kvm_run *run = cage->machine.run;
    struct kvm_regs *regs = &run->s.regs.regs;
    unsigned nr = run->io.port - KVM_PORT;

    if (regs->rip - UNI_HC_ADDR >= UNI_PAGE_SIZE || nr >= UNI_CALL_COUNT ||
        run->io.direction != KVM_EXIT_IO_OUT) {
        kvm_upcall_post(UNI_EV_SEGV); /* as of any other port */
        return;
    }
    regs->rax = (uint64_t)watched_call(cage, nr, regs);
    run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
}

static void serve_io(struct kvm_cage *cage)
{
    uint16_t port = cage->machine.run->io.port;
    if (port == KVM_PORT_EXCEPTION)
        kvm_upcall_exception(cage);
    else if (port == KVM_PORT_SYSCALL)
        kvm_upcall_syscall(cage);
    else
        serve_call(cage);
}

static void serve_exit(struct kvm_cage *cage)
{
    struct kvm_run *run = cage->machine.run;
    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        serve_io(cage);
        return;
    case KVM_EXIT_INTR:
        return;
    case KVM_EXIT_SHUTDOWN:
    case KVM_EXIT_MMIO:
        kvm_end(UNI_STATUS_FAULT, "the machine shut down (exit %u) at %#llx",
                run->exit_reason, run->s.regs.regs.rip);
    case KVM_EXIT_INTERNAL_ERROR:
        kvm_end(UNI_STATUS_HOST, "kvm: internal error %u at %#llx",
                run->internal.suberror, run->s.regs.regs.rip);
    default:
        kvm_end(UNI_STATUS_HOST, "kvm: unexpected exit %u at %#llx",
                run->exit_reason, run->s.regs.regs.rip);
    }
}

/* KVM is about to deliver an exception for the instruction at rip: an upcall
 * now would move rip away from under it. */
static bool has_exception(const struct kvm_run *run)
{
    const struct kvm_vcpu_events *events = &run->s.regs.events;
    return events->exception.injected || events->exception.pending;
}

/* Signals come faster than the guest serves them: half of the upcall stack is
 * in use, the rest is for faults. */
static bool is_flooded(const struct kvm_run *run)
{
    uint64_t used_from = run->s.regs.regs.rsp - UNI_UPCALL_STACK_ADDR;
    return used_from < UNI_UPCALL_STACK_SIZE / 2;
}

/*
 * A pending signal lets KVM only finish the instruction it is at and return
 * with EINTR; then registers may be changed. Inside a ring-0 stub, and in a
 * flood, the signal waits until the guest is out: the next exit, or tick.
 */
static void loop(struct kvm_cage *cage)
{
    struct kvm_run *run = cage->machine.run;
    bool is_deferred = false;

    for (;;) {
        run->immediate_exit = 0;
        if (!is_deferred && kvm_upcall_pending())
            run->immediate_exit = 1;
        is_deferred = false;
        int rc = ioctl(cage->machine.vcpu_fd, KVM_RUN, 0);
        if (rc == 0) {
            serve_exit(cage);
        } else if (errno == EINTR || errno == EAGAIN) {
            /* Only our ring-0 code lies in the upper half. */
            is_deferred = run->s.regs.regs.rip >= KVM_PRIVATE_VA ||
                          has_exception(run) || is_flooded(run);
            if (!is_deferred && kvm_upcall_pending())
                kvm_upcall_signal(cage);
        } else if (errno == EFAULT) {
            kvm_end(128 + SIGBUS, "the image's file has lost its pages");
        } else {
            kvm_end(UNI_STATUS_HOST, "kvm: run: errno %d", errno);
        }
    }
}

static int kvm_run(struct guest *guest, struct err *err)
{
    if (probe(&self, err) < 0 || guest_seal(guest, false, err) < 0 ||
        prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0) < 0 ||
        load_filter(guest, err) < 0)
        return -err->code;
    loop(&self);
    return 0;
}

const struct cage cage_kvm = {
    .name = "kvm",
    .prepare = kvm_prepare,
    .run = kvm_run,
    .params = kvm_params,
};
