/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "libc.h"

int pthread_barrier_init(pthread_barrier_t *barrier,
                         const pthread_barrierattr_t *attr, unsigned count)
{
    (void)attr;
    if (count == 0)
        return EINVAL;
    *barrier = (pthread_barrier_t){.__needed = count};
    return 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    uint32_t round = atomic_read(&barrier->__round);
    int rc = 0;

    atomic_add(&barrier->__inside, 1);
    if (atomic_add(&barrier->__arrived, 1) + 1 == barrier->__needed) {
        barrier->__arrived = 0;
        atomic_add(&barrier->__round, 1);
        (void)__libc_futex_wake(&barrier->__round, INT_MAX);
        rc = PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (rc == 0 && atomic_read(&barrier->__round) == round)
        (void)__libc_futex_wait(&barrier->__round, round, 0, NULL);
    atomic_add(&barrier->__inside, -1u);
    return rc;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    /* POSIX: may be called as soon as one thread has left. */
    while (atomic_read(&barrier->__inside))
        (void)sys_sched_yield();
    return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    attr->__shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *attr,
                                   int *shared)
{
    *shared = attr->__shared;
    return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->__shared = shared;
    return 0;
}
