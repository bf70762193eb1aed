/* SPDX-License-Identifier: Apache-2.0 */
/* C11 7.28: UTF-16 and UTF-32; wchar_t is UTF-32. A pending surrogate is kept
 * in the state, with a count that multibyte conversion never has. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <uchar.h>

enum { PENDING = 0x100 };

size_t mbrtoc32(char32_t *out, const char *text, size_t len, mbstate_t *state)
{
    static mbstate_t own;
    return mbrtowc((wchar_t *)out, text, len, state ? state : &own);
}

size_t c32rtomb(char *out, char32_t c, mbstate_t *state)
{
    static mbstate_t own;
    return wcrtomb(out, (wchar_t)c, state ? state : &own);
}

size_t mbrtoc16(char16_t *out, const char *text, size_t len, mbstate_t *state)
{
    static mbstate_t own;
    wchar_t wide = 0;

    if (!state)
        state = &own;
    if (!text)
        return mbrtoc16(NULL, "", 1, state);
    if (state->__count == PENDING) {
        if (out)
            *out = (char16_t)state->__value.__wch;
        memset(state, 0, sizeof *state);
        return (size_t)-3;
    }
    size_t n = mbrtowc(&wide, text, len, state);
    if (n >= (size_t)-2)
        return n;
    if (wide > 0xffff) {
        wide -= 0x10000;
        state->__count = PENDING;
        state->__value.__wch = 0xdc00 | (wide & 0x3ff);
        wide = 0xd800 | wide >> 10;
    }
    if (out)
        *out = (char16_t)wide;
    return n;
}

size_t c16rtomb(char *out, char16_t c, mbstate_t *state)
{
    static mbstate_t own;
    char buf[MB_LEN_MAX];
    wchar_t wide = c;

    if (!state)
        state = &own;
    if (!out)
        return c16rtomb(buf, 0, state);
    if (state->__count == PENDING) {
        if ((c & 0xfc00) != 0xdc00) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        wide = (wchar_t)(0x10000 + ((state->__value.__wch & 0x3ff) << 10) +
                         (c & 0x3ff));
        memset(state, 0, sizeof *state);
    } else if ((c & 0xfc00) == 0xd800) {
        state->__count = PENDING;
        state->__value.__wch = c;
        return 0;
    }
    return wcrtomb(out, wide, state);
}
