/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door of the libOS: every sys_* function goes in and out through it.
 * Inside nothing is preempted and no signal handler runs; what came meanwhile
 * (tick, signals) is made up for on the way out of the outermost call. So
 * sys_* functions may call each other: inner ones cost two instructions.
 *
 * Most calls: one line, first in the function. Leaves at each return.
 *
 *     long sys_fstat(int fd, struct linux_stat *st)
 *     {
 *         LIBOS_CALL();
 *         ...
 *     }
 *
 * Calls that a signal handler with SA_RESTART restarts (man 7 signal: read,
 * write, readv, writev, open, ioctl, flock, fcntl(F_SETLKW), futex ... on
 * "slow" objects): return -LINUX_EINTR when wait_sleep() did; the body runs
 * again from the start if the handlers say so.
 *
 *     LIBOS_RESTARTABLE(sys_read, (int fd, void *buf, size_t len),
 *                       (fd, buf, len))
 *     {
 *         ...
 *     }
 *
 * Do not block or return for good (exit, longjmp) between a half-done change
 * and its completion: wait_sleep() runs other threads.
 * Calls that touch nothing but their arguments and one word need neither.
 */
#ifndef LIBOS_ENTER_H
#define LIBOS_ENTER_H

#include <stdbool.h>
#include <stdint.h>

#include "upcall.h"

/* The slow way out, in thread.c: preempt, deliver signals. `rc` is the
 * call's result. True: run the call again. */
bool libos_work(long rc);

static inline void libos_enter(void)
{
    __asm__ volatile("incl %0" : "+m"(hc_gate.depth) : : "memory", "cc");
}

static inline bool libos_leave(long rc)
{
    bool is_out;
    __asm__ volatile("decl %0"
                     : "+m"(hc_gate.depth), "=@ccz"(is_out)
                     :
                     : "memory");
    if (__builtin_expect(is_out && hc_gate.work, 0))
        return libos_work(rc);
    return false;
}

static inline void libos_scope_end(char *scope)
{
    (void)scope;
    (void)libos_leave(0);
}

#define LIBOS_CALL()                                                           \
    __attribute__((cleanup(libos_scope_end), unused)) char libos_scope =       \
        (libos_enter(), 0)

#define LIBOS_RESTARTABLE(name, params, args)                                  \
    static long name##_once params;                                            \
    long name params                                                           \
    {                                                                          \
        long rc;                                                               \
        do {                                                                   \
            libos_enter();                                                     \
            rc = name##_once args;                                             \
        } while (libos_leave(rc));                                             \
        return rc;                                                             \
    }                                                                          \
    static long name##_once params

/*
 * A signal mask for the length of the running call (ppoll, pselect6,
 * rt_sigsuspend): handlers that interrupt it get the old mask back.
 */
void signal_mask_push(uint64_t mask);

#endif
