/* SPDX-License-Identifier: Apache-2.0 */
/* long double functions of libc-port/math against the host's libm. */
/* objs: */
/* libs: -lm */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* It would move this list on with every run. */
/* clang-format off */
#define ONE_ARGUMENT(F)                                                       \
    F(fabsl, 0)                                                               \
    F(sqrtl, 0)                                                               \
    F(floorl, 0)                                                              \
    F(ceill, 0) F(truncl, 0) F(rintl, 0) F(nearbyintl, 0) F(roundl, 0)        \
    F(logbl, 0) F(exp2l, 2) F(expl, 2) F(exp10l, 3) F(expm1l, 4)              \
    F(logl, 2) F(log2l, 2) F(log10l, 2) F(log1pl, 4) F(cbrtl, 2)              \
    F(sinhl, 6) F(coshl, 4) F(tanhl, 6) F(asinhl, 4) F(acoshl, 6)             \
    F(atanhl, 6) F(atanl, 1) F(asinl, 4) F(acosl, 4)
/* clang-format on */
#define TWO_ARGUMENTS(F)                                                       \
    F(copysignl, 0)                                                            \
    F(nextafterl, 0)                                                           \
    F(fdiml, 0)                                                                \
    F(fmaxl, 0) F(fminl, 0) F(fmodl, 0) F(remainderl, 0) F(atan2l, 1)

/* Ours under names of their own, beside the host's. */
#define fabsl our_fabsl
#define copysignl our_copysignl
#define sqrtl our_sqrtl
#define scalblnl our_scalblnl
#define scalbnl our_scalbnl
#define ldexpl our_ldexpl
#define frexpl our_frexpl
#define ilogbl our_ilogbl
#define logbl our_logbl
#define significandl our_significandl
#define nextafterl our_nextafterl
#define nexttowardl our_nexttowardl
#define nexttoward our_nexttoward
#define nexttowardf our_nexttowardf
#define fdiml our_fdiml
#define fmaxl our_fmaxl
#define fminl our_fminl
#define floorl our_floorl
#define ceill our_ceill
#define truncl our_truncl
#define rintl our_rintl
#define nearbyintl our_nearbyintl
#define roundl our_roundl
#define llrintl our_llrintl
#define lrintl our_lrintl
#define llroundl our_llroundl
#define lroundl our_lroundl
#define modfl our_modfl
#define fmodl our_fmodl
#define remquol our_remquol
#define remainderl our_remainderl
#define exp2l our_exp2l
#define expl our_expl
#define exp10l our_exp10l
#define expm1l our_expm1l
#define logl our_logl
#define log2l our_log2l
#define log10l our_log10l
#define log1pl our_log1pl
#define cbrtl our_cbrtl
#define powl our_powl
#define sinhl our_sinhl
#define coshl our_coshl
#define tanhl our_tanhl
#define asinhl our_asinhl
#define acoshl our_acoshl
#define atanhl our_atanhl
#define sinl our_sinl
#define cosl our_cosl
#define sincosl our_sincosl
#define tanl our_tanl
#define atan2l our_atan2l
#define atanl our_atanl
#define asinl our_asinl
#define acosl our_acosl
#define fmal our_fmal
#define erfl our_erfl
#define erfcl our_erfcl
#define lgammal our_lgammal
#define lgammal_r our_lgammal_r
#define tgammal our_tgammal
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
long double fabsl(long double), copysignl(long double, long double),
    sqrtl(long double), scalbnl(long double, int), rintl(long double),
    frexpl(long double, int *), truncl(long double),
    fmodl(long double, long double), scalblnl(long double, long);
#include "libc-port/math/long_bits.c"
#include "libc-port/math/long_round.c"
#include "libc-port/math/long_exp.c"
#include "libc-port/math/long_trig.c"
#undef fabsl
#undef copysignl
#undef sqrtl
#undef scalbnl
#undef frexpl
#undef ilogbl
#undef logbl
#undef nextafterl
#undef nexttoward
#undef nexttowardf
#undef fdiml
#undef fmaxl
#undef fminl
#undef floorl
#undef ceill
#undef truncl
#undef rintl
#undef nearbyintl
#undef roundl
#undef llrintl
#undef llroundl
#undef modfl
#undef fmodl
#undef remquol
#undef remainderl
#undef exp2l
#undef expl
#undef exp10l
#undef expm1l
#undef logl
#undef log2l
#undef log10l
#undef log1pl
#undef cbrtl
#undef powl
#undef sinhl
#undef coshl
#undef tanhl
#undef asinhl
#undef acoshl
#undef atanhl
#undef sinl
#undef cosl
#undef tanl
#undef atan2l
#undef atanl
#undef asinl
#undef acosl
#undef fmal

static int failures;

/* Distance in units in the last place, of the larger one's binade. */
static long double ulps(long double a, long double b)
{
    if ((isnan(a) && isnan(b)) || a == b)
        return a == 0 && b == 0 && !signbit(a) != !signbit(b) ? 1 : 0;
    if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
        return INFINITY;
    int e;
    (void)frexpl(fmaxl(fabsl(a), fabsl(b)), &e);
    if (e < -16381)
        e = -16381;
    return fabsl(a - b) / ldexpl(1, e - 64);
}

static void check(const char *name, long double x, long double y,
                  long double ours, long double host, long double most)
{
    long double off = ulps(ours, host);
    if (off <= most)
        return;
    if (failures++ < 40)
        printf("# %s(%La, %La): %La, host %La: %Lg ulp\n", name, x, y, ours,
               host, off);
}

static uint64_t random_state = 88172645463325252ull;
static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Numbers of every size, whole ones, halves, and the special ones. */
static long double sample(int i)
{
    static const long double special[] = {
        0.0L,
        -0.0L,
        1,
        -1,
        0.5L,
        -0.5L,
        1.5L,
        2,
        2.5L,
        -2.5L,
        3,
        10,
        64,
        INFINITY,
        -INFINITY,
        NAN,
        LDBL_MAX,
        -LDBL_MAX,
        LDBL_MIN,
        0x1p-16445L,
        0x1.8p-16390L,
        0x1p63L,
        0x1.fffffffffffffffep62L,
        0x1.fffffffffffffffep-1L,
        0x1.0000000000000002p0L,
        11356.5L,
        0.25L,
    };
    if (i < (int)(sizeof special / sizeof special[0]))
        return special[i];
    long double m = (long double)(next_random() | 1ull << 63);
    if (next_random() & 1)
        m = -m;
    switch (i % 4) {
    case 0:
        return ldexpl(m, -63 + (int)(next_random() % 8) - 4);
    case 1:
        return ldexpl(m, -63 + (int)(next_random() % 80) - 40);
    case 2:
        return (long double)((int)(next_random() % 4000) - 2000) / 2;
    default:
        return ldexpl(m, -63 + (int)(next_random() % 32000) - 16000);
    }
}

#define ROUNDS 20000
#define TRY_ONE(f, most)                                                       \
    for (int i = 0; i < ROUNDS; i++) {                                         \
        long double x = sample(i);                                             \
        check(#f, x, 0, our_##f(x), f(x), most);                               \
    }
#define TRY_TWO(f, most)                                                       \
    for (int i = 0; i < ROUNDS; i++) {                                         \
        long double x = sample(i), y = sample((int)(next_random() % 4000));    \
        check(#f, x, y, our_##f(x, y), f(x, y), most);                         \
    }

static void test_parts(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        long double x = sample(i), a, b;
        int e, f;
        check("frexpl", x, 0, our_frexpl(x, &e), frexpl(x, &f), 0);
        if (isfinite(x))
            check("frexpl's exponent", x, 0, e, f, 0);
        check("modfl", x, 0, our_modfl(x, &a), modfl(x, &b), 0);
        check("modfl's whole", x, 0, a, b, 0);
        int n = (int)(next_random() % 40000) - 20000;
        check("scalbnl", x, n, our_scalbnl(x, n), scalbnl(x, n), 0);
        check("ilogbl", x, 0, our_ilogbl(x), ilogbl(x), 0);
        if (fabsl(x) < 0x1p62L) {
            check("llrintl", x, 0, our_llrintl(x), llrintl(x), 0);
            check("llroundl", x, 0, our_llroundl(x), llroundl(x), 0);
        }
        long double y = sample((int)(next_random() % 4000));
        check("nexttoward", x, y, our_nexttoward((double)x, y),
              nexttoward((double)x, y), 0);
        a = our_remquol(x, y, &e);
        b = remquol(x, y, &f);
        check("remquol", x, y, a, b, 0);
        if (isfinite(b) && y != 0 && isfinite(x) && isfinite(y))
            check("remquol's quotient", x, y, (e - f) % 8, 0, 0);
    }
}

static void test_trig(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        long double x = (long double)(int64_t)next_random() * 0x1p-63L;
        check("sinl", x, 0, our_sinl(x), sinl(x), 1);
        check("cosl", x, 0, our_cosl(x), cosl(x), 1);
        check("tanl", x, 0, our_tanl(x), tanl(x), 2);
        long double y = x * 1000;
        if (fabsl(our_sinl(y) - sinl(y)) > 0x1p-55L)
            check("sinl", y, 0, our_sinl(y), sinl(y), 1);
    }
    check("sinl", INFINITY, 0, our_sinl(INFINITY), NAN, 0);
    check("tanl", NAN, 0, our_tanl(NAN), NAN, 0);
}

static void test_pow(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        long double x = sample(i), y = sample((int)(next_random() % 4000));
        check("powl", x, y, our_powl(x, y), powl(x, y), 1 << 14);
        x = (long double)(next_random() % 1000) / 8;
        y = (long double)((int)(next_random() % 40) - 20) / 2;
        check("powl", x, y, our_powl(x, y), powl(x, y), 32);
    }
    check("powl", 3, 40, our_powl(3, 40), 12157665459056928801.0L, 0);
    check("powl", -2, 3, our_powl(-2, 3), -8, 0);
    check("powl", 10, -2, our_powl(10, -2), 0.01L, 1);
    for (int i = 0; i < ROUNDS; i++) {
        long double x = sample(4 * i + 100), y = sample(4 * i + 100);
        long double z = -x * y + sample(4 * i + 100) * 0x1p-50L;
        check("fmal", x, y, our_fmal(x, y, z), fmal(x, y, z), 1);
    }
}

int main(void)
{
    ONE_ARGUMENT(TRY_ONE)
    TWO_ARGUMENTS(TRY_TWO)
    test_parts();
    test_trig();
    test_pow();
    printf("%s 1 - as the host's libm\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
