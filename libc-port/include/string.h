/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_STRING_H
#define _LIBC_STRING_H
/* newlib's own, whose names programs use for theirs. */
#define strlwr __newlib_strlwr
#define strupr __newlib_strupr
#include_next <string.h>
#undef strlwr
#undef strupr
__BEGIN_DECLS
#if __GNU_VISIBLE
const char *strerrorname_np(int error);
const char *strerrordesc_np(int error);
const char *sigabbrev_np(int sig);
const char *sigdescr_np(int sig);
#endif
__END_DECLS
#endif
