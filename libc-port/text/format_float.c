/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point for printf, from the exact digits. */
#include <stdint.h>
#include <string.h>

#include "decimal.h"
#include "format.h"

/* A number is a row of pieces; one without text is zeros. */
struct piece {
    const char *text;
    int len;
};

static void out_pieces(struct out *out, const struct spec *spec,
                       const char *prefix, const struct piece *pieces,
                       int count)
{
    int len = (int)strlen(prefix), pad;
    for (int i = 0; i < count; i++)
        len += pieces[i].len;
    pad = spec->width - len;
    if (!(spec->flags & (SPEC_LEFT | SPEC_ZERO)))
        __libc_out_fill(out, ' ', pad);
    __libc_out(out, prefix, strlen(prefix));
    if ((spec->flags & (SPEC_LEFT | SPEC_ZERO)) == SPEC_ZERO)
        __libc_out_fill(out, '0', pad);
    for (int i = 0; i < count; i++) {
        if (pieces[i].text)
            __libc_out(out, pieces[i].text, (size_t)pieces[i].len);
        else
            __libc_out_fill(out, '0', pieces[i].len);
    }
    if (spec->flags & SPEC_LEFT)
        __libc_out_fill(out, ' ', pad);
}

/* "e+05": the letter, the sign, `least` digits or more. Returns its length. */
static int exponent_text(char buf[16], char letter, int exponent, int least)
{
    char digits[8];
    int count = 0, len = 0;
    unsigned left = exponent < 0 ? -(unsigned)exponent : (unsigned)exponent;
    do
        digits[count++] = (char)('0' + left % 10);
    while (left /= 10);
    while (count < least)
        digits[count++] = '0';
    buf[len++] = letter;
    buf[len++] = exponent < 0 ? '-' : '+';
    while (count > 0)
        buf[len++] = digits[--count];
    return len;
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

/* digits[0..len) with the point after `point` of them, `fraction` digits
 * behind it. */
static void out_fixed(struct out *out, const struct spec *spec,
                      const char *sign, const char *digits, int len, int point,
                      int fraction)
{
    int whole = max(point, 0), in_whole = min(len, whole);
    int lead = point < 0 ? min(-point, fraction) : 0;
    int in_fraction = min(len - in_whole, fraction - lead);
    struct piece pieces[] = {
        {whole ? digits : "0", whole ? in_whole : 1},
        {NULL, whole - in_whole},
        {".", fraction > 0 || spec->flags & SPEC_ALT},
        {NULL, lead},
        {digits + in_whole, max(in_fraction, 0)},
        {NULL, fraction - lead - max(in_fraction, 0)},
    };
    out_pieces(out, spec, sign, pieces, 6);
}

static void out_exponent(struct out *out, const struct spec *spec,
                         const char *sign, const char *digits, int len,
                         int point, int fraction)
{
    char exponent[16];
    char letter = spec->conversion & 0x20 ? 'e' : 'E';
    int exponent_len = exponent_text(exponent, letter, point - 1, 2);
    int in_fraction = min(len - 1, fraction);
    struct piece pieces[] = {
        {digits, 1},
        {".", fraction > 0 || spec->flags & SPEC_ALT},
        {digits + 1, in_fraction},
        {NULL, fraction - in_fraction},
        {exponent, exponent_len},
    };
    out_pieces(out, spec, sign, pieces, 5);
}

/* room: where the digits go. They are on the stack: without memory printf
 * prints all the same. */
static void out_digits(struct out *out, const struct spec *spec,
                       const char *sign, long double value, char *room)
{
    int point = 1, precision = spec->precision, len = 1;
    char form = (char)(spec->conversion | 0x20);

    if (precision < 0)
        precision = 6;
    if (form == 'g' && precision == 0)
        precision = 1;
    int count = form == 'e' ? precision + 1 : precision;
    if (value == 0)
        strcpy(room, "0");
    else
        len = decimal_digits(value, form == 'f', count, room, &point);
    if (form == 'g') {
        bool is_fixed = point - 1 < precision && point - 1 >= -4;
        int fraction = is_fixed ? precision - point : precision - 1;
        if (!(spec->flags & SPEC_ALT))
            fraction = max(is_fixed ? len - point : len - 1, 0);
        if (!(spec->flags & SPEC_ALT) && value == 0)
            fraction = 0;
        precision = fraction;
        form = is_fixed ? 'f' : 'e';
    }
    if (form == 'f')
        out_fixed(out, spec, sign, room, len, point, precision);
    else
        out_exponent(out, spec, sign, room, len, point, precision);
}

static __attribute__((noinline)) void out_double(struct out *out,
                                                 const struct spec *spec,
                                                 const char *sign,
                                                 long double value)
{
    char room[DECIMAL_DOUBLE_ROOM];
    out_digits(out, spec, sign, value, room);
}

static __attribute__((noinline)) void out_long_double(struct out *out,
                                                      const struct spec *spec,
                                                      const char *sign,
                                                      long double value)
{
    char room[DECIMAL_ROOM];
    out_digits(out, spec, sign, value, room);
}

/* The bits: value = mantissa * 2^(exponent - 63), as the format holds it;
 * the leading hexadecimal digit is that of bits 60..63. */
static void out_hex(struct out *out, const struct spec *spec, const char *sign,
                    long double value, bool is_long)
{
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    const char *names = spec->conversion == 'a' ? lower : upper;
    union {
        double d;
        uint64_t bits;
    } narrow = {.d = (double)value};
    union {
        long double ld;
        struct {
            uint64_t mantissa;
            uint16_t exponent;
        } parts;
    } wide = {.ld = value};
    uint64_t mantissa;
    int exponent;

    if (is_long) {
        int biased = wide.parts.exponent & 0x7fff;
        mantissa = wide.parts.mantissa;
        exponent = (biased ? biased : 1) - 16383 - 3;
    } else {
        int biased = (int)(narrow.bits >> 52 & 0x7ff);
        mantissa = (narrow.bits & 0xfffffffffffffull) << 8;
        if (biased)
            mantissa |= 1ull << 60;
        exponent = (biased ? biased : 1) - 1023;
    }
    if (mantissa == 0)
        exponent = 0;

    int precision = spec->precision;
    if (precision >= 0 && precision < 15) {
        int drop = 4 * (15 - precision);
        uint64_t unit = 1ull << drop, rest = mantissa & (unit - 1);
        mantissa -= rest;
        if (rest > unit / 2 || (rest == unit / 2 && mantissa & unit)) {
            if (__builtin_add_overflow(mantissa, unit, &mantissa)) {
                mantissa = 1ull << 60; /* was f.ff... */
                exponent += 4;
            }
        }
    }
    char digits[16], tail[16], prefix[8];
    for (int i = 0; i < 16; i++)
        digits[i] = names[mantissa >> (60 - 4 * i) & 15];
    int used = 15;
    while (used > 0 && digits[used] == '0')
        used--;
    if (precision < 0)
        precision = used;
    else
        used = min(precision, 15);
    strcpy(stpcpy(prefix, sign), spec->conversion == 'a' ? "0x" : "0X");
    int tail_len =
        exponent_text(tail, spec->conversion == 'a' ? 'p' : 'P', exponent, 1);
    struct piece pieces[] = {
        {digits, 1},        {".", precision > 0 || spec->flags & SPEC_ALT},
        {digits + 1, used}, {NULL, precision - used},
        {tail, tail_len},
    };
    out_pieces(out, spec, prefix, pieces, 5);
}

void __libc_format_float(struct out *out, const struct spec *spec,
                         long double value, bool is_long)
{
    bool is_upper = !(spec->conversion & 0x20);
    const char *sign = spec->flags & SPEC_PLUS    ? "+"
                       : spec->flags & SPEC_SPACE ? " "
                                                  : "";
    if (__builtin_signbit(value)) {
        sign = "-";
        value = -value;
    }
    if (__builtin_isnan(value) || __builtin_isinf(value)) {
        struct spec plain = *spec;
        const char *text = __builtin_isnan(value) ? is_upper ? "NAN" : "nan"
                           : is_upper             ? "INF"
                                                  : "inf";
        plain.flags &= ~SPEC_ZERO;
        out_pieces(out, &plain, sign, &(struct piece){text, 3}, 1);
    } else if ((spec->conversion | 0x20) == 'a') {
        out_hex(out, spec, sign, value, is_long);
    } else if (!is_long || value == (double)value) {
        out_double(out, spec, sign, value);
    } else {
        out_long_double(out, spec, sign, value);
    }
}
