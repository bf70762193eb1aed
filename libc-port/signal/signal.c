/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"
#include "tcb.h"

#define BIT(sig) (1ul << ((sig)-1))

static int check(int sig)
{
    if (sig < 1 || sig >= NSIG)
        return (int)libc_result(-EINVAL);
    return 0;
}

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    struct linux_sigaction in = {0}, out;

    if (check(sig) < 0)
        return -1;
    if (sig == 32 || sig == 33) /* the thread library's */
        return (int)libc_result(-EINVAL);
    if (act) {
        in.handler = act->sa_handler;
        in.flags = (uint32_t)act->sa_flags;
        in.mask = act->sa_mask;
    }
    long rc = sys_rt_sigaction(sig, act ? &in : NULL, old ? &out : NULL);
    if (rc < 0)
        return (int)libc_result(rc);
    if (old) {
        old->sa_handler = out.handler;
        old->sa_mask = out.mask;
        old->sa_flags = (int)out.flags & ~0x04000000; /* SA_RESTORER */
        old->sa_restorer = NULL;
    }
    return 0;
}

static sigset_t interrupting; /* siginterrupt(sig, 1) */

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
    struct sigaction act = {.sa_flags = SA_RESTART}, old;
    if (sig >= 1 && sig < NSIG && interrupting & BIT(sig))
        act.sa_flags = 0;
    act.sa_handler = handler;
    if (handler == SIG_ERR) {
        (void)libc_result(-EINVAL);
        return SIG_ERR;
    }
    return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

_sig_func_ptr _signal_r(struct _reent *reent, int sig, _sig_func_ptr handler)
{
    (void)reent;
    return signal(sig, handler);
}

int siginterrupt(int sig, int flag)
{
    struct sigaction act;
    if (sigaction(sig, NULL, &act) < 0)
        return -1;
    if (flag) {
        interrupting |= BIT(sig);
        act.sa_flags &= ~SA_RESTART;
    } else {
        interrupting &= ~BIT(sig);
        act.sa_flags |= SA_RESTART;
    }
    return sigaction(sig, &act, NULL);
}

int kill(pid_t pid, int sig)
{
    return (int)libc_result(sys_kill(pid, sig));
}

int killpg(pid_t group, int sig)
{
    return group < 0 ? (int)libc_result(-EINVAL) : kill(-group, sig);
}

int raise(int sig)
{
    return (int)libc_result(sys_tkill((int)thread_self()->tid, sig));
}

int _raise_r(struct _reent *reent, int sig)
{
    (void)reent;
    return raise(sig);
}

static struct linux_siginfo queued(const union sigval value)
{
    struct linux_siginfo info = {.code = SI_QUEUE};
    info.u.kill.pid = getpid();
    info.u.kill.uid = getuid();
    info.u.kill.value = (uint64_t)value.sival_ptr;
    return info;
}

int sigqueue(pid_t pid, int sig, const union sigval value)
{
    struct linux_siginfo info = queued(value);
    return (int)libc_result(sys_rt_sigqueueinfo(pid, sig, &info));
}

int pthread_sigqueue(pthread_t thread, int sig, const union sigval value)
{
    struct linux_siginfo info = queued(value);
    return (int)-sys_rt_tgsigqueueinfo(1, (int)((struct pthread *)thread)->tid,
                                       sig, &info);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return (int)libc_result(sys_rt_sigprocmask(how, set, old));
}

int sigpending(sigset_t *set)
{
    return (int)libc_result(sys_rt_sigpending(set));
}

int sigsuspend(const sigset_t *mask)
{
    return (int)libc_result(CANCEL_POINT(sys_rt_sigsuspend(mask)));
}

int pause(void)
{
    return (int)libc_result(CANCEL_POINT(sys_pause()));
}

int sigtimedwait(const sigset_t *set, siginfo_t *info,
                 const struct timespec *timeout)
{
    long rc = CANCEL_POINT(
        sys_rt_sigtimedwait(set, (struct linux_siginfo *)info,
                            (const struct linux_timespec *)timeout));
    if (rc > 0 && info && info->si_code == SI_TKILL) /* as glibc says it */
        info->si_code = SI_USER;
    return (int)libc_result(rc);
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *set, int *sig)
{
    long rc;
    do
        rc = CANCEL_POINT(sys_rt_sigtimedwait(set, NULL, NULL));
    while (rc == -EINTR);
    if (rc < 0)
        return (int)-rc;
    *sig = (int)rc;
    return 0;
}

_Static_assert(sizeof(siginfo_t) == sizeof(struct linux_siginfo), "siginfo_t");
_Static_assert(sizeof(stack_t) == sizeof(struct linux_stack), "stack_t");

int sigaltstack(const stack_t *stack, stack_t *old)
{
    return (int)libc_result(sys_sigaltstack((const struct linux_stack *)stack,
                                            (struct linux_stack *)old));
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(BIT(32) | BIT(33));
    return 0;
}

int sigaddset(sigset_t *set, int sig)
{
    if (check(sig) < 0)
        return -1;
    *set |= BIT(sig);
    return 0;
}

int sigdelset(sigset_t *set, int sig)
{
    if (check(sig) < 0)
        return -1;
    *set &= ~BIT(sig);
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    return check(sig) < 0 ? -1 : (*set & BIT(sig)) != 0;
}

int sigisemptyset(const sigset_t *set)
{
    return *set == 0;
}

int sigandset(sigset_t *out, const sigset_t *a, const sigset_t *b)
{
    *out = *a & *b;
    return 0;
}

int sigorset(sigset_t *out, const sigset_t *a, const sigset_t *b)
{
    *out = *a | *b;
    return 0;
}
