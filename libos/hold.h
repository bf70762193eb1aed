/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short critical sections of a personality (malloc). There is one vCPU, so
 * it is enough that no tick switches threads and no signal handler runs
 * between hold_enter() and hold_leave(); a store each costs next to nothing.
 *
 * Personality: sets sys_hold to 1 and back to 0; sections do not nest, do not
 * block, and may call sys_pages_*() only.
 * libOS: where it would preempt or deliver a signal (in an upcall, or on the
 * way out of a call) while sys_hold is 1, it sets sys_hold_due instead and
 * goes on; sys_hold_leave() makes up for it and clears sys_hold_due. A fault's
 * handler runs at once; sys_hold is 0 from then on, for it may not return.
 */
#ifndef LIBOS_HOLD_H
#define LIBOS_HOLD_H

#include <stdint.h>

extern volatile uint32_t sys_hold;     /* 0 or 1; personality writes */
extern volatile uint32_t sys_hold_due; /* 0 or 1; libOS writes */
void sys_hold_leave(void);

static inline void hold_enter(void)
{
    sys_hold = 1;
    __asm__ volatile("" ::: "memory");
}

static inline void hold_leave(void)
{
    __asm__ volatile("" ::: "memory");
    sys_hold = 0;
    if (__builtin_expect(sys_hold_due, 0))
        sys_hold_leave();
}

#endif
