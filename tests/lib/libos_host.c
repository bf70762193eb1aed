/* SPDX-License-Identifier: Apache-2.0 */
/* The libOS's lower half for unit tests: libos_host.h. */
#include "libos_host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "block.h"
#include "erofs.h"
#include "enter.h"
#include "hc.h"
#include "libos.h"
#include "sys.h"
#include "timer.h"
#include "user.h"
#include "vfs.h"

struct hc_gate hc_gate;
long host_allocs;
size_t host_pages_used, host_pages_total = 1ul << 30;
bool (*host_on_sleep)(void);
static unsigned long fail_in;
static bool did_fail;

void host_fail_alloc(unsigned long nth)
{
    fail_in = nth;
    did_fail = false;
}

bool host_did_fail(void)
{
    return did_fail;
}

static bool fails(void)
{
    if (!fail_in || --fail_in)
        return false;
    return did_fail = true;
}

void *kalloc(size_t size)
{
    void *mem = fails() ? NULL : calloc(1, size ? size : 1);
    host_allocs += mem != NULL;
    return mem;
}

void kfree(void *mem)
{
    host_allocs -= mem != NULL;
    free(mem);
}

/* Page by page, as files give their pages back one at a time. */
void *arena_alloc(size_t size, bool zeroed)
{
    size = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    if (fails() || host_pages_used + size > host_pages_total)
        return NULL;
    void *mem = aligned_alloc(PAGE_SIZE, size);
    if (mem) {
        memset(mem, zeroed ? 0 : 0xa5, size);
        host_pages_used += size;
    }
    return mem;
}

void arena_free(void *mem, size_t size)
{
    host_pages_used -= (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    free(mem);
}

int arena_claim(void *addr, size_t size)
{
    (void)addr;
    (void)size;
    return -LINUX_ENOMEM;
}

void arena_stats(struct arena_stats *stats)
{
    *stats = (struct arena_stats){.total = host_pages_total,
                                  .used = host_pages_used,
                                  .high_water = host_pages_used};
}

bool libos_work(long rc)
{
    (void)rc;
    return false;
}

/* Addresses below a page are the test's bad pointers. */
static bool is_bad(const void *ptr, size_t len)
{
    return len && (uintptr_t)ptr < PAGE_SIZE;
}

long user_copy(void *dst, const void *src, size_t len)
{
    if (is_bad(dst, len) || is_bad(src, len))
        return -LINUX_EFAULT;
    if (len)
        memcpy(dst, src, len);
    return 0;
}

long user_zero(void *dst, size_t len)
{
    if (is_bad(dst, len))
        return -LINUX_EFAULT;
    if (len)
        memset(dst, 0, len);
    return 0;
}

long user_strnlen(const char *s, size_t max)
{
    return is_bad(s, 1) ? -LINUX_EFAULT : (long)strnlen(s, max);
}

int64_t time_real_offset(void)
{
    return 0;
}

int64_t time_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

long sys_clock_gettime(int id, struct linux_timespec *ts)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    *ts = (struct linux_timespec){now.tv_sec, now.tv_nsec};
    return 0;
}

void timer_set(struct timer *timer, int64_t deadline_ns)
{
    timer->deadline_ns = deadline_ns;
    timer->is_set = true;
}

bool time_is_valid(const struct linux_timespec *ts)
{
    return ts->sec >= 0 && ts->nsec >= 0 && ts->nsec < NS_PER_SEC;
}

int64_t time_to_ns(const struct linux_timespec *ts)
{
    return ts->sec * NS_PER_SEC + ts->nsec;
}

int64_t time_deadline(int64_t ns)
{
    return time_now() + ns;
}

void signal_mask_push(uint64_t mask)
{
    (void)mask;
}

void signal_broken_pipe(void)
{
}

long sys_geteuid(void)
{
    return geteuid();
}

long sys_getegid(void)
{
    return getegid();
}

long sys_getgroups(int count, unsigned *list)
{
    return getgroups(count, list);
}

long sys_getrandom(void *buf, size_t len, unsigned flags)
{
    return getrandom(buf, len, flags);
}

static void append(struct waitq *q, struct wait_node *node)
{
    node->next = NULL;
    node->prev = q->last;
    if (q->last)
        q->last->next = node;
    else
        q->first = node;
    q->last = node;
}

void wait_add(struct waitq *q, struct wait_node *node)
{
    node->thread = (struct thread *)node; /* somebody */
    append(q, node);
}

void wait_watch(struct waitq *q, struct wait_node *node,
                void (*fire)(struct wait_node *node))
{
    node->thread = NULL;
    node->fire = fire;
    append(q, node);
}

void wait_remove(struct waitq *q, struct wait_node *node)
{
    if (node->prev)
        node->prev->next = node->next;
    else if (q->first == node)
        q->first = node->next;
    if (node->next)
        node->next->prev = node->prev;
    else if (q->last == node)
        q->last = node->prev;
    node->prev = node->next = NULL;
}

int wait_sleep(int64_t deadline_ns)
{
    if (host_on_sleep && host_on_sleep())
        return 0;
    return deadline_ns == WAIT_FOREVER ? -LINUX_EINTR : -LINUX_ETIMEDOUT;
}

int wait_on(struct waitq *q, int64_t deadline_ns)
{
    struct wait_node node;
    wait_add(q, &node);
    int rc = wait_sleep(deadline_ns);
    wait_remove(q, &node);
    return rc;
}

void wake_all(struct waitq *q)
{
    for (struct wait_node *node = q->first; node; node = node->next)
        if (!node->thread)
            node->fire(node);
}

void wake_one(struct waitq *q)
{
    wake_all(q);
}

void base_assert_failed(const char *what, const char *file, int line)
{
    printf("not ok - assertion failed: %s, %s:%d\n", what, file, line);
    abort();
}

int print_to_v(char *buf, size_t size, const char *format, va_list args)
{
    return vsnprintf(buf, size, format, args);
}

int print_to(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(buf, size, format, args);
    va_end(args);
    return len;
}

struct file *console_open(uint32_t handle)
{
    (void)handle;
    return NULL;
}

int console_attach(struct file *file, bool is_tty_only)
{
    (void)file;
    (void)is_tty_only;
    return -LINUX_ENXIO;
}

/* Boot info with one block device. */
struct host_disk host_disk;
static struct {
    struct uni_boot boot;
    struct uni_device device;
} machine;

const struct uni_boot *sys_boot(void)
{
    return &machine.boot;
}

#define HANDLE_CACHED 4
#define HANDLE_DURABLE 5

void host_disk_init(size_t size, unsigned block_size)
{
    free(host_disk.cached);
    free(host_disk.durable);
    host_disk = (struct host_disk){
        .cached = calloc(1, size), .durable = calloc(1, size), .size = size};
    machine.boot.arena_size = host_pages_total;
    machine.boot.device_count = 1;
    machine.boot.device_off = (uint32_t)offsetof(typeof(machine), device);
    machine.device = (struct uni_device){
        .cls = UNI_CLASS_BLOCK,
        .handle = HANDLE_CACHED,
        .handle_durable = HANDLE_DURABLE,
        .name = "disk",
        .u.block = {.capacity = size, .block_size = block_size}};
}

static bool is_on_disk(uint64_t offset, size_t len)
{
    unsigned mask = machine.device.u.block.block_size - 1;
    return !((offset | len) & mask) && len <= UNI_IO_MAX && len &&
           offset < host_disk.size;
}

long hc_pread(uint32_t handle, void *buf, size_t len, uint64_t offset)
{
    if (handle != HANDLE_CACHED || !is_on_disk(offset, len))
        abort();
    host_disk.reads++;
    if (len > host_disk.size - offset)
        len = host_disk.size - offset;
    memcpy(buf, host_disk.cached + offset, len);
    return (long)len;
}

/* A durable write puts on the disk what it writes, and no more. */
long hc_pwrite(uint32_t handle, const void *buf, size_t len, uint64_t offset)
{
    if (!is_on_disk(offset, len) || len > host_disk.size - offset)
        abort();
    host_disk.writes++;
    if (host_disk.fail_write && !--host_disk.fail_write)
        return -LINUX_EIO;
    memcpy(host_disk.cached + offset, buf, len);
    if (handle == HANDLE_DURABLE) {
        host_disk.syncs++;
        memcpy(host_disk.durable + offset, buf, len);
    }
    return (long)len;
}

/* The parts that a test does not link. */
__attribute__((weak)) int block_open(struct inode *inode, struct file *file)
{
    (void)inode;
    (void)file;
    return -LINUX_ENXIO;
}
__attribute__((weak)) int block_flush_all(bool durably)
{
    (void)durably;
    return 0;
}

static struct erofs image, base_image;
static struct fs *base_fs; /* below the root, or NULL */

void files_mount(void)
{
    abort(); /* host_mount() comes first */
}

static struct fs *over(struct erofs *lower, const void *bytes, size_t size,
                       struct inode *base)
{
    struct tmpfs_below below = {.base = base};
    if (bytes && erofs_init(lower, bytes, size) < 0)
        abort();
    if (bytes)
        below.image = lower;
    struct fs *fs = tmpfs_new(bytes || base ? &below : NULL, 0, 0755);
    if (!fs)
        abort();
    return fs;
}

void host_mount_over(const void *bytes, size_t size, struct inode *base)
{
    struct fs *root = over(&image, bytes, size, base);
    vfs_mount(root, NULL);
    fs_context.cwd = inode_get(root->root);
}

void host_mount(const void *bytes, size_t size)
{
    host_mount_over(bytes, size, NULL);
}

void host_mount_union(const void *bytes, size_t size, const void *base_bytes,
                      size_t base_size)
{
    base_fs = over(&base_image, base_bytes, base_size, NULL);
    base_fs->flags |= FS_READONLY;
    host_mount_over(bytes, size, base_fs->root);
}

void host_unmount(void)
{
    for (int fd = fd_next(0); fd >= 0; fd = fd_next(fd + 1))
        (void)sys_close(fd);
    inode_put(fs_context.cwd);
    fs_context.cwd = NULL;
    for (struct fs *fs = vfs_mounts; fs; fs = fs->next) {
        if (!fs->covered)
            continue;
        fs->covered->flags &= ~INODE_MOUNTPOINT;
        inode_put(fs->covered);
    }
    while (vfs_mounts) {
        struct fs *fs = vfs_mounts;
        vfs_mounts = fs->next;
        tmpfs_free(fs);
    }
    if (base_fs)
        tmpfs_free(base_fs);
    base_fs = NULL;
}
