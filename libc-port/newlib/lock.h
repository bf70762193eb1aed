/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's locks; lock.c says more. */
#ifndef LIBC_PORT_NEWLIB_LOCK_H
#define LIBC_PORT_NEWLIB_LOCK_H

#include "libc.h"

struct __lock {
    uint32_t word; /* 0 free, 1 taken, 2 taken and somebody sleeps */
    uint32_t owner;
    uint32_t depth;
    struct __lock *prev, *next; /* of those that were made */
};

/* What this thread holds, it holds no longer: stdio's locks. */
void __libc_release_locks(void);

#endif
