/* SPDX-License-Identifier: Apache-2.0 */
/* errno where newlib's functions leave it alone or have another: C11 7.12.1. */
#include <errno.h>
#include <math.h>

double __newlib_scalbn(double x, int n);
float __newlib_scalbnf(float x, int n);
int __newlib_ilogb(double x);
int __newlib_ilogbf(float x);

/* Past the largest number and back: what does not fit in an int is as good. */
static int clamp(long n)
{
    return n > 10000 ? 10000 : n < -10000 ? -10000 : (int)n;
}

#define SCALB(type, suffix)                                                    \
    type scalbln##suffix(type x, long n)                                       \
    {                                                                          \
        type z = __newlib_scalbn##suffix(x, clamp(n));                         \
        if ((isinf(z) || z == 0) && isfinite(x) && x != 0)                     \
            errno = ERANGE;                                                    \
        return z;                                                              \
    }                                                                          \
    type scalbn##suffix(type x, int n)                                         \
    {                                                                          \
        return scalbln##suffix(x, n);                                          \
    }
SCALB(double, )
SCALB(float, f)

int ilogb(double x)
{
    if (x == 0 || !isfinite(x))
        errno = EDOM;
    return __newlib_ilogb(x);
}

int ilogbf(float x)
{
    if (x == 0 || !isfinite(x))
        errno = EDOM;
    return __newlib_ilogbf(x);
}

/* POSIX: a pole is ERANGE; to newlib it is EDOM. */
#define POLE(type, name)                                                       \
    type __newlib_##name(type x);                                              \
    type name(type x)                                                          \
    {                                                                          \
        type z = __newlib_##name(x);                                           \
        if (isinf(z) && isfinite(x))                                           \
            errno = ERANGE;                                                    \
        return z;                                                              \
    }
POLE(double, atanh)
POLE(float, atanhf)
POLE(double, lgamma)
POLE(float, lgammaf)

/* newlib gives 0 and ERANGE where few digits of the argument are left. */
#define FEW_DIGITS 1.41484755040568800000e+16
#define BESSEL(type, name)                                                     \
    type __newlib_##name(type x);                                              \
    type __ieee754_##name(type x);                                             \
    type name(type x)                                                          \
    {                                                                          \
        type z = x > (type)FEW_DIGITS || x < -(type)FEW_DIGITS                 \
                     ? __ieee754_##name(x)                                     \
                     : __newlib_##name(x);                                     \
        if (isinf(z) && x == 0)                                                \
            errno = ERANGE;                                                    \
        else if (isnan(z) && x < 0)                                            \
            errno = EDOM;                                                      \
        return z;                                                              \
    }
BESSEL(double, j0)
BESSEL(double, j1)
BESSEL(double, y0)
BESSEL(double, y1)
BESSEL(float, j0f)
BESSEL(float, j1f)
BESSEL(float, y0f)
BESSEL(float, y1f)
