/* SPDX-License-Identifier: Apache-2.0 */
/* Time for the workloads. Loops are repeated and the best is taken: what
 * disturbs a loop of milliseconds only ever makes it longer. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdio.h>
#include <time.h>

static inline double now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Prints the ns for one of `count` rounds of body(), the best of 7 tries. */
static inline void best_of(const char *name, long count, void (*body)(long))
{
    double best = 1e18;
    for (int i = 0; i < 7; i++) {
        double begin = now_ns();
        body(count);
        double ns = (now_ns() - begin) / (double)count;
        if (ns < best)
            best = ns;
    }
    printf("%s %.2f\n", name, best);
    fflush(stdout);
}

#endif
