/* SPDX-License-Identifier: Apache-2.0 */
/* sqrt and sqrtf: one instruction, correctly rounded (SDM vol. 2, SQRTSD). */
#include <errno.h>

#ifdef UNI_HOST_TEST
#define sqrt math_sqrt
#define sqrtf math_sqrtf
#endif
double sqrt(double x);
float sqrtf(float x);

double sqrt(double x)
{
    if (__builtin_expect(x < 0, 0))
        errno = EDOM;
    __asm__("sqrtsd %0, %0" : "+x"(x)); /* a NaN for x < 0 */
    return x;
}

float sqrtf(float x)
{
    if (__builtin_expect(x < 0, 0))
        errno = EDOM;
    __asm__("sqrtss %0, %0" : "+x"(x));
    return x;
}
