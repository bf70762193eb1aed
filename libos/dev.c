/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices by number, wherever their node lies; numbers are those of Linux's
 * Documentation/admin-guide/devices.txt. /dev is a tmpfs that we fill.
 */
#include "arena.h"
#include "block.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

static long null_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    (void)file;
    (void)buf;
    (void)len;
    (void)pos;
    return 0;
}

static long null_write(struct file *file, const void *buf, size_t len,
                       int64_t *pos)
{
    (void)file;
    (void)buf;
    (void)pos;
    return (long)len;
}

static long zero_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    (void)file;
    (void)pos;
    return user_zero(buf, len) < 0 ? -LINUX_EFAULT : (long)len;
}

static long full_write(struct file *file, const void *buf, size_t len,
                       int64_t *pos)
{
    (void)file;
    (void)buf;
    (void)pos;
    return len ? -LINUX_ENOSPC : 0;
}

static long random_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    (void)file;
    (void)pos;
    return sys_getrandom(buf, len, 0);
}

static int64_t null_seek(struct file *file, int64_t offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    return 0;
}

static const struct file_ops null_ops = {
    .read = null_read, .write = null_write, .seek = null_seek, .name = "null"};
static const struct file_ops zero_ops = {.read = zero_read,
                                         .write = null_write,
                                         .seek = null_seek,
                                         .is_zero = true,
                                         .name = "zero"};
static const struct file_ops full_ops = {
    .read = zero_read, .write = full_write, .seek = null_seek, .name = "full"};
static const struct file_ops random_ops = {.read = random_read,
                                           .write = null_write,
                                           .seek = null_seek,
                                           .name = "random"};

static int open_console(struct file *file)
{
    return console_attach(file, false);
}
static int open_tty(struct file *file)
{
    return console_attach(file, true);
}

static const struct chardev {
    const char *path;
    uint64_t rdev;
    unsigned mode;
    const struct file_ops *ops;
    int (*open)(struct file *file); /* if there are no ops */
} chardevs[] = {
    {"/dev/null", DEV(1, 3), 0666, &null_ops, NULL},
    {"/dev/zero", DEV(1, 5), 0666, &zero_ops, NULL},
    {"/dev/full", DEV(1, 7), 0666, &full_ops, NULL},
    {"/dev/random", DEV(1, 8), 0666, &random_ops, NULL},
    {"/dev/urandom", DEV(1, 9), 0666, &random_ops, NULL},
    {"/dev/tty", DEV(5, 0), 0666, NULL, open_tty},
    {"/dev/console", DEV(5, 1), 0600, NULL, open_console},
};
#define CHARDEV_COUNT (sizeof chardevs / sizeof chardevs[0])

int dev_open(struct inode *inode, struct file *file)
{
    if (inode_is(inode, LINUX_S_IFBLK))
        return block_open(inode, file);
    for (size_t i = 0; i < CHARDEV_COUNT; i++) {
        const struct chardev *dev = &chardevs[i];
        if (dev->rdev != inode->rdev)
            continue;
        if (!dev->ops)
            return dev->open(file);
        file->ops = dev->ops;
        file->is_seekable = true;
        return 0;
    }
    return -LINUX_ENXIO;
}

int dev_populate(void)
{
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"},
        {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"},
        {"/proc/self/fd/2", "/dev/stderr"},
    };
    long rc = 0;
    for (size_t i = 0; i < CHARDEV_COUNT && rc == 0; i++)
        rc = vfs_make_node(chardevs[i].path, LINUX_S_IFCHR | chardevs[i].mode,
                           chardevs[i].rdev);
    for (size_t i = 0; i < 4 && rc == 0; i++)
        rc = sys_symlinkat(links[i][0], LINUX_AT_FDCWD, links[i][1]);
    if (rc == 0)
        rc = vfs_make_dir("/dev/shm", 01777);
    return (int)rc;
}
