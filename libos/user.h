/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that the application names. A plain access is right too (nothing is
 * private to the libOS), but a wrong pointer then ends the guest with a fault
 * report that names the call. Through these it becomes -EFAULT, as on Linux:
 * they are the only libOS code in which a fault is caught.
 *
 * Structures with an answer or a request of fixed size, and file data, go
 * through user_copy(); strings through user_strnlen(). What the host writes
 * (hc_read into the caller's buffer) is checked by the host.
 */
#ifndef LIBOS_USER_H
#define LIBOS_USER_H

#include <stddef.h>

/* dst or src, or both, may be bad. 0 or -EFAULT (part may be copied). */
long user_copy(void *dst, const void *src, size_t len);
/* 0 or -EFAULT */
long user_zero(void *dst, size_t len);
/* Bytes before the NUL, at most max, or -EFAULT. */
long user_strnlen(const char *s, size_t max);

#endif
