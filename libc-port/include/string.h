/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_STRING_H
#define _LIBC_STRING_H
#include_next <string.h>
__BEGIN_DECLS
#if __GNU_VISIBLE
const char *strerrorname_np(int error);
const char *strerrordesc_np(int error);
const char *sigabbrev_np(int sig);
const char *sigdescr_np(int sig);
#endif
__END_DECLS
#endif
