/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes in the way its argument names, below functions with known names. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile int sink;

__attribute__((noinline)) static void crash(volatile int *where)
{
    *where = 7;
    sink++;
}

__attribute__((noinline)) static void middle(uintptr_t where)
{
    volatile int room[4] = {1};
    crash((volatile int *)where);
    sink += room[0];
}

__attribute__((noinline)) static void outer(uintptr_t where)
{
    middle(where);
    sink++;
}

static void *sleeps(void *arg)
{
    struct timespec ts = {1000, 0};
    nanosleep(&ts, NULL);
    return arg;
}

static void *spins(void *arg)
{
    for (;;)
        sink++;
    return arg;
}

__attribute__((noinline)) static int deep(volatile int n)
{
    volatile char room[512];
    room[1] = (char)n;
    return n ? deep(n + 1) + room[1] : 0;
}

static void *runs_over(void *arg)
{
    sink += deep(1);
    return arg;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    pthread_t thread;
    void (*volatile nowhere)(void) = (void (*)(void))(uintptr_t)0x123450;
    if (!strcmp(how, "write"))
        outer(0x30);
    if (!strcmp(how, "jump"))
        nowhere();
    if (!strcmp(how, "illegal"))
        __asm__ volatile("ud2");
    if (!strcmp(how, "divide"))
        sink = 1000 / sink;
    if (!strcmp(how, "constant"))
        outer((uintptr_t)how & 0 ? 0 : (uintptr_t) "text");
    if (!strcmp(how, "wild"))
        outer(0x8000000000000000);
    if (!strcmp(how, "threads")) {
        pthread_create(&thread, NULL, sleeps, NULL);
        pthread_create(&thread, NULL, spins, NULL);
        struct timespec ts = {0, 50000000};
        nanosleep(&ts, NULL);
        outer(0x30);
    }
    if (!strcmp(how, "stack"))
        sink += deep(1);
    if (!strcmp(how, "thread-stack")) {
        pthread_create(&thread, NULL, runs_over, NULL);
        pthread_join(thread, NULL);
    }
    return 99;
}
