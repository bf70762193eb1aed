/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers like 0x1.8p3. newlib's drops a bit before it rounds, and forgets
 * ERANGE. Digits are shifted into 128 bits; of what does not fit, only whether
 * it is zero matters.
 */
#include "hexfloat.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>

typedef unsigned __int128 wide;

#define EXPONENT_MAX 1000000000000

struct hex {
    wide bits;
    bool has_rest; /* something below */
    bool is_negative;
    int64_t exponent; /* of the least bit */
};

static const char *skip(const char *text, bool *is_negative)
{
    while (isspace((unsigned char)*text))
        text++;
    *is_negative = *text == '-';
    return text + (*text == '-' || *text == '+');
}

bool __libc_hex_begins(const char *text)
{
    bool is_negative;
    text = skip(text, &is_negative);
    return text[0] == '0' && (text[1] | 0x20) == 'x';
}

static unsigned digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c | 0x20) - 'a' + 10;
}

static const char *read_exponent(const char *at, int64_t *exponent)
{
    const char *p = at + 1;
    if ((*at | 0x20) != 'p')
        return at;
    bool is_negative = *p == '-';
    p += *p == '-' || *p == '+';
    if (!isdigit((unsigned char)*p))
        return at;
    int64_t value = 0;
    for (; isdigit((unsigned char)*p); p++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (*p - '0');
    *exponent += is_negative ? -value : value;
    return p;
}

/* Where it ends. */
static const char *read_hex(const char *text, struct hex *hex)
{
    *hex = (struct hex){.bits = 0};
    const char *zero = skip(text, &hex->is_negative), *at = zero + 2;
    bool has_digit = false, is_fraction = false;
    for (; isxdigit((unsigned char)*at) || (*at == '.' && !is_fraction); at++) {
        if (*at == '.') {
            is_fraction = true;
            continue;
        }
        has_digit = true;
        if (hex->bits >> 124) {
            hex->has_rest |= digit(*at) != 0;
            hex->exponent += is_fraction ? 0 : 4;
        } else {
            hex->bits = hex->bits << 4 | digit(*at);
            hex->exponent -= is_fraction ? 4 : 0;
        }
    }
    if (!has_digit)
        return zero + 1; /* the 0 before the x */
    return read_exponent(at, &hex->exponent);
}

/* bits >> drop (at least 64), to nearest, to even. */
static wide round_off(const struct hex *hex, int64_t drop, bool *is_inexact)
{
    if (drop > 128) {
        *is_inexact = true;
        return 0;
    }
    wide kept = drop == 128 ? 0 : hex->bits >> drop;
    bool half = hex->bits >> (drop - 1) & 1;
    bool below = hex->bits << (128 - drop) << 1 || hex->has_rest;
    *is_inexact = half || below;
    return kept + (half && (below || (kept & 1)));
}

/* kept is below 2^64, or just that. */
static long double scaled(wide kept, int64_t exponent)
{
    if (kept >> 64)
        return ldexpl(0x1p64L, (int)exponent);
    return ldexpl((long double)(uint64_t)kept, (int)exponent);
}

long double __libc_hex_number(const char *text, char **end,
                              const struct hex_format *format)
{
    struct hex hex;
    *end = (char *)read_hex(text, &hex);
    long double sign = hex.is_negative ? -1 : 1;
    if (!hex.bits)
        return sign * 0.0L;
    for (; !(hex.bits >> 127); hex.exponent--)
        hex.bits <<= 1;

    bool is_inexact;
    int64_t drop = 128 - format->precision;
    wide kept = round_off(&hex, drop, &is_inexact);
    int64_t top = hex.exponent + 128 + (int)(kept >> format->precision);
    if (top > format->limit) {
        errno = ERANGE;
        return sign * INFINITY;
    }
    bool is_tiny = top < format->least + format->precision;
    if (hex.exponent + drop < format->least) {
        drop = format->least - hex.exponent;
        kept = round_off(&hex, drop, &is_inexact);
    }
    if (is_tiny && is_inexact)
        errno = ERANGE;
    return sign * (kept ? scaled(kept, hex.exponent + drop) : 0.0L);
}
