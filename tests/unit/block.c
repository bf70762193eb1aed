/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block devices' cache against a model: reads give what was written,
 * fsync puts all of it on the disk and not less, errors are told once.
 *
 * objs: tests/lib/libos_host.c libos/fd.c libos/file_io.c libos/walk.c
 *
 * objs: libos/tmpfs_lower.c
 *
 * objs: libos/vfs.c libos/namei.c libos/path.c libos/tmpfs.c
 *
 * objs: libos/tmpfs_dir.c libos/tmpfs_data.c libos/erofs.c libos/lock.c
 *
 * objs: libos/pipe.c libos/poll.c libos/dev.c libos/block.c
 *
 * objs: libos/block_cache.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "hc.h"
#include "linux_file.h"
#include "sys.h"
#include "tests/lib/libos_host.h"
#include "tests/unit/check.h"

#define DISK_SIZE (3u * 1048576 + 1536) /* ends within a page */
#define BUF_SIZE 300000u

static uint8_t model[DISK_SIZE], buf[BUF_SIZE];
static uint64_t random_state = 42;

static uint32_t rnd(uint32_t below)
{
    random_state =
        random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % below;
}

static int open_disk(int flags)
{
    return (int)sys_openat(AT_FDCWD, "/dev/block/disk", flags, 0);
}

static size_t pick_len(void)
{
    static const size_t lens[] = {1, 512, 4096, 4096, 8192, 70000, 262144};
    size_t len = lens[rnd(7)];
    return rnd(3) ? len : 1 + rnd((uint32_t)len);
}

static void write_some(int fd)
{
    size_t len = pick_len(), offset = rnd(DISK_SIZE);
    if (rnd(2))
        offset &= ~4095ul;
    for (size_t i = 0; i < len; i++)
        buf[i] = (uint8_t)rnd(256);
    size_t fits = len < DISK_SIZE - offset ? len : DISK_SIZE - offset;
    CHECK(sys_pwrite64(fd, buf, len, (int64_t)offset) == (long)fits);
    memcpy(model + offset, buf, fits);
}

static void read_some(int fd)
{
    size_t len = pick_len(), offset = rnd(DISK_SIZE);
    if (rnd(2))
        offset &= ~511ul;
    size_t fits = len < DISK_SIZE - offset ? len : DISK_SIZE - offset;
    CHECK(sys_pread64(fd, buf, len, (int64_t)offset) == (long)fits);
    CHECK(memcmp(buf, model + offset, fits) == 0);
}

static void is_like_a_model(enum uni_cage cage)
{
    ((struct uni_boot *)(uintptr_t)sys_boot())->cage = cage;
    int fd = open_disk(O_RDWR);
    CHECK(fd >= 0);
    CHECK(sys_lseek(fd, 0, SEEK_END) == DISK_SIZE);
    for (int i = 0; i < 8000 && !failures; i++) {
        unsigned what = rnd(100);
        if (what < 45)
            write_some(fd);
        else if (what < 98)
            read_some(fd);
        else if (what == 98)
            CHECK(block_flush_all(false) == 0);
        else {
            CHECK(sys_fsync(fd) == 0);
            CHECK(memcmp(model, host_disk.durable, DISK_SIZE) == 0);
        }
    }
    CHECK(sys_close(fd) == 0);
    CHECK(block_flush_all(false) == 0);
    CHECK(memcmp(model, host_disk.cached, DISK_SIZE) == 0);
    CHECK(block_flush_all(true) == 0);
    CHECK(memcmp(model, host_disk.durable, DISK_SIZE) == 0);
    printf("ok - reads, writes and flushes, cage %d\n", cage);
}

static void absorbs_small_writes(void)
{
    int fd = open_disk(O_RDWR);
    CHECK(sys_fsync(fd) == 0);
    host_disk.writes = host_disk.syncs = 0;
    for (int i = 0; i < 1000; i++)
        CHECK(sys_pwrite64(fd, "abcd", 4, 5000 + i % 8) == 4);
    CHECK(host_disk.writes == 0);
    CHECK(sys_fsync(fd) == 0);
    CHECK(host_disk.writes == 1 && host_disk.syncs == 1);
    CHECK(memcmp(host_disk.durable + 5000, "abcd", 1) == 0);
    memcpy(model + 4096, host_disk.cached + 4096, 4096);
    CHECK(sys_fsync(fd) == 0);
    CHECK(host_disk.writes == 1); /* nothing new, nothing written */
    CHECK(sys_close(fd) == 0);
    printf("ok - small writes reach the host once\n");
}

static void tells_errors(void)
{
    int fd = open_disk(O_RDWR);
    CHECK(sys_pwrite64(fd, "abcd", 4, 9000) == 4);
    host_disk.fail_write = 1;
    CHECK(sys_fsync(fd) == -EIO);
    CHECK(memcmp(host_disk.durable + 9000, "abcd", 4) != 0);
    CHECK(sys_fsync(fd) == 0); /* tried again, and there */
    CHECK(memcmp(host_disk.durable + 9000, "abcd", 4) == 0);
    CHECK(sys_pwrite64(fd, "efgh", 4, 9000) == 4);
    host_disk.fail_write = 1;
    CHECK(block_flush_all(false) == -EIO); /* in the background */
    CHECK(block_flush_all(false) == 0);
    CHECK(sys_fsync(fd) == -EIO); /* told although it is over */
    CHECK(sys_fsync(fd) == 0);
    CHECK(memcmp(host_disk.durable + 9000, "efgh", 4) == 0);
    CHECK(sys_close(fd) == 0);
    memcpy(model + 9000, "efgh", 4);
    printf("ok - a failed write is told by fsync\n");
}

/* What cannot be written does not keep others from being read. */
static void reads_on(void)
{
    int fd = open_disk(O_RDWR);
    CHECK(sys_fsync(fd) == 0);
    CHECK(sys_pwrite64(fd, "stay", 4, 9000) == 4);
    memcpy(model + 9000, "stay", 4);
    for (int64_t page = 700; page > 10; page -= 2) { /* no sequence */
        host_disk.fail_write = 1;
        CHECK(sys_pread64(fd, buf, 10, page * 4096) == 10);
        CHECK(memcmp(buf, model + page * 4096, 10) == 0);
    }
    host_disk.fail_write = 0;
    CHECK(sys_pread64(fd, buf, 4, 9000) == 4);
    CHECK(memcmp(buf, "stay", 4) == 0);
    CHECK(sys_fsync(fd) == -EIO);
    CHECK(sys_fsync(fd) == 0);
    CHECK(memcmp(host_disk.durable + 9000, "stay", 4) == 0);
    CHECK(sys_close(fd) == 0);
    printf("ok - reads go on beside a page that cannot be written\n");
}

static void keeps_its_promises(void)
{
    int fd = open_disk(O_RDWR | O_DSYNC);
    CHECK(sys_pwrite64(fd, "durable", 7, 12345) == 7);
    CHECK(memcmp(host_disk.durable + 12345, "durable", 7) == 0);
    CHECK(sys_pread64(fd, buf, 10, DISK_SIZE) == 0);
    CHECK(sys_pwrite64(fd, buf, 10, DISK_SIZE) == -ENOSPC);
    CHECK(sys_pwrite64(fd, buf, 10, DISK_SIZE - 4) == 4);
    CHECK(sys_close(fd) == 0);
    fd = open_disk(O_RDWR | O_DIRECT);
    CHECK(sys_pread64(fd, buf, 10, 0) == -EINVAL);
    CHECK(sys_pread64(fd, buf, 512, 512) == 512);
    uint64_t size;
    CHECK(sys_ioctl(fd, LINUX_BLKGETSIZE64, (unsigned long)&size) == 0);
    CHECK(size == DISK_SIZE);
    CHECK(sys_close(fd) == 0);
    printf("ok - O_DSYNC, O_DIRECT, the device's end\n");
}

int main(void)
{
    host_disk_init(DISK_SIZE, 512);
    /* A small cache, so that pages have to go. */
    ((struct uni_boot *)(uintptr_t)sys_boot())->arena_size = 1 << 20;
    host_mount(NULL, 0);
    CHECK(sys_mkdirat(AT_FDCWD, "/dev", 0755) == 0);
    CHECK(block_init() == 0);
    is_like_a_model(UNI_CAGE_SECCOMP);
    is_like_a_model(UNI_CAGE_KVM);
    absorbs_small_writes();
    tells_errors();
    reads_on();
    keeps_its_promises();
    return failures != 0;
}
