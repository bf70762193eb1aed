/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutexes: a futex word that is 0 (free), 1 (taken) or 2 (taken, somebody may
 * sleep; Drepper, "Futexes Are Tricky", mutex 2). No call while nobody waits.
 * __kind is the type in the low bits and the protocol above; priorities mean
 * nothing here, so a protocol changes nothing but what getprotocol says.
 *
 * A robust mutex is on its owner's list while it is taken; a thread that ends
 * gives back what is left there (__libc_robust_end).
 */
#include <limits.h>
#include <semaphore.h>
#include <time.h>

#include "libc.h"

enum {
    KIND_TYPE = 3,
    KIND_PROTOCOL_SHIFT = 4,
    KIND_SHARED = 1 << 8,
    KIND_ROBUST = 1 << 9,
    KIND_DIED = 1 << 10, /* robust: who held it last ended */
    KIND_LOST = 1 << 11, /* and nobody called pthread_mutex_consistent */
    KIND_SLOW = KIND_TYPE | KIND_ROBUST, /* needs more than the word */
};

static int lock_slow(pthread_mutex_t *mutex, clockid_t clock,
                     const struct timespec *deadline)
{
    if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
        return EINVAL;
    while (atomic_swap(&mutex->__word, 2) != 0) {
        long rc = __libc_futex_wait(&mutex->__word, 2, clock, deadline);
        if (rc == -ETIMEDOUT)
            return ETIMEDOUT;
    }
    return 0;
}

/* Types that know their owner. -1: go on and take it. */
static int owned_already(pthread_mutex_t *mutex, bool is_try)
{
    if (mutex->__owner != thread_self()->tid)
        return -1;
    switch (mutex->__kind & KIND_TYPE) {
    case PTHREAD_MUTEX_RECURSIVE:
        if (mutex->__depth == UINT_MAX)
            return EAGAIN;
        mutex->__depth++;
        return 0;
    case PTHREAD_MUTEX_ERRORCHECK:
        return is_try ? EBUSY : EDEADLK;
    default:
        return -1;
    }
}

static void robust_unlist(struct pthread *self, pthread_mutex_t *mutex)
{
    pthread_mutex_t **link = &self->robust;
    while (*link && *link != mutex)
        link = &(*link)->__robust.__next;
    if (*link)
        *link = mutex->__robust.__next;
}

/* The word is taken by the calling thread: may it have the mutex? */
static int robust_taken(pthread_mutex_t *mutex)
{
    struct pthread *self = thread_self();

    if (mutex->__kind & KIND_LOST) {
        mutex->__owner = 0;
        if (atomic_swap(&mutex->__word, 0) == 2)
            (void)__libc_futex_wake(&mutex->__word, 1);
        return ENOTRECOVERABLE;
    }
    mutex->__robust.__next = self->robust;
    self->robust = mutex;
    return mutex->__kind & KIND_DIED ? EOWNERDEAD : 0;
}

/* On the last breath of a thread: a locker is told, or sleeps no longer. */
void __libc_robust_end(struct pthread *self)
{
    while (self->robust) {
        pthread_mutex_t *mutex = self->robust;
        self->robust = mutex->__robust.__next;
        /* Nobody came to say that what it guards is whole again. */
        mutex->__kind |= KIND_DIED;
        mutex->__owner = mutex->__depth = 0;
        if (atomic_swap(&mutex->__word, 0) == 2)
            (void)__libc_futex_wake(&mutex->__word, 1);
    }
}

static int lock(pthread_mutex_t *mutex, clockid_t clock,
                const struct timespec *deadline)
{
    if (mutex->__kind & KIND_TYPE) {
        int rc = owned_already(mutex, false);
        if (rc >= 0)
            return rc;
    }
    if (unlikely(atomic_cas(&mutex->__word, 0, 1) != 0)) {
        int rc = lock_slow(mutex, clock, deadline);
        if (rc)
            return rc;
    }
    mutex->__owner = thread_self()->tid;
    return unlikely(mutex->__kind & KIND_ROBUST) ? robust_taken(mutex) : 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return lock(mutex, 0, NULL);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (mutex->__kind & KIND_TYPE) {
        int rc = owned_already(mutex, true);
        if (rc >= 0)
            return rc;
    }
    if (atomic_cas(&mutex->__word, 0, 1) != 0)
        return EBUSY;
    mutex->__owner = thread_self()->tid;
    return unlikely(mutex->__kind & KIND_ROBUST) ? robust_taken(mutex) : 0;
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex,
                            const struct timespec *deadline)
{
    return lock(mutex, CLOCK_REALTIME, deadline);
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                            const struct timespec *deadline)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    return lock(mutex, clock, deadline);
}

/* Types that know their owner, and robust ones. -1: go on and give it back. */
static int owned_unlock(pthread_mutex_t *mutex)
{
    struct pthread *self = thread_self();
    int type = mutex->__kind & KIND_TYPE;

    if (mutex->__owner != self->tid &&
        (type != PTHREAD_MUTEX_ADAPTIVE_NP || mutex->__kind & KIND_ROBUST))
        return EPERM;
    if (type == PTHREAD_MUTEX_RECURSIVE && mutex->__depth > 0) {
        mutex->__depth--;
        return 0;
    }
    if (mutex->__kind & KIND_ROBUST) {
        robust_unlist(self, mutex);
        if (mutex->__kind & KIND_DIED)
            mutex->__kind |= KIND_LOST;
    }
    return -1;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (mutex->__kind & KIND_SLOW) {
        int rc = owned_unlock(mutex);
        if (rc >= 0)
            return rc;
    }
    mutex->__owner = 0;
    if (unlikely(atomic_swap(&mutex->__word, 0) == 2))
        (void)__libc_futex_wake(&mutex->__word, 1);
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    *mutex = (pthread_mutex_t){.__kind = attr ? attr->__kind : 0};
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return atomic_read(&mutex->__word) ? EBUSY : 0;
}

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    if (!(mutex->__kind & KIND_DIED) || mutex->__kind & KIND_LOST ||
        mutex->__owner != thread_self()->tid)
        return EINVAL;
    mutex->__kind &= ~KIND_DIED;
    return 0;
}

int pthread_mutex_getprioceiling(const pthread_mutex_t *mutex, int *ceiling)
{
    (void)mutex;
    (void)ceiling;
    return EINVAL;
}

int pthread_mutex_setprioceiling(pthread_mutex_t *mutex, int ceiling, int *old)
{
    (void)mutex;
    (void)ceiling;
    (void)old;
    return EINVAL;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->__kind = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
    *type = attr->__kind & KIND_TYPE;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ADAPTIVE_NP)
        return EINVAL;
    attr->__kind = (attr->__kind & ~KIND_TYPE) | type;
    return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared)
{
    *shared = attr->__kind & KIND_SHARED ? PTHREAD_PROCESS_SHARED
                                         : PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->__kind = (attr->__kind & ~KIND_SHARED) | (shared ? KIND_SHARED : 0);
    return 0;
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *attr,
                                  int *protocol)
{
    *protocol = attr->__kind >> KIND_PROTOCOL_SHIFT & 3;
    return 0;
}

int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
    if (protocol == PTHREAD_PRIO_PROTECT)
        return ENOTSUP;
    if (protocol != PTHREAD_PRIO_NONE && protocol != PTHREAD_PRIO_INHERIT)
        return EINVAL;
    attr->__kind = (attr->__kind & ~(3 << KIND_PROTOCOL_SHIFT)) |
                   protocol << KIND_PROTOCOL_SHIFT;
    return 0;
}

int pthread_mutexattr_getprioceiling(const pthread_mutexattr_t *attr,
                                     int *ceiling)
{
    (void)attr;
    *ceiling = 1;
    return 0;
}

int pthread_mutexattr_setprioceiling(pthread_mutexattr_t *attr, int ceiling)
{
    (void)attr;
    (void)ceiling;
    return ENOTSUP;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *attr, int *robust)
{
    *robust = attr->__kind & KIND_ROBUST ? PTHREAD_MUTEX_ROBUST
                                         : PTHREAD_MUTEX_STALLED;
    return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
    if (robust != PTHREAD_MUTEX_STALLED && robust != PTHREAD_MUTEX_ROBUST)
        return EINVAL;
    attr->__kind = (attr->__kind & ~KIND_ROBUST) |
                   (robust == PTHREAD_MUTEX_ROBUST ? KIND_ROBUST : 0);
    return 0;
}

/*
 * Programs ask by weak references whether they have threads (gnulib): they
 * find all there is, or nothing, never a half. This links the other files
 * wherever this one is; nothing refers to it, so what is unused goes again.
 */
extern void *const __libc_pthread_all[];
void *const __libc_pthread_all[] = {
    pthread_attr_init,
    pthread_barrier_init,
    pthread_cond_init,
    pthread_create,
    pthread_key_create,
    pthread_once,
    pthread_rwlock_init,
    pthread_self,
    pthread_setcancelstate,
    pthread_spin_init,
    sem_init,
};
