/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The math functions that are our own, bit for bit against the host's.
 * objs: libc-port/math/sqrt.c libc-port/math/fmod.c
 * cflags: -frounding-math -fno-sanitize=float-divide-by-zero
 * libs: -lm
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

double math_sqrt(double x);
float math_sqrtf(float x);
double math_fmod(double x, double y);
float math_fmodf(float x, float y);

static int failures;

static uint64_t random_state = 1;
static uint64_t random_bits(void)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407;
    return random_state ^ random_state >> 29;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static int same(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return memcmp(&a, &b, sizeof(a)) == 0; /* NOLINT: zeros have signs */
}

static void check(const char *what, double x, double y, double got, double want,
                  int got_errno, int want_errno)
{
    if (same(got, want) && got_errno == want_errno)
        return;
    if (failures++ < 20)
        printf("not ok - %s(%a, %a) = %a (errno %d), not %a (errno %d)\n", what,
               x, y, got, got_errno, want, want_errno);
}

#define COMPARE(name, x, y, ours, theirs)                                      \
    do {                                                                       \
        errno = 0;                                                             \
        double got = ours;                                                     \
        int got_errno = errno;                                                 \
        errno = 0;                                                             \
        double want = theirs;                                                  \
        check(name, x, y, got, want, got_errno, errno);                        \
    } while (0)

static void compare(double x, double y)
{
    COMPARE("fmod", x, y, math_fmod(x, y), fmod(x, y));
    COMPARE("sqrt", x, 0, math_sqrt(x), sqrt(x));
    float fx = (float)x, fy = (float)y;
    COMPARE("fmodf", fx, fy, math_fmodf(fx, fy), fmodf(fx, fy));
    COMPARE("sqrtf", fx, 0, math_sqrtf(fx), sqrtf(fx));
}

int main(void)
{
    static const double special[] = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.0,
                                     0.5,
                                     3.0,
                                     10.0,
                                     1e308,
                                     -1e308,
                                     0x1p-1022,
                                     0x1p-1074,
                                     0x1.8p-1073,
                                     0x1p-1023,
                                     INFINITY,
                                     -INFINITY,
                                     NAN,
                                     0x1.fffffffffffffp1023,
                                     0x1p52,
                                     7.25,
                                     0x1.0000000000001p0,
                                     5e-310,
                                     0x1p-149,
                                     0x1p127};
    enum { SPECIALS = sizeof(special) / sizeof(*special) };
    for (int i = 0; i < SPECIALS; i++)
        for (int j = 0; j < SPECIALS; j++)
            compare(special[i], special[j]);
    for (long i = 0; i < 1000000; i++) {
        uint64_t a = random_bits(), b = random_bits();
        if (i % 4 == 0) /* near exponents */
            b = (b & ~(0x7f0ull << 52)) | (a & (0x7f0ull << 52));
        if (i % 4 == 1) { /* small integers */
            compare((double)(a >> 40), (double)(b >> 50));
            continue;
        }
        compare(of_bits(a), of_bits(b));
    }
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (int m = 0; m < 3; m++) {
        fesetround(modes[m]);
        for (long i = 0; i < 100000; i++)
            compare(of_bits(random_bits()), of_bits(random_bits()));
    }
    fesetround(FE_TONEAREST);
    printf("%s - math\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
