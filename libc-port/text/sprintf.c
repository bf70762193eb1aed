/* SPDX-License-Identifier: Apache-2.0 */
/* printf to memory. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

/* What fits, fits; the rest is counted. */
static void memory_overflow(struct out *out, const char *text, size_t len)
{
    size_t room = (size_t)(out->end - out->at);
    (void)len;
    memcpy(out->at, text, room);
    out->at = out->end;
}

int vsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
    char none;
    struct out out = {.overflow = memory_overflow};
    out.at = size > 0 ? buf : &none;
    out.end = size > 0 ? buf + size - 1 : &none;
    if (size > PTRDIFF_MAX || out.end < out.at) /* "as much as there is" */
        out.end = (char *)(UINTPTR_MAX - 1);
    int rc = __libc_format(&out, format, ap);
    *out.at = 0;
    return rc;
}

int vsprintf(char *buf, const char *format, va_list ap)
{
    return vsnprintf(buf, SIZE_MAX, format, ap);
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsnprintf(buf, size, format, ap);
    va_end(ap);
    return rc;
}

int sprintf(char *buf, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsnprintf(buf, SIZE_MAX, format, ap);
    va_end(ap);
    return rc;
}

struct growing {
    struct out out;
    char *start;
};

static void grow(struct out *out, const char *text, size_t len)
{
    struct growing *to = (struct growing *)out;
    size_t used = (size_t)(out->at - to->start);
    size_t size = 2 * (used + len) + 64;
    char *start = out->has_failed ? NULL : realloc(to->start, size);
    if (!start) {
        out->has_failed = true;
        return;
    }
    to->start = start;
    out->at = start + used;
    out->end = start + size - 1;
    memcpy(out->at, text, len);
    out->at += len;
}

int vasprintf(char **result, const char *format, va_list ap)
{
    struct growing to = {.out = {.overflow = grow}};
    grow(&to.out, "", 0);
    int rc = __libc_format(&to.out, format, ap);
    if (rc < 0 || to.out.has_failed) {
        free(to.start);
        return -1;
    }
    *to.out.at = 0;
    char *fitting = realloc(to.start, (size_t)rc + 1);
    *result = fitting ? fitting : to.start;
    return rc;
}

int asprintf(char **result, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vasprintf(result, format, ap);
    va_end(ap);
    return rc;
}
