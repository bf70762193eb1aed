/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upcalls, between bindings and what stands on them.
 *
 * The tender enters upcall_entry (upcall.S) on the upcall stack. It raises
 * hc_gate.depth and calls upcall_main(), which says how to go on: resume a
 * context where it is, or leave the upcall stack and call upcall_work() on
 * the interrupted thread's own stack, right below a copy of the context.
 * Resuming loads the whole context by hand: no call to the tender.
 *
 * hc_gate.depth > 0 means: this code may not be interrupted by another thread
 * or a signal handler. An upcall then only sets bits in hc_gate.work, which
 * the code looks at when its depth is 0 again.
 *
 * From upcall_resume to upcall_resume_end the context in memory is complete
 * and rsp points to it, so an upcall that lands there forgets what it
 * interrupted and takes that context: nothing nests, nothing gets lost.
 */
#ifndef BINDINGS_UPCALL_H
#define BINDINGS_UPCALL_H

#include <stdint.h>

#include "uni_upcall.h"

struct hc_gate {
    volatile uint32_t depth;
    volatile uint32_t work; /* bits of the libOS; any bit is work to do */
};
extern struct hc_gate hc_gate;

enum upcall_how {
    UPCALL_IN_PLACE = 0, /* resume; leave hc_gate.work alone */
    UPCALL_USER = 1,     /* resume, unless there is work to do again */
    UPCALL_MOVE = 2,     /* rsp = context, call upcall_work(context) */
};

struct upcall_next {
    struct uni_ucontext *context; /* 16-byte aligned */
    uint64_t how;
};

/* Given by the libOS; both run with depth > 0. upcall_again() is for work
 * that came while a context was about to be resumed. */
struct upcall_next upcall_main(int event, struct uni_siginfo *info,
                               struct uni_ucontext *context);
struct upcall_next upcall_again(struct uni_ucontext *context);
struct upcall_next upcall_work(struct uni_ucontext *context);

struct upcall_next upcall_self_work(struct uni_ucontext *context);

/*
 * An upcall that a thread makes on itself, on its own stack: takes its
 * context, rax = `result` in it, and calls upcall_self_work(). Enter with
 * depth 1; returns rax of the context, with depth 0.
 */
long upcall_self(long result);

/* Bytes of a context's vector state, multiple of 64; set once at start. */
extern uint32_t upcall_fpsize;
extern uint32_t upcall_has_xsave;
extern uint32_t upcall_fpmask; /* features 0..31 that a context may hold */

/* Stores the vector registers at `area` (64-aligned, upcall_fpsize bytes) in
 * the layout of an upcall frame. */
void upcall_save_fp(void *area);

/* fn(a, b, c) on another stack (16-byte aligned top). */
void upcall_call_on(void *stack, void (*fn)(void *, void *, void *), void *a,
                    void *b, void *c);

extern const char upcall_resume[], upcall_resume_end[];
void upcall_entry(void);

#endif
