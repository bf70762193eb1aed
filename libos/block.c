/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices as files /dev/block/NAME. Reads and writes of DIRECT_MIN and
 * more go past the cache straight to the caller's memory; in the seccomp cage
 * whole pages too, unless they are in it, and a block asked for just once
 * (the host has it anyway, and one small read costs less than one of a page).
 * What is dirty goes to the host after WRITE_BACK_NS, and to the disk with
 * fsync. man 2 fsync: 0 means that the bytes are on the disk.
 */
#include "block.h"
#include "arena.h"
#include "block_cache.h"
#include "libos.h"
#include "sys.h"
#include "timer.h"
#include "user.h"
#include "vfs.h"

#define DIRECT_MIN 65536ul
#define CACHE_MAX (64ul << 20)
#define WRITE_BACK_NS (NS_PER_SEC / 2)
#define MAJOR 259u

static struct blockdev *devices;
static uint32_t device_count;

static void fire(struct timer *timer);
static struct timer write_back_timer = {.fire = fire};

int block_flush_all(bool durably)
{
    int result = 0;
    for (uint32_t i = 0; i < device_count; i++) {
        int rc = durably
                     ? cache_flush(&devices[i])
                     : cache_write_back(&devices[i], 0, devices[i].capacity);
        if (rc < 0 && result == 0)
            result = rc;
    }
    return result;
}

static void fire(struct timer *timer)
{
    (void)timer;
    (void)block_flush_all(false); /* an error is kept for the next fsync */
}

static struct blockdev *dev_of(const struct file *file)
{
    return file->data;
}

static bool is_aligned(const struct blockdev *dev, uint64_t pos, size_t len)
{
    return ((pos | len) & (dev->block_size - 1)) == 0;
}

/* In the seccomp cage a call costs less than keeping a page does. */
static bool is_call_cheap(void)
{
    return sys_boot()->cage == UNI_CAGE_SECCOMP;
}

/* How many of the `left` bytes at `pos` go past the cache; `unit`: the least
 * that may. 0: the next page goes through it. */
static size_t direct_len(struct blockdev *dev, const struct file *file,
                         uint64_t pos, size_t left, size_t unit)
{
    size_t whole = left & ~(unit - 1);
    if (pos % unit)
        return 0;
    if ((file->flags & LINUX_O_DIRECT) || left >= DIRECT_MIN)
        return whole;
    if (pos % PAGE_SIZE || !is_call_cheap())
        return 0;
    size_t len = 0;
    while (left - len >= PAGE_SIZE && !cache_find(dev, (pos + len) / PAGE_SIZE))
        len += PAGE_SIZE;
    return len;
}

/* Straight from the host. */
static long read_direct(struct blockdev *dev, char *buf, size_t len,
                        uint64_t pos)
{
    if (dev->dirty_count) {
        int rc = cache_write_back(dev, pos, pos + len);
        if (rc < 0)
            return rc;
    }
    return cache_pread(dev, buf, len, pos);
}

/* At most up to the page's end. */
static long read_cached(struct blockdev *dev, char *buf, size_t len,
                        uint64_t pos)
{
    uint64_t idx = pos / PAGE_SIZE;
    size_t in_page = pos % PAGE_SIZE;
    if (len > PAGE_SIZE - in_page)
        len = PAGE_SIZE - in_page;
    struct cache_page *page = cache_find(dev, idx);
    if (!page) {
        if (idx != dev->next_page && is_aligned(dev, pos, len) &&
            is_call_cheap() && !cache_is_wanted(dev, idx)) {
            dev->next_page = idx + 1;
            return cache_pread(dev, buf, len, pos);
        }
        int rc = cache_get(dev, idx, false, &page);
        if (rc < 0)
            return rc;
    }
    return user_copy(buf, page->data + in_page, len) < 0 ? -LINUX_EFAULT
                                                         : (long)len;
}

static long block_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct blockdev *dev = dev_of(file);
    uint64_t at = (uint64_t)*pos;
    bool is_direct = file->flags & LINUX_O_DIRECT;
    if (at >= dev->capacity)
        return 0;
    if (len > dev->capacity - at)
        len = dev->capacity - at;
    if (is_direct && !is_aligned(dev, at, len))
        return -LINUX_EINVAL;
    size_t done = 0;
    long rc = 0;
    while (done < len) {
        size_t left = len - done;
        size_t direct = direct_len(dev, file, at + done, left, dev->block_size);
        rc = direct ? read_direct(dev, (char *)buf + done, direct, at + done)
                    : read_cached(dev, (char *)buf + done, left, at + done);
        if (rc < 0)
            break;
        done += (size_t)rc;
    }
    *pos += (int64_t)done;
    return done ? (long)done : rc;
}

/* Whole pages past the cache. */
static long write_direct(struct blockdev *dev, const char *buf, size_t len,
                         uint64_t pos)
{
    /* First what is dirty: this write may fail half-way. */
    long rc = dev->dirty_count ? cache_write_back(dev, pos, pos + len) : 0;
    if (rc < 0)
        return rc;
    bool durably = !cache_set_loose(dev, pos, pos + len);
    rc = cache_pwrite(dev, buf, len, pos, durably);
    cache_forget(dev, pos, pos + len);
    return rc;
}

static long write_cached(struct blockdev *dev, const char *buf, size_t len,
                         uint64_t pos)
{
    size_t in_page = pos % PAGE_SIZE;
    if (len > PAGE_SIZE - in_page)
        len = PAGE_SIZE - in_page;
    bool is_whole = len == PAGE_SIZE;
    bool was_there = cache_find(dev, pos / PAGE_SIZE);
    struct cache_page *page;
    int rc = cache_get(dev, pos / PAGE_SIZE, is_whole, &page);
    if (rc < 0)
        return rc;
    if (user_copy(page->data + in_page, buf, len) < 0) {
        /* Some of it may be there: those bytes are part of the write, but
         * a page that held nothing before must not stay. */
        if (is_whole && !was_there)
            cache_forget(dev, pos, pos + len);
        else
            cache_set_dirty(page);
        return -LINUX_EFAULT;
    }
    cache_set_dirty(page);
    if (!write_back_timer.is_set)
        timer_set(&write_back_timer, time_now() + WRITE_BACK_NS);
    return (long)len;
}

static long block_write(struct file *file, const void *buf, size_t len,
                        int64_t *pos)
{
    struct blockdev *dev = dev_of(file);
    uint64_t at = (uint64_t)*pos;
    bool is_direct = file->flags & LINUX_O_DIRECT;
    if (!len)
        return 0;
    if (at >= dev->capacity)
        return -LINUX_ENOSPC;
    if (len > dev->capacity - at)
        len = dev->capacity - at;
    if (is_direct && !is_aligned(dev, at, len))
        return -LINUX_EINVAL;
    size_t done = 0;
    long rc = 0;
    while (done < len) {
        size_t left = len - done;
        size_t direct = direct_len(dev, file, at + done, left, PAGE_SIZE);
        rc =
            direct
                ? write_direct(dev, (const char *)buf + done, direct, at + done)
                : write_cached(dev, (const char *)buf + done, left, at + done);
        if (rc < 0)
            break;
        done += (size_t)rc;
    }
    if (done && (file->flags & LINUX_O_DSYNC)) {
        rc = cache_flush(dev);
        if (rc < 0)
            return rc;
    }
    *pos += (int64_t)done;
    return done ? (long)done : rc;
}

static int64_t block_seek(struct file *file, int64_t offset, int whence)
{
    int64_t base = 0, pos;
    if (whence == LINUX_SEEK_CUR)
        base = file->pos;
    else if (whence == LINUX_SEEK_END)
        base = (int64_t)dev_of(file)->capacity;
    else if (whence != LINUX_SEEK_SET)
        return -LINUX_EINVAL;
    if (__builtin_add_overflow(base, offset, &pos) || pos < 0)
        return -LINUX_EINVAL;
    return pos;
}

static long block_ioctl(struct file *file, unsigned long request,
                        unsigned long arg)
{
    struct blockdev *dev = dev_of(file);
    int number;
    uint64_t size;
    switch (request) {
    case LINUX_BLKGETSIZE64:
        return user_copy((void *)arg, &dev->capacity, sizeof dev->capacity);
    case LINUX_BLKGETSIZE:
        size = dev->capacity / 512;
        return user_copy((void *)arg, &size, sizeof size);
    case LINUX_BLKROGET:
        number = dev->is_readonly;
        return user_copy((void *)arg, &number, sizeof number);
    case LINUX_BLKSSZGET:
    case LINUX_BLKPBSZGET:
        number = (int)dev->block_size;
        return user_copy((void *)arg, &number, sizeof number);
    case LINUX_BLKBSZGET:
        number = (int)PAGE_SIZE;
        return user_copy((void *)arg, &number, sizeof number);
    case LINUX_BLKFLSBUF: {
        int rc = cache_flush(dev);
        if (rc == 0)
            cache_forget(dev, 0, dev->capacity);
        return rc;
    }
    }
    return -LINUX_ENOTTY;
}

static int block_sync(struct file *file, bool is_data_only)
{
    (void)is_data_only;
    return cache_flush(dev_of(file));
}

static const struct file_ops block_ops = {
    .read = block_read,
    .write = block_write,
    .seek = block_seek,
    .ioctl = block_ioctl,
    .sync = block_sync,
    .name = "block",
};

int block_open(struct inode *inode, struct file *file)
{
    uint64_t idx = inode->rdev - DEV(MAJOR, 0);
    if (inode->rdev < DEV(MAJOR, 0) || idx >= device_count)
        return -LINUX_ENXIO;
    struct blockdev *dev = &devices[idx];
    if (dev->is_readonly && file_may_write(file))
        return -LINUX_EACCES;
    file->ops = &block_ops;
    file->data = dev;
    file->is_seekable = true;
    return 0;
}

static int add_device(const struct uni_device *device)
{
    struct blockdev *dev = &devices[device_count];
    dev->device = device;
    dev->capacity = device->u.block.capacity;
    dev->block_size = device->u.block.block_size;
    dev->is_readonly = device->flags & UNI_DEVICE_READONLY;
    dev->next_page = UINT64_MAX;
    char path[sizeof "/dev/block/" + UNI_NAME_MAX];
    (void)print_to(path, sizeof path, "/dev/block/%s", device->name);
    return vfs_make_node(path, LINUX_S_IFBLK | 0660,
                         DEV(MAJOR, device_count++));
}

int block_init(void)
{
    const struct uni_boot *boot = sys_boot();
    const struct uni_device *device =
        (const void *)((const char *)boot + boot->device_off);
    uint32_t count = 0;
    for (uint32_t i = 0; i < boot->device_count; i++)
        count += device[i].cls == UNI_CLASS_BLOCK;
    if (!count)
        return 0;
    devices = kalloc(count * sizeof *devices);
    if (!devices)
        return -LINUX_ENOMEM;
    size_t share = boot->arena_size / 8;
    cache_init(share < CACHE_MAX ? share : CACHE_MAX);
    int rc = vfs_make_dir("/dev/block", 0755);
    for (uint32_t i = 0; i < boot->device_count && rc == 0; i++)
        if (device[i].cls == UNI_CLASS_BLOCK)
            rc = add_device(&device[i]);
    return rc;
}
