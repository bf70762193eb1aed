/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double functions that look at the parts of a number. newlib has
 * functions for long double only where it is the same as double; here it is
 * the x87's 80-bit format: 64 explicit bits of significand, 15 of exponent
 * with bias 16383, one sign (SDM vol. 1 s4.2.2).
 */
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

union ld {
    long double value;
    struct {
        uint64_t mant;
        uint16_t se; /* sign and exponent */
    } bits;
};

#define EXP_MASK 0x7fff
#define EXP_BIAS 16383
#define TOP_BIT (1ull << 63)

long double fabsl(long double x)
{
    return __builtin_fabsl(x);
}

long double copysignl(long double x, long double y)
{
    return __builtin_copysignl(x, y);
}

long double sqrtl(long double x)
{
    if (x < 0)
        errno = EDOM;
    __asm__("fsqrt" : "+t"(x));
    return x;
}

/* 2^n times x with one rounding: fscale does that, also into denormals. */
long double scalblnl(long double x, long n)
{
    long double scale, result;

    /* Enough to take the smallest denormal past the largest number. */
    if (n > 40000)
        n = 40000;
    if (n < -40000)
        n = -40000;
    scale = (long double)n;
    __asm__("fscale" : "=t"(result) : "0"(x), "u"(scale));
    if (isfinite(x) && x != 0 && (isinf(result) || result == 0))
        errno = ERANGE;
    return result;
}

long double scalbnl(long double x, int n)
{
    return scalblnl(x, n);
}

long double ldexpl(long double x, int n)
{
    return scalblnl(x, n);
}

long double frexpl(long double x, int *exponent)
{
    union ld u = {.value = x};
    int e = u.bits.se & EXP_MASK;

    *exponent = 0;
    if (e == EXP_MASK || x == 0)
        return x;
    if (e == 0) { /* denormal */
        u.value = x * 0x1p120L;
        e = (u.bits.se & EXP_MASK) - 120;
    }
    *exponent = e - (EXP_BIAS - 1);
    u.bits.se = (uint16_t)((u.bits.se & ~EXP_MASK) | (EXP_BIAS - 1));
    return u.value;
}

int ilogbl(long double x)
{
    int e;

    if (x == 0 || !isfinite(x)) {
        errno = EDOM;
        return x == 0 ? FP_ILOGB0 : isnan(x) ? FP_ILOGBNAN : INT_MAX;
    }
    (void)frexpl(x, &e);
    return e - 1;
}

long double logbl(long double x)
{
    if (x == 0)
        return -1 / fabsl(x);
    if (isnan(x) || isinf(x))
        return x * x;
    return ilogbl(x);
}

long double significandl(long double x)
{
    return x == 0 || isnan(x) || isinf(x) ? x : scalbnl(x, -ilogbl(x));
}

long double nextafterl(long double x, long double y)
{
    union ld u = {.value = x};

    if (isnan(x) || isnan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0) {
        u.bits.mant = 1;
        u.bits.se = signbit(y) ? EXP_MASK + 1 : 0;
        return u.value;
    }
    if ((x < y) == !signbit(x)) { /* away from zero */
        if (++u.bits.mant == 0) {
            u.bits.mant = TOP_BIT;
            u.bits.se++;
        } else if (u.bits.mant == TOP_BIT && !(u.bits.se & EXP_MASK)) {
            u.bits.se++; /* the smallest normal number */
        }
    } else {
        if (u.bits.mant-- == TOP_BIT && (u.bits.se & EXP_MASK)) {
            u.bits.se--;
            if (u.bits.se & EXP_MASK)
                u.bits.mant = UINT64_MAX;
        }
    }
    if (isinf(u.value) || fabsl(u.value) < LDBL_MIN)
        errno = ERANGE;
    return u.value;
}

long double nexttowardl(long double x, long double y)
{
    return nextafterl(x, y);
}

double nexttoward(double x, long double y)
{
    if (isnan(x) || isnan(y))
        return x + (double)y;
    if (x == y)
        return (double)y;
    return nextafter(x, y > x ? (double)INFINITY : -(double)INFINITY);
}

float nexttowardf(float x, long double y)
{
    if (isnan(x) || isnan(y))
        return x + (float)y;
    if (x == y)
        return (float)y;
    return nextafterf(x, y > x ? INFINITY : -INFINITY);
}

long double fdiml(long double x, long double y)
{
    if (isnan(x) || isnan(y))
        return x + y;
    long double z = x > y ? x - y : 0;
    if (isinf(z) && isfinite(x) && isfinite(y))
        errno = ERANGE;
    return z;
}

long double fmaxl(long double x, long double y)
{
    if (isnan(x))
        return y;
    if (isnan(y))
        return x;
    if (x == y)
        return signbit(x) ? y : x;
    return x > y ? x : y;
}

long double fminl(long double x, long double y)
{
    if (isnan(x))
        return y;
    if (isnan(y))
        return x;
    if (x == y)
        return signbit(x) ? x : y;
    return x < y ? x : y;
}
