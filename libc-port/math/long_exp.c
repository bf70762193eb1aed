/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double exponentials, logarithms, powers and hyperbolic functions, on
 * the x87's f2xm1 (2^x - 1 for |x| <= 1), fyl2x (y log2 x) and fyl2xp1
 * (y log2(x + 1), |x| < 1 - sqrt(1/2)); SDM vol. 1 s8.3.9. Within two units
 * in the last place where the tests look; powl as its comment says.
 */
#include <errno.h>
#include <math.h>

/* ln 2 and log10 2 in two parts; products of the first with a whole number
 * of at most 15 bits are exact. */
#define LN2_HI 0x1.62e42fefa3ap-1L
#define LN2_LO -0x1.0ca86c3898cff81ap-49L
#define LOG2_E 0x1.71547652b82fe178p+0L
#define LOG10_2_HI 0x1.34413509f7ap-2L
#define LOG10_2_LO -0x1.0cee0ed4ca7e906ep-54L
#define LOG2_10 0x1.a934f0979a3715fcp+1L

static long double f2xm1(long double x)
{
    __asm__("f2xm1" : "+t"(x));
    return x;
}

static long double fyl2x(long double y, long double x)
{
    __asm__("fyl2x" : "=t"(y) : "0"(x), "u"(y) : "st(1)");
    return y;
}

static long double fyl2xp1(long double y, long double x)
{
    __asm__("fyl2xp1" : "=t"(y) : "0"(x), "u"(y) : "st(1)");
    return y;
}

/* Too large or too small for any result but infinity and zero. */
static long double beyond(long double x)
{
    errno = ERANGE;
    return x > 0 ? 0x1p16000L * 0x1p16000L : 0x1p-16000L * 0x1p-16000L;
}

long double exp2l(long double x)
{
    if (isnan(x) || isinf(x))
        return x == -INFINITY ? 0 : x;
    if (x >= 16384 || x < -16446)
        return beyond(x);
    long double whole = rintl(x);
    return scalbnl(1 + f2xm1(x - whole), (int)whole);
}

long double expl(long double x)
{
    if (isnan(x) || isinf(x))
        return x == -INFINITY ? 0 : x;
    if (x > 11357 || x < -11400)
        return beyond(x);
    long double whole = rintl(x * LOG2_E);
    long double rest = x - whole * LN2_HI - whole * LN2_LO;
    return scalbnl(1 + f2xm1(rest * LOG2_E), (int)whole);
}

long double exp10l(long double x)
{
    if (isnan(x) || isinf(x))
        return x == -INFINITY ? 0 : x;
    if (x > 4933 || x < -4952)
        return beyond(x);
    long double whole = rintl(x * LOG2_10);
    long double rest = x - whole * LOG10_2_HI - whole * LOG10_2_LO;
    return scalbnl(1 + f2xm1(rest * LOG2_10), (int)whole);
}

long double expm1l(long double x)
{
    if (isnan(x) || x == 0)
        return x;
    if (fabsl(x) < 0.69L)
        return f2xm1(x * LOG2_E);
    return expl(x) - 1;
}

static long double log_in(long double unit, long double x)
{
    if (isnan(x))
        return x;
    if (x < 0) {
        errno = EDOM;
        return (x - x) / (x - x);
    }
    if (x == 0) {
        errno = ERANGE;
        return -1 / fabsl(x);
    }
    if (x > 0.75L && x < 1.25L)
        return fyl2xp1(unit, x - 1);
    return fyl2x(unit, x);
}

long double logl(long double x)
{
    return log_in(M_LN2l, x);
}

long double log2l(long double x)
{
    return log_in(1, x);
}

long double log10l(long double x)
{
    return log_in(0x1.34413509f79fef32p-2L, x);
}

long double log1pl(long double x)
{
    if (isnan(x) || x == 0)
        return x;
    if (fabsl(x) < 0.29L)
        return fyl2xp1(M_LN2l, x);
    return logl(1 + x);
}

long double cbrtl(long double x)
{
    if (isnan(x) || isinf(x) || x == 0)
        return x;
    int e;
    long double m = frexpl(fabsl(x), &e);
    int third = e / 3;
    m = scalbnl(m, e - third * 3);
    long double root = exp2l(log2l(m) / 3);
    root -= (root - m / (root * root)) / 3; /* Newton's step */
    return copysignl(scalbnl(root, third), x);
}

/* x^n for whole n by squaring: exact where the result is. */
static long double whole_power(long double x, long n)
{
    long double result = 1;
    long left = n < 0 ? -n : n;

    for (; left; left >>= 1) {
        if (left & 1)
            result *= x;
        x *= x;
    }
    return n < 0 ? 1 / result : result;
}

/*
 * y log2 |x| in two parts, so that its fraction keeps its bits: x = 2^e m
 * with m near 1 makes y e exact in the first part for the usual y.
 */
static long double positive_power(long double x, long double y)
{
    int e;
    long double m = frexpl(x, &e);
    if (m < 0x1.6a09e667f3bcc908p-1L) {
        m *= 2;
        e--;
    }
    long double log = log_in(1, m);
    long double part = y * e;
    if (isinf(part) || fabsl(part + y * log) > 40000)
        return beyond(part + y * log);
    long double whole = rintl(part + y * log);
    long double rest = (part - whole) + y * log;
    if (fabsl(rest) >= 1)
        return exp2l(part + y * log);
    if (whole > 16380 || whole < -16380)
        return scalblnl(exp2l(rest) * 0x1p64L, (long)whole - 64);
    return scalbnl(1 + f2xm1(rest), (int)whole);
}

/* Exact for small whole powers with exact results; otherwise the relative
 * error grows with |y|, to some 2^-52 at the ends of the range. */
long double powl(long double x, long double y)
{
    if (y == 0 || x == 1)
        return 1;
    if (isnan(x) || isnan(y))
        return x + y;
    long double whole = truncl(y);
    int is_whole = whole == y;
    int is_odd = is_whole && fabsl(y) < 0x1p64L && fmodl(whole, 2) != 0;
    if (isinf(y)) {
        if (fabsl(x) == 1)
            return 1;
        return (fabsl(x) > 1) == (y > 0) ? INFINITY : 0;
    }
    long double sign = signbit(x) && is_odd ? -1 : 1;
    if (x == 0) {
        if (y > 0)
            return sign < 0 ? -0.0L : 0;
        errno = ERANGE;
        return sign / fabsl(x);
    }
    if (isinf(x))
        return y > 0 ? sign * INFINITY : sign * 0.0L;
    if (x < 0 && !is_whole) {
        errno = EDOM;
        return (x - x) / (x - x);
    }
    if (is_whole && fabsl(y) <= 64) {
        long double result = whole_power(fabsl(x), (long)y);
        if (result != 0 && !isinf(result))
            return sign * result;
    }
    return sign * positive_power(fabsl(x), y);
}

long double sinhl(long double x)
{
    if (isnan(x) || isinf(x) || x == 0)
        return x;
    long double e = expm1l(fabsl(x));
    if (fabsl(x) > 11356)
        return copysignl(expl(fabsl(x) / 2) * (expl(fabsl(x) / 2) / 2), x);
    return copysignl((e + e / (e + 1)) / 2, x);
}

long double coshl(long double x)
{
    x = fabsl(x);
    if (isnan(x) || isinf(x))
        return x;
    long double e = expl(x / 2);
    if (x > 11000)
        return e / 2 * e;
    return (expl(x) + expl(-x)) / 2;
}

long double tanhl(long double x)
{
    if (isnan(x) || x == 0)
        return x;
    if (fabsl(x) > 40)
        return copysignl(1, x);
    long double e = expm1l(2 * fabsl(x));
    return copysignl(e / (e + 2), x);
}

long double asinhl(long double x)
{
    long double a = fabsl(x);

    if (isnan(x) || isinf(x) || x == 0)
        return x;
    if (a > 0x1p40L)
        return copysignl(logl(a) + M_LN2l, x);
    return copysignl(log1pl(a + a * a / (1 + sqrtl(a * a + 1))), x);
}

long double acoshl(long double x)
{
    if (isnan(x))
        return x;
    if (x < 1) {
        errno = EDOM;
        return (x - x) / (x - x);
    }
    if (x > 0x1p40L)
        return logl(x) + M_LN2l;
    long double t = x - 1;
    return log1pl(t + sqrtl(2 * t + t * t));
}

long double atanhl(long double x)
{
    if (isnan(x) || x == 0)
        return x;
    if (fabsl(x) >= 1) {
        errno = fabsl(x) == 1 ? ERANGE : EDOM;
        return fabsl(x) == 1 ? x / 0.0L : (x - x) / (x - x);
    }
    return copysignl(log1pl(2 * fabsl(x) / (1 - fabsl(x))) / 2, x);
}
