/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SCHED_H_
#define _SCHED_H_

#include <sys/types.h>
#include <sys/sched.h>

/* One virtual CPU: a set holds CPU 0 or nothing. */
#define CPU_SETSIZE 1024
typedef struct {
    unsigned long __bits[CPU_SETSIZE / (8 * sizeof(long))];
} cpu_set_t;

#define __CPU_WORD(cpu) ((cpu) / (8 * sizeof(long)))
#define __CPU_BIT(cpu) (1ul << ((cpu) % (8 * sizeof(long))))
#define CPU_ZERO(set) __builtin_memset((set), 0, sizeof(cpu_set_t))
#define CPU_SET(cpu, set)                                                      \
    ((void)((unsigned long)(cpu) < CPU_SETSIZE &&                              \
            ((set)->__bits[__CPU_WORD(cpu)] |= __CPU_BIT(cpu))))
#define CPU_CLR(cpu, set)                                                      \
    ((void)((unsigned long)(cpu) < CPU_SETSIZE &&                              \
            ((set)->__bits[__CPU_WORD(cpu)] &= ~__CPU_BIT(cpu))))
#define CPU_ISSET(cpu, set)                                                    \
    ((unsigned long)(cpu) < CPU_SETSIZE &&                                     \
     ((set)->__bits[__CPU_WORD(cpu)] & __CPU_BIT(cpu)) != 0)
#define CPU_COUNT(set) __libc_cpu_count(sizeof(cpu_set_t), (set))
#define CPU_EQUAL(a, b) (__builtin_memcmp((a), (b), sizeof(cpu_set_t)) == 0)

#ifdef __cplusplus
extern "C" {
#endif
int sched_yield(void);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_getscheduler(pid_t pid);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);
#if __MISC_VISIBLE || __GNU_VISIBLE
int sched_getaffinity(pid_t pid, size_t set_size, cpu_set_t *set);
int sched_setaffinity(pid_t pid, size_t set_size, const cpu_set_t *set);
int sched_getcpu(void);
int __libc_cpu_count(size_t set_size, const cpu_set_t *set);
#endif
#ifdef __cplusplus
}
#endif

#endif
