/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation of a few calls fails in turn: the call says so, nothing is
 * half-done, nothing leaks. And a file system that is full.
 *
 * objs: tests/lib/libos_host.c libos/fd.c libos/file_io.c libos/walk.c
 *
 * objs: libos/tmpfs_lower.c
 *
 * objs: libos/vfs.c libos/namei.c libos/path.c libos/tmpfs.c
 *
 * objs: libos/tmpfs_dir.c libos/tmpfs_data.c libos/erofs.c libos/lock.c
 *
 * objs: libos/pipe.c libos/poll.c libos/dev.c libos/eventfd.c
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux_file.h"
#include "sys.h"
#include "tests/lib/libos_host.h"
#include "tests/unit/check.h"
#include "vfs.h"

static char data[20000];

/* Calls that begin and end with the same tree; true if none failed. */
static bool is_fine(long rc)
{
    CHECK(rc >= 0 || rc == -ENOMEM || rc == -ENOSPC || rc == -ENOLCK);
    return rc >= 0;
}

static void use_files(void)
{
    long fd = sys_openat(AT_FDCWD, "dir/file", O_CREAT | O_RDWR, 0644);
    if (is_fine(fd)) {
        (void)is_fine(sys_pwrite64((int)fd, data, sizeof data, 0));
        (void)is_fine(sys_pwrite64((int)fd, data, 10, 5000000));
        (void)is_fine(sys_ftruncate((int)fd, 100));
        struct linux_flock lock = {.type = F_WRLCK, .len = 10};
        if (is_fine(sys_fcntl((int)fd, F_SETLK, (unsigned long)&lock))) {
            lock = (struct linux_flock){.type = F_UNLCK, .start = 3, .len = 2};
            (void)is_fine(sys_fcntl((int)fd, F_SETLK, (unsigned long)&lock));
        }
        (void)sys_close((int)fd);
        (void)is_fine(sys_linkat(AT_FDCWD, "dir/file", AT_FDCWD, "hard", 0));
        long rc = sys_renameat2(AT_FDCWD, "dir/file", AT_FDCWD, "moved", 0);
        struct linux_stat st;
        if (!is_fine(rc)) /* then it is where it was */
            CHECK(sys_newfstatat(AT_FDCWD, "dir/file", &st, 0) == 0);
    }
    (void)is_fine(sys_symlinkat("dir/file", AT_FDCWD, "soft"));
    (void)is_fine(sys_mkdirat(AT_FDCWD, "dir/sub", 0755));
    static const char *const names[] = {"dir/file", "hard", "moved", "soft"};
    for (int i = 0; i < 4; i++)
        (void)sys_unlinkat(AT_FDCWD, names[i], 0);
    (void)sys_unlinkat(AT_FDCWD, "dir/sub", AT_REMOVEDIR);
}

static void use_pipes(void)
{
    int fds[2];
    if (is_fine(sys_pipe2(fds, O_NONBLOCK))) {
        (void)is_fine(sys_write(fds[1], data, 5000));
        (void)sys_close(fds[0]);
        (void)sys_close(fds[1]);
    }
    long fd = sys_eventfd2(3, O_NONBLOCK);
    if (is_fine(fd)) {
        struct linux_pollfd many[40];
        for (int i = 0; i < 40; i++)
            many[i] = (struct linux_pollfd){.fd = (int)fd, .events = POLLPRI};
        struct linux_timespec soon = {0, 1};
        (void)is_fine(sys_ppoll(many, 40, &soon, NULL));
        (void)sys_close((int)fd);
    }
    fd = sys_openat(AT_FDCWD, ".", O_DIRECTORY, 0);
    if (is_fine(fd)) {
        (void)is_fine(sys_fcntl((int)fd, F_DUPFD, 900)); /* a larger table */
        (void)sys_close(900);
        (void)sys_close((int)fd);
    }
}

/* What lies below: read, copied up, hidden, shown again under its name. */
static void use_base(void)
{
    struct linux_stat st;
    char buf[2000];
    (void)sys_renameat2(AT_FDCWD, "up", AT_FDCWD, "low/file",
                        0); /* last time */
    long fd = sys_openat(AT_FDCWD, "low/file", O_RDWR, 0);
    if (fd == -ENOENT) /* that failed again */
        return;
    if (is_fine(fd)) {
        (void)is_fine(sys_pread64((int)fd, buf, 100, 5000));
        (void)is_fine(sys_pwrite64((int)fd, data, 100, 5000));
        (void)sys_close((int)fd);
    }
    (void)is_fine(sys_fchmodat(AT_FDCWD, "low/file", 0600, 0));
    long rc = sys_renameat2(AT_FDCWD, "low/file", AT_FDCWD, "up", 0);
    if (is_fine(rc))
        rc = sys_renameat2(AT_FDCWD, "up", AT_FDCWD, "low/file", 0);
    if (rc < 0) /* it is in one place */
        CHECK((sys_newfstatat(AT_FDCWD, "low/file", &st, 0) == 0) !=
              (sys_newfstatat(AT_FDCWD, "up", &st, 0) == 0));
    fd = sys_openat(AT_FDCWD, "low", O_DIRECTORY, 0);
    if (is_fine(fd)) {
        (void)is_fine(sys_getdents64((int)fd, buf, sizeof buf));
        (void)sys_close((int)fd);
    }
    (void)is_fine(sys_readlinkat(AT_FDCWD, "low/link", buf, 100));
    rc = sys_unlinkat(AT_FDCWD, "low", AT_REMOVEDIR);
    CHECK(rc == -ENOTEMPTY || rc == -ENOMEM);
}

/* A file system to lie below, of what a tmpfs has. */
static struct fs *make_base(void)
{
    host_mount(NULL, 0);
    struct fs *base = vfs_mounts;
    CHECK(sys_mkdirat(AT_FDCWD, "low", 0755) == 0);
    CHECK(sys_symlinkat("file", AT_FDCWD, "low/link") == 0);
    long fd = sys_openat(AT_FDCWD, "low/file", O_CREAT | O_RDWR, 0644);
    CHECK(sys_write((int)fd, data, 10000) == 10000);
    CHECK(sys_close((int)fd) == 0);
    inode_put(fs_context.cwd);
    vfs_mounts = NULL;
    return base;
}

static bool is_over_base;

static void fail_each(const char *what, void (*use)(void))
{
    unsigned long nth = 0;
    struct fs *base = is_over_base ? make_base() : NULL;
    if (base)
        host_mount_over(NULL, 0, base->root);
    else
        host_mount(NULL, 0);
    CHECK(sys_mkdirat(AT_FDCWD, "dir", 0755) == 0);
    host_fail_alloc(0);
    use(); /* what stays (tables, buckets) is there from now on */
    long allocs = host_allocs;
    size_t pages = host_pages_used;
    do {
        host_fail_alloc(++nth);
        use();
        if (host_allocs > allocs || host_pages_used > pages) {
            printf("not ok - %s: allocation %lu: %ld objects left\n", what, nth,
                   host_allocs - allocs);
            failures++;
        }
    } while (host_did_fail() && nth < 1000);
    host_fail_alloc(0);
    CHECK(nth > 5);
    host_unmount();
    if (base)
        tmpfs_free(base);
    printf("ok - %s, %lu allocations failed in turn\n", what, nth - 1);
}

static void fills_up(void)
{
    host_pages_total = host_pages_used + (8u << 20);
    host_mount(NULL, 0);
    long fd = sys_openat(AT_FDCWD, "big", O_CREAT | O_RDWR, 0644);
    long rc;
    int64_t size = 0;
    while ((rc = sys_write((int)fd, data, sizeof data)) > 0)
        size += rc;
    CHECK(rc == -ENOSPC);
    struct linux_stat st;
    CHECK(sys_fstat((int)fd, &st) == 0 && st.size == size);
    CHECK(size > 6 << 20 && size < 8 << 20);
    CHECK(sys_unlinkat(AT_FDCWD, "big", 0) == 0);
    CHECK(sys_close((int)fd) == 0);
    fd = sys_openat(AT_FDCWD, "big", O_CREAT | O_RDWR, 0644);
    CHECK(sys_write((int)fd, data, sizeof data) == sizeof data);
    CHECK(sys_pwrite64((int)fd, data, 10, INT64_MAX - 4) == 4);
    CHECK(sys_pwrite64((int)fd, data, 10, INT64_MAX) == -EFBIG);
    CHECK(sys_lseek((int)fd, 100000, SEEK_HOLE) == 100000);
    CHECK(sys_lseek((int)fd, 100000, SEEK_DATA) == (INT64_MAX & ~4095l));
    host_unmount();
    host_pages_total = 1ul << 30;
    printf("ok - a full file system says so and recovers\n");
}

/* 16 pages of bytes, 128 names; what is removed is given back. */
static void has_a_limit(void)
{
    struct linux_statfs st;
    char name[20] = "small/f";
    struct inode *dir;
    host_mount(NULL, 0);
    CHECK(sys_mkdirat(AT_FDCWD, "small", 0755) == 0);
    CHECK(walk_inode(AT_FDCWD, "small", 0, &dir) == 0);
    vfs_mount(tmpfs_new(NULL, 64u << 10, 0755), dir);
    long fd = sys_openat(AT_FDCWD, name, O_CREAT | O_RDWR, 0644);
    for (int i = 0; i < 15; i++) /* the table takes one */
        CHECK(sys_write((int)fd, data, 4096) == 4096);
    CHECK(sys_write((int)fd, data, 4096) == -ENOSPC);
    CHECK(sys_statfs("small", &st) == 0 && st.blocks == 16 && !st.bfree);
    CHECK(sys_ftruncate((int)fd, 0) == 0);
    CHECK(sys_statfs("small", &st) == 0 && st.bfree == 16);
    unsigned count = 1;
    long rc = 0;
    for (; rc == 0 && count < 1000; count++) {
        snprintf(name, sizeof name, "small/%u", count);
        rc = sys_mkdirat(AT_FDCWD, name, 0755);
    }
    CHECK(rc == -ENOSPC && count == 129);
    CHECK(sys_unlinkat(AT_FDCWD, "small/9", AT_REMOVEDIR) == 0);
    CHECK(sys_mkdirat(AT_FDCWD, "small/9", 0755) == 0);
    CHECK(sys_linkat(AT_FDCWD, "small/f", AT_FDCWD, "small/g", 0) == -ENOSPC);
    host_unmount();
    printf("ok - a limit holds for bytes and names\n");
}

static void locks_conflict(void)
{
    host_mount(NULL, 0);
    long a = sys_openat(AT_FDCWD, "f", O_CREAT | O_RDWR, 0644);
    long b = sys_openat(AT_FDCWD, "f", O_RDWR, 0644);
    struct linux_flock lock = {.type = F_WRLCK, .start = 10, .len = 10};
    CHECK(sys_fcntl((int)a, F_OFD_SETLK, (unsigned long)&lock) == 0);
    CHECK(sys_fcntl((int)b, F_OFD_SETLK, (unsigned long)&lock) == -EAGAIN);
    CHECK(sys_fcntl((int)b, F_SETLK, (unsigned long)&lock) == -EAGAIN);
    CHECK(sys_fcntl((int)b, F_SETLKW, (unsigned long)&lock) == -EINTR);
    lock = (struct linux_flock){.type = F_UNLCK, .start = 13, .len = 2};
    CHECK(sys_fcntl((int)a, F_OFD_SETLK, (unsigned long)&lock) == 0);
    lock = (struct linux_flock){.type = F_RDLCK, .start = 13, .len = 2};
    CHECK(sys_fcntl((int)b, F_OFD_SETLK, (unsigned long)&lock) == 0);
    lock = (struct linux_flock){.type = F_RDLCK};
    CHECK(sys_fcntl((int)b, F_OFD_GETLK, (unsigned long)&lock) == 0);
    CHECK(lock.type == F_WRLCK && (lock.start == 10 || lock.start == 15));
    CHECK(lock.len == (lock.start == 10 ? 3 : 5));
    CHECK(sys_flock((int)a, LOCK_SH) == 0);
    CHECK(sys_flock((int)b, LOCK_SH) == 0);
    CHECK(sys_flock((int)b, LOCK_EX | LOCK_NB) == -EAGAIN);
    CHECK(sys_close((int)a) == 0);
    CHECK(sys_flock((int)b, LOCK_EX | LOCK_NB) == 0);
    lock = (struct linux_flock){.type = F_WRLCK};
    CHECK(sys_fcntl((int)b, F_SETLK, (unsigned long)&lock) == -EAGAIN);
    lock.type = F_UNLCK;
    CHECK(sys_fcntl((int)b, F_OFD_SETLK, (unsigned long)&lock) == 0);
    lock.type = F_WRLCK;
    CHECK(sys_fcntl((int)b, F_SETLK, (unsigned long)&lock) == 0);
    host_unmount();
    CHECK(host_allocs == 0 || host_allocs == 2); /* the fd table's */
    printf("ok - file locks conflict, split and go with their owner\n");
}

static void refuses_bad_pointers(void)
{
    char *volatile bad = (char *)8;
    host_mount(NULL, 0);
    long fd = sys_openat(AT_FDCWD, "f", O_CREAT | O_RDWR, 0644);
    CHECK(sys_openat(AT_FDCWD, bad, O_RDONLY, 0) == -EFAULT);
    CHECK(sys_write((int)fd, bad, 5000) == -EFAULT);
    CHECK(sys_write((int)fd, data, 5000) == 5000);
    CHECK(sys_pwrite64((int)fd, bad, 8192, 0) == -EFAULT);
    CHECK(sys_pread64((int)fd, data, 5000, 0) == 5000 && !data[0]);
    CHECK(sys_pread64((int)fd, bad, 10, 0) == -EFAULT);
    CHECK(sys_fstat((int)fd, (struct linux_stat *)bad) == -EFAULT);
    CHECK(sys_getcwd(bad, 100) == -EFAULT);
    CHECK(sys_pipe2((int *)bad, 0) == -EFAULT);
    CHECK(sys_readv((int)fd, (struct linux_iovec *)bad, 1) == -EFAULT);
    CHECK(sys_ppoll((struct linux_pollfd *)bad, 1, NULL, NULL) == -EFAULT);
    CHECK(sys_symlinkat(bad, AT_FDCWD, "x") == -EFAULT);
    host_unmount();
    printf("ok - bad pointers are -EFAULT\n");
}

int main(void)
{
    fail_each("files", use_files);
    fail_each("pipes, events, descriptors", use_pipes);
    is_over_base = true;
    fail_each("files over a base", use_files);
    fail_each("files of a base", use_base);
    fills_up();
    has_a_limit();
    locks_conflict();
    refuses_bad_pointers();
    return failures != 0;
}
