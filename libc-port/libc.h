/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all of libc-port's own files share. Functions that programs call are
 * thin over the libOS's: a negative result becomes errno. Numbers and structs
 * need no translation, because our headers have Linux's.
 */
#ifndef LIBC_PORT_LIBC_H
#define LIBC_PORT_LIBC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libos/sys.h"
#include "tcb.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A libOS result as a C library function's: -1 and errno, or the value. */
static inline long libc_result(long rc)
{
    if (unlikely(rc < 0)) {
        errno = (int)-rc;
        return -1;
    }
    return rc;
}

#endif
