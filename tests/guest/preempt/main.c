/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tick: threads that never call the libOS share the CPU and do not stop
 * others, and their vector and x87 registers, flags and red zone survive.
 */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "../check.h"

enum { SPINNERS = 4 };

static volatile int stop;
static volatile unsigned long rounds[SPINNERS];

static double now_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The upper halves of vector registers, where there are some. */
__attribute__((target("avx"))) static int spin_wide(uint64_t value)
{
    const uint64_t in[4] = {value, value + 1, value + 2, value + 3};
    uint64_t out[4], count = 20000;
    __asm__ volatile("vmovdqu %[in], %%ymm15\n"
                     "1: dec %[count]\n\t"
                     "jnz 1b\n\t"
                     "vmovdqu %%ymm15, %[out]\n\t"
                     "vzeroupper"
                     : [out] "=m"(out), [count] "+r"(count)
                     : [in] "m"(in)
                     : "xmm15", "cc");
    return memcmp(in, out, sizeof in) ? 3 : 0;
}

/* Every register that a context holds has a value of its own; all must come
 * back after each preemption. Returns the first that differs, or 0. */
static int spin(unsigned seed, volatile unsigned long *count)
{
    int bad = 0;
    long double x87 = 1.0L + seed;
    double sum = 0;
    while (!stop && !bad) {
        uint64_t a = seed * 0x9e3779b97f4a7c15ull, b = a + 1, c = a + 2;
        __asm__ volatile("movq %[a], %%xmm0\n\t"
                         "movq %[b], %%xmm7\n\t"
                         "movq %[c], %%xmm15\n\t"
                         "mov %[a], %%r8\n\t"
                         "mov %[b], %%r9\n\t"
                         "mov %[a], -120(%%rsp)\n\t" /* red zone */
                         "mov %[b], -8(%%rsp)\n\t"
                         "mov $20000, %%ecx\n\t"
                         "1: dec %%ecx\n\t"
                         "stc\n\t"
                         "jnc 2f\n\t"
                         "test %%ecx, %%ecx\n\t"
                         "jnz 1b\n\t"
                         "movq %%xmm0, %%rax\n\t"
                         "cmp %[a], %%rax\n\t"
                         "jne 2f\n\t"
                         "movq %%xmm7, %%rax\n\t"
                         "cmp %[b], %%rax\n\t"
                         "jne 2f\n\t"
                         "movq %%xmm15, %%rax\n\t"
                         "cmp %[c], %%rax\n\t"
                         "jne 2f\n\t"
                         "cmp %[a], %%r8\n\t"
                         "jne 2f\n\t"
                         "cmp %[b], %%r9\n\t"
                         "jne 2f\n\t"
                         "cmp %[a], -120(%%rsp)\n\t"
                         "jne 2f\n\t"
                         "cmp %[b], -8(%%rsp)\n\t"
                         "je 3f\n"
                         "2: mov $1, %[bad]\n"
                         "3:"
                         : [bad] "+r"(bad)
                         : [a] "r"(a), [b] "r"(b), [c] "r"(c)
                         : "rax", "rcx", "r8", "r9", "xmm0", "xmm7", "xmm15",
                           "cc", "memory");
        if (!bad && __builtin_cpu_supports("avx"))
            bad = spin_wide(a);
        for (int i = 0; i < 100; i++) {
            x87 = x87 * 1.5L / 1.5L;
            sum += sqrt((double)i);
        }
        (*count)++;
    }
    if (!bad && (fabsl(x87 - (1.0L + seed)) > 1e-6L || !(sum > 0)))
        bad = 2;
    return bad;
}

static void *spinner(void *arg)
{
    unsigned idx = (unsigned)(uintptr_t)arg;
    return (void *)(intptr_t)spin(idx + 1, &rounds[idx]);
}

static int is_x87;

static void divide(void)
{
    volatile double zero = 0;
    volatile long double long_zero = 0;
    if (is_x87)
        long_zero = 1 / long_zero;
    else
        zero = 1 / zero;
}

static void *divides(void *arg)
{
    feclearexcept(FE_ALL_EXCEPT);
    int mode = *(int *)arg;
    fesetround(mode);
    for (int i = 0; i < 100; i++) {
        divide();
        sched_yield();
        if (!fetestexcept(FE_DIVBYZERO) || fegetround() != mode)
            return arg;
    }
    return NULL;
}

/* Rounding and exception flags are each thread's own. */
static void floating_point_modes_stay_apart(int mode)
{
    pthread_t thread;
    void *wrong;
    pthread_create(&thread, NULL, divides, &mode);
    feclearexcept(FE_ALL_EXCEPT);
    int bad = 0;
    for (int i = 0; i < 100; i++) {
        sched_yield();
        bad |= fetestexcept(FE_DIVBYZERO) || fegetround() != FE_TONEAREST;
    }
    pthread_join(thread, &wrong);
    EQUAL(bad, 0);
    CHECK(!wrong);
}

int main(void)
{
    floating_point_modes_stay_apart(FE_TONEAREST);
    floating_point_modes_stay_apart(FE_UPWARD);
    is_x87 = 1;
    floating_point_modes_stay_apart(FE_TONEAREST);
    floating_point_modes_stay_apart(FE_UPWARD);
    pthread_t threads[SPINNERS];
    for (uintptr_t i = 0; i < SPINNERS; i++)
        EQUAL(pthread_create(&threads[i], NULL, spinner, (void *)i), 0);

    /* Sleeping beside them works, and not much longer than asked for. */
    double start = now_s();
    for (int i = 0; i < 5; i++) {
        struct timespec ts = {0, 10000000};
        nanosleep(&ts, NULL);
    }
    double took = now_s() - start;
    CHECK(took >= 0.05);
    CHECK(took < 5);

    /* Each of them gets on, and so does this thread, spinning too. */
    unsigned long before[SPINNERS];
    for (int i = 0; i < SPINNERS; i++)
        before[i] = rounds[i];
    start = now_s();
    int all = 0;
    while (!all && now_s() - start < 20) {
        all = 1;
        for (int i = 0; i < SPINNERS; i++)
            if (rounds[i] < before[i] + 3)
                all = 0;
    }
    CHECK(all);
    stop = 1;
    for (int i = 0; i < SPINNERS; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        EQUAL((intptr_t)bad, 0);
    }
    puts("done");
    return failures != 0;
}
