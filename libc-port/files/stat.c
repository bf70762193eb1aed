/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "libc.h"

_Static_assert(sizeof(struct stat) == sizeof(struct linux_stat), "stat");
_Static_assert(offsetof(struct stat, st_ctim) ==
                   offsetof(struct linux_stat, ctime),
               "stat");

int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
    return (int)libc_result(
        sys_newfstatat(dirfd, path, (struct linux_stat *)st, flags));
}

int stat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *st)
{
    return (int)libc_result(sys_fstat(fd, (struct linux_stat *)st));
}

int chmod(const char *path, mode_t mode)
{
    return (int)libc_result(sys_fchmodat(AT_FDCWD, path, mode, 0));
}

int lchmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

int fchmod(int fd, mode_t mode)
{
    return (int)libc_result(sys_fchmod(fd, mode));
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
    return (int)libc_result(sys_fchmodat(dirfd, path, mode, flags));
}

int chown(const char *path, uid_t owner, gid_t group)
{
    return (int)libc_result(sys_fchownat(AT_FDCWD, path, owner, group, 0));
}

int lchown(const char *path, uid_t owner, gid_t group)
{
    return (int)libc_result(
        sys_fchownat(AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW));
}

int fchown(int fd, uid_t owner, gid_t group)
{
    return (int)libc_result(sys_fchown(fd, owner, group));
}

int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)
{
    return (int)libc_result(sys_fchownat(dirfd, path, owner, group, flags));
}

mode_t umask(mode_t mask)
{
    return (mode_t)sys_umask(mask);
}

mode_t getumask(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return mask;
}

int utimensat(int dirfd, const char *path, const struct timespec times[2],
              int flags)
{
    return (int)libc_result(sys_utimensat(
        dirfd, path, (const struct linux_timespec *)times, flags));
}

int futimens(int fd, const struct timespec times[2])
{
    return utimensat(fd, NULL, times, 0);
}

static int utimes_at(int dirfd, const char *path, const struct timeval times[2],
                     int flags)
{
    struct timespec ts[2];
    if (!times)
        return utimensat(dirfd, path, NULL, flags);
    for (int i = 0; i < 2; i++) {
        if (times[i].tv_usec < 0 || times[i].tv_usec > 999999) {
            errno = EINVAL;
            return -1;
        }
        ts[i].tv_sec = times[i].tv_sec;
        ts[i].tv_nsec = times[i].tv_usec * 1000;
    }
    return utimensat(dirfd, path, ts, flags);
}

int utimes(const char *path, const struct timeval times[2])
{
    return utimes_at(AT_FDCWD, path, times, 0);
}

int lutimes(const char *path, const struct timeval times[2])
{
    return utimes_at(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2])
{
    return utimes_at(fd, NULL, times, 0);
}

int futimesat(int dirfd, const char *path, const struct timeval times[2])
{
    return utimes_at(dirfd, path, times, 0);
}

int utime(const char *path, const struct utimbuf *times)
{
    struct timeval tv[2] = {{0, 0}, {0, 0}};
    if (!times)
        return utimes(path, NULL);
    tv[0].tv_sec = times->actime;
    tv[1].tv_sec = times->modtime;
    return utimes(path, tv);
}

_Static_assert(sizeof(struct statfs) == sizeof(struct linux_statfs), "statfs");

int statfs(const char *path, struct statfs *st)
{
    return (int)libc_result(sys_statfs(path, (struct linux_statfs *)st));
}

int fstatfs(int fd, struct statfs *st)
{
    return (int)libc_result(sys_fstatfs(fd, (struct linux_statfs *)st));
}

static int to_statvfs(long rc, const struct linux_statfs *from,
                      struct statvfs *to)
{
    if (rc < 0)
        return (int)libc_result(rc);
    *to = (struct statvfs){
        .f_bsize = (unsigned long)from->bsize,
        .f_frsize = (unsigned long)(from->frsize ? from->frsize : from->bsize),
        .f_blocks = from->blocks,
        .f_bfree = from->bfree,
        .f_bavail = from->bavail,
        .f_files = from->files,
        .f_ffree = from->ffree,
        .f_favail = from->ffree,
        .f_fsid = (unsigned)from->fsid[0],
        .f_flag = (unsigned long)from->flags & ~0x20ul, /* ST_VALID */
        .f_namemax = (unsigned long)from->namelen,
    };
    return 0;
}

int statvfs(const char *path, struct statvfs *st)
{
    struct linux_statfs fs;
    return to_statvfs(sys_statfs(path, &fs), &fs, st);
}

int fstatvfs(int fd, struct statvfs *st)
{
    struct linux_statfs fs;
    return to_statvfs(sys_fstatfs(fd, &fs), &fs, st);
}
