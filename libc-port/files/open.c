/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "libc.h"

#define MODE_ARG(flags, mode)                                                  \
    do {                                                                       \
        if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {                \
            va_list ap;                                                        \
            va_start(ap, flags);                                               \
            (mode) = va_arg(ap, unsigned);                                     \
            va_end(ap);                                                        \
        }                                                                      \
    } while (0)

int open(const char *path, int flags, ...)
{
    unsigned mode = 0;
    MODE_ARG(flags, mode);
    return (int)libc_result(
        CANCEL_POINT(sys_openat(AT_FDCWD, path, flags, mode)));
}

int openat(int dirfd, const char *path, int flags, ...)
{
    unsigned mode = 0;
    MODE_ARG(flags, mode);
    return (int)libc_result(CANCEL_POINT(sys_openat(dirfd, path, flags, mode)));
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd)
{
    return (int)libc_result(CANCEL_POINT(sys_close(fd)));
}

int close_range(unsigned first, unsigned last, int flags)
{
    return (int)libc_result(sys_close_range(first, last, (unsigned)flags));
}

void closefrom(int first)
{
    (void)sys_close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
}

int dup(int fd)
{
    return (int)libc_result(sys_dup(fd));
}

int dup2(int fd, int to)
{
    if (fd == to) { /* dup3 refuses that */
        long rc = sys_fcntl(fd, F_GETFD, 0);
        return rc < 0 ? (int)libc_result(rc) : fd;
    }
    return (int)libc_result(sys_dup3(fd, to, 0));
}

int dup3(int fd, int to, int flags)
{
    return (int)libc_result(sys_dup3(fd, to, flags));
}

int fcntl(int fd, int cmd, ...)
{
    va_list ap;
    va_start(ap, cmd);
    unsigned long arg = va_arg(ap, unsigned long);
    va_end(ap);
    if (cmd == F_SETLKW || cmd == F_OFD_SETLKW)
        return (int)libc_result(CANCEL_POINT(sys_fcntl(fd, cmd, arg)));
    return (int)libc_result(sys_fcntl(fd, cmd, arg));
}

int flock(int fd, int operation)
{
    return (int)libc_result(sys_flock(fd, operation));
}

int lockf(int fd, int cmd, off_t len)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = len};
    switch (cmd) {
    case F_LOCK:
        return fcntl(fd, F_SETLKW, &lock);
    case F_TLOCK:
        return fcntl(fd, F_SETLK, &lock);
    case F_ULOCK:
        lock.l_type = F_UNLCK;
        return fcntl(fd, F_SETLK, &lock);
    case F_TEST:
        if (fcntl(fd, F_GETLK, &lock) < 0)
            return -1;
        if (lock.l_type == F_UNLCK || lock.l_pid == getpid())
            return 0;
        errno = EACCES;
        return -1;
    default:
        errno = EINVAL;
        return -1;
    }
}

int pipe(int fds[2])
{
    return (int)libc_result(sys_pipe2(fds, 0));
}

int pipe2(int fds[2], int flags)
{
    return (int)libc_result(sys_pipe2(fds, flags));
}
