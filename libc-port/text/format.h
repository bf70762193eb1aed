/* SPDX-License-Identifier: Apache-2.0 */
/* The printf family's engine. */
#ifndef LIBC_TEXT_FORMAT_H
#define LIBC_TEXT_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "length.h"

/* Where formatted text goes: [at, end) is free memory; what does not fit goes
 * to overflow(), which may take it elsewhere, make room, or drop it. */
struct out {
    char *at, *end;
    size_t total; /* bytes produced, dropped ones too */
    void (*overflow)(struct out *out, const char *text, size_t len);
    bool has_failed; /* errno is set */
};

enum spec_flag {
    SPEC_LEFT = 1 << 0,
    SPEC_PLUS = 1 << 1,
    SPEC_SPACE = 1 << 2,
    SPEC_ALT = 1 << 3,
    SPEC_ZERO = 1 << 4,
};

struct spec {
    int flags;     /* enum spec_flag */
    int width;     /* bytes, at least */
    int precision; /* -1: none */
    enum spec_length length;
    char conversion;
};

/* Bytes produced, or -1 with errno. */
int __libc_format(struct out *out, const char *format, va_list ap);

void __libc_out(struct out *out, const char *text, size_t len);
void __libc_out_fill(struct out *out, char c, int count);
/* format_float.c: a e f g in both cases. Is it a long double? */
void __libc_format_float(struct out *out, const struct spec *spec,
                         long double value, bool is_long);

#endif
