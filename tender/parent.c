/* SPDX-License-Identifier: Apache-2.0 */
/* The tender as the guest's parent; see parent.h. */
#include "tender/host.h"
#include <linux/ptrace.h>
#include <sys/ptrace.h>
#include "common/io.h"
#include "tender/parent.h"
#include "tender/trace.h"
#include "uni.h"
#include "uni_upcall.h"

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

static volatile pid_t child;

/* What the terminal sends goes to the child by itself. */
static void forward(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code != SI_KERNEL && child > 0)
        (void)kill(child, sig); /* it may just have ended */
}

static size_t peek(void *ctx, void *to, uint64_t addr, size_t len)
{
    (void)ctx;
    struct iovec local = {to, len};
    struct iovec remote = {(void *)(uintptr_t)addr, len};
    ssize_t got = process_vm_readv(child, &local, 1, &remote, 1, 0);
    return got < 0 ? 0 : (size_t)got;
}

/* The hypercall of a system call's number, or UNI_CALL_COUNT. */
static unsigned call_of(uint64_t nr)
{
    static const uint16_t numbers[UNI_CALL_COUNT] = {
        SYS_exit_group, SYS_clock_gettime, SYS_ppoll,   SYS_read,
        SYS_write,      SYS_pread64,       SYS_pwrite64};
    unsigned i = 0;
    while (i < UNI_CALL_COUNT && numbers[i] != nr)
        i++;
    return i;
}

/* Resident memory of a child that is about to end. What a guest has touched
 * it never gives back, so this is the peak; the kernel's own high-water mark
 * is off by some hundred KiB. */
static long read_rss_kib(void)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", child);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *rss = fd >= 0 && read(fd, text, sizeof text - 1) > 0
                          ? strstr(text, "Rss:")
                          : NULL;
    return rss ? strtol(rss + 4, NULL, 10) : 0;
}

struct watch {
    bool is_traced; /* system calls stop */
    long rss_kib;   /* at the end */
    struct rusage usage;
    struct trace_call call; /* nr is UNI_CALL_COUNT: none is going on */
    uint64_t start_ns;
};

/* A stop at a system call's begin or end. */
static void trace_stop(struct watch *watch)
{
    const struct trace_memory memory = {.read = peek};
    struct trace_call *call = &watch->call;
    struct ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
        info.instruction_pointer - UNI_HC_ADDR < UNI_PAGE_SIZE) {
        call->nr = call_of(info.entry.nr);
        memcpy(call->arg, info.entry.args, sizeof call->arg);
        if (call->nr == UNI_CALL_COUNT)
            return; /* the tender's own last ones */
        trace_enter(call, &memory);
        watch->start_ns = stats_ns(CLOCK_MONOTONIC);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT &&
               call->nr < UNI_CALL_COUNT) {
        trace_leave(call, &memory, info.exit.rval,
                    stats_ns(CLOCK_MONOTONIC) - watch->start_ns);
        call->nr = UNI_CALL_COUNT;
    }
}

/* Handles a stop and lets the child go on. */
static void serve_stop(struct watch *watch, int status)
{
    int sig = WSTOPSIG(status);
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
        watch->rss_kib = read_rss_kib();
        sig = 0;
    } else if (sig == SYSCALL_STOP) {
        trace_stop(watch);
        sig = 0;
    } else if (sig == SIGSTOP) { /* its first */
        (void)ptrace(PTRACE_SETOPTIONS, child, NULL,
                     PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
                         PTRACE_O_TRACEEXIT);
        sig = 0;
    } else if (watch->is_traced && sig != UNI_EV_TICK) {
        trace_signal(sig);
    }
    (void)ptrace(watch->is_traced ? PTRACE_SYSCALL : PTRACE_CONT, child, NULL,
                 (void *)(uintptr_t)sig); /* fails when it was killed */
}

static int wait_child(struct watch *watch)
{
    int status;
    for (;;) {
        pid_t pid = wait4(child, &status, __WALL, &watch->usage);
        if (pid < 0 && errno != EINTR)
            return UNI_STATUS_HOST << 8;
        if (pid > 0 && !WIFSTOPPED(status))
            return status;
        if (pid > 0)
            serve_stop(watch, status);
    }
}

__attribute__((noreturn)) static void end_like(int status)
{
    const struct rlimit no_core = {0, 0};
    if (WIFSIGNALED(status)) {
        /* The child's core is enough. */
        (void)prlimit(0, RLIMIT_CORE, &no_core, NULL);
        (void)signal(WTERMSIG(status), SIG_DFL);
        (void)raise(WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

static void forward_signals(void)
{
    static const uint8_t signals[] = {SIGTERM,  SIGINT,  SIGHUP,
                                      SIGWINCH, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_sigaction = forward, .sa_flags = SA_SIGINFO};
    for (unsigned i = 0; i < sizeof signals; i++)
        (void)sigaction(signals[i], &action, NULL); /* valid numbers */
}

bool parent_is_needed(const struct options *options)
{
    return options->has_trace || options->has_stats || options->core_path;
}

/* A guest that had no fault wrote no core. What is no file, as /dev/null, was
 * not made for one. */
static void remove_empty_core(const struct guest *guest)
{
    struct stat st;
    for (uint32_t i = 0; i < guest->devices.count; i++)
        if (guest->devices.device[i].info.cls == UNI_CLASS_CORE &&
            fstat(guest->devices.device[i].fd, &st) == 0 &&
            S_ISREG(st.st_mode) && st.st_size == 0)
            (void)unlink(guest->options.core_path); /* gone: as good */
}

int parent_fork(const struct guest *guest, bool is_traced, struct err *err)
{
    const struct options *options = &guest->options;
    uint64_t start_ns = stats_ns(CLOCK_MONOTONIC), start_ticks = stats_ticks();
    sigset_t all, old;

    if (options->has_stats && stats_map(err) < 0)
        return -err->code;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &old); /* until they are forwarded */
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, errno, "fork");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0, 0, 0);
        (void)sigprocmask(SIG_SETMASK, &old, NULL);
        if (!options->has_trace && !options->has_stats)
            return 0;
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            return err_set(err, errno, "trace the guest");
        return raise(SIGSTOP);
    }
    child = pid;
    forward_signals();
    (void)sigprocmask(SIG_SETMASK, &old, NULL);

    struct watch watch = {.is_traced = is_traced, .call.nr = UNI_CALL_COUNT};
    int status = wait_child(&watch);
    double us = (double)(stats_ns(CLOCK_MONOTONIC) - start_ns) / 1e3;
    remove_empty_core(guest);
    if (options->has_stats)
        stats_print(&watch.usage, watch.rss_kib, us / 1e6,
                    (double)(stats_ticks() - start_ticks) / us);
    end_like(status);
}
