/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's strtod is exact; around it: ERANGE for results that are subnormal,
 * as on Linux, and a strtof that rounds once. Hexadecimal ones: hexfloat.c.
 */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

#include "hexfloat.h"
#include "libc.h"
#include "text/decimal.h"

long double __newlib_strtold(const char *text, char **end);
double _strtod_r(struct _reent *reent, const char *text, char **end);

/* A nonzero digit before the exponent: the number is not 0. */
static bool is_nonzero(const char *text, const char *end)
{
    for (; text < end && !strchr("eE", *text); text++)
        if (strchr("123456789", *text))
            return true;
    return false;
}

static void check_tiny(double value, double least, const char *text,
                       const char *end)
{
    if (fabs(value) < least && is_nonzero(text, end))
        errno = ERANGE;
}

double strtod(const char *text, char **end)
{
    static const struct hex_format format = {53, -1074, 1024};
    char *own_end;
    if (!end)
        end = &own_end;
    if (unlikely(__libc_hex_begins(text)))
        return (double)__libc_hex_number(text, end, &format);
    double value = _strtod_r(_REENT, text, &own_end);
    *end = own_end;
    if (unlikely(fabs(value) < DBL_MIN) && own_end != text)
        check_tiny(value, DBL_MIN, text, own_end);
    return value;
}

/*
 * The number in text against a middle between two floats, both without their
 * signs: less than, equal to or more than 0. No type has room for all digits
 * that a text may have, hence they are compared as such.
 */
static long compare(const char *text, const char *end, double middle)
{
    char digits[DECIMAL_DOUBLE_ROOM];
    int point, used = 0, order = 0;
    bool is_fraction = false;
    long own_point = 0;

    while (isspace((unsigned char)*text) || *text == '-' || *text == '+')
        text++;
    int len =
        decimal_digits(middle, false, DECIMAL_DOUBLE_ROOM, digits, &point);
    for (; isdigit((unsigned char)*text) || *text == '.'; text++) {
        if (*text == '.') {
            is_fraction = true;
            continue;
        }
        own_point += !is_fraction;
        if (used == 0 && *text == '0') {
            own_point--;
            continue;
        }
        if (order == 0)
            order = *text - (used < len ? digits[used] : '0');
        used++;
    }
    if (order == 0 && used < len)
        order = -1;
    if (text < end)
        own_point += strtol(text + 1, NULL, 10);
    return own_point != point ? own_point - point : order;
}

/*
 * Rounding to double and then to float goes wrong where the double is exactly
 * between two floats, the upper of which may be 2^128: infinity.
 */
float strtof(const char *text, char **end)
{
    static const struct hex_format format = {24, -149, 128};
    char *own_end;
    if (!end)
        end = &own_end;
    if (unlikely(__libc_hex_begins(text)))
        return (float)__libc_hex_number(text, end, &format);
    double wide = _strtod_r(_REENT, text, &own_end);
    float value = (float)wide;

    *end = own_end;
    if (own_end == text || isnan(wide) || isinf(wide))
        return value;
    if (isinf(value)) {
        if (fabs(wide) == 0x1.ffffffp127 &&
            compare(text, own_end, fabs(wide)) < 0)
            return wide < 0 ? -FLT_MAX : FLT_MAX;
        errno = ERANGE;
        return value;
    }
    int saved = errno; /* that the neighbour is none is no error */
    float other =
        nextafterf(value, wide > (double)value ? INFINITY : -INFINITY);
    errno = saved;
    if (wide != (double)value && ((double)value + (double)other) / 2 == wide) {
        long order = compare(text, own_end, fabs(wide));
        if (order != 0 && (order > 0) == (fabsf(other) > fabsf(value)))
            value = other;
    }
    check_tiny(value, FLT_MIN, text, own_end);
    return value;
}

/* newlib's gives -0 for no number behind a sign. */
long double strtold(const char *text, char **end)
{
    static const struct hex_format format = {64, -16445, 16384};
    char *own_end;
    if (!end)
        end = &own_end;
    if (unlikely(__libc_hex_begins(text)))
        return __libc_hex_number(text, end, &format);
    long double value = __newlib_strtold(text, end);
    return *end == text ? 0 : value;
}

double atof(const char *text)
{
    return strtod(text, NULL);
}
