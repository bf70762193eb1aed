/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long double functions that give whole numbers and remainders. frndint
 * rounds as bits 10 and 11 of the x87 control word say (SDM vol. 1 s8.1.5):
 * 0 nearest even, 1 down, 2 up, 3 to zero.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdint.h>

#define ROUND_DOWN 0x400
#define ROUND_UP 0x800
#define ROUND_ZERO 0xc00
#define ALL_MASKED 0x3f

static long double round_as(long double x, unsigned mode)
{
    uint16_t old, now;

    __asm__ volatile("fnstcw %0" : "=m"(old));
    now = (uint16_t)((old & ~ROUND_ZERO) | mode);
    __asm__ volatile("fldcw %1\n\tfrndint\n\tfldcw %2"
                     : "+t"(x)
                     : "m"(now), "m"(old));
    return x;
}

long double floorl(long double x)
{
    return round_as(x, ROUND_DOWN);
}

long double ceill(long double x)
{
    return round_as(x, ROUND_UP);
}

long double truncl(long double x)
{
    return round_as(x, ROUND_ZERO);
}

long double rintl(long double x)
{
    __asm__("frndint" : "+t"(x));
    return x;
}

/* rintl without the "inexact" flag. */
long double nearbyintl(long double x)
{
    fenv_t env;

    (void)feholdexcept(&env);
    x = rintl(x);
    (void)fesetenv(&env);
    return x;
}

/* Halves away from zero. */
long double roundl(long double x)
{
    long double whole = truncl(x);

    if (__builtin_fabsl(x - whole) >= 0.5L)
        whole += __builtin_copysignl(1, x);
    return __builtin_copysignl(whole, x);
}

long long llrintl(long double x)
{
    int64_t result;

    __asm__("fistpll %0" : "=m"(result) : "t"(x) : "st");
    return result;
}

long lrintl(long double x)
{
    return (long)llrintl(x);
}

long long llroundl(long double x)
{
    return llrintl(roundl(x));
}

long lroundl(long double x)
{
    return (long)llrintl(roundl(x));
}

long double modfl(long double x, long double *whole)
{
    *whole = truncl(x);
    if (isinf(x))
        return __builtin_copysignl(0, x);
    return __builtin_copysignl(x - *whole, x);
}

/* One fprem lowers the exponents' difference by at most 63; bit 10 of the
 * status word says that it is not done (SDM vol. 2 "FPREM"). */
#define NOT_DONE 0x400

/* Neither has a remainder: of infinity, by 0. */
static void check_remainder(long double x, long double y)
{
    if (!isnan(x) && !isnan(y) && (isinf(x) || y == 0))
        errno = EDOM;
}

long double fmodl(long double x, long double y)
{
    uint16_t status;

    check_remainder(x, y);
    do /* NOLINT(bugprone-infinite-loop): the instruction sets it */
        __asm__("fprem\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(y));
    while (status & NOT_DONE);
    return x;
}

/* The quotient's three low bits come in C0 (bit 8), C3 (14), C1 (9). */
long double remquol(long double x, long double y, int *quotient)
{
    uint16_t status;
    int is_negative = !!signbit(x) != !!signbit(y);

    do /* NOLINT(bugprone-infinite-loop): the instruction sets it */
        __asm__("fprem1\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(y));
    while (status & NOT_DONE);
    int low =
        (status >> 8 & 1) << 2 | (status >> 14 & 1) << 1 | (status >> 9 & 1);
    *quotient = is_negative ? -low : low;
    return x;
}

long double remainderl(long double x, long double y)
{
    int quotient;

    check_remainder(x, y);
    return remquol(x, y, &quotient);
}
