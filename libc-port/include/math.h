/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's <math.h> and the long double functions it has only elsewhere. */
#ifndef _SEPTUM_MATH_H
#define _SEPTUM_MATH_H

/* newlib's own, whose names programs use for theirs. */
#define infinity __newlib_infinity
#define infinityf __newlib_infinityf
#include_next <math.h>
#undef infinity
#undef infinityf
#undef log2 /* a quotient of logarithms, with two errors of rounding */
#include <sys/features.h>

/* newlib's has no bit for the exceptions, which it raises. */
#undef math_errhandling
#ifdef __FAST_MATH__
#define math_errhandling 0
#elif defined(__NO_MATH_ERRNO__)
#define math_errhandling MATH_ERREXCEPT
#else
#define math_errhandling (MATH_ERRNO | MATH_ERREXCEPT)
#endif

#if __ISO_C_VISIBLE >= 1999
extern long double acosl(long double);
extern long double acoshl(long double);
extern long double asinl(long double);
extern long double asinhl(long double);
extern long double atanl(long double);
extern long double atan2l(long double, long double);
extern long double atanhl(long double);
extern long double cbrtl(long double);
extern long double ceill(long double);
extern long double copysignl(long double, long double);
extern long double cosl(long double);
extern long double coshl(long double);
extern long double erfl(long double);
extern long double erfcl(long double);
extern long double expl(long double);
extern long double exp2l(long double);
extern long double expm1l(long double);
extern long double fabsl(long double);
extern long double fdiml(long double, long double);
extern long double floorl(long double);
extern long double fmal(long double, long double, long double);
extern long double fmaxl(long double, long double);
extern long double fminl(long double, long double);
extern long double fmodl(long double, long double);
extern long double frexpl(long double, int *);
extern int ilogbl(long double);
extern long double ldexpl(long double, int);
extern long double lgammal(long double);
extern long long llrintl(long double);
extern long long llroundl(long double);
extern long double log10l(long double);
extern long double log1pl(long double);
extern long double log2l(long double);
extern long double logbl(long double);
extern long double logl(long double);
extern long lrintl(long double);
extern long lroundl(long double);
extern long double modfl(long double, long double *);
extern long double nanl(const char *);
extern long double nearbyintl(long double);
extern long double nextafterl(long double, long double);
extern double nexttoward(double, long double);
extern float nexttowardf(float, long double);
extern long double nexttowardl(long double, long double);
extern long double powl(long double, long double);
extern long double remainderl(long double, long double);
extern long double remquol(long double, long double, int *);
extern long double rintl(long double);
extern long double roundl(long double);
extern long double scalblnl(long double, long);
extern long double scalbnl(long double, int);
extern long double sinhl(long double);
extern long double sinl(long double);
extern long double tanhl(long double);
extern long double tanl(long double);
extern long double tgammal(long double);
extern long double truncl(long double);
#endif

#if __GNU_VISIBLE
extern long double exp10l(long double);
extern long double lgammal_r(long double, int *);
extern long double significandl(long double);
extern void sincosl(long double, long double *, long double *);
#define M_El 2.718281828459045235360287471352662498L
#define M_LOG2El 1.442695040888963407359924681001892137L
#define M_LOG10El 0.434294481903251827651128918916605082L
#define M_LN2l 0.693147180559945309417232121458176568L
#define M_LN10l 2.302585092994045684017991454684364208L
#define M_PIl 3.141592653589793238462643383279502884L
#define M_PI_2l 1.570796326794896619231321691639751442L
#define M_PI_4l 0.785398163397448309615660845819875721L
#define M_1_PIl 0.318309886183790671537767526745028724L
#define M_2_PIl 0.636619772367581343075535053490057448L
#define M_SQRT2l 1.414213562373095048801688724209698079L
#endif

#endif
