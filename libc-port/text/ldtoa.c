/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's printf brings every floating-point number to long double and has
 * it converted by _ldtoa_r(), which takes up to 10 us and is exact for some
 * digits only. Here what is a double goes to its _dtoa_r(), which is exact
 * and takes a tenth of a microsecond; the rest to decimal.c.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/reent.h>

#include "decimal.h"

char *_dtoa_r(struct _reent *reent, double value, int mode, int count,
              int *point, int *is_negative, char **end);
char *_ldtoa_r(struct _reent *reent, long double value, int mode, int count,
               int *point, int *is_negative, char **end);
int _ldcheck(long double *value);
struct _Bigint *_Balloc(struct _reent *reent, int k);
void _Bfree(struct _reent *reent, struct _Bigint *big);

/* A buffer that lives until the next conversion of this thread. newlib keeps
 * it in its own pool, by powers of two (mprec.h). */
static char *result_buffer(struct _reent *reent, size_t size)
{
    int k = 0;
    _REENT_CHECK_MP(reent);
    struct _Bigint *old = _REENT_MP_RESULT(reent);
    if (old) {
        old->_k = _REENT_MP_RESULT_K(reent);
        old->_maxwds = 1 << old->_k;
        _Bfree(reent, old);
        _REENT_MP_RESULT(reent) = NULL;
    }
    while (sizeof(struct _Bigint) + (sizeof(__ULong) << k) < size)
        k++;
    struct _Bigint *big = _Balloc(reent, k);
    _REENT_MP_RESULT_K(reent) = k;
    _REENT_MP_RESULT(reent) = big;
    return (char *)big;
}

/* Mode 2: count digits in all; 3: count digits after the decimal point. The
 * caller may write zeros behind the digits up to that count. */
char *_ldtoa_r(struct _reent *reent, long double value, int mode, int count,
               int *point, int *is_negative, char **end)
{
    double narrow = (double)value;
    if (narrow == value || value != value)
        return _dtoa_r(reent, narrow, mode, count, point, is_negative, end);

    *is_negative = __builtin_signbit(value) != 0;
    if (*is_negative)
        value = -value;
    if (mode < 2) {
        mode = 2;
        count = 21; /* enough to read it back */
    }
    size_t size = (size_t)(count > 0 ? count : 0) + 32;
    if (mode == 3 && value >= 1)
        size += DECIMAL_INT_DIGITS;
    char *out = result_buffer(reent, size);
    if (!out)
        return NULL;
    int len = decimal_digits(value, mode == 3, count, out, point);
    if (end)
        *end = out + len;
    return out;
}

/* 0: a number, 1: NaN, 2: infinity. */
int _ldcheck(long double *value)
{
    return __builtin_isnan(*value) ? 1 : __builtin_isinf(*value) ? 2 : 0;
}
