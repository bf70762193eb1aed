/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <wchar.h>

#include "scan.h"

int vfscanf(FILE *stream, const char *format, va_list ap)
{
    struct source source = {.stream = stream};
    if (fwide(stream, -1) > 0) /* also prepares stdio on first use */
        return EOF;
    flockfile(stream);
    int rc = __libc_scan(&source, format, ap);
    funlockfile(stream);
    return rc;
}

int __svfscanf_r(struct _reent *reent, FILE *stream, const char *format,
                 va_list ap)
{
    (void)reent;
    return vfscanf(stream, format, ap);
}

int vscanf(const char *format, va_list ap)
{
    return vfscanf(stdin, format, ap);
}

int vsscanf(const char *text, const char *format, va_list ap)
{
    struct source source = {.at = (const unsigned char *)text};
    return __libc_scan(&source, format, ap);
}

int scanf(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfscanf(stdin, format, ap);
    va_end(ap);
    return rc;
}

int fscanf(FILE *stream, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfscanf(stream, format, ap);
    va_end(ap);
    return rc;
}

int sscanf(const char *text, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsscanf(text, format, ap);
    va_end(ap);
    return rc;
}
