/* SPDX-License-Identifier: Apache-2.0 */
/* errno, read right after functions that GCC takes for its builtins and
 * believes to know. */
/* libs: -lm */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void memory(size_t size)
{
    errno = 0;
    void *p = malloc(size);
    int error = errno;
    printf("malloc %d %d\n", p != NULL, error == ENOMEM);
    errno = 0;
    p = calloc(size, 3);
    error = errno;
    printf("calloc %d %d\n", p != NULL, error == ENOMEM);
    errno = EINVAL;
    p = realloc(NULL, size);
    error = errno;
    printf("realloc %d %d\n", p != NULL, error == ENOMEM);
    errno = 7;
    p = malloc(20);
    error = errno;
    printf("malloc %d %d\n", p != NULL, error);
    free(p);
}

#define SHOW(call)                                                             \
    do {                                                                       \
        errno = 0;                                                             \
        volatile long double result = (call);                                  \
        int error = errno;                                                     \
        printf("%s %d %d\n", #call, error, !!isfinite(result));                \
    } while (0)

static void doubles(double zero, double one, double minus)
{
    SHOW(log(minus));
    SHOW(log(zero));
    SHOW(exp(1e4 * one));
    SHOW(pow(minus, .5));
    SHOW(sqrt(minus));
    SHOW(acos(2 * one));
    SHOW(asin(2 * one));
    SHOW(atanh(one));
    SHOW(atanh(2 * one));
    SHOW(acosh(zero));
    SHOW(cosh(1e4 * one));
    SHOW(sinh(1e4 * one));
    SHOW(hypot(1.7e308 * one, 1.7e308));
    SHOW(fmod(one, zero));
    SHOW(remainder(one, zero));
    SHOW(tgamma(minus));
    SHOW(tgamma(zero));
    SHOW(tgamma(200 * one));
    SHOW(lgamma(minus));
    SHOW(y0(minus));
    SHOW(y1(minus));
    SHOW(y0(zero));
    SHOW(y1(zero));
    SHOW(y0(-1e17 * one));
    SHOW(j0(1e10 * one));
    printf("%d\n", j0(1e17 * one) != 0);
    SHOW(ldexp(one, 5000));
    SHOW(scalbn(one, 9999));
    SHOW(scalbn(one, -9999));
    SHOW(scalbln(one, 99999999999));
    SHOW(scalbn(one, 5));
    SHOW(nextafter(1.7976931348623157e308 * one, INFINITY));
    SHOW(nextafter(zero, one));
    SHOW(nextafter(one, zero));
    SHOW(nextafter(2.2250738585072014e-308 * one, zero));
    SHOW(nextafter(4.9406564584124654e-324 * one, zero));
    SHOW(fdim(1.7e308 * one, -1.7e308));
    SHOW(ilogb(zero));
    SHOW(ilogb(INFINITY * one));
    SHOW(ilogb(one));
}

static void others(double zero, double one, double minus)
{
    SHOW(acosf((float)(2 * one)));
    SHOW(coshf((float)(1e4 * one)));
    SHOW(sqrtf((float)minus));
    SHOW(scalbnf((float)one, 999));
    SHOW(fdimf((float)(3e38 * one), -3e38f));
    SHOW(ilogbf((float)zero));
    SHOW(nextafterf((float)zero, 1));
    SHOW(tgammaf((float)(100 * one)));
    SHOW(sqrtl((long double)minus));
    SHOW(fmodl((long double)one, (long double)zero));
    SHOW(remainderl((long double)one, (long double)zero));
    SHOW(scalbnl((long double)one, 99999));
    SHOW(nextafterl((long double)zero, 1));
    SHOW(nextafterl(0x1p-16382L * one, 0));
    SHOW(ilogbl((long double)zero));
    SHOW(logl((long double)minus));
    printf("%d\n", math_errhandling);
}

int main(int argc, char **argv)
{
    (void)argv;
    memory(SIZE_MAX / 2 / (size_t)argc);
    doubles(argc - 1, argc, argc - 2);
    others(argc - 1, argc, argc - 2);
    return 0;
}
