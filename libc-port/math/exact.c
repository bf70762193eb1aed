/* SPDX-License-Identifier: Apache-2.0 */
/* Where newlib's are not what C11 F.10 says: fma rounds once, fdim does not
 * subtract what is not larger, nextafter of equals is the second one. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

static double as_double(uint64_t bits)
{
    union {
        uint64_t bits;
        double value;
    } u = {bits};
    return u.value;
}

/* x + y rounded to odd: to the neighbour with an odd last bit when inexact.
 * Rounding that again to fewer bits is as good as rounding once (Boldo and
 * Melquiond, "Emulation of a FMA and correctly rounded sums", 2008). */
static __float128 add_to_odd(__float128 x, __float128 y)
{
    union {
        __float128 value;
        struct {
            uint64_t low, high;
        } bits;
    } sum = {x + y};
    __float128 back = sum.value - x;
    __float128 error = (x - (sum.value - back)) + (y - back);

    if (error != 0 && !(sum.bits.low & 1)) {
        if ((error > 0) == (sum.value > 0))
            sum.bits.low |= 1;
        else {
            sum.bits.high -= sum.bits.low == 0;
            sum.bits.low -= 1;
        }
    }
    return sum.value;
}

double fma(double x, double y, double z)
{
    if (!isfinite(x) || !isfinite(y))
        return x * y + z;
    if (!isfinite(z))
        return z;
    if (x == 0 || y == 0)
        return x * y + z;
    __float128 product = (__float128)x * y; /* exact: 106 of 113 bits */
    if (z == 0)
        return (double)product;
    return (double)add_to_odd(product, z);
}

float fmaf(float x, float y, float z)
{
    double product = (double)x * y; /* exact: 48 of 53 bits */
    if (!isfinite(product) || !isfinite(z) || product == 0 || z == 0)
        return (float)(product + z);
    union {
        double value;
        uint64_t bits;
    } sum = {product + z};
    double back = sum.value - product;
    double error = (product - (sum.value - back)) + (z - back);
    if (error != 0 && !(sum.bits & 1))
        /* cppcheck-suppress overlappingWriteUnion ; one field after another */
        sum.bits += (error > 0) == (sum.value > 0) ? 1 : -1ull;
    return (float)sum.value;
}

double fdim(double x, double y)
{
    if (isnan(x) || isnan(y))
        return x + y;
    double z = x > y ? x - y : 0;
    if (isinf(z) && isfinite(x) && isfinite(y))
        errno = ERANGE;
    return z;
}

float fdimf(float x, float y)
{
    if (isnan(x) || isnan(y))
        return x + y;
    float z = x > y ? x - y : 0;
    if (isinf(z) && isfinite(x) && isfinite(y))
        errno = ERANGE;
    return z;
}

double nextafter(double x, double y)
{
    union {
        double value;
        uint64_t bits;
    } u = {x};
    if (isnan(x) || isnan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        return copysign(as_double(1), y);
    u.bits += (y > x) == (x > 0) ? 1 : -1ull;
    if (isinf(u.value) || fabs(u.value) < DBL_MIN)
        errno = ERANGE;
    return u.value;
}

float nextafterf(float x, float y)
{
    union {
        float value;
        uint32_t bits;
    } u = {x}, least = {.bits = 1};
    if (isnan(x) || isnan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        return copysignf(least.value, y);
    u.bits += (y > x) == (x > 0) ? 1 : -1u;
    if (isinf(u.value) || fabsf(u.value) < FLT_MIN)
        errno = ERANGE;
    return u.value;
}

double __newlib_tgamma(double x);

/* C11 F.10.5.4: true where tgamma has no value. */
static bool is_pole(double x)
{
    if (x != 0 && (x > 0 || floor(x) != x)) /* -inf is a pole, too */
        return false;
    errno = x == 0 ? ERANGE : EDOM;
    return true;
}

double tgamma(double x)
{
    if (is_pole(x))
        return x == 0 ? 1 / x : (x - x) / (x - x);
    return __newlib_tgamma(x);
}

float tgammaf(float x)
{
    if (is_pole(x))
        return x == 0 ? 1 / x : (x - x) / (x - x);
    float z = (float)__newlib_tgamma(x); /* newlib's has 4 digits */
    if (isinf(z) && isfinite(x))
        errno = ERANGE;
    return z;
}
