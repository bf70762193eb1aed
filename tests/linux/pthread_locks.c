/* SPDX-License-Identifier: Apache-2.0 */
/* Mutexes of all types, condition variables, rwlocks, barriers, spin locks,
 * semaphores: what they answer, and that they keep threads apart. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct timespec in_ms(clockid_t clock, int ms)
{
    struct timespec t;
    clock_gettime(clock, &t);
    t.tv_nsec += ms * 1000000l;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static pthread_mutex_t mutex;

static void *try_other(void *arg)
{
    (void)arg;
    return (void *)(long)pthread_mutex_trylock(&mutex);
}

static void *unlock_other(void *arg)
{
    (void)arg;
    return (void *)(long)pthread_mutex_unlock(&mutex);
}

static long in_thread(void *(*fn)(void *), void *arg)
{
    pthread_t t;
    void *result;
    pthread_create(&t, NULL, fn, arg);
    pthread_join(t, &result);
    return (long)result;
}

static void mutex_types(void)
{
    static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
                                PTHREAD_MUTEX_ERRORCHECK,
                                PTHREAD_MUTEX_DEFAULT};
    for (int i = 0; i < 4; i++) {
        pthread_mutexattr_t attr;
        int type;
        pthread_mutexattr_init(&attr);
        printf("%d", pthread_mutexattr_settype(&attr, types[i]));
        pthread_mutexattr_gettype(&attr, &type);
        printf(" %d", type == types[i]);
        pthread_mutex_init(&mutex, &attr);
        printf(" %d", pthread_mutex_lock(&mutex));
        printf(" %d", pthread_mutex_trylock(&mutex));
        printf(" %ld", in_thread(try_other, NULL));
        if (types[i] != PTHREAD_MUTEX_NORMAL)
            printf(" %ld", in_thread(unlock_other, NULL));
        if (types[i] == PTHREAD_MUTEX_ERRORCHECK)
            printf(" %d", pthread_mutex_lock(&mutex));
        if (types[i] == PTHREAD_MUTEX_RECURSIVE)
            printf(" %d", pthread_mutex_unlock(&mutex));
        struct timespec t = in_ms(CLOCK_REALTIME, 5);
        if (types[i] == PTHREAD_MUTEX_NORMAL)
            printf(" %d", pthread_mutex_timedlock(&mutex, &t));
        printf(" %d", pthread_mutex_unlock(&mutex));
        printf(" %d\n", pthread_mutex_destroy(&mutex));
        pthread_mutexattr_destroy(&attr);
    }
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    printf("%d\n", pthread_mutexattr_settype(&attr, 99));
}

enum { THREADS = 4, ROUNDS = 20000 };
static volatile long counter;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t sem;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static int which;

static void *add(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        switch (which) {
        case 0:
            pthread_mutex_lock(&plain);
            counter++;
            pthread_mutex_unlock(&plain);
            break;
        case 1:
            pthread_spin_lock(&spin);
            counter++;
            pthread_spin_unlock(&spin);
            break;
        case 2:
            pthread_rwlock_wrlock(&rwlock);
            counter++;
            pthread_rwlock_unlock(&rwlock);
            break;
        default:
            sem_wait(&sem);
            counter++;
            sem_post(&sem);
        }
    }
    return NULL;
}

static void exclusion(void)
{
    pthread_spin_init(&spin, 0);
    sem_init(&sem, 0, 1);
    for (which = 0; which < 4; which++) {
        pthread_t t[THREADS];
        counter = 0;
        for (int i = 0; i < THREADS; i++)
            pthread_create(&t[i], NULL, add, NULL);
        for (int i = 0; i < THREADS; i++)
            pthread_join(t[i], NULL);
        printf("%d: %ld\n", which, counter);
    }
}

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int stage, woken;

static void *wait_stage(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&plain);
    while (stage == 0)
        pthread_cond_wait(&cond, &plain);
    woken++;
    pthread_mutex_unlock(&plain);
    return NULL;
}

static void *pinger(void *arg)
{
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&plain);
        while (stage % 2 == 0)
            pthread_cond_wait(&cond, &plain);
        stage++;
        pthread_cond_signal(&cond);
        pthread_mutex_unlock(&plain);
    }
    return NULL;
}

static void conditions(void)
{
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, wait_stage, NULL);
    usleep(10000);
    pthread_mutex_lock(&plain);
    stage = 1;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&plain);
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    printf("woken %d\n", woken);

    stage = 0;
    pthread_create(&t[0], NULL, pinger, NULL);
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&plain);
        while (stage % 2 == 1)
            pthread_cond_wait(&cond, &plain);
        stage++;
        pthread_cond_signal(&cond);
        pthread_mutex_unlock(&plain);
    }
    pthread_join(t[0], NULL);
    printf("stage %d\n", stage);

    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC};
    for (int i = 0; i < 2; i++) {
        pthread_condattr_t attr;
        pthread_cond_t timed;
        pthread_condattr_init(&attr);
        printf("%d ", pthread_condattr_setclock(&attr, clocks[i]));
        pthread_cond_init(&timed, &attr);
        struct timespec t0, t1, end = in_ms(clocks[i], 20);
        clock_gettime(CLOCK_MONOTONIC, &t0);
        pthread_mutex_lock(&plain);
        printf("%d ", pthread_cond_timedwait(&timed, &plain, &end));
        pthread_mutex_unlock(&plain);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        long ms = (t1.tv_sec - t0.tv_sec) * 1000 +
                  (t1.tv_nsec - t0.tv_nsec) / 1000000;
        printf("%d\n", ms >= 18 && ms < 2000);
        pthread_cond_destroy(&timed);
    }
}

static void *read_lock(void *arg)
{
    (void)arg;
    int rc = pthread_rwlock_tryrdlock(&rwlock);
    if (rc == 0)
        pthread_rwlock_unlock(&rwlock);
    return (void *)(long)rc;
}

static void *write_lock(void *arg)
{
    struct timespec t = in_ms(CLOCK_REALTIME, 5);
    (void)arg;
    int rc = pthread_rwlock_timedwrlock(&rwlock, &t);
    if (rc == 0)
        pthread_rwlock_unlock(&rwlock);
    return (void *)(long)rc;
}

static void rwlocks(void)
{
    printf("%d %d", pthread_rwlock_rdlock(&rwlock),
           pthread_rwlock_rdlock(&rwlock));
    printf(" %ld %ld", in_thread(read_lock, NULL), in_thread(write_lock, NULL));
    printf(" %d", pthread_rwlock_trywrlock(&rwlock));
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    printf(" %d", pthread_rwlock_wrlock(&rwlock));
    printf(" %ld %ld", in_thread(read_lock, NULL), in_thread(write_lock, NULL));
    printf(" %d\n", pthread_rwlock_unlock(&rwlock));
}

static pthread_barrier_t barrier;

static void *meet(void *arg)
{
    long serial = 0;
    (void)arg;
    for (int i = 0; i < 100; i++)
        if (pthread_barrier_wait(&barrier) == /* NOLINT: may be below 0 */
            PTHREAD_BARRIER_SERIAL_THREAD)
            serial++;
    return (void *)serial;
}

static void barriers(void)
{
    pthread_t t[THREADS];
    long total = 0;
    printf("%d\n", pthread_barrier_init(&barrier, NULL, 0));
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, meet, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *serial;
        pthread_join(t[i], &serial);
        total += (long)serial;
    }
    printf("serial %ld %d\n", total, pthread_barrier_destroy(&barrier));
}

static void *post_later(void *arg)
{
    usleep(5000);
    sem_post(arg);
    return NULL;
}

static void semaphores(void)
{
    sem_t s;
    int value;
    pthread_t t;
    printf("%d", sem_init(&s, 0, 2));
    printf(" %d %d", sem_wait(&s), sem_trywait(&s));
    printf(" %d", sem_trywait(&s));
    printf(" %d", errno);
    struct timespec end = in_ms(CLOCK_REALTIME, 5);
    printf(" %d", sem_timedwait(&s, &end));
    printf(" %d", errno);
    pthread_create(&t, NULL, post_later, &s);
    printf(" %d", sem_wait(&s));
    pthread_join(t, NULL);
    sem_getvalue(&s, &value);
    printf(" %d %d\n", value, sem_destroy(&s));
    char name[32];
    snprintf(name, sizeof name, "/sem-%d", (int)getpid());
    sem_t *a = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    printf("%d", a != SEM_FAILED);
    printf(" %d", sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED);
    printf(" %d", errno == EEXIST);
    sem_t *b = sem_open(name, 0);
    printf(" %d %d", a == b, sem_trywait(b));
    printf(" %d %d", sem_trywait(a), sem_close(a));
    printf(" %d", sem_unlink(name));
    printf(" %d", sem_open(name, 0) == SEM_FAILED);
    printf(" %d %d\n", errno == ENOENT, sem_close(b));
}

int main(void)
{
    mutex_types();
    exclusion();
    conditions();
    rwlocks();
    barriers();
    semaphores();
    return 0;
}
