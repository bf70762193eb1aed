/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "libc.h"

ssize_t read(int fd, void *buf, size_t len)
{
    return libc_result(CANCEL_POINT(sys_read(fd, buf, len)));
}

ssize_t write(int fd, const void *buf, size_t len)
{
    return libc_result(CANCEL_POINT(sys_write(fd, buf, len)));
}

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
    return libc_result(CANCEL_POINT(sys_pread64(fd, buf, len, offset)));
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    return libc_result(CANCEL_POINT(sys_pwrite64(fd, buf, len, offset)));
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
    return libc_result(
        CANCEL_POINT(sys_readv(fd, (const struct linux_iovec *)iov, count)));
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
    return libc_result(
        CANCEL_POINT(sys_writev(fd, (const struct linux_iovec *)iov, count)));
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
    return libc_result(CANCEL_POINT(
        sys_preadv(fd, (const struct linux_iovec *)iov, count, offset)));
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    return libc_result(CANCEL_POINT(
        sys_pwritev(fd, (const struct linux_iovec *)iov, count, offset)));
}

off_t lseek(int fd, off_t offset, int whence)
{
    return libc_result(sys_lseek(fd, offset, whence));
}

ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count)
{
    return libc_result(sys_sendfile(out_fd, in_fd, offset, count));
}

ssize_t copy_file_range(int in_fd, off_t *in_off, int out_fd, off_t *out_off,
                        size_t len, unsigned flags)
{
    return libc_result(
        sys_copy_file_range(in_fd, in_off, out_fd, out_off, len, flags));
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;
    va_start(ap, request);
    unsigned long arg = va_arg(ap, unsigned long);
    va_end(ap);
    return (int)libc_result(sys_ioctl(fd, request, arg));
}

int fsync(int fd)
{
    return (int)libc_result(CANCEL_POINT(sys_fsync(fd)));
}

int fdatasync(int fd)
{
    return (int)libc_result(CANCEL_POINT(sys_fdatasync(fd)));
}

void sync(void)
{
    (void)sys_sync();
}

int syncfs(int fd)
{
    long rc = sys_fcntl(fd, F_GETFD, 0);
    return rc < 0 ? (int)libc_result(rc) : (int)libc_result(sys_sync());
}

int sync_file_range(int fd, off_t offset, off_t len, unsigned flags)
{
    (void)offset;
    (void)len;
    (void)flags;
    return fdatasync(fd);
}

int truncate(const char *path, off_t size)
{
    return (int)libc_result(sys_truncate(path, size));
}

int ftruncate(int fd, off_t size)
{
    return (int)libc_result(sys_ftruncate(fd, size));
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    return (int)libc_result(sys_fallocate(fd, mode, offset, len));
}

/* These two return the error. */
int posix_fallocate(int fd, off_t offset, off_t len)
{
    return (int)-sys_fallocate(fd, 0, offset, len);
}

int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
    (void)offset;
    if (advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE || len < 0)
        return EINVAL;
    long rc = sys_lseek(fd, 0, SEEK_CUR); /* good, and not a pipe? */
    return rc < 0 ? (int)-rc : 0;
}

ssize_t readahead(int fd, off_t offset, size_t count)
{
    (void)offset;
    (void)count;
    long rc = sys_fcntl(fd, F_GETFL, 0);
    return rc < 0 ? libc_result(rc) : 0;
}

int eventfd(unsigned initial, int flags)
{
    return (int)libc_result(sys_eventfd2(initial, flags));
}

int eventfd_read(int fd, eventfd_t *value)
{
    return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
    return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}
