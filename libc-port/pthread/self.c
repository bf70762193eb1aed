/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread is asked for and told. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "libc.h"

pthread_t pthread_self(void)
{
    return (pthread_t)thread_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
    struct pthread *other = (struct pthread *)thread;
    size_t len = strlen(name);
    if (len >= sizeof other->name)
        return ERANGE;
    memcpy(other->name, name, len + 1);
    return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t len)
{
    struct pthread *other = (struct pthread *)thread;
    const char *from = other->name;
    if (!*from) /* as on Linux: the program's */
        from = program_invocation_short_name;
    size_t from_len = strnlen(from, sizeof other->name - 1);
    if (len < sizeof other->name)
        return ERANGE;
    memcpy(name, from, from_len);
    name[from_len] = 0;
    return 0;
}

int pthread_kill(pthread_t thread, int sig)
{
    struct pthread *other = (struct pthread *)thread;
    if (sig < 0 || sig >= NSIG)
        return EINVAL;
    if (!atomic_read(&other->alive))
        return 0; /* ended, not joined: glibc since 2.34 */
    return (int)-sys_tkill((int)other->tid, sig);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    return (int)-sys_rt_sigprocmask(how, set, old);
}

int pthread_atfork(void (*prepare)(void), void (*parent)(void),
                   void (*child)(void))
{
    (void)prepare; /* nobody ever forks */
    (void)parent;
    (void)child;
    return 0;
}

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    struct pthread *other = (struct pthread *)thread;
    if (other != thread_self())
        return ENOENT;
    *clock = CLOCK_THREAD_CPUTIME_ID;
    return 0;
}

int pthread_getconcurrency(void)
{
    return 0;
}

int pthread_setconcurrency(int level)
{
    return level < 0 ? EINVAL : 0;
}

int pthread_getschedparam(pthread_t thread, int *policy,
                          struct sched_param *param)
{
    (void)thread;
    *policy = SCHED_OTHER;
    param->sched_priority = 0;
    return 0;
}

int pthread_setschedparam(pthread_t thread, int policy,
                          const struct sched_param *param)
{
    (void)thread;
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return EPERM; /* as for an ordinary user on Linux */
    return policy == SCHED_OTHER && param->sched_priority == 0 ? 0 : EINVAL;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
    (void)thread;
    return priority == 0 ? 0 : EINVAL;
}

int pthread_yield(void)
{
    return (int)-sys_sched_yield();
}

int pthread_getaffinity_np(pthread_t thread, size_t set_size, cpu_set_t *set)
{
    (void)thread;
    return sched_getaffinity(0, set_size, set) < 0 ? errno : 0;
}

int pthread_setaffinity_np(pthread_t thread, size_t set_size,
                           const cpu_set_t *set)
{
    (void)thread;
    return sched_setaffinity(0, set_size, set) < 0 ? errno : 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t set_size,
                                cpu_set_t *set)
{
    (void)attr;
    return sched_getaffinity(0, set_size, set) < 0 ? errno : 0;
}

int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t set_size,
                                const cpu_set_t *set)
{
    (void)attr;
    return sched_setaffinity(0, set_size, set) < 0 ? errno : 0;
}
