/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of host programs; see err.h. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"

/* A name from a file may hold anything: one error stays one line. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (len >= 0 && (size_t)len < sizeof err->text)
        snprintf(err->text + len, sizeof err->text - len, ": %s",
                 strerror(code));
    make_printable(err->text);
    err->code = code;
    err->is_refusal = false;
    return -code;
}

int err_say(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    make_printable(err->text);
    err->code = code;
    err->is_refusal = false;
    return -code;
}

int err_refuse(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    make_printable(err->text);
    err->code = EINVAL;
    err->is_refusal = true;
    return -EINVAL;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    assert(err->code > 0);
    char inner[ERR_TEXT_MAX];
    memcpy(inner, err->text, sizeof inner);

    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (len >= 0 && (size_t)len < sizeof err->text)
        snprintf(err->text + len, sizeof err->text - len, ": %s", inner);
    make_printable(err->text);
    return -err->code;
}
