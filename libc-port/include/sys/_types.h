/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's types; the two that it does not let a machine choose are ours. */
#ifndef _LIBC_SYS__TYPES_H
#define _LIBC_SYS__TYPES_H

#define __nlink_t __newlib_nlink_t
#define __useconds_t __newlib_useconds_t
#include_next <sys/_types.h>
#undef __nlink_t
#undef __useconds_t
typedef unsigned long __nlink_t;
typedef unsigned int __useconds_t;

#endif
