/* SPDX-License-Identifier: Apache-2.0 */
/* GNU's messages to standard error: man 3 error. */
#ifndef _ERROR_H
#define _ERROR_H

#include <sys/cdefs.h>

__BEGIN_DECLS
extern void (*error_print_progname)(void);
extern unsigned int error_message_count;
extern int error_one_per_line;
void error(int status, int code, const char *format, ...)
    __attribute__((__format__(printf, 3, 4)));
void error_at_line(int status, int code, const char *file, unsigned int line,
                   const char *format, ...)
    __attribute__((__format__(printf, 5, 6)));
__END_DECLS

#endif
