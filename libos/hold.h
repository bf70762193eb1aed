/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short critical sections of a personality (malloc). There is one vCPU, so
 * it is enough that no tick switches threads and no signal handler runs
 * between hold_enter() and hold_leave(). That is the depth of the libOS's
 * door (enter.h) set by two plain stores: sections do not nest, do not block,
 * begin outside of the libOS, and may call sys_pages_*() only. The depth is
 * one that nesting never reaches, so that an upcall can tell: what faults here
 * is the program's memory, and its handler may run (upcall.c).
 */
#ifndef LIBOS_HOLD_H
#define LIBOS_HOLD_H

#include "enter.h"

#define HOLD_DEPTH 0x10000u

static inline void hold_enter(void)
{
    hc_gate.depth = HOLD_DEPTH;
    __asm__ volatile("" ::: "memory");
}

/* Leaves. True: the caller has to call hold_late() next. */
static inline bool hold_end(void)
{
    __asm__ volatile("" ::: "memory");
    hc_gate.depth = 0;
    return __builtin_expect(hc_gate.work, 0);
}

/* A tick or a signal came meanwhile. */
static inline void hold_late(void)
{
    (void)libos_work(0);
}

static inline void hold_leave(void)
{
    if (hold_end())
        hold_late();
}

#endif
