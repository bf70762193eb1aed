/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes and FIFOs: man 7 pipe, man 7 fifo. A ring of bytes that gets its
 * memory with the first write and gives it back when it is empty and large.
 */
#include "arena.h"
#include "enter.h"
#include "signal.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

#define DEFAULT_SIZE 65536u
#define MAX_SIZE (1u << 20) /* /proc/sys/fs/pipe-max-size's default */

struct pipe {
    char *ring;       /* size bytes, or NULL while nothing was written */
    size_t size;      /* power of two */
    size_t head, len; /* first byte, bytes */
    unsigned readers, writers;
    unsigned reader_opens, writer_opens; /* ever, for FIFO opens that wait */
    uint64_t ino;
    struct waitq readable, writable, opened;
    struct linux_timespec time;
};

static void forget(struct pipe *pipe)
{
    if (pipe->ring)
        arena_free(pipe->ring, pipe->size);
    kfree(pipe);
}

static struct pipe *new_pipe(void)
{
    static uint64_t last_ino = 16;
    struct pipe *pipe = kalloc(sizeof *pipe);
    if (!pipe)
        return NULL;
    pipe->size = DEFAULT_SIZE;
    pipe->ino = ++last_ino;
    pipe->time = file_time();
    return pipe;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Out of the ring, at most two copies. Bytes or -EFAULT. */
static long take(struct pipe *pipe, char *buf, size_t len)
{
    len = min(len, pipe->len);
    size_t first = min(len, pipe->size - pipe->head);
    if (user_copy(buf, pipe->ring + pipe->head, first) < 0 ||
        user_copy(buf + first, pipe->ring, len - first) < 0)
        return -LINUX_EFAULT;
    pipe->len -= len;
    /* An empty ring begins at its start again: few bytes stay in cache. */
    pipe->head = pipe->len ? (pipe->head + len) & (pipe->size - 1) : 0;
    return (long)len;
}

static long give(struct pipe *pipe, const char *buf, size_t len)
{
    len = min(len, pipe->size - pipe->len);
    size_t tail = (pipe->head + pipe->len) & (pipe->size - 1);
    size_t first = min(len, pipe->size - tail);
    if (user_copy(pipe->ring + tail, buf, first) < 0 ||
        user_copy(pipe->ring, buf + first, len - first) < 0)
        return -LINUX_EFAULT;
    pipe->len += len;
    return (long)len;
}

static long pipe_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct pipe *pipe = file->data;
    (void)pos;
    if (!len)
        return 0;
    while (!pipe->len) {
        if (!pipe->writers)
            return 0;
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(&pipe->readable, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    long rc = take(pipe, buf, len);
    if (pipe->writable.first)
        wake_all(&pipe->writable);
    if (pipe->len)
        wake_one(&pipe->readable);
    return rc;
}

/* Room for at least `need` bytes: 0, -EAGAIN, -EPIPE, -EINTR. */
static int await_room(struct file *file, struct pipe *pipe, size_t need)
{
    for (;;) {
        if (!pipe->readers)
            return -LINUX_EPIPE;
        if (pipe->size - pipe->len >= need)
            return 0;
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(&pipe->writable, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
}

/* One piece of a write; `need` is the room that it waits for first. */
static long write_piece(struct file *file, const char *buf, size_t len,
                        size_t need)
{
    struct pipe *pipe = file->data;
    size_t done = 0;
    if (!pipe->ring && !(pipe->ring = arena_alloc(pipe->size, false)))
        return -LINUX_ENOMEM;
    while (done < len) {
        long rc = await_room(file, pipe, need);
        if (rc == 0)
            rc = give(pipe, buf + done, len - done);
        if (rc == -LINUX_EPIPE && !done)
            signal_broken_pipe();
        if (rc < 0)
            return done ? (long)done : rc;
        done += (size_t)rc;
        need = 1;
        wake_all(&pipe->readable);
    }
    return (long)done;
}

static long pipe_write(struct file *file, const void *buf, size_t len,
                       int64_t *pos)
{
    (void)pos;
    if (!len)
        return 0;
    return write_piece(file, buf, len, len <= LINUX_PIPE_BUF ? len : 1);
}

/* All pieces together are one write: whole if at most PIPE_BUF. */
static long pipe_writev(struct file *file, const struct linux_iovec *iov,
                        int count)
{
    size_t sum = 0;
    long done = 0;
    for (int i = 0; i < count; i++)
        sum += iov[i].len;
    size_t need = sum <= LINUX_PIPE_BUF ? sum : 1;
    for (int i = 0; i < count; i++) {
        if (!iov[i].len)
            continue;
        long rc = write_piece(file, iov[i].base, iov[i].len, need);
        if (rc < 0)
            return done ? done : rc;
        done += rc;
        if ((size_t)rc < iov[i].len)
            break;
        need = 1;
    }
    return done;
}

static unsigned pipe_poll(struct file *file, struct poll_set *set)
{
    struct pipe *pipe = file->data;
    unsigned ready = 0;
    if (file_may_read(file)) {
        poll_add(set, &pipe->readable);
        if (pipe->len)
            ready |= LINUX_POLLIN;
        if (!pipe->writers && pipe->writer_opens)
            ready |= LINUX_POLLHUP;
    }
    if (file_may_write(file)) {
        poll_add(set, &pipe->writable);
        if (pipe->size - pipe->len >= LINUX_PIPE_BUF)
            ready |= LINUX_POLLOUT;
        if (!pipe->readers)
            ready |= LINUX_POLLERR;
    }
    return ready;
}

static long pipe_ioctl(struct file *file, unsigned long request,
                       unsigned long arg)
{
    struct pipe *pipe = file->data;
    int len = (int)pipe->len;
    if (request != LINUX_FIONREAD)
        return -LINUX_ENOTTY;
    return user_copy((void *)arg, &len, sizeof len);
}

static int set_size(struct pipe *pipe, unsigned long want, long *result)
{
    size_t size = PAGE_SIZE;
    if (want > 0x80000000ul)
        return -LINUX_EINVAL;
    while (size < want)
        size *= 2;
    if (size > MAX_SIZE)
        return -LINUX_EPERM;
    if (size < pipe->len)
        return -LINUX_EBUSY;
    if (pipe->ring) {
        char *ring = arena_alloc(size, false);
        if (!ring)
            return -LINUX_ENOMEM;
        size_t len = pipe->len;
        (void)take(pipe, ring, len);
        arena_free(pipe->ring, pipe->size);
        pipe->ring = ring;
        pipe->head = 0;
        pipe->len = len;
    }
    pipe->size = size;
    *result = (long)size;
    wake_all(&pipe->writable);
    return 0;
}

static int pipe_fcntl(struct file *file, int cmd, unsigned long arg,
                      long *result)
{
    struct pipe *pipe = file->data;
    if (cmd == LINUX_F_SETPIPE_SZ)
        return set_size(pipe, (unsigned)arg, result);
    if (cmd != LINUX_F_GETPIPE_SZ)
        return -LINUX_EINVAL;
    *result = (long)pipe->size;
    return 0;
}

static int pipe_stat(struct file *file, struct linux_stat *st)
{
    struct pipe *pipe = file->data;
    if (file->inode)
        return inode_getattr(file->inode, st);
    st->ino = pipe->ino;
    st->nlink = 1;
    st->mode = LINUX_S_IFIFO | 0600;
    st->atime = st->mtime = st->ctime = pipe->time;
    return 0;
}

static void pipe_release(struct file *file)
{
    struct pipe *pipe = file->data;
    if (file_may_read(file) && --pipe->readers == 0)
        wake_all(&pipe->writable);
    if (file_may_write(file) && --pipe->writers == 0)
        wake_all(&pipe->readable);
    if (pipe->readers || pipe->writers || pipe->opened.first)
        return;
    if (file->inode)
        file->inode->pipe = NULL;
    forget(pipe);
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .writev = pipe_writev,
    .ioctl = pipe_ioctl,
    .poll = pipe_poll,
    .stat = pipe_stat,
    .fcntl = pipe_fcntl,
    .release = pipe_release,
    .name = "pipe",
};

static struct file *pipe_end(struct pipe *pipe, unsigned flags)
{
    struct file *file = file_new(&pipe_ops, flags, NULL);
    if (!file)
        return NULL;
    file->data = pipe;
    return file;
}

long sys_pipe2(int fds[2], int flags)
{
    LIBOS_CALL();
    unsigned f = (unsigned)flags;
    if (f & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK | LINUX_O_DIRECT))
        return -LINUX_EINVAL;
    if (f & LINUX_O_DIRECT)
        return -LINUX_EINVAL; /* no packet mode */
    struct pipe *pipe = new_pipe();
    struct file *reader = pipe ? pipe_end(pipe, f | LINUX_O_RDONLY) : NULL;
    struct file *writer = reader ? pipe_end(pipe, f | LINUX_O_WRONLY) : NULL;
    if (!writer) {
        kfree(reader); /* nothing counts on it yet */
        kfree(pipe);
        return -LINUX_ENOMEM;
    }
    pipe->readers = pipe->writers = 1;
    pipe->reader_opens = pipe->writer_opens = 1;
    int both[2];
    both[0] = fd_install(reader, 0, f);
    if (both[0] < 0) {
        file_put(writer);
        return both[0];
    }
    both[1] = fd_install(writer, 0, f);
    if (both[1] < 0 || user_copy(fds, both, sizeof both) < 0) {
        (void)sys_close(both[0]);
        if (both[1] < 0)
            return both[1];
        (void)sys_close(both[1]);
        return -LINUX_EFAULT;
    }
    return 0;
}

/* Waits until the other side has been opened at least once from now on. */
static int await_open(struct pipe *pipe, const unsigned *opens,
                      const unsigned *present)
{
    unsigned before = *opens;
    while (!*present && *opens == before) {
        int rc = wait_on(&pipe->opened, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int fifo_open(struct inode *inode, struct file *file)
{
    struct pipe *pipe = inode->pipe;
    bool reads = file_may_read(file), writes = file_may_write(file);
    bool waits = !(file->flags & LINUX_O_NONBLOCK);
    if (!pipe && !(pipe = new_pipe()))
        return -LINUX_ENOMEM;
    inode->pipe = pipe;
    file->data = pipe;
    if (writes && !reads && !waits && !pipe->readers) {
        if (!pipe->writers && !pipe->opened.first) {
            inode->pipe = NULL;
            forget(pipe);
        }
        return -LINUX_ENXIO;
    }
    pipe->readers += reads;
    pipe->writers += writes;
    pipe->reader_opens += reads;
    pipe->writer_opens += writes;
    wake_all(&pipe->opened);
    int rc = 0;
    if (reads && !writes && waits)
        rc = await_open(pipe, &pipe->writer_opens, &pipe->writers);
    else if (writes && !reads && waits)
        rc = await_open(pipe, &pipe->reader_opens, &pipe->readers);
    file->ops = &pipe_ops;
    if (rc < 0)
        pipe_release(file);
    return rc;
}
