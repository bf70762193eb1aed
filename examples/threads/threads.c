/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: four workers take numbers from a queue and add up their squares. */
#include <pthread.h>
#include <stdio.h>

enum { WORKERS = 4, NUMBERS = 10000, ROOM = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static long queue[ROOM];
static unsigned head, tail; /* lock; tail - head numbers are waiting */

static void put(long number)
{
    pthread_mutex_lock(&lock);
    while (tail - head == ROOM)
        pthread_cond_wait(&not_full, &lock);
    queue[tail++ % ROOM] = number;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&lock);
}

static long take(void)
{
    pthread_mutex_lock(&lock);
    while (tail == head)
        pthread_cond_wait(&not_empty, &lock);
    long number = queue[head++ % ROOM];
    pthread_cond_signal(&not_full);
    pthread_mutex_unlock(&lock);
    return number;
}

static void *work(void *sum)
{
    for (long number; (number = take()) != 0;)
        *(long *)sum += number * number;
    return NULL;
}

int main(void)
{
    pthread_t worker[WORKERS];
    long sum[WORKERS] = {0}, total = 0;

    for (int i = 0; i < WORKERS; i++)
        pthread_create(&worker[i], NULL, work, &sum[i]);
    for (long number = 1; number <= NUMBERS; number++)
        put(number);
    for (int i = 0; i < WORKERS; i++)
        put(0); /* one end for each */
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(worker[i], NULL);
        total += sum[i];
    }
    printf("%d workers, sum of squares up to %d: %ld\n", WORKERS, NUMBERS,
           total);
    return 0;
}
