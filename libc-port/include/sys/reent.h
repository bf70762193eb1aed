/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's per-thread data lie in TLS: reached without a call. */
#ifndef _LIBC_SYS_REENT_H
#define _LIBC_SYS_REENT_H

#include_next <sys/reent.h>

#ifdef __cplusplus
extern "C" {
#endif
extern __thread struct _reent __libc_reent;
#ifdef __cplusplus
}
#endif
#undef _REENT
#define _REENT (&__libc_reent)

#endif
