/* SPDX-License-Identifier: Apache-2.0 */
/* The tender as the guest's parent; see parent.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static uint64_t now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always exists */
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
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

/* A stop at a system call's begin or end. */
static void trace_stop(struct trace_call *call, uint64_t *start_ns)
{
    const struct trace_memory memory = {.read = peek};
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
        *start_ns = now_ns();
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT &&
               call->nr < UNI_CALL_COUNT) {
        trace_leave(call, &memory, info.exit.rval, now_ns() - *start_ns);
        call->nr = UNI_CALL_COUNT;
    }
}

/* Resident memory of a child that is about to end. What a guest has touched
 * it never gives back, so this is the peak; the kernel's own high-water mark
 * is off by some hundred KiB. */
static long read_rss_kib(void)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", child);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    text[len < 0 ? 0 : len] = 0;
    const char *rss = strstr(text, "Rss:");
    return rss ? strtol(rss + 4, NULL, 10) : 0;
}

struct watch {
    bool is_traced; /* system calls stop */
    long rss_kib;   /* at the end */
    struct rusage usage;
};

/* Handles a stop and lets the child go on. */
static void serve_stop(struct watch *watch, int status, struct trace_call *call,
                       uint64_t *start_ns)
{
    int sig = WSTOPSIG(status);
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
        watch->rss_kib = read_rss_kib();
        sig = 0;
    } else if (sig == SYSCALL_STOP) {
        trace_stop(call, start_ns);
        sig = 0;
    } else if (sig == SIGSTOP) {
        sig = 0;
    } else if (watch->is_traced && sig != UNI_EV_TICK) {
        trace_signal(sig);
    }
    (void)ptrace(watch->is_traced ? PTRACE_SYSCALL : PTRACE_CONT, child, NULL,
                 (void *)(uintptr_t)sig); /* fails when it was killed */
}

static int wait_child(struct watch *watch)
{
    struct trace_call call = {.nr = UNI_CALL_COUNT};
    uint64_t start_ns = 0;
    bool is_set_up = false;
    int status;

    for (;;) {
        if (wait4(child, &status, __WALL, &watch->usage) < 0) {
            if (errno == EINTR)
                continue;
            return UNI_STATUS_HOST << 8;
        }
        if (!WIFSTOPPED(status))
            return status;
        if (!is_set_up)
            (void)ptrace(PTRACE_SETOPTIONS, child, NULL,
                         PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
                             PTRACE_O_TRACEEXIT);
        is_set_up = true;
        serve_stop(watch, status, &call, &start_ns);
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

/* A guest that had no fault wrote no core. */
static void remove_empty_core(const struct guest *guest)
{
    struct stat st;
    for (uint32_t i = 0; i < guest->devices.count; i++)
        if (guest->devices.device[i].info.cls == UNI_CLASS_CORE &&
            fstat(guest->devices.device[i].fd, &st) == 0 && st.st_size == 0)
            (void)unlink(guest->options.core_path); /* gone: as good */
}

int parent_fork(const struct guest *guest, bool is_traced, struct err *err)
{
    const struct options *options = &guest->options;
    uint64_t start_ns = now_ns(), start_ticks = stats_ticks();
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

    struct watch watch = {.is_traced = is_traced};
    int status = wait_child(&watch);
    double us = (double)(now_ns() - start_ns) / 1e3;
    remove_empty_core(guest);
    if (options->has_stats)
        stats_print(&watch.usage, watch.rss_kib, us / 1e6,
                    (double)(stats_ticks() - start_ticks) / us);
    end_like(status);
}
