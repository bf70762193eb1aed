/* SPDX-License-Identifier: Apache-2.0 */
/* What POSIX has of stdio and newlib does not, or under other names only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/lock.h>
#include <unistd.h>
#include <wchar.h>

#include "libc.h"

void flockfile(FILE *stream)
{
    __lock_acquire_recursive(stream->_lock);
}

int ftrylockfile(FILE *stream)
{
    return __lock_try_acquire_recursive(stream->_lock) ? 0 : -1;
}

void funlockfile(FILE *stream)
{
    __lock_release_recursive(stream->_lock);
}

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream)
{
    size_t len = 0;
    int c = EOF;

    if (!line || !size) {
        errno = EINVAL;
        return -1;
    }
    if (!*line)
        *size = 0;
    (void)fwide(stream, -1);
    flockfile(stream);
    do {
        if (len + 2 > *size) {
            size_t more = *size < 60 ? 120 : 2 * *size;
            char *buf = realloc(*line, more);
            if (!buf) {
                funlockfile(stream);
                return -1;
            }
            *line = buf;
            *size = more;
        }
        if ((c = getc_unlocked(stream)) != EOF)
            (*line)[len++] = (char)c;
    } while (c != EOF && c != delimiter);
    funlockfile(stream);
    (*line)[len] = 0;
    return len > 0 ? (ssize_t)len : -1;
}

ssize_t getline(char **line, size_t *size, FILE *stream)
{
    return getdelim(line, size, '\n', stream);
}

void perror(const char *text)
{
    int saved = errno;
    bool has_text = text && *text;
    fprintf(stderr, "%s%s%s\n", has_text ? text : "", has_text ? ": " : "",
            strerror(saved));
    errno = saved;
}
