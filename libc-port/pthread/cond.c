/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition variables: a counter that every wake-up changes. A waiter notes
 * it with the mutex held; the futex sleeps only while it still has that value,
 * so no wake-up between unlock and sleep is lost.
 */
#include <limits.h>
#include <time.h>

#include "libc.h"

struct wait_state {
    pthread_cond_t *cond;
    pthread_mutex_t *mutex;
    unsigned depth;
    int lock_rc; /* a robust mutex may say EOWNERDEAD, ENOTRECOVERABLE */
};

/* The end of a wait, cancelled or not: the mutex is held again. */
static void relock(void *arg)
{
    struct wait_state *state = arg;
    atomic_add(&state->cond->__waiters, -1u);
    state->lock_rc = pthread_mutex_lock(state->mutex);
    state->mutex->__depth = state->depth;
}

static int wait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                const struct timespec *deadline)
{
    if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
        return EINVAL;
    if ((mutex->__kind & 3) == PTHREAD_MUTEX_ERRORCHECK &&
        mutex->__owner != thread_self()->tid)
        return EPERM;
    pthread_testcancel();

    struct wait_state state = {cond, mutex, mutex->__depth, 0};
    uint32_t seq = atomic_read(&cond->__seq);
    atomic_add(&cond->__waiters, 1);
    mutex->__depth = 0; /* recursive: given up wholly */
    (void)pthread_mutex_unlock(mutex);

    long rc;
    pthread_cleanup_push(relock, &state);
    do /* a signal's handler does not end it */
        rc =
            CANCEL_POINT(__libc_futex_wait(&cond->__seq, seq, clock, deadline));
    while (rc == -EINTR);
    pthread_cleanup_pop(1);
    if (state.lock_rc)
        return state.lock_rc;
    return rc == -ETIMEDOUT ? ETIMEDOUT : 0;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return wait(cond, mutex, 0, NULL);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *deadline)
{
    return wait(cond, mutex, cond->__clock, deadline);
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           clockid_t clock, const struct timespec *deadline)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    return wait(cond, mutex, clock, deadline);
}

static int wake(pthread_cond_t *cond, int count)
{
    if (!atomic_read(&cond->__waiters))
        return 0;
    atomic_add(&cond->__seq, 1);
    (void)__libc_futex_wake(&cond->__seq, count);
    return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    return wake(cond, 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    return wake(cond, INT_MAX);
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    *cond = (pthread_cond_t){.__clock = attr ? attr->__clock : CLOCK_REALTIME};
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    /* Those that a broadcast woke may still be on their way out. */
    while (atomic_read(&cond->__waiters)) {
        atomic_add(&cond->__seq, 1);
        (void)__libc_futex_wake(&cond->__seq, INT_MAX);
        (void)sys_sched_yield();
    }
    return 0;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->__clock = CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
    *clock = attr->__clock;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->__clock = clock;
    return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *attr, int *shared)
{
    (void)attr;
    *shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
    (void)attr; /* one process: shared is private */
    return shared == PTHREAD_PROCESS_PRIVATE || shared == PTHREAD_PROCESS_SHARED
               ? 0
               : EINVAL;
}
