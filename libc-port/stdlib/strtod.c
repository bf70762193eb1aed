/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's strtod is exact; around it: ERANGE for results that are subnormal,
 * as on Linux, and a strtof that rounds once.
 */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

#include "libc.h"
#include "text/decimal.h"

long double __newlib_strtold(const char *text, char **end);
double _strtod_r(struct _reent *reent, const char *text, char **end);

/* A nonzero digit before the exponent: the number is not 0. */
static bool is_nonzero(const char *text, const char *end)
{
    bool is_hex = false;
    for (; text < end && !strchr(is_hex ? "pP" : "eE", *text); text++) {
        if (*text == 'x' || *text == 'X')
            is_hex = true;
        else if (strchr("123456789", *text) || (is_hex && *text >= 'A'))
            return true;
    }
    return false;
}

static void check_tiny(double value, double least, const char *text,
                       const char *end)
{
    if (fabs(value) < least && is_nonzero(text, end))
        errno = ERANGE;
}

/* newlib forgets the sign of "-0x". */
static double convert(const char *text, char **end)
{
    double value = _strtod_r(_REENT, text, end);
    if (likely(value != 0) || *end == text)
        return value;
    while (isspace((unsigned char)*text))
        text++;
    return *text == '-' ? -0.0 : 0.0;
}

double strtod(const char *text, char **end)
{
    char *own_end;
    double value = convert(text, &own_end);
    if (end)
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
    if (text[0] == '0' && (text[1] | 0x20) == 'x') {
        long double exact = strtold(text, NULL);
        return (exact > middle) - (exact < middle);
    }
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
    char *own_end;
    double wide = convert(text, &own_end);
    float value = (float)wide;

    if (end)
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

/* newlib finds no number in "0x", which is 0 before an x. */
long double strtold(const char *text, char **end)
{
    char *own_end;
    long double value = __newlib_strtold(text, &own_end);
    if (own_end == text) {
        const char *p = text;
        while (isspace((unsigned char)*p))
            p++;
        bool is_negative = *p == '-';
        p += *p == '-' || *p == '+';
        if (*p == '0') {
            own_end = (char *)p + 1;
            value = is_negative ? -0.0L : 0.0L;
        }
    }
    if (end)
        *end = own_end;
    return value;
}

double atof(const char *text)
{
    return strtod(text, NULL);
}
