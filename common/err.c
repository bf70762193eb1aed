/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of host programs: see err.h. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"

int err_set(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (len >= 0 && (size_t)len < sizeof err->text)
        (void)snprintf(err->text + len, sizeof err->text - (size_t)len, ": %s",
                       strerror(code));
    err->code = code;
    return -code;
}

int err_say(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    err->code = code;
    return -code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    assert(err->code > 0);
    char old[ERR_TEXT_MAX];
    memcpy(old, err->text, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (len >= 0 && (size_t)len < sizeof err->text)
        (void)snprintf(err->text + len, sizeof err->text - (size_t)len, ": %s",
                       old);
    return -err->code;
}
