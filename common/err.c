/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of host programs; see err.h. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"

void err_clean(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        bool is_c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        if (*c < ' ' || *c == 0x7f || is_c1)
            *c = '?';
        if (is_c1)
            *++c = '?';
    }
}

/* The text from fmt, then ": " and `more` if there is some. A name from a file
 * may hold anything: one error stays one line. */
__attribute__((format(printf, 2, 0))) static void
set_text(struct err *err, const char *fmt, va_list ap, const char *more)
{
    int len = vsnprintf(err->text, sizeof err->text, fmt, ap);
    if (more && len >= 0 && (size_t)len < sizeof err->text)
        (void)snprintf(err->text + len, sizeof err->text - (size_t)len, ": %s",
                       more);
    err_clean(err->text);
}

#define SET_TEXT(err, fmt, more)                                               \
    do {                                                                       \
        va_list ap;                                                            \
        va_start(ap, fmt);                                                     \
        set_text(err, fmt, ap, more);                                          \
        va_end(ap);                                                            \
    } while (0)

int err_set(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    *err = (struct err){.code = code};
    SET_TEXT(err, fmt, strerror(code));
    return -code;
}

int err_say(struct err *err, int code, const char *fmt, ...)
{
    assert(code > 0);
    *err = (struct err){.code = code};
    SET_TEXT(err, fmt, NULL);
    return -code;
}

int err_refuse(struct err *err, const char *fmt, ...)
{
    *err = (struct err){.code = EINVAL, .is_refusal = true};
    SET_TEXT(err, fmt, NULL);
    return -EINVAL;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    const struct err inner = *err;
    assert(err->code > 0);
    SET_TEXT(err, fmt, inner.text);
    return -err->code;
}
