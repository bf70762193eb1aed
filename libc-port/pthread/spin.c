/* SPDX-License-Identifier: Apache-2.0 */
/* Spin locks: with one CPU the owner must run, so waiting is yielding. */
#include "libc.h"

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    (void)shared;
    *lock = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    (void)lock;
    return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    return atomic_cas((uint32_t *)lock, 0, 1) ? EBUSY : 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
    while (unlikely(pthread_spin_trylock(lock)))
        (void)sys_sched_yield();
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    __asm__ volatile("" ::: "memory");
    *lock = 0;
    return 0;
}
