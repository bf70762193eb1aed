/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_HEXFLOAT_H
#define LIBC_HEXFLOAT_H

#include <stdbool.h>

/* Bits of a type's significand; the exponent of its least bit; the first
 * power of two that it has not. */
struct hex_format {
    int precision, least, limit;
};

/* Is it "0x" behind white space and a sign? */
bool __libc_hex_begins(const char *text);
/* The number there, rounded to nearest for the format; ERANGE is set. */
long double __libc_hex_number(const char *text, char **end,
                              const struct hex_format *format);

#endif
