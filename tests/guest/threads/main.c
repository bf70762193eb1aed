/* SPDX-License-Identifier: Apache-2.0 */
/* Green threads under the pthread interface: many, joined, locked, ended. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../check.h"

enum { MANY = 200, ADDS = 2000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long counter;
static __thread int own = 7;

static void *add(void *arg)
{
    CHECK(own == 7);
    own = (int)(intptr_t)arg;
    for (int i = 0; i < ADDS; i++) {
        pthread_mutex_lock(&lock);
        long value = counter;
        if (i % 100 == 0)
            sched_yield(); /* with the lock held */
        counter = value + 1;
        pthread_mutex_unlock(&lock);
    }
    CHECK(own == (int)(intptr_t)arg);
    return arg;
}

static void many_threads_share_a_lock(void)
{
    static pthread_t threads[MANY];
    int started = 0;
    for (int i = 0; i < MANY; i++, started++)
        if (pthread_create(&threads[i], NULL, add, (void *)(intptr_t)i))
            break;
    EQUAL(started, MANY);
    for (int i = 0; i < started; i++) {
        void *result;
        EQUAL(pthread_join(threads[i], &result), 0);
        EQUAL((intptr_t)result, i);
    }
    EQUAL(counter, (long)started * ADDS);
    CHECK(own == 7);
}

static int turn;

static void *ping(void *arg)
{
    int mine = (int)(intptr_t)arg;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 5000; i++) {
        while (turn != mine)
            pthread_cond_wait(&changed, &lock);
        turn = !mine;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void two_threads_take_turns(void)
{
    pthread_t a, b;
    pthread_create(&a, NULL, ping, (void *)0);
    pthread_create(&b, NULL, ping, (void *)1);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    EQUAL(turn, 0);
}

static void *nothing(void *arg)
{
    return arg;
}

/* Ended threads give their memory back: far more than fit at once. */
static void threads_end_without_a_trace(void)
{
    int rc = 0;
    for (int i = 0; i < 4000 && !rc; i++) {
        pthread_t thread;
        rc = pthread_create(&thread, NULL, nothing, NULL);
        if (!rc)
            rc = pthread_join(thread, NULL);
    }
    EQUAL(rc, 0);
}

static void *exits_in_the_middle(void *arg)
{
    pthread_exit(arg);
}

static void a_join_gets_the_exit_value(void)
{
    pthread_t thread;
    void *result = NULL;
    pthread_create(&thread, NULL, exits_in_the_middle, &lock);
    pthread_join(thread, &result);
    CHECK(result == &lock);
    EQUAL(pthread_join(pthread_self(), NULL), EDEADLK);
}

static void a_wait_times_out(void)
{
    struct timespec until;
    pthread_mutex_lock(&lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    int rc = 0;
    while (!rc)
        rc = pthread_cond_timedwait(&changed, &lock, &until);
    EQUAL(rc, ETIMEDOUT);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    CHECK(now.tv_sec > until.tv_sec ||
          (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    many_threads_share_a_lock();
    two_threads_take_turns();
    threads_end_without_a_trace();
    a_join_gets_the_exit_value();
    a_wait_times_out();
    puts("done");
    return failures != 0;
}
