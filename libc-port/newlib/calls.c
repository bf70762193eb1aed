/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls newlib makes itself, under the names it has for them
 * (newlib's <reent.h>). An application's own function named read or write is
 * not called by these. */
#include <fcntl.h>
#include <reent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/times.h>

#include "libc.h"

static long set_errno(struct _reent *reent, long rc)
{
    if (rc >= 0)
        return rc;
    reent->_errno = (int)-rc;
    return -1;
}

int _close_r(struct _reent *reent, int fd)
{
    return (int)set_errno(reent, sys_close(fd));
}

int _fcntl_r(struct _reent *reent, int fd, int cmd, int arg)
{
    return (int)set_errno(reent, sys_fcntl(fd, cmd, (unsigned long)arg));
}

int _fstat_r(struct _reent *reent, int fd, struct stat *st)
{
    return (int)set_errno(reent, sys_fstat(fd, (struct linux_stat *)st));
}

int _stat_r(struct _reent *reent, const char *path, struct stat *st)
{
    return (int)set_errno(
        reent, sys_newfstatat(AT_FDCWD, path, (struct linux_stat *)st, 0));
}

int _isatty_r(struct _reent *reent, int fd)
{
    struct linux_termios termios;
    long rc = sys_ioctl(fd, 0x5401 /* TCGETS */, (unsigned long)&termios);
    return set_errno(reent, rc) == 0;
}

_off_t _lseek_r(struct _reent *reent, int fd, _off_t offset, int whence)
{
    return set_errno(reent, sys_lseek(fd, offset, whence));
}

int _open_r(struct _reent *reent, const char *path, int flags, int mode)
{
    return (int)set_errno(
        reent, CANCEL_POINT(sys_openat(AT_FDCWD, path, flags, (unsigned)mode)));
}

_ssize_t _read_r(struct _reent *reent, int fd, void *buf, size_t len)
{
    return set_errno(reent, CANCEL_POINT(sys_read(fd, buf, len)));
}

_ssize_t _write_r(struct _reent *reent, int fd, const void *buf, size_t len)
{
    return set_errno(reent, CANCEL_POINT(sys_write(fd, buf, len)));
}

int _unlink_r(struct _reent *reent, const char *path)
{
    return (int)set_errno(reent, sys_unlinkat(AT_FDCWD, path, 0));
}

int _link_r(struct _reent *reent, const char *from, const char *to)
{
    return (int)set_errno(reent, sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int _rename_r(struct _reent *reent, const char *from, const char *to)
{
    return (int)set_errno(reent,
                          sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int _mkdir_r(struct _reent *reent, const char *path, int mode)
{
    return (int)set_errno(reent, sys_mkdirat(AT_FDCWD, path, (unsigned)mode));
}

int _getpid_r(struct _reent *reent)
{
    (void)reent;
    return (int)sys_getpid();
}

int _kill_r(struct _reent *reent, int pid, int sig)
{
    return (int)set_errno(reent, sys_kill(pid, sig));
}

_CLOCK_T_ _times_r(struct _reent *reent, struct tms *tms)
{
    return set_errno(reent, sys_times((struct linux_tms *)tms));
}

int _gettimeofday_r(struct _reent *reent, struct timeval *now, void *zone)
{
    struct linux_timespec ts;
    (void)zone; /* Linux leaves it alone, too */
    long rc = sys_clock_gettime(0, &ts);
    if (rc < 0)
        return (int)set_errno(reent, rc);
    now->tv_sec = ts.sec;
    now->tv_usec = ts.nsec / 1000;
    return 0;
}

int _fork_r(struct _reent *reent)
{
    return (int)set_errno(reent, -ENOSYS);
}

int _execve_r(struct _reent *reent, const char *path, char *const argv[],
              char *const envp[])
{
    (void)path;
    (void)argv;
    (void)envp;
    return (int)set_errno(reent, -ENOSYS);
}

int _wait_r(struct _reent *reent, int *status)
{
    (void)status;
    return (int)set_errno(reent, -ECHILD);
}
