/* SPDX-License-Identifier: Apache-2.0 */
/* The exact decimal digits of a long double. */
#ifndef LIBC_TEXT_DECIMAL_H
#define LIBC_TEXT_DECIMAL_H

#include <stdbool.h>

enum {
    DECIMAL_INT_DIGITS = 4933,   /* of LDBL_MAX */
    DECIMAL_FRAC_DIGITS = 16445, /* of LDBL_TRUE_MIN, 2^-16445 */
    DECIMAL_ROOM = 21380,
    DECIMAL_DOUBLE_ROOM = 800, /* 767 digits: (2^53 - 1) * 2^-1074 */
};

/*
 * value: finite, more than 0; 80-bit format (SDM vol. 1 s4.2.2).
 * is_fixed: `count` digits after the decimal point, else that many in all (at
 * least 1). Rounds to nearest, halves to even. Writes the digits without
 * trailing zeros, and a NUL, to out, and where the decimal point stands among
 * them (before the first: 0) to *point. Returns the number of digits; 0 when
 * the value rounds to zero. Room: count (or point + count) + 2 bytes, or
 * DECIMAL_ROOM for any, DECIMAL_DOUBLE_ROOM for those that a double can hold.
 */
int decimal_digits(
    long double value, bool is_fixed, int count, char *out,
    int *point) __asm__("__libc_decimal_digits"); /* no program has this name */

#endif
