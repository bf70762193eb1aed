/* SPDX-License-Identifier: Apache-2.0 */
/* C11 threads: the same objects, other names. */
#include <threads.h>

#include "libc.h"

int __libc_thrd_create(pthread_t *thread, int (*start)(void *), void *arg);

static int result(int rc)
{
    switch (rc) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ENOMEM:
    case EAGAIN:
        return thrd_nomem;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *arg)
{
    return result(__libc_thrd_create(thread, start, arg));
}

int thrd_equal(thrd_t a, thrd_t b)
{
    return a == b;
}

thrd_t thrd_current(void)
{
    return pthread_self();
}

/* 0, -1 when interrupted, less on another error */
int thrd_sleep(const struct timespec *request, struct timespec *left)
{
    int rc = clock_nanosleep(CLOCK_REALTIME, 0, request, left);
    return rc == 0 ? 0 : rc == EINTR ? -1 : -2;
}

void thrd_exit(int value)
{
    pthread_exit((void *)(intptr_t)value);
}

int thrd_detach(thrd_t thread)
{
    return result(pthread_detach(thread));
}

int thrd_join(thrd_t thread, int *value)
{
    void *pointer;
    int rc = pthread_join(thread, &pointer);
    if (rc == 0 && value)
        *value = (int)(intptr_t)pointer;
    return result(rc);
}

void thrd_yield(void)
{
    (void)sys_sched_yield();
}

int mtx_init(mtx_t *mutex, int type)
{
    if (type & ~(mtx_recursive | mtx_timed))
        return thrd_error;
    *mutex = (mtx_t){.__kind = type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE
                                                    : PTHREAD_MUTEX_NORMAL};
    return thrd_success;
}

int mtx_lock(mtx_t *mutex)
{
    return result(pthread_mutex_lock(mutex));
}

int mtx_timedlock(mtx_t *mutex, const struct timespec *deadline)
{
    return result(pthread_mutex_timedlock(mutex, deadline));
}

int mtx_trylock(mtx_t *mutex)
{
    return result(pthread_mutex_trylock(mutex));
}

int mtx_unlock(mtx_t *mutex)
{
    return result(pthread_mutex_unlock(mutex));
}

void mtx_destroy(mtx_t *mutex)
{
    (void)pthread_mutex_destroy(mutex);
}

void call_once(once_flag *flag, void (*init)(void))
{
    (void)pthread_once(flag, init);
}

int cnd_init(cnd_t *cond)
{
    return result(pthread_cond_init(cond, NULL));
}

int cnd_signal(cnd_t *cond)
{
    return result(pthread_cond_signal(cond));
}

int cnd_broadcast(cnd_t *cond)
{
    return result(pthread_cond_broadcast(cond));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return result(pthread_cond_wait(cond, mutex));
}

int cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *deadline)
{
    return result(pthread_cond_timedwait(cond, mutex, deadline));
}

void cnd_destroy(cnd_t *cond)
{
    (void)pthread_cond_destroy(cond);
}

int tss_create(tss_t *key, tss_dtor_t destructor)
{
    return result(pthread_key_create(key, destructor));
}

void *tss_get(tss_t key)
{
    return pthread_getspecific(key);
}

int tss_set(tss_t key, void *value)
{
    return result(pthread_setspecific(key, value));
}

void tss_delete(tss_t key)
{
    (void)pthread_key_delete(key);
}
