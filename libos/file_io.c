/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing through descriptors: man 2 read, pread, readv, lseek,
 * sendfile, copy_file_range, ftruncate, fallocate, fsync. */
#include "arena.h"
#include "block.h"
#include "enter.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

long file_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    if (!file_may_read(file))
        return -LINUX_EBADF;
    if (!file->ops->read)
        return file->inode && inode_is_dir(file->inode) ? -LINUX_EISDIR
                                                        : -LINUX_EINVAL;
    return file->ops->read(file, buf, len < LINUX_RW_MAX ? len : LINUX_RW_MAX,
                           pos);
}

long file_write(struct file *file, const void *buf, size_t len, int64_t *pos)
{
    if (!file_may_write(file))
        return -LINUX_EBADF;
    if (!file->ops->write)
        return -LINUX_EINVAL;
    return file->ops->write(file, buf, len < LINUX_RW_MAX ? len : LINUX_RW_MAX,
                            pos);
}

LIBOS_RESTARTABLE(sys_read, (int fd, void *buf, size_t len), (fd, buf, len))
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = file_read(file, buf, len, &file->pos);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_write, (int fd, const void *buf, size_t len),
                  (fd, buf, len))
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = file_write(file, buf, len, &file->pos);
    file_put(file);
    return rc;
}

/* For the calls with a position of their own. NULL: *rc says why. */
static struct file *get_seekable(int fd, long *rc)
{
    struct file *file = fd_get_io(fd);
    *rc = -LINUX_EBADF;
    if (!file)
        return NULL;
    if (file->is_seekable || (file->inode && inode_is_dir(file->inode)))
        return file;
    *rc = -LINUX_ESPIPE;
    file_put(file);
    return NULL;
}

long sys_pread64(int fd, void *buf, size_t len, int64_t offset)
{
    LIBOS_CALL();
    long rc;
    if (offset < 0)
        return -LINUX_EINVAL;
    struct file *file = get_seekable(fd, &rc);
    if (!file)
        return rc;
    rc = file_read(file, buf, len, &offset);
    file_put(file);
    return rc;
}

long sys_pwrite64(int fd, const void *buf, size_t len, int64_t offset)
{
    LIBOS_CALL();
    long rc;
    if (offset < 0)
        return -LINUX_EINVAL;
    struct file *file = get_seekable(fd, &rc);
    if (!file)
        return rc;
    rc = file_write(file, buf, len, &offset);
    file_put(file);
    return rc;
}

/* The sum of the lengths, or -EINVAL, -EFAULT. */
static long check_iov(const struct linux_iovec *iov, int count)
{
    if (count < 0 || count > LINUX_IOV_MAX)
        return -LINUX_EINVAL;
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        struct linux_iovec one;
        if (user_copy(&one, &iov[i], sizeof one) < 0)
            return -LINUX_EFAULT;
        if (one.len > INT64_MAX || __builtin_add_overflow(sum, one.len, &sum) ||
            sum > INT64_MAX)
            return -LINUX_EINVAL;
    }
    return (long)sum;
}

static long move_iov(struct file *file, const struct linux_iovec *iov,
                     int count, int64_t *pos, bool is_write)
{
    if (!(is_write ? file_may_write(file) : file_may_read(file)))
        return -LINUX_EBADF;
    long sum = check_iov(iov, count);
    if (sum < 0)
        return sum;
    if (is_write && file->ops->writev)
        return file->ops->writev(file, iov, count);
    if (!is_write && file->ops->readv)
        return file->ops->readv(file, iov, count);

    long done = 0;
    for (int i = 0; i < count; i++) {
        size_t len = iov[i].len;
        if (!len && sum)
            continue;
        if (len > LINUX_RW_MAX - (size_t)done)
            len = LINUX_RW_MAX - (size_t)done;
        long rc = is_write ? file_write(file, iov[i].base, len, pos)
                           : file_read(file, iov[i].base, len, pos);
        if (rc < 0)
            return done ? done : rc;
        done += rc;
        if ((size_t)rc < iov[i].len || !sum)
            break;
    }
    return done;
}

LIBOS_RESTARTABLE(sys_readv,
                  (int fd, const struct linux_iovec *iov, int iov_count),
                  (fd, iov, iov_count))
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = move_iov(file, iov, iov_count, &file->pos, false);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_writev,
                  (int fd, const struct linux_iovec *iov, int iov_count),
                  (fd, iov, iov_count))
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = move_iov(file, iov, iov_count, &file->pos, true);
    file_put(file);
    return rc;
}

long sys_preadv(int fd, const struct linux_iovec *iov, int iov_count,
                int64_t offset)
{
    LIBOS_CALL();
    long rc;
    if (offset < 0)
        return -LINUX_EINVAL;
    struct file *file = get_seekable(fd, &rc);
    if (!file)
        return rc;
    rc = move_iov(file, iov, iov_count, &offset, false);
    file_put(file);
    return rc;
}

long sys_pwritev(int fd, const struct linux_iovec *iov, int iov_count,
                 int64_t offset)
{
    LIBOS_CALL();
    long rc;
    if (offset < 0)
        return -LINUX_EINVAL;
    struct file *file = get_seekable(fd, &rc);
    if (!file)
        return rc;
    rc = move_iov(file, iov, iov_count, &offset, true);
    file_put(file);
    return rc;
}

#define BOUNCE_SIZE 65536ul

/* Both ends' checks are done. Bytes, or the first error when there are none;
 * what was read and could not be written is not consumed. */
static long copy_between(struct file *in, int64_t *in_pos, struct file *out,
                         int64_t *out_pos, size_t count)
{
    size_t size = count < BOUNCE_SIZE ? count : BOUNCE_SIZE;
    char *bounce = arena_alloc(size, false);
    if (!bounce)
        return -LINUX_ENOMEM;
    long done = 0, rc = 0;
    while ((size_t)done < count) {
        size_t want = count - (size_t)done < size ? count - (size_t)done : size;
        int64_t from = *in_pos;
        long got = rc = file_read(in, bounce, want, &from);
        if (got <= 0)
            break;
        rc = file_write(out, bounce, (size_t)got, out_pos);
        if (rc <= 0)
            break;
        *in_pos += rc;
        done += rc;
        if (rc < got)
            break;
    }
    arena_free(bounce, size);
    return done ? done : rc;
}

long sys_sendfile(int out_fd, int in_fd, int64_t *offset, size_t count)
{
    LIBOS_CALL();
    struct file *in = fd_get_io(in_fd), *out = fd_get_io(out_fd);
    int64_t pos = 0;
    long rc = -LINUX_EBADF;
    if (!in || !out || !file_may_read(in) || !file_may_write(out))
        goto out;
    rc = -LINUX_EINVAL;
    if (!in->is_seekable || !in->ops->read || (out->flags & LINUX_O_APPEND))
        goto out;
    pos = in->pos;
    rc = -LINUX_EFAULT;
    if (offset && user_copy(&pos, offset, sizeof pos) < 0)
        goto out;
    rc = -LINUX_EINVAL;
    if (pos < 0)
        goto out;
    if (count > LINUX_RW_MAX)
        count = LINUX_RW_MAX;
    rc = count ? copy_between(in, &pos, out, &out->pos, count) : 0;
    if (!offset)
        in->pos = pos;
    else if (user_copy(offset, &pos, sizeof pos) < 0)
        rc = -LINUX_EFAULT;
out:
    if (in)
        file_put(in);
    if (out)
        file_put(out);
    return rc;
}

static int get_offset(int64_t *pos, const int64_t *user, const struct file *f)
{
    *pos = f->pos;
    if (user && user_copy(pos, user, sizeof *pos) < 0)
        return -LINUX_EFAULT;
    return *pos < 0 ? -LINUX_EINVAL : 0;
}

static void put_offset(int64_t pos, int64_t *user, struct file *file)
{
    if (user)
        (void)user_copy(user, &pos, sizeof pos); /* was readable before */
    else
        file->pos = pos;
}

static long copy_range(struct file *in, int64_t *in_off, struct file *out,
                       int64_t *out_off, size_t len)
{
    if (!in->inode || !out->inode)
        return -LINUX_EINVAL;
    if (inode_is_dir(in->inode) || inode_is_dir(out->inode))
        return -LINUX_EISDIR;
    if (!inode_is(in->inode, LINUX_S_IFREG) ||
        !inode_is(out->inode, LINUX_S_IFREG))
        return -LINUX_EINVAL;
    if (!file_may_read(in) || !file_may_write(out) ||
        (out->flags & LINUX_O_APPEND))
        return -LINUX_EBADF;
    int64_t from, to;
    int rc = get_offset(&from, in_off, in);
    if (rc == 0)
        rc = get_offset(&to, out_off, out);
    if (rc < 0)
        return rc;
    int64_t end_from, end_to;
    if (len > LINUX_RW_MAX)
        len = LINUX_RW_MAX;
    if (__builtin_add_overflow(from, (int64_t)len, &end_from) ||
        __builtin_add_overflow(to, (int64_t)len, &end_to))
        return -LINUX_EOVERFLOW;
    int64_t left = in->inode->size > from ? in->inode->size - from : 0;
    if ((int64_t)len > left) {
        len = (size_t)left;
        end_from = from + left;
        end_to = to + left;
    }
    if (in->inode == out->inode && from < end_to && to < end_from)
        return -LINUX_EINVAL;
    long done = len ? copy_between(in, &from, out, &to, len) : 0;
    put_offset(from, in_off, in);
    put_offset(to, out_off, out);
    return done;
}

long sys_copy_file_range(int in_fd, int64_t *in_off, int out_fd,
                         int64_t *out_off, size_t len, unsigned flags)
{
    LIBOS_CALL();
    if (flags)
        return -LINUX_EINVAL;
    struct file *in = fd_get_io(in_fd), *out = fd_get_io(out_fd);
    long rc = -LINUX_EBADF;
    if (in && out)
        rc = copy_range(in, in_off, out, out_off, len);
    if (in)
        file_put(in);
    if (out)
        file_put(out);
    return rc;
}

static int64_t seek_by_size(struct file *file, int64_t offset, int whence)
{
    int64_t base = 0;
    int64_t size = file->inode ? file->inode->size : 0;
    switch (whence) {
    case LINUX_SEEK_SET:
        break;
    case LINUX_SEEK_CUR:
        base = file->pos;
        break;
    case LINUX_SEEK_END:
        base = size;
        break;
    case LINUX_SEEK_DATA:
    case LINUX_SEEK_HOLE:
        if (offset < 0 || offset >= size)
            return -LINUX_ENXIO;
        return whence == LINUX_SEEK_DATA ? offset : size;
    default:
        return -LINUX_EINVAL;
    }
    int64_t pos;
    if (__builtin_add_overflow(base, offset, &pos))
        return -LINUX_EOVERFLOW;
    return pos < 0 ? -LINUX_EINVAL : pos;
}

long sys_lseek(int fd, int64_t offset, int whence)
{
    LIBOS_CALL();
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    int64_t pos = -LINUX_ESPIPE;
    if (file->ops->seek)
        pos = file->ops->seek(file, offset, whence);
    if (!file->ops->seek || pos == -LINUX_ENOSYS) {
        pos = -LINUX_ESPIPE;
        if (file->is_seekable)
            pos = seek_by_size(file, offset, whence);
    }
    if (pos >= 0)
        file->pos = pos;
    file_put(file);
    return pos;
}

static long sync_fd(int fd, bool is_data_only)
{
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = -LINUX_EINVAL;
    if (file->ops->sync)
        rc = file->ops->sync(file, is_data_only);
    else if (file->inode && file->is_seekable)
        rc = 0; /* in memory: nothing is safer elsewhere */
    else if (file->inode && inode_is_dir(file->inode))
        rc = 0;
    file_put(file);
    return rc;
}

long sys_fsync(int fd)
{
    LIBOS_CALL();
    return sync_fd(fd, false);
}

long sys_fdatasync(int fd)
{
    LIBOS_CALL();
    return sync_fd(fd, true);
}

long sys_sync(void)
{
    LIBOS_CALL();
    for (struct fs *fs = vfs_mounts; fs; fs = fs->next)
        if (fs->ops->sync)
            (void)fs->ops->sync(fs); /* man 2 sync: always successful */
    (void)block_flush_all(true);
    return 0;
}

static long truncate_file(struct file *file, int64_t size)
{
    if (size < 0)
        return -LINUX_EINVAL;
    if (!file_may_write(file))
        return -LINUX_EINVAL;
    if (file->ops->truncate)
        return file->ops->truncate(file, size);
    if (!file->inode || !inode_is(file->inode, LINUX_S_IFREG))
        return -LINUX_EINVAL;
    struct attr attr = {.mask = ATTR_SIZE, .size = size};
    return inode_setattr(file->inode, &attr);
}

long sys_ftruncate(int fd, int64_t size)
{
    LIBOS_CALL();
    struct file *file = fd_get_io(fd);
    if (!file)
        return size < 0 ? -LINUX_EINVAL : -LINUX_EBADF;
    long rc = truncate_file(file, size);
    file_put(file);
    return rc;
}

long sys_fallocate(int fd, int mode, int64_t offset, int64_t len)
{
    LIBOS_CALL();
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc;
    int64_t end;
    if (offset < 0 || len <= 0)
        rc = -LINUX_EINVAL;
    else if (mode & ~(LINUX_FALLOC_KEEP_SIZE | LINUX_FALLOC_PUNCH_HOLE |
                      LINUX_FALLOC_ZERO_RANGE))
        rc = -LINUX_ENOTSUP;
    else if ((mode & LINUX_FALLOC_PUNCH_HOLE) &&
             mode != (LINUX_FALLOC_PUNCH_HOLE | LINUX_FALLOC_KEEP_SIZE))
        rc = -LINUX_ENOTSUP;
    else if (!file_may_write(file))
        rc = -LINUX_EBADF;
    else if (file->inode && inode_is_dir(file->inode))
        rc = -LINUX_EISDIR;
    else if (!file->inode || inode_is(file->inode, LINUX_S_IFIFO))
        rc = -LINUX_ESPIPE;
    else if (__builtin_add_overflow(offset, len, &end))
        rc = -LINUX_EFBIG;
    else if (!file->ops->fallocate)
        rc = -LINUX_ENODEV;
    else
        rc = file->ops->fallocate(file, mode, offset, len);
    file_put(file);
    return rc;
}
