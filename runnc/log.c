/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines; see log.h. A log that cannot be written stops nothing. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/log.h"

#define LINE_MAX_ (6 * ERR_TEXT_MAX + 128) /* every byte as \u00xx */

#define WARNING_MAX 32u

static const struct globals *globals;
static char *warning[WARNING_MAX]; /* for the log, when all went well */
static unsigned warning_count;
static bool is_inside;

void log_init(const struct globals *from)
{
    globals = from;
}

/* Text as a JSON string's inside (RFC 8259 s7). Bytes that are not ASCII pass:
 * what is no UTF-8 would break a reader, so such text becomes '?'. */
static size_t escape(char *to, size_t size, const char *text)
{
    size_t len = 0;
    for (; *text && len + 7 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            to[len++] = '\\', to[len++] = (char)c;
        else if (c < ' ')
            len += (size_t)snprintf(to + len, size - len, "\\u%04x", c);
        else
            to[len++] = c < 0x7f ? (char)c : '?';
    }
    to[len] = 0;
    return len;
}

static void append(const char *level, const char *text)
{
    char line[LINE_MAX_], escaped[LINE_MAX_ - 128], when[32];
    time_t now = time(NULL);
    struct tm tm;

    auto_fd int fd =
        open(globals->log_path,
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             0644);
    if (fd < 0)
        return; /* its directory is gone on late deletes */
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    escape(escaped, sizeof escaped, text);
    int len =
        snprintf(line, sizeof line,
                 globals->is_log_json
                     ? "{\"level\":\"%s\",\"msg\":\"%s\",\"time\":\"%s\"}\n"
                     : "level=%s msg=\"%s\" time=\"%s\"\n",
                 level, escaped, when);
    if (write(fd, line, (size_t)len) < 0)
        return;
}

void log_error(const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (globals->log_path)
        append("error", text);
    dprintf(STDERR_FILENO, "runnc: %s\n", text);
}

static void say(const char *what, const char *fmt, va_list ap)
{
    char text[ERR_TEXT_MAX];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    dprintf(STDERR_FILENO, "runnc: %s: %s\n", what, text);
}

void log_warn(const char *fmt, ...)
{
    char *text;
    va_list ap;
    bool is_for_log = globals->log_path && !is_inside;

    if (is_for_log && warning_count < WARNING_MAX) {
        va_start(ap, fmt);
        if (vasprintf(&text, fmt, ap) >= 0)
            warning[warning_count++] = text;
        va_end(ap);
    }
    if (!globals->is_debug && !isatty(STDERR_FILENO) &&
        (is_for_log || is_inside))
        return;
    va_start(ap, fmt);
    say("warning", fmt, ap);
    va_end(ap);
}

void log_warnings(void)
{
    for (unsigned i = 0; i < warning_count; i++) {
        append("warning", warning[i]);
        free(warning[i]);
    }
    warning_count = 0;
}

void log_inside(void)
{
    is_inside = true;
}

void log_debug(const char *fmt, ...)
{
    va_list ap;
    if (!globals->is_debug)
        return;
    va_start(ap, fmt);
    say("debug", fmt, ap);
    va_end(ap);
}
