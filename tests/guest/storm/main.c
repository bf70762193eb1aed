/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that interrupts, at once: ticks, host signals, an interval
 * timer, faults, handlers that jump out, on threads that check their
 * registers, allocate, sleep, and use pipes. Ends by itself after some time.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

enum { SECONDS = 3, SECONDS_MAX = 30 }; /* an emulated processor is slow */

static volatile int stop;
static volatile long alarms, users, faults;
static int pipe_fds[2];

static double now_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void on_alarm(int sig)
{
    (void)sig;
    volatile double x = 1;
    for (int i = 0; i < 20; i++)
        x *= 1.25;
    (void)x;
    alarms++;
}

static void on_user(int sig)
{
    (void)sig;
    char room[512];
    memset(room, 0x5a, sizeof room);
    (void)!write(pipe_fds[1], room, 1);
    users++;
}

static __thread sigjmp_buf back;
static void on_fault(int sig)
{
    faults++;
    siglongjmp(back, sig);
}

static void *checks_registers(void *arg)
{
    uint64_t seed = (uintptr_t)arg, bad = 0;
    while (!stop && !bad) {
        __asm__ volatile("movq %[s], %%xmm3\n\t"
                         "movq %[s], %%xmm12\n\t"
                         "mov %[s], %%r10\n\t"
                         "mov %[s], -64(%%rsp)\n\t"
                         "mov $30000, %%ecx\n"
                         "1: dec %%ecx\n\t"
                         "jnz 1b\n\t"
                         "movq %%xmm3, %%rax\n\t"
                         "movq %%xmm12, %%rcx\n\t"
                         "xor %[s], %%rax\n\t"
                         "xor %[s], %%rcx\n\t"
                         "xor %[s], %%r10\n\t"
                         "xor -64(%%rsp), %[s]\n\t"
                         "or %%rax, %%rcx\n\t"
                         "or %%r10, %%rcx\n\t"
                         "or %[s], %%rcx\n\t"
                         "mov %%rcx, %[bad]"
                         : [bad] "=r"(bad), [s] "+r"(seed)
                         :
                         : "rax", "rcx", "r10", "xmm3", "xmm12", "cc",
                           "memory");
        seed = (uintptr_t)arg;
    }
    return (void *)bad;
}

static void *allocates(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    unsigned char *blocks[64] = {0};
    while (!stop) {
        unsigned i = rand_r(&seed) % 64;
        size_t size = i * 53 + 1;
        if (blocks[i]) {
            if (blocks[i][0] != i || blocks[i][size - 1] != i)
                return arg;
            free(blocks[i]);
            blocks[i] = NULL;
        } else {
            blocks[i] = malloc(size);
            memset(blocks[i], (int)i, size);
        }
    }
    return NULL;
}

static void *faults_and_jumps(void *arg)
{
    while (!stop) {
        volatile int before = 1;
        if (!sigsetjmp(back, 1)) {
            before = 2;
            *(volatile int *)16 = 1;
            return arg;
        }
        if (before != 2)
            return arg;
        if (faults % 64 == 0)
            sched_yield();
    }
    return NULL;
}

static void *sleeps(void *arg)
{
    while (!stop) {
        struct timespec ts = {0, 300000};
        double start = now_s();
        if (nanosleep(&ts, &ts) == 0 && now_s() - start < 0.0003)
            return arg;
    }
    return NULL;
}

static void *drains(void *arg)
{
    char bytes[64];
    while (!stop)
        if (read(pipe_fds[0], bytes, sizeof bytes) == 0)
            return arg;
    return NULL;
}

static int has_stormed(void)
{
    return alarms > 20 && users > 20 && faults > 100;
}

int main(void)
{
    void *(*const kinds[])(void *) = {
        checks_registers, allocates, sleeps, faults_and_jumps,
        checks_registers, allocates, drains};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    pthread_t threads[KINDS];
    struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &sa, NULL);
    sa.sa_handler = on_user;
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &sa, NULL);
    sa.sa_handler = on_fault;
    sa.sa_flags = SA_NODEFER;
    sigaction(SIGSEGV, &sa, NULL);
    EQUAL(pipe(pipe_fds), 0);

    struct itimerval it = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &it, NULL);
    for (uintptr_t i = 0; i < KINDS; i++)
        pthread_create(&threads[i], NULL, kinds[i], (void *)(i + 1));
    puts("ready");
    fflush(stdout);
    double start = now_s();
    while (now_s() - start < SECONDS ||
           (!has_stormed() && now_s() - start < SECONDS_MAX)) {
        struct timespec ts = {0, 20000000};
        nanosleep(&ts, NULL);
    }
    stop = 1;
    on_user(0);
    for (int i = 0; i < KINDS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        EQUAL((intptr_t)wrong, 0);
    }
    CHECK(has_stormed());
    printf("%ld alarms, %ld signals, %ld faults\n", alarms, users, faults);
    return failures != 0;
}
