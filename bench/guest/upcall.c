/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What interrupts a program: a trap that a handler returns from, a signal to
 * itself, and what the ticks of a second of computing take away (in
 * millionths).
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench/guest/clock.h"

static volatile long handled;

static void on_signal(int sig)
{
    (void)sig;
    handled++;
}

static void traps(long count)
{
    while (count--)
        __asm__ volatile("int3");
}

static void raises(long count)
{
    while (count--)
        raise(SIGUSR1);
}

static inline uint64_t ticks(void)
{
    return __builtin_ia32_rdtsc();
}

/* Gaps of more than a microsecond or so in a loop that does nothing else.
 * Longer than 100 us, it was the host's scheduler that took the time. */
static void tick_share(void)
{
    double best = 1e18;
    for (int round = 0; round < 5; round++) {
        double begin = now_ns();
        uint64_t first = ticks(), last = first, lost = 0;
        uint64_t end = first + 500000000;
        while (last < end) {
            uint64_t now = ticks();
            if (now - last > 1500 && now - last < 230000)
                lost += now - last;
            last = now;
        }
        double share = (double)lost / (double)(last - first) * 1e6;
        if (share < best && now_ns() > begin)
            best = share;
    }
    printf("ticks-ppm %.0f\n", best);
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 20000;
    signal(SIGTRAP, on_signal);
    signal(SIGUSR1, on_signal);
    best_of("trap", count, traps);
    best_of("raise", count, raises);
    tick_share();
    return handled == 14 * count ? 0 : 1;
}
