/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's freopen leaves the position and the access mode of a stream that
 * it opens without a name, and gives a new file the lowest free descriptor.
 * Here, as on Linux, the file is opened once more, and the descriptor stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

FILE *__newlib_freopen(const char *path, const char *mode, FILE *file);

/* A second descriptor of a regular file (others cannot be opened twice) and
 * a name for it. -1: none. */
static int hold(int fd, char *name, size_t size)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return -1;
    int held = fcntl(fd, F_DUPFD_CLOEXEC, fd + 1);
    if (held >= 0)
        (void)snprintf(name, size, "/proc/self/fd/%d", held);
    return held;
}

FILE *freopen(const char *path, const char *mode, FILE *file)
{
    char name[32];
    int saved = errno;
    int old = fileno(file), held = path ? -1 : hold(old, name, sizeof name);

    errno = saved;
    FILE *result = __newlib_freopen(held >= 0 ? name : path, mode, file);
    saved = errno;
    if (held >= 0)
        (void)close(held);
    if (result && old >= 0 && result->_file != old) {
        int flags = fcntl(result->_file, F_GETFD) & FD_CLOEXEC;
        if (dup3(result->_file, old, flags ? O_CLOEXEC : 0) == old) {
            (void)close(result->_file);
            result->_file = (short)old;
        }
    }
    errno = saved;
    return result;
}
