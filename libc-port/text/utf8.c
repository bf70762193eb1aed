/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 has it, for newlib's multibyte functions: no surrogates,
 * nothing beyond U+10FFFF, no longer form than needed. (newlib's own is made
 * for a wchar_t of 16 bits, too.) The state: __count bytes seen, kept in
 * __wchb.
 */
#include <errno.h>
#include <sys/reent.h>
#include <wchar.h>

#include "utf8.h"

/* Bytes of the sequence, 0 when it is none, -1 when more are needed. */
int __libc_utf8_decode(const unsigned char *s, size_t len, uint32_t *out)
{
    unsigned char c = s[0];
    int more;
    uint32_t value, least;

    if (c < 0x80) {
        *out = c;
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        more = 1;
        value = c & 0x1f;
        least = 0x80;
    } else if ((c & 0xf0) == 0xe0) {
        more = 2;
        value = c & 0xf;
        least = 0x800;
    } else if (c >= 0xf0 && c <= 0xf4) {
        more = 3;
        value = c & 7;
        least = 0x10000;
    } else {
        return 0;
    }
    for (int i = 1; i <= more; i++) {
        if ((size_t)i >= len)
            return -1;
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3f);
        /* What can no longer become a character is refused at once. */
        uint32_t low = value << (6 * (more - i));
        uint32_t high = low | ((1u << (6 * (more - i))) - 1);
        if (high < least || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
            return 0;
    }
    *out = value;
    return more + 1;
}

int __libc_utf8_encode(uint32_t value, unsigned char out[4])
{
    if (value < 0x80) {
        out[0] = (unsigned char)value;
        return 1;
    }
    if (value < 0x800) {
        out[0] = (unsigned char)(0xc0 | value >> 6);
        out[1] = 0x80 | (value & 0x3f);
        return 2;
    }
    if (value < 0x10000) {
        if (value >= 0xd800 && value <= 0xdfff)
            return 0;
        out[0] = (unsigned char)(0xe0 | value >> 12);
        out[1] = 0x80 | (value >> 6 & 0x3f);
        out[2] = 0x80 | (value & 0x3f);
        return 3;
    }
    if (value > 0x10ffff)
        return 0;
    out[0] = (unsigned char)(0xf0 | value >> 18);
    out[1] = 0x80 | (value >> 12 & 0x3f);
    out[2] = 0x80 | (value >> 6 & 0x3f);
    out[3] = 0x80 | (value & 0x3f);
    return 4;
}

/* newlib calls these through its locale. */
int __utf8_mbtowc(struct _reent *reent, wchar_t *out, const char *s, size_t len,
                  mbstate_t *state)
{
    unsigned char seq[4];
    uint32_t value;
    size_t have = (size_t)state->__count, taken = 0;

    if (!s)
        return 0;
    if (len == 0)
        return -2;
    for (size_t i = 0; i < have; i++)
        seq[i] = state->__value.__wchb[i];
    for (;;) {
        if (taken == len) {
            for (size_t i = 0; i < have; i++)
                state->__value.__wchb[i] = seq[i];
            state->__count = (int)have;
            return -2;
        }
        seq[have++] = (unsigned char)s[taken++];
        int n = __libc_utf8_decode(seq, have, &value);
        if (n == 0) {
            reent->_errno = EILSEQ;
            return -1;
        }
        if (n > 0)
            break;
    }
    state->__count = 0;
    if (out)
        *out = (wchar_t)value;
    return value == 0 ? 0 : (int)taken;
}

int __utf8_wctomb(struct _reent *reent, char *s, wchar_t c, mbstate_t *state)
{
    (void)state;
    if (!s)
        return 0;
    int n = __libc_utf8_encode((uint32_t)c, (unsigned char *)s);
    if (n == 0) {
        reent->_errno = EILSEQ;
        return -1;
    }
    return n;
}
