/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_SYS_TYPES_H
#include_next <sys/types.h>
/* newlib's header is read twice when only __need_inttypes is wanted. */
#ifdef _SYS_TYPES_H
#define _LIBC_SYS_TYPES_H

#include <sys/_sigset.h>

#if __MISC_VISIBLE
typedef long loff_t;
typedef struct {
    int __val[2];
} fsid_t;
#ifndef _LIBC_QUAD_T
#define _LIBC_QUAD_T
typedef long quad_t;
typedef unsigned long u_quad_t;
#endif
#include <sys/sysmacros.h>
#endif
#if __GNU_VISIBLE || defined(_LARGEFILE64_SOURCE)
typedef long off64_t;
typedef unsigned long ino64_t;
typedef long blkcnt64_t;
typedef unsigned long fsblkcnt64_t;
typedef unsigned long fsfilcnt64_t;
#endif

#endif
#endif
