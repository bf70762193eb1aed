/* SPDX-License-Identifier: Apache-2.0 */
/* The calls about signals and interval timers. */
#include "enter.h"
#include "sigstate.h"
#include "sys.h"
#include "user.h"

#define LINUX_SIG_BLOCK 0
#define LINUX_SIG_UNBLOCK 1
#define LINUX_SIG_SETMASK 2
#define MINSIGSTKSZ 2048u

static bool is_signal(int sig)
{
    return sig >= 1 && sig <= SIGNAL_MAX;
}

long sys_rt_sigaction(int sig, const struct linux_sigaction *act,
                      struct linux_sigaction *old)
{
    LIBOS_CALL();
    struct linux_sigaction action;
    if (!is_signal(sig))
        return -LINUX_EINVAL;
    if (act && (sig == LINUX_SIGKILL || sig == LINUX_SIGSTOP))
        return -LINUX_EINVAL;
    if (act && user_copy(&action, act, sizeof action) < 0)
        return -LINUX_EFAULT;
    if (old && user_copy(old, &signal_actions[sig], sizeof *old) < 0)
        return -LINUX_EFAULT;
    if (!act)
        return 0;
    action.mask &= ~(SIGBIT(LINUX_SIGKILL) | SIGBIT(LINUX_SIGSTOP));
    signal_actions[sig] = action;
    if (signal_is_ignored(sig)) { /* POSIX: pending ones are dropped */
        signal_discard(&signal_process, sig);
        for (struct thread *t = cpu.all_first; t; t = t->all_next)
            signal_discard(&t->pending, sig);
    }
    return 0;
}

long sys_rt_sigprocmask(int how, const uint64_t *set, uint64_t *old)
{
    LIBOS_CALL();
    struct thread *self = cpu.current;
    uint64_t before = self->mask, value = 0;
    if (set) {
        if (user_copy(&value, set, sizeof value) < 0)
            return -LINUX_EFAULT;
        if (how == LINUX_SIG_BLOCK)
            signal_set_mask(self, before | value);
        else if (how == LINUX_SIG_UNBLOCK)
            signal_set_mask(self, before & ~value);
        else if (how == LINUX_SIG_SETMASK)
            signal_set_mask(self, value);
        else
            return -LINUX_EINVAL;
    }
    return old ? user_copy(old, &before, sizeof before) : 0;
}

long sys_rt_sigpending(uint64_t *set)
{
    LIBOS_CALL();
    const struct thread *self = cpu.current;
    uint64_t pending = (self->pending.set | signal_process.set) & self->mask;
    return user_copy(set, &pending, sizeof pending);
}

long sys_rt_sigsuspend(const uint64_t *mask)
{
    LIBOS_CALL();
    uint64_t value;
    if (user_copy(&value, mask, sizeof value) < 0)
        return -LINUX_EFAULT;
    signal_mask_push(value);
    while (wait_sleep(WAIT_FOREVER) != -LINUX_EINTR)
        ;
    return -LINUX_EINTR;
}

long sys_pause(void)
{
    LIBOS_CALL();
    while (wait_sleep(WAIT_FOREVER) != -LINUX_EINTR)
        ;
    return -LINUX_EINTR;
}

long sys_rt_sigtimedwait(const uint64_t *set, struct linux_siginfo *info,
                         const struct linux_timespec *timeout)
{
    LIBOS_CALL();
    struct thread *self = cpu.current;
    struct linux_timespec ts;
    struct linux_siginfo got;
    int64_t deadline_ns = WAIT_FOREVER;
    uint64_t wanted;
    if (user_copy(&wanted, set, sizeof wanted) < 0 ||
        (timeout && user_copy(&ts, timeout, sizeof ts) < 0))
        return -LINUX_EFAULT;
    if (timeout && !time_is_valid(&ts))
        return -LINUX_EINVAL;
    if (timeout)
        deadline_ns = time_deadline(time_to_ns(&ts));
    wanted &= ~(SIGBIT(LINUX_SIGKILL) | SIGBIT(LINUX_SIGSTOP));

    int sig = signal_take(self, wanted, &got);
    int rc = 0;
    while (!sig && !rc) {
        self->sigwait_set = wanted;
        self->is_sigwait = true;
        rc = wait_sleep(deadline_ns);
        self->is_sigwait = false;
        sig = signal_take(self, wanted, &got);
    }
    if (!sig)
        return rc == -LINUX_ETIMEDOUT ? -LINUX_EAGAIN : rc;
    if (info && user_copy(info, &got, sizeof got) < 0)
        return -LINUX_EFAULT;
    return sig;
}

long sys_sigaltstack(const struct linux_stack *stack, struct linux_stack *old)
{
    LIBOS_CALL();
    struct thread *self = cpu.current;
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    struct linux_stack value, before = self->altstack;
    before.flags = signal_altstack_flags(self, sp);
    if (stack) {
        if (user_copy(&value, stack, sizeof value) < 0)
            return -LINUX_EFAULT;
        if (before.flags & LINUX_SS_ONSTACK)
            return -LINUX_EPERM;
        if ((unsigned)value.flags &
            ~(LINUX_SS_ONSTACK | LINUX_SS_DISABLE | LINUX_SS_AUTODISARM))
            return -LINUX_EINVAL;
        if (value.flags & LINUX_SS_DISABLE)
            value = (struct linux_stack){.flags = value.flags};
        else if (value.size < MINSIGSTKSZ)
            return -LINUX_ENOMEM;
    }
    if (old && user_copy(old, &before, sizeof before) < 0)
        return -LINUX_EFAULT;
    if (stack)
        self->altstack = value;
    return 0;
}

static struct linux_siginfo info_from_self(int code)
{
    struct linux_siginfo info = {.code = code};
    info.u.kill.pid = 1;
    info.u.kill.uid = (uint32_t)sys_getuid();
    return info;
}

void signal_broken_pipe(void)
{
    struct linux_siginfo info = info_from_self(LINUX_SI_USER);
    signal_send(cpu.current, LINUX_SIGPIPE, &info);
}

long sys_kill(int pid, int sig)
{
    LIBOS_CALL();
    if (sig && !is_signal(sig))
        return -LINUX_EINVAL;
    if (pid != 1 && pid != 0 && pid != -1)
        return -LINUX_ESRCH; /* group 1 is the process's own: kill(-1) */
    if (sig) {
        struct linux_siginfo info = info_from_self(LINUX_SI_USER);
        signal_send(NULL, sig, &info);
    }
    return 0;
}

long sys_tkill(int tid, int sig)
{
    LIBOS_CALL();
    if ((sig && !is_signal(sig)) || tid <= 0)
        return -LINUX_EINVAL;
    struct thread *thread = thread_find(tid);
    if (!thread)
        return -LINUX_ESRCH;
    if (sig) {
        struct linux_siginfo info = info_from_self(LINUX_SI_TKILL);
        signal_send(thread, sig, &info);
    }
    return 0;
}

static long send_info(struct thread *thread, int sig,
                      const struct linux_siginfo *info)
{
    struct linux_siginfo copy;
    if (!is_signal(sig))
        return sig ? -LINUX_EINVAL : 0;
    if (user_copy(&copy, info, sizeof copy) < 0)
        return -LINUX_EFAULT;
    if (sig >= LINUX_SIGRTMIN && signal_queue_is_full())
        return -LINUX_EAGAIN;
    copy.signo = sig;
    signal_send(thread, sig, &copy);
    return 0;
}

long sys_rt_sigqueueinfo(int pid, int sig, const struct linux_siginfo *info)
{
    LIBOS_CALL();
    return pid == 1 ? send_info(NULL, sig, info) : -LINUX_ESRCH;
}

long sys_rt_tgsigqueueinfo(int pid, int tid, int sig,
                           const struct linux_siginfo *info)
{
    LIBOS_CALL();
    struct thread *thread = thread_find(tid);
    if (pid != 1 || !thread)
        return -LINUX_ESRCH;
    return send_info(thread, sig, info);
}
