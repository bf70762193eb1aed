/* SPDX-License-Identifier: Apache-2.0 */
/* scanf: C11 7.21.6.2, POSIX's numbered arguments and allocation (m). */
#include "length.h"
#include "scan.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct scan_spec {
    int position; /* 0: the next argument */
    int width;    /* 0: none given */
    bool is_skipped, is_allocated;
    enum spec_length length;
    char conversion;
    bool set[256]; /* of %[ */
};

enum scan_result { SCAN_DONE, SCAN_MISMATCH, SCAN_END };

/* Text on its way to the program: fixed memory of its, or growing. */
struct sink {
    char *buf;        /* NULL: skipped */
    size_t len, size; /* bytes; size only where it grows */
    void **allocated; /* NULL: fixed */
    bool is_wide, has_failed;
    mbstate_t state;
};

static void sink_append(struct sink *sink, const void *bytes, size_t len)
{
    if (sink->allocated && sink->len + len > sink->size) {
        size_t size = 2 * sink->size + 32;
        char *more = realloc(sink->buf, size);
        if (!more) {
            sink->has_failed = true;
            return;
        }
        sink->buf = more;
        sink->size = size;
    }
    if (sink->buf)
        memcpy(sink->buf + sink->len, bytes, len);
    sink->len += len;
}

/* A byte of input. Wide: it may be part of a character only. */
static void sink_put(struct sink *sink, int c)
{
    char byte = (char)c;
    wchar_t wide;
    if (!sink->is_wide) {
        sink_append(sink, &byte, 1);
        return;
    }
    size_t n = mbrtowc(&wide, &byte, 1, &sink->state);
    if (n == (size_t)-1)
        sink->has_failed = true;
    else if (n != (size_t)-2)
        sink_append(sink, &wide, sizeof wide);
}

static enum scan_result sink_finish(struct sink *sink, bool is_terminated)
{
    static const wchar_t nul = 0;
    if (is_terminated)
        sink_append(sink, &nul, sink->is_wide ? sizeof nul : 1);
    if (sink->has_failed) {
        if (sink->allocated)
            free(sink->buf);
        return SCAN_END;
    }
    if (sink->allocated)
        *sink->allocated = sink->buf;
    return SCAN_DONE;
}

static void parse_set(const char **at, struct scan_spec *spec)
{
    const unsigned char *p = (const unsigned char *)*at, *start;
    bool is_inverted = *p == '^';
    p += is_inverted;
    memset(spec->set, is_inverted, sizeof spec->set);
    for (start = p; *p && (*p != ']' || p == start); p++) {
        if (*p == '-' && p > start && p[1] && p[1] != ']' && p[-1] <= p[1]) {
            for (int c = p[-1]; c <= p[1]; c++)
                spec->set[c] = !is_inverted;
            p++;
        } else {
            spec->set[*p] = !is_inverted;
        }
    }
    *at = (const char *)p + (*p == ']');
}

static int parse_int(const char **at)
{
    int value = 0;
    for (; isdigit((unsigned char)**at); (*at)++)
        if (value < INT_MAX / 10 - 1)
            value = 10 * value + (**at - '0');
    return value;
}

/* *at is behind the '%' and moves behind the specification. */
static void parse(const char **at, struct scan_spec *spec)
{
    const char *p = *at;
    int position;

    spec->position = spec->width = 0;
    spec->is_skipped = spec->is_allocated = false;
    if ((position = parse_int(&p)) > 0 && *p == '$') {
        spec->position = position;
        *at = p + 1;
    }
    if (**at == '*') {
        spec->is_skipped = true;
        (*at)++;
    }
    while (**at == '\'' || **at == 'I')
        (*at)++;
    spec->width = parse_int(at);
    if (**at == 'm') {
        spec->is_allocated = true;
        (*at)++;
    }
    spec->length = length_parse(at);
    spec->conversion = **at;
    if (**at)
        (*at)++;
    if (spec->conversion == '[')
        parse_set(at, spec);
}

static enum scan_result scan_integer(struct source *source,
                                     const struct scan_spec *spec, void *to)
{
    char buf[SCAN_NUMBER_MAX];
    char conversion = spec->conversion;
    int base = conversion == 'i' || conversion == 'p'   ? 0
               : conversion == 'o'                      ? 8
               : conversion == 'x' || conversion == 'X' ? 16
                                                        : 10;
    int saved = errno;

    if (conversion == 'p')
        base = 16;
    if (__libc_scan_integer(source, spec->width ? spec->width : INT_MAX, base,
                            buf) < 0)
        return SCAN_MISMATCH;
    if (spec->is_skipped)
        return SCAN_DONE;
    if (conversion == 'p') {
        *(void **)to = (void *)strtoul(buf, NULL, 16);
    } else {
        bool is_signed = conversion == 'd' || conversion == 'i';
        length_store(spec->length, to,
                     is_signed ? (uintmax_t)strtoimax(buf, NULL, base)
                               : strtoumax(buf, NULL, base));
    }
    if (errno != ERANGE)
        errno = saved;
    return SCAN_DONE;
}

static enum scan_result scan_float(struct source *source,
                                   const struct scan_spec *spec, void *to)
{
    char buf[SCAN_NUMBER_MAX];
    if (__libc_scan_float(source, spec->width ? spec->width : INT_MAX, buf) < 0)
        return SCAN_MISMATCH;
    if (spec->is_skipped)
        return SCAN_DONE;
    if (spec->length == LENGTH_LONG_DOUBLE)
        *(long double *)to = strtold(buf, NULL);
    else if (spec->length == LENGTH_LONG)
        *(double *)to = strtod(buf, NULL);
    else
        *(float *)to = strtof(buf, NULL);
    return SCAN_DONE;
}

static bool belongs(const struct scan_spec *spec, int c)
{
    switch (spec->conversion) {
    case 'c':
    case 'C':
        return true;
    case '[':
        return spec->set[c];
    default:
        return !isspace(c);
    }
}

/* %c, %s, %[ */
static enum scan_result scan_text(struct source *source,
                                  const struct scan_spec *spec, void *to)
{
    struct sink sink = {.buf = NULL};
    bool is_char = spec->conversion == 'c' || spec->conversion == 'C';
    int width = spec->width ? spec->width : is_char ? 1 : INT_MAX, taken = 0;
    int c = EOF;

    memset(&sink.state, 0, sizeof sink.state);
    sink.is_wide = spec->length == LENGTH_LONG || spec->conversion == 'S' ||
                   spec->conversion == 'C';
    if (!spec->is_skipped && spec->is_allocated)
        sink.allocated = to;
    else if (!spec->is_skipped)
        sink.buf = to;
    while (taken < width) {
        c = source_get(source);
        if (c == EOF || !belongs(spec, c))
            break;
        size_t before = sink.len;
        sink_put(&sink, c);
        /* A width counts characters, not their bytes. */
        taken += !sink.is_wide || sink.len != before || spec->is_skipped;
    }
    if (taken < width)
        source_unget(source, c);
    if (taken == 0) {
        if (sink.allocated)
            free(sink.buf);
        return c == EOF ? SCAN_END : SCAN_MISMATCH;
    }
    return sink_finish(&sink, !is_char);
}

static void skip_space(struct source *source)
{
    int c;
    while ((c = source_get(source)) != EOF && isspace(c))
        ;
    source_unget(source, c);
}

static bool at_end(struct source *source)
{
    int c = source_get(source);
    source_unget(source, c);
    return c == EOF;
}

static enum scan_result scan_one(struct source *source,
                                 const struct scan_spec *spec, void *to)
{
    switch (spec->conversion) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'p':
        return scan_integer(source, spec, to);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return scan_float(source, spec, to);
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case '[':
        return scan_text(source, spec, to);
    default:
        return SCAN_MISMATCH;
    }
}

/* The argument of a numbered specification: all are pointers. */
static void *nth_pointer(va_list ap, int n)
{
    va_list copy;
    void *pointer;
    va_copy(copy, ap);
    do
        pointer = va_arg(copy, void *);
    while (--n > 0);
    va_end(copy);
    return pointer;
}

static enum scan_result match_literal(struct source *source, unsigned char c)
{
    int found = source_get(source);
    if (found == c)
        return SCAN_DONE;
    source_unget(source, found);
    return found == EOF ? SCAN_END : SCAN_MISMATCH;
}

int __libc_scan(struct source *source, const char *format, va_list args)
{
    struct scan_spec spec;
    enum scan_result result = SCAN_DONE;
    int done = 0;
    va_list ap, all;

    va_copy(ap, args);
    va_copy(all, args);
    while (*format && result == SCAN_DONE) {
        if (isspace((unsigned char)*format)) {
            skip_space(source);
            format++;
            continue;
        }
        if (*format != '%') {
            result = match_literal(source, (unsigned char)*format++);
            continue;
        }
        format++;
        parse(&format, &spec);
        if (!strchr("cC[n", spec.conversion))
            skip_space(source);
        if (spec.conversion == '%') {
            result = match_literal(source, '%');
            continue;
        }
        void *to = NULL;
        if (!spec.is_skipped)
            to = spec.position ? nth_pointer(all, spec.position)
                               : va_arg(ap, void *);
        if (spec.conversion == 'n') {
            if (to)
                length_store(spec.length, to, source->count);
            continue;
        }
        result = at_end(source) ? SCAN_END : scan_one(source, &spec, to);
        done += result == SCAN_DONE && !spec.is_skipped;
    }
    va_end(ap);
    va_end(all);
    return result == SCAN_END && done == 0 ? EOF : done;
}
