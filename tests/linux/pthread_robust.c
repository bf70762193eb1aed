/* SPDX-License-Identifier: Apache-2.0 */
/* Robust mutexes: what the next owner hears after a thread has died. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex, other;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void make(pthread_mutex_t *m, int type)
{
    pthread_mutexattr_t attr;
    int robust = -1;
    pthread_mutexattr_init(&attr);
    printf("%d", pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
    printf(" %d", pthread_mutexattr_getrobust(&attr, &robust));
    printf(" %d", robust == PTHREAD_MUTEX_ROBUST);
    printf(" %d", pthread_mutexattr_settype(&attr, type));
    printf(" %d\n", pthread_mutex_init(m, &attr));
}

static const char *name(int rc)
{
    return rc == 0                 ? "ok"
           : rc == EOWNERDEAD      ? "owner dead"
           : rc == ENOTRECOVERABLE ? "not recoverable"
           : rc == EBUSY           ? "busy"
           : rc == EPERM           ? "not the owner"
           : rc == EINVAL          ? "invalid"
           : rc == ETIMEDOUT       ? "timeout"
                                   : "?";
}

static void *dies(void *arg)
{
    pthread_mutex_lock(&other);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&other);
    if (arg)
        usleep(20000); /* somebody waits by then */
    return NULL;
}

static void kill_owner(int is_slow)
{
    pthread_t t;
    pthread_create(&t, NULL, dies, is_slow ? &t : NULL);
    if (is_slow) {
        usleep(5000);
        printf("waited: %s\n", name(pthread_mutex_lock(&mutex)));
    }
    pthread_join(t, NULL);
}

static void *tries(void *arg)
{
    (void)arg;
    printf("other thread: %s", name(pthread_mutex_trylock(&mutex)));
    printf(", unlock: %s\n", name(pthread_mutex_unlock(&mutex)));
    return NULL;
}

static void in_thread(void *(*fn)(void *))
{
    pthread_t t;
    pthread_create(&t, NULL, fn, NULL);
    pthread_join(t, NULL);
}

static void *locks(void *arg)
{
    *(int *)arg = pthread_mutex_lock(&mutex);
    return NULL;
}

/* Says it is whole again: goes on as if nothing had been. */
static void recovers(int type)
{
    make(&mutex, type);
    kill_owner(0);
    printf("lock: %s", name(pthread_mutex_lock(&mutex)));
    printf(", consistent: %s", name(pthread_mutex_consistent(&mutex)));
    printf(", again: %s\n", name(pthread_mutex_consistent(&mutex)));
    in_thread(tries);
    printf("unlock: %s", name(pthread_mutex_unlock(&mutex)));
    printf(", lock: %s", name(pthread_mutex_lock(&mutex)));
    printf(", unlock: %s", name(pthread_mutex_unlock(&mutex)));
    printf(", destroy: %s\n", name(pthread_mutex_destroy(&mutex)));
}

static void is_lost(void)
{
    pthread_t t;
    int rc;
    make(&mutex, PTHREAD_MUTEX_NORMAL);
    kill_owner(1);
    pthread_create(&t, NULL, locks, &rc);
    usleep(5000);
    printf("unlock: %s", name(pthread_mutex_unlock(&mutex)));
    pthread_join(t, NULL);
    printf(", sleeper: %s\n", name(rc));
    printf("lock: %s", name(pthread_mutex_lock(&mutex)));
    printf(", try: %s", name(pthread_mutex_trylock(&mutex)));
    printf(", consistent: %s", name(pthread_mutex_consistent(&mutex)));
    printf(", destroy: %s\n", name(pthread_mutex_destroy(&mutex)));
}

static void twice(void)
{
    make(&mutex, PTHREAD_MUTEX_ERRORCHECK);
    kill_owner(0);
    kill_owner(0); /* heard of it, and died as well */
    printf("lock: %s", name(pthread_mutex_trylock(&mutex)));
    printf(", consistent: %s", name(pthread_mutex_consistent(&mutex)));
    printf(", unlock: %s\n", name(pthread_mutex_unlock(&mutex)));
}

static void *signals(void *arg)
{
    pthread_mutex_lock(&mutex);
    pthread_cond_signal(&cond);
    return arg; /* with the mutex */
}

static void waits_for_a_condition(void)
{
    pthread_t t;
    make(&mutex, PTHREAD_MUTEX_NORMAL);
    pthread_mutex_lock(&mutex);
    pthread_create(&t, NULL, signals, NULL);
    printf("wait: %s", name(pthread_cond_wait(&cond, &mutex)));
    printf(", consistent: %s\n", name(pthread_mutex_consistent(&mutex)));
    pthread_mutex_unlock(&mutex);
    pthread_join(t, NULL);
}

int main(void)
{
    make(&other, PTHREAD_MUTEX_NORMAL);
    recovers(PTHREAD_MUTEX_NORMAL);
    recovers(PTHREAD_MUTEX_RECURSIVE);
    recovers(PTHREAD_MUTEX_ERRORCHECK);
    is_lost();
    twice();
    waits_for_a_condition();
    return 0;
}
