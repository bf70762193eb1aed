/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fmod and fmodf: the exact remainder. With x = mx * 2^ex and y = my * 2^ey
 * (integers mx, my), it is (mx * 2^(ex - ey) mod my) * 2^ey; the power is
 * taken in steps of as many bits as a 64-bit word has room for above mx.
 */
#include <errno.h>
#include <stdint.h>

#ifdef UNI_HOST_TEST
#define fmod math_fmod
#define fmodf math_fmodf
#endif
double fmod(double x, double y);
float fmodf(float x, float y);

enum {
    FRACTION_BITS = 52, /* IEEE 754 binary64 */
    STEP = 63 - FRACTION_BITS,
};
#define SIGN (1ull << 63)
#define INFINITE (0x7ffull << FRACTION_BITS)
#define IMPLICIT (1ull << FRACTION_BITS)

static uint64_t bits_of(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Takes a positive finite number apart; the integer has 53 bits. */
static uint64_t split(uint64_t bits, int *exponent)
{
    *exponent = (int)(bits >> FRACTION_BITS);
    uint64_t m = bits & (IMPLICIT - 1);
    if (*exponent)
        return m | IMPLICIT;
    int shift = __builtin_clzll(m) - STEP; /* subnormal */
    *exponent = 1 - shift;
    return m << shift;
}

static uint64_t join(uint64_t m, int exponent)
{
    if (!m)
        return 0;
    int shift = __builtin_clzll(m) - STEP;
    m <<= shift;
    exponent -= shift;
    if (exponent > 0)
        return (m & (IMPLICIT - 1)) | (uint64_t)exponent << FRACTION_BITS;
    return m >> (1 - exponent); /* exact: y has no lower bits either */
}

double fmod(double x, double y)
{
    uint64_t ux = bits_of(x), uy = bits_of(y) & ~SIGN, sign = ux & SIGN;
    ux &= ~SIGN;
    if (uy == 0 || ux >= INFINITE || uy > INFINITE) {
        if (ux <= INFINITE && uy <= INFINITE) /* neither is a NaN */
            errno = EDOM;
        return (x * y) / (x * y);
    }
    if (ux < uy)
        return x;
    int ex, ey;
    uint64_t mx = split(ux, &ex), my = split(uy, &ey);
    mx %= my;
    for (int left = ex - ey; left > 0 && mx; left -= STEP)
        mx = (mx << (left < STEP ? left : STEP)) % my;
    return of_bits(sign | join(mx, ey));
}

float fmodf(float x, float y)
{
    return (float)fmod(x, y); /* exact: it is a multiple of y's last bit */
}
