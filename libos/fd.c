/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fd table. Two bits for each descriptor (used, close-on-exec) and a
 * pointer; the table begins static and doubles. The lowest free descriptor is
 * found through the words of the used bits, from a hint on.
 */
#include "arena.h"
#include "enter.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

#define FIRST_SIZE 64

static struct file *first_files[FIRST_SIZE];
static uint64_t first_bits[2];
static struct {
    struct file **files;
    uint64_t *used;    /* size / 64 words */
    uint64_t *cloexec; /* likewise */
    int size;          /* power of two */
    int lowest;        /* no free descriptor lies below */
} table = {first_files, &first_bits[0], &first_bits[1], FIRST_SIZE, 0};

uint32_t fd_limit = 1024;

static struct file *lookup(int fd)
{
    if ((unsigned)fd >= (unsigned)table.size)
        return NULL;
    return table.files[fd];
}

struct file *fd_get(int fd)
{
    struct file *file = lookup(fd);
    return file ? file_get(file) : NULL;
}

struct file *fd_get_io(int fd)
{
    struct file *file = lookup(fd);
    if (!file || (file->flags & LINUX_O_PATH))
        return NULL;
    return file_get(file);
}

int fd_next(int fd)
{
    for (; fd < table.size; fd++)
        if (table.files[fd])
            return fd;
    return -1;
}

static int grow(int need)
{
    int size = table.size;
    while (size <= need)
        size *= 2;
    size_t words = (size_t)size / 64;
    size_t old_words = (size_t)table.size / 64;
    struct file **files = kalloc((size_t)size * sizeof *files);
    uint64_t *bits = kalloc(words * 2 * sizeof *bits);
    if (!files || !bits) {
        kfree(files);
        kfree(bits);
        return -LINUX_ENOMEM;
    }
    memcpy(files, table.files, (size_t)table.size * sizeof *files);
    memcpy(bits, table.used, old_words * sizeof *bits);
    memcpy(bits + words, table.cloexec, old_words * sizeof *bits);
    if (table.files != first_files) {
        kfree(table.files);
        kfree(table.used); /* cloexec is its second half */
    }
    table.files = files;
    table.used = bits;
    table.cloexec = bits + words;
    table.size = size;
    return 0;
}

static void set_bit(uint64_t *bits, int fd, bool is_on)
{
    uint64_t bit = 1ull << (fd % 64);
    if (is_on)
        bits[fd / 64] |= bit;
    else
        bits[fd / 64] &= ~bit;
}

static int find_free(int from)
{
    int fd = from > table.lowest ? from : table.lowest;
    while (fd < table.size) {
        uint64_t unused = ~table.used[fd / 64] & (~0ull << (fd % 64));
        if (unused)
            return fd / 64 * 64 + __builtin_ctzll(unused);
        fd = fd / 64 * 64 + 64;
    }
    return fd;
}

static void put_at(int fd, struct file *file, unsigned flags)
{
    table.files[fd] = file;
    set_bit(table.used, fd, true);
    set_bit(table.cloexec, fd, flags & LINUX_O_CLOEXEC);
}

static int reserve(int from)
{
    int fd = find_free(from);
    if ((uint32_t)fd >= fd_limit)
        return -LINUX_EMFILE;
    if (fd >= table.size && grow(fd) < 0)
        return -LINUX_ENOMEM;
    set_bit(table.used, fd, true);
    if (from <= table.lowest)
        table.lowest = fd + 1;
    return fd;
}

static void put_back(int fd)
{
    set_bit(table.used, fd, false);
    if (fd < table.lowest)
        table.lowest = fd;
}

int fd_install(struct file *file, int from, unsigned flags)
{
    int fd = reserve(from);
    if (fd < 0)
        file_put(file);
    else
        put_at(fd, file, flags);
    return fd;
}

int fd_reserve(void)
{
    return reserve(0);
}

void fd_unreserve(int fd)
{
    ASSERT(!lookup(fd));
    put_back(fd);
}

void fd_fill(int fd, struct file *file, unsigned flags)
{
    ASSERT(!lookup(fd));
    put_at(fd, file, flags);
}

static bool is_reserved(int fd)
{
    return !table.files[fd] && table.used[fd / 64] >> (fd % 64) & 1;
}

/* The reference that the table had is the caller's. */
static struct file *take_out(int fd)
{
    struct file *file = lookup(fd);
    if (!file)
        return NULL;
    table.files[fd] = NULL;
    put_back(fd);
    lock_close(file);
    return file;
}

struct file *file_new(const struct file_ops *ops, unsigned flags,
                      struct inode *inode)
{
    struct file *file = kalloc(sizeof *file);
    if (!file) {
        inode_put(inode);
        return NULL;
    }
    file->ops = ops;
    file->refs = 1;
    file->flags = flags & ~LINUX_O_CLOEXEC;
    file->inode = inode;
    return file;
}

void (*file_watch_gone)(struct file *file);

void file_release(struct file *file)
{
    if (file->watch_count)
        file_watch_gone(file);
    if (file->has_locks)
        lock_release_file(file);
    if (file->ops->release)
        file->ops->release(file);
    inode_put(file->inode);
    kfree(file);
}

long sys_close(int fd)
{
    LIBOS_CALL();
    struct file *file = take_out(fd);
    if (!file)
        return -LINUX_EBADF;
    file_put(file);
    return 0;
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    LIBOS_CALL();
    if (first > last || (flags & ~LINUX_CLOSE_RANGE_CLOEXEC))
        return -LINUX_EINVAL;
    if (first > INT32_MAX)
        return 0;
    int fd = (int)first;
    while ((fd = fd_next(fd)) >= 0 && (unsigned)fd <= last) {
        if (flags & LINUX_CLOSE_RANGE_CLOEXEC)
            set_bit(table.cloexec, fd, true);
        else
            file_put(take_out(fd));
        fd++;
    }
    return 0;
}

static long dup_from(int fd, long from, unsigned flags)
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    if (from < 0 || from >= (long)fd_limit) {
        file_put(file);
        return -LINUX_EINVAL;
    }
    return fd_install(file, (int)from, flags);
}

long sys_dup(int fd)
{
    LIBOS_CALL();
    return dup_from(fd, 0, 0);
}

long sys_dup3(int from, int to, int flags)
{
    LIBOS_CALL();
    if (flags & ~(int)LINUX_O_CLOEXEC)
        return -LINUX_EINVAL;
    if (from == to)
        return -LINUX_EINVAL;
    if (to < 0 || (uint32_t)to >= fd_limit)
        return -LINUX_EBADF;
    struct file *file = fd_get(from);
    if (!file)
        return -LINUX_EBADF;
    if (to >= table.size && grow(to) < 0) {
        file_put(file);
        return -LINUX_ENOMEM;
    }
    if (is_reserved(to)) { /* man 2 dup: a race with accept() */
        file_put(file);
        return -LINUX_EBUSY;
    }
    struct file *old = take_out(to);
    put_at(to, file, (unsigned)flags);
    if (to == table.lowest)
        table.lowest++;
    if (old)
        file_put(old);
    return to;
}

#define SETTABLE                                                               \
    (LINUX_O_APPEND | LINUX_O_NONBLOCK | LINUX_O_ASYNC | LINUX_O_DIRECT |      \
     LINUX_O_NOATIME)

static long set_flags(struct file *file, unsigned flags)
{
    if (file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    unsigned old = file->flags;
    file->flags = (old & ~SETTABLE) | (flags & SETTABLE);
    int rc = file->ops->set_flags ? file->ops->set_flags(file, old) : 0;
    if (rc < 0)
        file->flags = old;
    return rc;
}

static long file_fcntl(struct file *file, int fd, int cmd, unsigned long arg)
{
    long result = 0;
    switch (cmd) {
    case LINUX_F_GETFD:
        return table.cloexec[fd / 64] >> (fd % 64) & 1;
    case LINUX_F_SETFD:
        set_bit(table.cloexec, fd, arg & LINUX_FD_CLOEXEC);
        return 0;
    case LINUX_F_GETFL:
        return file->flags;
    case LINUX_F_SETFL:
        return set_flags(file, (unsigned)arg);
    case LINUX_F_GETOWN:
    case LINUX_F_SETOWN: /* no SIGIO is ever sent */
    case LINUX_F_GETSIG:
        return 0;
    case LINUX_F_GETLK:
    case LINUX_F_SETLK:
    case LINUX_F_SETLKW:
    case LINUX_F_OFD_GETLK:
    case LINUX_F_OFD_SETLK:
    case LINUX_F_OFD_SETLKW:
        if (file->flags & LINUX_O_PATH)
            return -LINUX_EBADF;
        return lock_fcntl(file, cmd, (struct linux_flock *)arg);
    }
    if (file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    if (!file->ops->fcntl)
        return cmd == LINUX_F_GETPIPE_SZ || cmd == LINUX_F_SETPIPE_SZ
                   ? -LINUX_EBADF
                   : -LINUX_EINVAL;
    int rc = file->ops->fcntl(file, cmd, arg, &result);
    return rc < 0 ? rc : result;
}

LIBOS_RESTARTABLE(sys_fcntl, (int fd, int cmd, unsigned long arg),
                  (fd, cmd, arg))
{
    if (cmd == LINUX_F_DUPFD || cmd == LINUX_F_DUPFD_CLOEXEC)
        return dup_from(fd, (long)(int)arg,
                        cmd == LINUX_F_DUPFD ? 0 : LINUX_O_CLOEXEC);
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = file_fcntl(file, fd, cmd, arg);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_flock, (int fd, int operation), (fd, operation))
{
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = lock_flock(file, operation);
    file_put(file);
    return rc;
}

static long fionbio(struct file *file, unsigned long arg)
{
    int value;
    if (user_copy(&value, (void *)arg, sizeof value) < 0)
        return -LINUX_EFAULT;
    unsigned flags = file->flags & ~LINUX_O_NONBLOCK;
    return set_flags(file, value ? flags | LINUX_O_NONBLOCK : flags);
}

/* FIONREAD of a regular file: what is left of it. */
static long fionread(const struct file *file, unsigned long arg)
{
    int64_t left = file->inode->size - file->pos;
    int value = (int)left;
    return user_copy((void *)arg, &value, sizeof value);
}

LIBOS_RESTARTABLE(sys_ioctl, (int fd, unsigned long request, unsigned long arg),
                  (fd, request, arg))
{
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = -LINUX_ENOTTY;
    if (request == LINUX_FIOCLEX || request == LINUX_FIONCLEX) {
        set_bit(table.cloexec, fd, request == LINUX_FIOCLEX);
        rc = 0;
    } else if (request == LINUX_FIONBIO) {
        rc = fionbio(file, arg);
    } else if (request == LINUX_FIONREAD && file->inode &&
               inode_is(file->inode, LINUX_S_IFREG)) {
        rc = fionread(file, arg);
    } else if (file->ops->ioctl) {
        rc = file->ops->ioctl(file, request, arg);
    }
    file_put(file);
    return rc;
}

void fd_init(void)
{
    for (uint32_t handle = 0; handle < 3; handle++) {
        struct file *file = console_open(handle);
        if (file)
            (void)fd_install(file, 0, 0);
    }
}
