/* SPDX-License-Identifier: Apache-2.0 */
/* The futex call itself: man 2 futex. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

/* The libOS's call, under the name it has in an image (libos/sys.h). */
long __septum_sys_futex(uint32_t *uaddr, int op, uint32_t val,
                        const struct timespec *timeout, uint32_t *uaddr2,
                        uint32_t val3);
#define futex __septum_sys_futex
enum {
    WAIT = 0,
    WAKE = 1,
    REQUEUE = 3,
    CMP_REQUEUE = 4,
    WAKE_OP = 5,
    WAIT_BITSET = 9,
    WAKE_BITSET = 10,
    REALTIME = 256,
};

enum { THREADS = 10 };
static uint32_t a, b;
static int woken;

static void *waits(void *bits)
{
    EQUAL(futex(&a, WAIT_BITSET, 0, NULL, NULL, (uint32_t)(uintptr_t)bits), 0);
    woken++;
    return NULL;
}

static void let_them_run(void)
{
    struct timespec ts = {0, 20000000};
    nanosleep(&ts, NULL);
}

static void wakes_as_many_as_asked_for(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, waits, (void *)1);
    let_them_run();
    EQUAL(futex(&a, WAKE, 3, NULL, NULL, 0), 3);
    EQUAL(futex(&b, WAKE, 3, NULL, NULL, 0), 0);
    let_them_run();
    EQUAL(woken, 3);
    EQUAL(futex(&a, CMP_REQUEUE, 1, (void *)2, &b, 5), -EAGAIN);
    EQUAL(futex(&a, CMP_REQUEUE, 1, (void *)2, &b, 0), 3);
    let_them_run();
    EQUAL(woken, 4);
    EQUAL(futex(&b, WAKE, 100, NULL, NULL, 0), 2);
    let_them_run();
    EQUAL(woken, 6);
    EQUAL(futex(&a, WAKE_BITSET, 100, NULL, NULL, 2), 0);
    /* add 1 to b; its old value was 0: wake there too */
    EQUAL(futex(&a, WAKE_OP, 100, (void *)100, &b, 1u << 28 | 1u << 12),
          THREADS - 6);
    EQUAL(b, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    EQUAL(woken, THREADS);
}

static void timeouts(void)
{
    struct timespec short_time = {0, 10000000}, now, bad = {0, -1};
    EQUAL(futex(&a, WAIT, 1, NULL, NULL, 0), -EAGAIN);
    EQUAL(futex(&a, WAIT, 0, &short_time, NULL, 0), -ETIMEDOUT);
    EQUAL(futex(&a, WAIT, 0, &bad, NULL, 0), -EINVAL);
    clock_gettime(CLOCK_REALTIME, &now);
    EQUAL(futex(&a, WAIT_BITSET | REALTIME, 0, &now, NULL, 1), -ETIMEDOUT);
    clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_sec += 0;
    EQUAL(futex(&a, WAIT_BITSET, 0, &now, NULL, 1), -ETIMEDOUT);
}

static void on_signal(int sig)
{
    (void)sig;
}

static void wrong_arguments(void)
{
    EQUAL(futex((uint32_t *)((char *)&a + 1), WAKE, 1, NULL, NULL, 0), -EINVAL);
    EQUAL(futex((void *)8, WAIT, 0, NULL, NULL, 0), -EFAULT);
    EQUAL(futex(&a, WAIT_BITSET, 0, NULL, NULL, 0), -EINVAL);
    EQUAL(futex(&a, 6, 0, NULL, NULL, 0), -ENOSYS);
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGALRM, &sa, NULL);
    alarm(1);
    EQUAL(futex(&a, WAIT, 0, NULL, NULL, 0), -EINTR);
}

int main(void)
{
    wakes_as_many_as_asked_for();
    timeouts();
    wrong_arguments();
    puts("done");
    return failures != 0;
}
