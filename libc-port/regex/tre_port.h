/* SPDX-License-Identifier: Apache-2.0 */
/* What musl's regex finds in musl, and its way to read a character. */
#ifndef LIBC_REGEX_TRE_PORT_H
#define LIBC_REGEX_TRE_PORT_H
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define hidden __attribute__((visibility("hidden")))
#define CHARCLASS_NAME_MAX 14

/* Bytes that are no characters: of no class, each of them itself. Those of
 * the C locale match a dot, what is not UTF-8 is beyond TRE_CHAR_MAX. */
#define LIBC_REGEX_C_BYTE 0x10ff00
#define LIBC_REGEX_NOT_UTF8 0x110000

/* The character at s, at most len bytes; returns its length, 0 at a NUL. */
static inline int libc_regex_next(wchar_t *wc, const char *s, size_t len)
{
    unsigned char c = (unsigned char)*s;
    *wc = c;
    if (c < 0x80)
        return c != 0;
    if (MB_CUR_MAX == 1) {
        *wc = LIBC_REGEX_C_BYTE + c;
        return 1;
    }
    mbstate_t state;
    memset(&state, 0, sizeof state);
    size_t n = mbrtowc(wc, s, len, &state);
    if (n <= len)
        return (int)n;
    *wc = LIBC_REGEX_NOT_UTF8 + c;
    return 1;
}
#endif
