/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to standard error: man 3 err. */
#ifndef _ERR_H
#define _ERR_H

#include <stdarg.h>
#include <sys/cdefs.h>

__BEGIN_DECLS
void warn(const char *format, ...) __attribute__((__format__(printf, 1, 2)));
void warnx(const char *format, ...) __attribute__((__format__(printf, 1, 2)));
void warnc(int code, const char *format, ...)
    __attribute__((__format__(printf, 2, 3)));
void vwarn(const char *format, va_list args);
void vwarnx(const char *format, va_list args);
void vwarnc(int code, const char *format, va_list args);
void err(int status, const char *format, ...)
    __attribute__((__noreturn__, __format__(printf, 2, 3)));
void errx(int status, const char *format, ...)
    __attribute__((__noreturn__, __format__(printf, 2, 3)));
void errc(int status, int code, const char *format, ...)
    __attribute__((__noreturn__, __format__(printf, 3, 4)));
void verr(int status, const char *format, va_list args)
    __attribute__((__noreturn__));
void verrx(int status, const char *format, va_list args)
    __attribute__((__noreturn__));
void verrc(int status, int code, const char *format, va_list args)
    __attribute__((__noreturn__));
__END_DECLS

#endif
