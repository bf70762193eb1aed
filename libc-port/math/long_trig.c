/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double trigonometry on the x87, and the special functions. fsin, fcos
 * and fptan know pi to 66 bits: arguments far from zero and close to a
 * multiple of pi/2 lose relative precision (SDM vol. 1 s8.3.8), others are
 * within one unit in the last place. Beyond 2^63 the argument is reduced
 * with fprem by that same pi.
 */
#include <errno.h>
#include <math.h>

#define TWO_PI 0x1.921fb54442d1846ap+2L

static long double reduce(long double x)
{
    if (isinf(x)) {
        errno = EDOM;
        return x - x;
    }
    return fabsl(x) < 0x1p62L ? x : fmodl(x, TWO_PI);
}

long double sinl(long double x)
{
    x = reduce(x);
    __asm__("fsin" : "+t"(x));
    return x;
}

long double cosl(long double x)
{
    x = reduce(x);
    __asm__("fcos" : "+t"(x));
    return x;
}

void sincosl(long double x, long double *sin, long double *cos)
{
    *sin = sinl(x);
    *cos = cosl(x);
}

long double tanl(long double x)
{
    long double one, tan;

    x = reduce(x);
    if (isnan(x))
        return x;
    __asm__("fptan" : "=t"(one), "=u"(tan) : "0"(x));
    return tan;
}

long double atan2l(long double y, long double x)
{
    __asm__("fpatan" : "=t"(x) : "0"(x), "u"(y) : "st(1)");
    return x;
}

long double atanl(long double x)
{
    return atan2l(x, 1);
}

static long double outside(long double x)
{
    errno = EDOM;
    return (x - x) / (x - x);
}

long double asinl(long double x)
{
    if (fabsl(x) > 1)
        return outside(x);
    return atan2l(x, sqrtl((1 - x) * (1 + x)));
}

long double acosl(long double x)
{
    if (fabsl(x) > 1)
        return outside(x);
    return atan2l(sqrtl((1 - x) * (1 + x)), x);
}

/* Two roundings where the sum cancels; the product itself is split exactly
 * into halves of 32 bits (Dekker, Numer. Math. 18, 1971). */
long double fmal(long double x, long double y, long double z)
{
    long double product = x * y;

    if (isnan(product) || isinf(product) || isinf(z) || product == 0 ||
        fabsl(x) > 0x1p8000L || fabsl(y) > 0x1p8000L ||
        fabsl(product) < 0x1p-16000L)
        return product + z;
    long double cx = x * 0x1.00000001p32L, cy = y * 0x1.00000001p32L;
    long double xh = cx - (cx - x), yh = cy - (cy - y);
    long double xl = x - xh, yl = y - yh;
    long double low = ((xh * yh - product) + xh * yl + xl * yh) + xl * yl;
    long double sum = product + z;
    long double back = sum - product;
    return sum + (((product - (sum - back)) + (z - back)) + low);
}

/* These have the precision of double. */
long double erfl(long double x)
{
    return erf((double)x);
}

long double erfcl(long double x)
{
    return erfc((double)x);
}

long double lgammal(long double x)
{
    return lgamma((double)x);
}

long double lgammal_r(long double x, int *sign)
{
    return lgamma_r((double)x, sign);
}

long double tgammal(long double x)
{
    return tgamma((double)x);
}
