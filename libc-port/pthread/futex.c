/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <time.h>

#include "libc.h"

/* man 2 futex */
enum {
    FUTEX_WAIT_BITSET = 9,
    FUTEX_WAKE = 1,
    FUTEX_PRIVATE = 128,
    FUTEX_CLOCK_REALTIME = 256,
};

long __libc_futex_wait(uint32_t *word, uint32_t value, clockid_t clock,
                       const struct timespec *deadline)
{
    int op = FUTEX_WAIT_BITSET | FUTEX_PRIVATE;
    if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
        return -EINVAL;
    if (deadline && deadline->tv_sec < 0)
        return -ETIMEDOUT;
    if (clock == CLOCK_REALTIME)
        op |= FUTEX_CLOCK_REALTIME;
    return sys_futex(word, op, value, (const struct linux_timespec *)deadline,
                     NULL, ~0u);
}

long __libc_futex_wake(uint32_t *word, int count)
{
    return sys_futex(word, FUTEX_WAKE | FUTEX_PRIVATE, (uint32_t)count, NULL,
                     NULL, 0);
}
