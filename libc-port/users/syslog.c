/* SPDX-License-Identifier: Apache-2.0 */
/* syslog: there is no log daemon in a guest; messages go to standard error,
 * one line each, where the host's collector of logs finds them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

extern char *program_invocation_short_name;

static const char *log_ident;
static int log_options, log_mask = LOG_UPTO(LOG_DEBUG);

void openlog(const char *ident, int options, int facility)
{
    (void)facility;
    log_ident = ident;
    log_options = options;
}

void closelog(void)
{
    log_ident = NULL;
    log_options = 0;
}

int setlogmask(int mask)
{
    int old = log_mask;

    if (mask)
        log_mask = mask;
    return old;
}

void vsyslog(int priority, const char *format, va_list args)
{
    static const char *const name[] = {"emerg",   "alert",  "crit", "err",
                                       "warning", "notice", "info", "debug"};
    char text[1024];
    int code = errno;

    if (!(log_mask & LOG_MASK(LOG_PRI(priority))))
        return;
    errno = code; /* for %m */
    (void)vsnprintf(text, sizeof text, format, args);
    size_t len = strlen(text);
    if (len && text[len - 1] == '\n')
        text[len - 1] = 0;
    fprintf(stderr, "%s",
            log_ident ? log_ident : program_invocation_short_name);
    if (log_options & LOG_PID)
        fprintf(stderr, "[%d]", (int)getpid());
    fprintf(stderr, ": %s: %s\n", name[LOG_PRI(priority)], text);
    errno = code;
}

void syslog(int priority, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsyslog(priority, format, args);
    va_end(args);
}
