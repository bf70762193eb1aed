/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_SYS_CDEFS_H
#define _LIBC_SYS_CDEFS_H
#include_next <sys/cdefs.h>
/* Names that headers written for Linux use. */
#ifndef __THROW
#ifdef __cplusplus
#define __THROW throw()
#else
#define __THROW
#endif
#endif
#ifndef __BEGIN_DECLS
#error "newlib's <sys/cdefs.h> has changed"
#endif
#endif
