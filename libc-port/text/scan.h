/* SPDX-License-Identifier: Apache-2.0 */
/* The scanf family's engine. */
#ifndef LIBC_TEXT_SCAN_H
#define LIBC_TEXT_SCAN_H

#include <stdarg.h>
#include <stdio.h>

/* Where characters come from: a locked stream, or a string. */
struct source {
    FILE *stream; /* NULL: the string */
    const unsigned char *at;
    size_t count; /* characters taken */
};

/* Conversions made, or EOF. */
int __libc_scan(struct source *source, const char *format, va_list ap);

static inline int source_get(struct source *source)
{
    int c = source->stream ? getc_unlocked(source->stream)
            : *source->at  ? *source->at++
                           : EOF;
    source->count += c != EOF;
    return c;
}

static inline void source_unget(struct source *source, int c)
{
    if (c == EOF)
        return;
    source->count--;
    if (source->stream)
        (void)ungetc(c, source->stream);
    else
        source->at--;
}

/* scan_number.c: each reads at most `width` characters of a number into a
 * buffer that it NUL-terminates. 0, or -1: there is none; EOF is seen by the
 * caller before. */
enum { SCAN_NUMBER_MAX = 1024 };
int __libc_scan_integer(struct source *source, int width, int base, char *buf);
int __libc_scan_float(struct source *source, int width, char *buf);

#endif
