/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_PORT_PTHREAD_ATTR_H
#define LIBC_PORT_PTHREAD_ATTR_H

#include <stddef.h>

enum pthread_attr_flag {
    ATTR_DETACHED = 1 << 0,
    ATTR_EXPLICIT = 1 << 1,
};

/* Bytes of a thread's stack when nothing is said. Linux's 8 MiB would be an
 * eighth of the arena that an image gets by default. */
#define STACK_DEFAULT (256ul << 10)
extern size_t __libc_default_stack;

#endif
