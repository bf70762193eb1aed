/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_WCHAR_H
#define _LIBC_WCHAR_H
#include_next <wchar.h>
__BEGIN_DECLS
#if __GNU_VISIBLE
wchar_t *wcschrnul(const wchar_t *text, wchar_t c);
#endif
__END_DECLS
#endif
