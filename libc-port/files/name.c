/* SPDX-License-Identifier: Apache-2.0 */
/* Names: making, removing, renaming, looking. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

int access(const char *path, int mode)
{
    return (int)libc_result(sys_faccessat2(AT_FDCWD, path, mode, 0));
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
    return (int)libc_result(sys_faccessat2(dirfd, path, mode, flags));
}

int eaccess(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int euidaccess(const char *path, int mode)
{
    return eaccess(path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return (int)libc_result(sys_mkdirat(AT_FDCWD, path, mode));
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
    return (int)libc_result(sys_mkdirat(dirfd, path, mode));
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
    return (int)libc_result(sys_mknodat(AT_FDCWD, path, mode, dev));
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
    return (int)libc_result(sys_mknodat(dirfd, path, mode, dev));
}

int mkfifo(const char *path, mode_t mode)
{
    return mknod(path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
    return mknodat(dirfd, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0);
}

int rmdir(const char *path)
{
    return (int)libc_result(sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR));
}

int unlink(const char *path)
{
    return (int)libc_result(sys_unlinkat(AT_FDCWD, path, 0));
}

int unlinkat(int dirfd, const char *path, int flags)
{
    return (int)libc_result(sys_unlinkat(dirfd, path, flags));
}

int remove(const char *path)
{
    long rc = sys_unlinkat(AT_FDCWD, path, 0);
    if (rc == -EISDIR)
        rc = sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
    return (int)libc_result(rc);
}

int rename(const char *from, const char *to)
{
    return (int)libc_result(sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return (int)libc_result(sys_renameat2(from_fd, from, to_fd, to, 0));
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to,
              unsigned flags)
{
    return (int)libc_result(sys_renameat2(from_fd, from, to_fd, to, flags));
}

int link(const char *from, const char *to)
{
    return (int)libc_result(sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    return (int)libc_result(sys_linkat(from_fd, from, to_fd, to, flags));
}

int symlink(const char *target, const char *path)
{
    return (int)libc_result(sys_symlinkat(target, AT_FDCWD, path));
}

int symlinkat(const char *target, int dirfd, const char *path)
{
    return (int)libc_result(sys_symlinkat(target, dirfd, path));
}

ssize_t readlink(const char *path, char *buf, size_t len)
{
    return libc_result(sys_readlinkat(AT_FDCWD, path, buf, len));
}

ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t len)
{
    return libc_result(sys_readlinkat(dirfd, path, buf, len));
}

int chdir(const char *path)
{
    return (int)libc_result(sys_chdir(path));
}

int fchdir(int fd)
{
    return (int)libc_result(sys_fchdir(fd));
}

int chroot(const char *path)
{
    (void)path;
    errno = ENOSYS;
    return -1;
}

/* buf NULL: allocated, len bytes or as many as it takes (Linux, BSD). */
char *getcwd(char *buf, size_t len)
{
    char path[PATH_MAX];
    if (buf && len == 0) {
        errno = EINVAL;
        return NULL;
    }
    long rc = sys_getcwd(path, sizeof path);
    if (rc > 0 && len > 0 && (size_t)rc > len)
        rc = -ERANGE;
    if (libc_result(rc) < 0)
        return NULL;
    if (!buf && !(buf = malloc(len ? len : (size_t)rc)))
        return NULL;
    return memcpy(buf, path, (size_t)rc);
}

char *getwd(char *buf)
{
    return getcwd(buf, PATH_MAX);
}

char *get_current_dir_name(void)
{
    return getcwd(NULL, 0);
}
