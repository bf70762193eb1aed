/* SPDX-License-Identifier: Apache-2.0 */
/* Length modifiers, which printf and scanf have in common. */
#ifndef LIBC_TEXT_LENGTH_H
#define LIBC_TEXT_LENGTH_H

#include <stdint.h>

enum spec_length {
    LENGTH_INT,
    LENGTH_CHAR,
    LENGTH_SHORT,
    LENGTH_LONG, /* also long long, size_t, ptrdiff_t, intmax_t */
    LENGTH_LONG_DOUBLE,
};

/* *at moves behind the modifier, if there is one. */
static inline enum spec_length length_parse(const char **at)
{
    switch (*(*at)++) {
    case 'h':
        if (**at != 'h')
            return LENGTH_SHORT;
        (*at)++;
        return LENGTH_CHAR;
    case 'l':
        *at += **at == 'l';
        return LENGTH_LONG;
    case 'q':
    case 'j':
    case 'z':
    case 'Z':
    case 't':
        return LENGTH_LONG;
    case 'L':
        return LENGTH_LONG_DOUBLE;
    default:
        (*at)--;
        return LENGTH_INT;
    }
}

/* An integer to where a conversion's argument points. */
static inline void length_store(enum spec_length length, void *to,
                                uintmax_t value)
{
    switch (length) {
    case LENGTH_CHAR:
        *(signed char *)to = (signed char)value;
        break;
    case LENGTH_SHORT:
        *(short *)to = (short)value;
        break;
    case LENGTH_INT:
        *(int *)to = (int)value;
        break;
    default:
        *(uintmax_t *)to = value;
    }
}

#endif
