/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's strtod is exact; around it: ERANGE for results that are subnormal,
 * as on Linux, and a strtof that rounds once.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

#include "libc.h"

double _strtod_r(struct _reent *reent, const char *text, char **end);

/* A nonzero digit before the exponent: the number is not 0. */
static bool is_nonzero(const char *text)
{
    bool is_hex = strpbrk(text, "xX") != NULL;
    for (; *text && !strchr(is_hex ? "pP" : "eE", *text); text++)
        if (strchr("123456789", *text) ||
            (is_hex && *text != 'x' && *text != 'X' && *text >= 'A'))
            return true;
    return false;
}

static void check_tiny(double value, double least, const char *text)
{
    if (fabs(value) < least && is_nonzero(text))
        errno = ERANGE;
}

double strtod(const char *text, char **end)
{
    char *own_end;
    double value = _strtod_r(_REENT, text, &own_end);
    if (end)
        *end = own_end;
    if (unlikely(fabs(value) < DBL_MIN) && own_end != text)
        check_tiny(value, DBL_MIN, text);
    return value;
}

/*
 * Rounding to double and then to float goes wrong where the double is exactly
 * between two floats; then the long double says on which side the number is.
 */
float strtof(const char *text, char **end)
{
    char *own_end;
    double wide = _strtod_r(_REENT, text, &own_end);
    float value = (float)wide;

    if (end)
        *end = own_end;
    if (own_end == text || isnan(wide) || isinf(wide))
        return value;
    if (isinf(value)) {
        errno = ERANGE;
        return value;
    }
    float other =
        nextafterf(value, wide > (double)value ? INFINITY : -INFINITY);
    if (wide != (double)value && ((double)value + (double)other) / 2 == wide) {
        long double exact = strtold(text, NULL);
        if (exact != (long double)wide)
            value =
                (exact > (long double)wide) == (other > value) ? other : value;
    }
    check_tiny(value, FLT_MIN, text);
    return value;
}

double atof(const char *text)
{
    return strtod(text, NULL);
}
