/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, usage, priorities, scheduling. */
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <ulimit.h>
#include <unistd.h>

#include "libc.h"

_Static_assert(sizeof(struct rusage) == sizeof(struct linux_rusage), "rusage");
_Static_assert(sizeof(struct sysinfo) == sizeof(struct linux_sysinfo),
               "sysinfo");

int prlimit(pid_t pid, int resource, const struct rlimit *value,
            struct rlimit *old)
{
    return (int)libc_result(sys_prlimit64(pid, resource,
                                          (const struct linux_rlimit *)value,
                                          (struct linux_rlimit *)old));
}

int getrlimit(int resource, struct rlimit *value)
{
    return prlimit(0, resource, NULL, value);
}

int setrlimit(int resource, const struct rlimit *value)
{
    return prlimit(0, resource, value, NULL);
}

int getrusage(int who, struct rusage *usage)
{
    return (int)libc_result(sys_getrusage(who, (struct linux_rusage *)usage));
}

clock_t times(struct tms *buf)
{
    struct tms unused;
    return libc_result(sys_times((struct linux_tms *)(buf ? buf : &unused)));
}

int sysinfo(struct sysinfo *info)
{
    return (int)libc_result(sys_sysinfo((struct linux_sysinfo *)info));
}

int get_nprocs(void)
{
    return 1;
}

int get_nprocs_conf(void)
{
    return 1;
}

long get_phys_pages(void)
{
    return sysconf(_SC_PHYS_PAGES);
}

long get_avphys_pages(void)
{
    return sysconf(_SC_AVPHYS_PAGES);
}

static int priority;

int getpriority(int which, id_t who)
{
    if (which < PRIO_PROCESS || which > PRIO_USER)
        return (int)libc_result(-EINVAL);
    if (who != 0 && who != (id_t)getpid())
        return (int)libc_result(-ESRCH);
    return priority;
}

/* Kept, for what is asked back; there is nobody to be nice to. */
int setpriority(int which, id_t who, int value)
{
    if (which < PRIO_PROCESS || which > PRIO_USER)
        return (int)libc_result(-EINVAL);
    if (who != 0 && who != (id_t)getpid())
        return (int)libc_result(-ESRCH);
    priority = value < PRIO_MIN       ? PRIO_MIN
               : value > PRIO_MAX - 1 ? PRIO_MAX - 1
                                      : value;
    return 0;
}

int nice(int increment)
{
    (void)setpriority(PRIO_PROCESS, 0, priority + increment);
    return priority;
}

int sched_yield(void)
{
    return (int)libc_result(sys_sched_yield());
}

int sched_get_priority_max(int policy)
{
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return 99;
    if (policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE)
        return 0;
    return (int)libc_result(-EINVAL);
}

int sched_get_priority_min(int policy)
{
    int max = sched_get_priority_max(policy);
    return max == 99 ? 1 : max;
}

int sched_getscheduler(pid_t pid)
{
    (void)pid;
    return SCHED_OTHER;
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    (void)pid;
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return (int)libc_result(-EPERM);
    return (int)libc_result(param->sched_priority == 0 ? 0 : -EINVAL);
}

int sched_getparam(pid_t pid, struct sched_param *param)
{
    (void)pid;
    param->sched_priority = 0;
    return 0;
}

int sched_setparam(pid_t pid, const struct sched_param *param)
{
    return sched_setscheduler(pid, SCHED_OTHER, param);
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
    (void)pid;
    *interval = (struct timespec){0, 10000000};
    return 0;
}

int sched_getcpu(void)
{
    return 0;
}

int sched_getaffinity(pid_t pid, size_t set_size, cpu_set_t *set)
{
    (void)pid;
    if (set_size < sizeof(long))
        return (int)libc_result(-EINVAL);
    memset(set, 0, set_size);
    CPU_SET(0, set);
    return 0;
}

int sched_setaffinity(pid_t pid, size_t set_size, const cpu_set_t *set)
{
    (void)pid;
    if (set_size < sizeof(long) || !CPU_ISSET(0, set))
        return (int)libc_result(-EINVAL);
    return 0;
}

int __libc_cpu_count(size_t set_size, const cpu_set_t *set)
{
    int count = 0;
    for (size_t i = 0; i < set_size / sizeof(long); i++)
        count += __builtin_popcountl(set->__bits[i]);
    return count;
}

long ulimit(int command, ...)
{
    struct rlimit limit;
    va_list ap;

    if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
        return -1;
    if (command == UL_SETFSIZE) {
        va_start(ap, command);
        limit.rlim_cur = (rlim_t)va_arg(ap, long) * 512;
        va_end(ap);
        if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
            return -1;
    } else if (command != UL_GETFSIZE) {
        return libc_result(-EINVAL);
    }
    return limit.rlim_cur / 512 > LONG_MAX ? LONG_MAX
                                           : (long)(limit.rlim_cur / 512);
}
