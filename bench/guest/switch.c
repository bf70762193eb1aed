/* SPDX-License-Identifier: Apache-2.0 */
/* sched_yield between two threads, and other hand-overs from one to the
 * other; all on one processor. Figures are ns for one switch. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

#include "bench/guest/clock.h"

static void *yields(void *arg)
{
    for (long i = *(long *)arg; i > 0; i--)
        sched_yield();
    return NULL;
}

static void both_yield(long count)
{
    long half = count / 2;
    pthread_t other;
    pthread_create(&other, NULL, yields, &half);
    yields(&half);
    pthread_join(other, NULL);
}

static sem_t ping, pong;

static void *answers(void *arg)
{
    for (long i = *(long *)arg; i > 0; i--) {
        sem_wait(&ping);
        sem_post(&pong);
    }
    return NULL;
}

static void ping_pong(long count)
{
    long half = count / 2;
    pthread_t other;
    pthread_create(&other, NULL, answers, &half);
    for (long i = 0; i < half; i++) {
        sem_post(&ping);
        sem_wait(&pong);
    }
    pthread_join(other, NULL);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void locks(long count)
{
    while (count--) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

static void *nothing(void *arg)
{
    return arg;
}

static void threads(long count)
{
    while (count--) {
        pthread_t thread;
        pthread_create(&thread, NULL, nothing, NULL);
        pthread_join(thread, NULL);
    }
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 200000;
    sem_init(&ping, 0, 0);
    sem_init(&pong, 0, 0);
    best_of("yield", count, both_yield);
    best_of("semaphore", count, ping_pong);
    best_of("mutex", count * 10, locks);
    best_of("thread", count / 100, threads);
    return 0;
}
