/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers-writer locks: __state counts readers, or is RW_WRITER. A release
 * that may let somebody in changes __seq and wakes all sleepers, who try
 * again. Readers go first unless the lock was made to prefer writers.
 */
#include <limits.h>
#include <time.h>

#include "libc.h"

#define RW_WRITER 0xffffffffu

static bool try_read(pthread_rwlock_t *lock)
{
    uint32_t state = atomic_read(&lock->__state);
    while (state < RW_WRITER - 1 &&
           !(lock->__prefer_writer && lock->__writers_waiting)) {
        uint32_t seen = atomic_cas(&lock->__state, state, state + 1);
        if (seen == state)
            return true;
        state = seen;
    }
    return false;
}

static bool try_write(pthread_rwlock_t *lock)
{
    if (atomic_cas(&lock->__state, 0, RW_WRITER) != 0)
        return false;
    lock->__owner = thread_self()->tid;
    return true;
}

static int take(pthread_rwlock_t *lock, bool (*try)(pthread_rwlock_t *),
                clockid_t clock, const struct timespec *deadline)
{
    if (likely(try(lock)))
        return 0;
    if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
        return EINVAL;
    if (atomic_read(&lock->__state) == RW_WRITER &&
        lock->__owner == thread_self()->tid)
        return EDEADLK;

    int rc = 0;
    bool is_writer = try == try_write;
    atomic_add(&lock->__waiters, 1);
    if (is_writer)
        atomic_add(&lock->__writers_waiting, 1);
    for (;;) {
        uint32_t seq = atomic_read(&lock->__seq);
        if (try(lock))
            break;
        if (__libc_futex_wait(&lock->__seq, seq, clock, deadline) ==
            -ETIMEDOUT) {
            rc = ETIMEDOUT;
            break;
        }
    }
    if (is_writer)
        atomic_add(&lock->__writers_waiting, -1u);
    atomic_add(&lock->__waiters, -1u);
    return rc;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return take(lock, try_read, 0, NULL);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return take(lock, try_write, 0, NULL);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock,
                               const struct timespec *deadline)
{
    return take(lock, try_read, CLOCK_REALTIME, deadline);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock,
                               const struct timespec *deadline)
{
    return take(lock, try_write, CLOCK_REALTIME, deadline);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                               const struct timespec *deadline)
{
    return take(lock, try_read, clock, deadline);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                               const struct timespec *deadline)
{
    return take(lock, try_write, clock, deadline);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return try_read(lock) ? 0 : EBUSY;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return try_write(lock) ? 0 : EBUSY;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    if (lock->__state == RW_WRITER) {
        lock->__owner = 0;
        atomic_swap(&lock->__state, 0);
    } else if (atomic_add(&lock->__state, -1u) != 1) {
        return 0; /* other readers are left */
    }
    if (unlikely(atomic_read(&lock->__waiters))) {
        atomic_add(&lock->__seq, 1);
        (void)__libc_futex_wake(&lock->__seq, INT_MAX);
    }
    return 0;
}

int pthread_rwlock_init(pthread_rwlock_t *lock,
                        const pthread_rwlockattr_t *attr)
{
    *lock = (pthread_rwlock_t){
        .__prefer_writer =
            attr &&
            attr->__kind == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    return atomic_read(&lock->__state) ? EBUSY : 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    attr->__kind = PTHREAD_RWLOCK_DEFAULT_NP;
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *attr, int *shared)
{
    (void)attr;
    *shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
    (void)attr; /* one process: shared is private */
    return shared == PTHREAD_PROCESS_PRIVATE || shared == PTHREAD_PROCESS_SHARED
               ? 0
               : EINVAL;
}

int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *attr, int *kind)
{
    *kind = attr->__kind;
    return 0;
}

int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *attr, int kind)
{
    if (kind < PTHREAD_RWLOCK_PREFER_READER_NP ||
        kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
        return EINVAL;
    attr->__kind = kind;
    return 0;
}
