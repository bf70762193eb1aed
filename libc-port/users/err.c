/* SPDX-License-Identifier: Apache-2.0 */
/* err(3) and error(3). The name before a message is the program's last path
 * component for err, its whole name for error, as with glibc. */
#include <err.h>
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char *program_invocation_name, *program_invocation_short_name;

static void message(int code, const char *format, va_list args)
{
    (void)fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    if (format)
        vfprintf(stderr, format, args);
    if (code >= 0)
        fprintf(stderr, "%s%s", format ? ": " : "", strerror(code));
    fputc('\n', stderr);
}

void vwarnc(int code, const char *format, va_list args)
{
    message(code, format, args);
}

void vwarn(const char *format, va_list args)
{
    message(errno, format, args);
}

void vwarnx(const char *format, va_list args)
{
    message(-1, format, args);
}

void verrc(int status, int code, const char *format, va_list args)
{
    message(code, format, args);
    exit(status);
}

void verr(int status, const char *format, va_list args)
{
    verrc(status, errno, format, args);
}

void verrx(int status, const char *format, va_list args)
{
    verrc(status, -1, format, args);
}

#define WITH_ARGS(call)                                                        \
    do {                                                                       \
        va_list args;                                                          \
        va_start(args, format);                                                \
        call;                                                                  \
        va_end(args);                                                          \
    } while (0)

void warn(const char *format, ...)
{
    WITH_ARGS(vwarn(format, args));
}

void warnx(const char *format, ...)
{
    WITH_ARGS(vwarnx(format, args));
}

void warnc(int code, const char *format, ...)
{
    WITH_ARGS(vwarnc(code, format, args));
}

void err(int status, const char *format, ...)
{
    int code = errno;
    va_list args;

    va_start(args, format);
    verrc(status, code, format, args);
}

void errx(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    verrc(status, -1, format, args);
}

void errc(int status, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    verrc(status, code, format, args);
}

void (*error_print_progname)(void);
unsigned int error_message_count;
int error_one_per_line;

static void verror(int status, int code, const char *file, unsigned int line,
                   const char *format, va_list args)
{
    static const char *last_file;
    static unsigned int last_line;

    if (file && error_one_per_line) {
        if (last_line == line && last_file && strcmp(last_file, file) == 0)
            return;
        last_file = file;
        last_line = line;
    }
    (void)fflush(stdout);
    if (error_print_progname)
        error_print_progname();
    else
        fprintf(stderr, "%s:", program_invocation_name);
    if (file)
        fprintf(stderr, "%s:%u: ", file, line);
    else if (!error_print_progname)
        fputc(' ', stderr);
    vfprintf(stderr, format, args);
    error_message_count++;
    if (code)
        fprintf(stderr, ": %s", strerror(code));
    fputc('\n', stderr);
    if (status)
        exit(status);
}

void error(int status, int code, const char *format, ...)
{
    WITH_ARGS(verror(status, code, NULL, 0, format, args));
}

void error_at_line(int status, int code, const char *file, unsigned int line,
                   const char *format, ...)
{
    WITH_ARGS(verror(status, code, file, line, format, args));
}
