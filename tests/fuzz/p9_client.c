/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file server that answers anything: the input is what the client reads,
 * whatever it asked. Each call comes back, and nothing is kept or overrun.
 * objs: libos/p9_conn.c libos/p9_fs.c libos/p9_dir.c libos/p9_file.c
 * libos/poll.c libos/p9_lock.c libos/fd.c libos/file_io.c libos/path.c
 * libos/namei.c libos/walk.c libos/vfs.c libos/tmpfs.c libos/tmpfs_dir.c
 * libos/tmpfs_data.c libos/tmpfs_lower.c libos/erofs.c libos/lock.c
 * libos/dev.c libos/pipe.c
 * tests/lib/libos_host.c
 */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "hc.h"
#include "lib/libos_host.h"
#include "arena.h"
#include "p9.h"
#include "sys.h"
#include "thread.h"

struct cpu cpu; /* nobody waits to run */
static const uint8_t *input;
static size_t input_len;
static uint32_t msg_left; /* bytes of the message that is being read */
static void (*callback)(void *arg);
static void *callback_arg;

/* A message a read, as answers come after what they answer. Nothing left is
 * the server's end. */
long hc_read(uint32_t handle, void *buf, size_t len)
{
    (void)handle;
    if (!msg_left && input_len >= sizeof msg_left)
        memcpy(&msg_left, input, sizeof msg_left);
    if (!msg_left || msg_left > input_len)
        msg_left = (uint32_t)input_len;
    if (len > msg_left)
        len = msg_left;
    msg_left -= (uint32_t)len;
    memcpy(buf, input, len);
    input += len;
    input_len -= len;
    return (long)len;
}

/* Reads all of it: sanitizers see what was not written. */
long hc_write(uint32_t handle, const void *buf, size_t len)
{
    volatile uint8_t sum = 0;
    (void)handle;
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)buf)[i]);
    return (long)len;
}

void event_set_callback(uint32_t handle, void (*fn)(void *arg), void *arg)
{
    (void)handle;
    callback = fn;
    callback_arg = arg;
}

struct waitq *event_queue(uint32_t handle, bool is_write)
{
    static struct waitq queue;
    (void)handle;
    (void)is_write;
    return &queue;
}

void thread_spun(void)
{
}

void wait_deep(struct waitq *q)
{
    (void)q;
    if (!callback)
        abort(); /* would sleep for ever */
    callback(callback_arg);
}

long hc_poll(struct uni_pollfd *fds, uint32_t count,
             const struct uni_timespec *timeout)
{
    (void)timeout;
    fds[0].revents = UNI_POLLIN;
    return count;
}

void print_err(const char *format, ...)
{
    (void)format;
}

static void use(struct fs *fs)
{
    static char buf[70000];
    struct linux_statfs st;
    struct inode *inode = NULL, *other = NULL;
    (void)fs->ops->statfs(fs, &st);
    if (p9_lookup(fs->root, "a", 1, &inode) == 0) {
        struct file *file;
        (void)p9_getattr(inode);
        (void)inode->ops->readlink(inode, buf, sizeof buf);
        struct attr attr = {.mask = ATTR_SIZE | ATTR_MTIME, .size = 5};
        (void)inode->ops->setattr(inode, &attr);
        (void)p9_lock(inode, LINUX_F_WRLCK, 0, 10, false);
        struct linux_flock flock = {.type = LINUX_F_WRLCK, .len = 5};
        (void)p9_getlock(inode, &flock);
        if (inode_open(inode_get(inode), LINUX_O_RDWR, &file) == 0) {
            int fd = fd_install(file, 0, 0);
            (void)sys_read(fd, buf, sizeof buf);
            (void)sys_write(fd, buf, sizeof buf);
            (void)sys_getdents64(fd, buf, sizeof buf);
            (void)sys_close(fd);
        }
    }
    if (p9_lookup_open(fs->root, "a", 1, &other) == 0) {
        struct file *file;
        if (inode_open(other, LINUX_O_RDONLY, &file) == 0)
            file_put(file);
        other = NULL;
    }
    if (p9_create(fs->root, "b", 1, LINUX_S_IFREG | 0600, 0, &other) == 0)
        inode_put(other);
    (void)p9_mkdir(fs->root, "c", 1, 0700);
    if (inode)
        (void)p9_unlink(fs->root, "a", 1, inode);
    inode_put(inode);
}

/* The same server below the root file system. */
static void use_below(struct inode *base)
{
    static char buf[2000];
    struct linux_stat st;
    host_unmount();
    host_mount_over(NULL, 0, base);
    (void)sys_newfstatat(LINUX_AT_FDCWD, "a/b", &st, 0);
    (void)sys_readlinkat(LINUX_AT_FDCWD, "a", buf, sizeof buf);
    int fd = (int)sys_openat(LINUX_AT_FDCWD, "a", LINUX_O_RDWR, 0);
    (void)sys_read(fd, buf, sizeof buf);
    (void)sys_write(fd, buf, 100);
    (void)sys_ftruncate(fd, 50);
    (void)sys_close(fd);
    fd = (int)sys_openat(LINUX_AT_FDCWD, ".", LINUX_O_DIRECTORY, 0);
    (void)sys_getdents64(fd, buf, sizeof buf);
    (void)sys_lseek(fd, 0, 0);
    (void)sys_getdents64(fd, buf, sizeof buf);
    (void)sys_close(fd);
    (void)sys_renameat2(LINUX_AT_FDCWD, "a", LINUX_AT_FDCWD, "c", 0);
    (void)sys_unlinkat(LINUX_AT_FDCWD, "d", LINUX_AT_REMOVEDIR);
    (void)sys_unlinkat(LINUX_AT_FDCWD, "a", 0);
    host_unmount();
    host_mount(NULL, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct p9_conn *conn = calloc(1, sizeof *conn);
    struct fs *fs;
    if (!conn)
        return 0;
    if (!vfs_mounts)
        host_mount(NULL, 0);
    conn->handle = 3;
    conn->name = "fuzz";
    conn->msize = size & 1 ? P9_MSIZE_MAX : P9_MSIZE_MIN;
    conn->tty_fid = P9_NOFID;
    input = data;
    input_len = size;
    msg_left = 0;
    callback = NULL;
    if (p9_mount(conn, "/", 1, size & 2, &fs) == 0) {
        use(fs);
        if (size & 2 && inode_is_dir(fs->root))
            use_below(fs->root);
        struct p9_fs *p9 = container_of(fs, struct p9_fs, fs);
        for (unsigned i = 0; p9->cache && i < P9_CACHE; i++) {
            struct p9_cached *c = p9->cache[i];
            if (!c)
                continue;
            if (c->inode)
                inode_put(&c->inode->inode);
            inode_put(&c->dir->inode);
            kfree(c);
        }
        kfree(p9->cache);
        inode_put(fs->root);
        kfree(p9);
    }
    if (conn->is_sending ||
        (conn->outstanding && !conn->clunk_count && conn->is_broken))
        abort();
    free(conn);
    return 0;
}
