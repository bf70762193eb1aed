/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers: a pairing heap by deadline, nodes in their owners' memory. Run from
 * the idle loop and from the tick, so a callback runs inside the libOS, on
 * any thread, and may wake threads and set or cancel any timer, but not block.
 */
#ifndef LIBOS_TIMER_H
#define LIBOS_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
    int64_t deadline_ns; /* CLOCK_MONOTONIC */
    void (*fire)(struct timer *timer);
    struct timer *child, *next, *prev; /* prev: left sibling, or the parent */
    bool is_set;
};

/* `fire` must be set; a set timer is moved to the new deadline. */
void timer_set(struct timer *timer, int64_t deadline_ns);
void timer_cancel(struct timer *timer); /* not set: nothing */
/* Fires what is due. */
void timer_run(int64_t now_ns);
/* INT64_MAX when there is none. */
int64_t timer_next(void);

#endif
