/* SPDX-License-Identifier: Apache-2.0 */
/* libm: special cases exactly; ordinary values to the digits that every good
 * library agrees on. */
#include <complex.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define F(name)                                                                \
    {                                                                          \
#name, name, name##f, name##l                                          \
    }
static const struct {
    const char *name;
    double (*d)(double);
    float (*f)(float);
    long double (*l)(long double);
} functions[] = {
    F(sin),   F(cos),  F(tan),    F(asin),   F(acos),  F(atan), F(sinh),
    F(cosh),  F(tanh), F(asinh),  F(acosh),  F(atanh), F(exp),  F(exp2),
    F(expm1), F(log),  F(log2),   F(log10),  F(log1p), F(sqrt), F(cbrt),
    F(fabs),  F(ceil), F(floor),  F(trunc),  F(round), F(rint), F(nearbyint),
    F(erf),   F(erfc), F(tgamma), F(lgamma), F(logb),
};

static const double inputs[] = {0.0,  -0.0,  0.5,   -0.5,     1.0,       -1.0,
                                1.5,  2.5,   -2.5,  10.0,     0.001,     -3.25,
                                20.5, 25.25, 1e-10, INFINITY, -INFINITY, NAN};

static void table(void)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        printf("%s\n", functions[i].name);
        for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++) {
            double d = functions[i].d(inputs[k]);
            float f = functions[i].f((float)inputs[k]);
            long double l = functions[i].l(inputs[k]);
            /* A NaN's sign is nobody's promise. */
            printf(" %.13g", isnan(d) ? fabs(d) : d);
            /* The last bits that are left need not be the same. */
            if (fpclassify(f) == FP_SUBNORMAL)
                printf(" subnormal");
            else
                printf(" %.5g", isnan(f) ? fabs((double)f) : (double)f);
            printf(" %.13Lg", isnan(l) ? fabsl(l) : l);
        }
        printf("\n");
    }
}

static void two_arguments(void)
{
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i += 2) {
        for (size_t k = 1; k < sizeof inputs / sizeof *inputs; k += 3) {
            double x = inputs[i], y = inputs[k];
            double r[] = {pow(x, y),
                          atan2(x, y),
                          fmod(x, y),
                          hypot(x, y),
                          remainder(x, y),
                          fmax(x, y),
                          fmin(x, y),
                          fdim(x, y),
                          copysign(x, y),
                          nextafter(x, y),
                          (double)fmodl(x, y),
                          (double)powl(x, y),
                          (double)atan2l(x, y),
                          (double)hypotl(x, y)};
            for (size_t n = 0; n < sizeof r / sizeof *r; n++)
                printf("%.13g ", isnan(r[n]) ? fabs(r[n]) : r[n]);
            printf("\n");
        }
    }
}

static void parts(void)
{
    int e = 0, q = 0;
    double whole;
    long double lwhole;
    printf("%.17g", frexp(12.375, &e));
    printf(" %d", e);
    printf(" %.17g", ldexp(0.75, 5));
    printf(" %.17g", modf(-3.625, &whole));
    printf(" %.17g", whole);
    printf(" %.17Lg", modfl(2.5L, &lwhole));
    printf(" %.17Lg", frexpl(1e300L, &e));
    printf(" %d", e);
    printf(" %.17g", remquo(17.0, 5.0, &q));
    printf(" %d", q & 7);
    printf(" %.17g %d %ld %lld\n", scalbn(1.5, -3), ilogb(1000.0), lround(-2.5),
           llrint(3.5));
    printf("%.17g %.17g %.17Lg\n", fma(2, 3, 4), fma(1e308, 10, -INFINITY),
           fmal(1.5L, 2.0L, 0.25L));
    printf("%d %d %d %d %d\n", fpclassify(0.0) == FP_ZERO,
           fpclassify(5e-324) == FP_SUBNORMAL, isnormal(1.0) != 0,
           signbit(-0.0) != 0, isinf(-INFINITY) != 0);
    printf("%d %d %d\n", isgreater(2.0, 1.0), isunordered(NAN, 1.0),
           islessgreater(1.0, 1.0));
    printf("%.10g %.10g %.10g %.10g\n", j0(1.5), j1(1.5), jn(3, 2.5), y0(2.0));
    printf("%.13g %.13g\n", fabs(nan("")), fabs(NAN * 0));
}

static void environment(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
                                FE_TOWARDZERO};
    for (int i = 0; i < 4; i++) {
        volatile double one = 1, three = 3;
        fesetround(modes[i]);
        printf("%d %a %.1f %.1f\n", fegetround() == modes[i], one / three,
               rint(2.5), rint(-2.5));
    }
    fesetround(FE_TONEAREST);
    for (int i = 2; i < 40; i += 3) { /* no log(x) / log(2) */
        volatile double x = i;
        printf("%.17g %.17g\n", log2(x), log2(1 / x));
    }
    volatile double zero = 0, one = 1;
    feclearexcept(FE_ALL_EXCEPT);
    volatile double r = one / zero;
    printf("%d", fetestexcept(FE_DIVBYZERO) != 0);
    r = sqrt(-one);
    printf(" %d", fetestexcept(FE_INVALID) != 0);
    fenv_t env;
    feholdexcept(&env);
    printf(" %d", fetestexcept(FE_ALL_EXCEPT));
    feupdateenv(&env);
    printf(" %d\n", fetestexcept(FE_DIVBYZERO) != 0);
    (void)r;
}

static void complexes(void)
{
    double complex z = 3.0 + 4.0 * I;
    double complex r[] = {csqrt(z), cexp(z),  clog(z), cpow(z, 0.5), csin(z),
                          conj(z),  cproj(z), z * z,   z / (1 + I)};
    for (size_t i = 0; i < sizeof r / sizeof *r; i++)
        printf("%.12g%+.12gi ", creal(r[i]), cimag(r[i]));
    printf("%.12g %.12g\n", cabs(z), carg(z));
}

int main(void)
{
    table();
    two_arguments();
    parts();
    environment();
    complexes();
    return 0;
}
