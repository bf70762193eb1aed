/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile root file system: the reader walks all of it, then the VFS uses
 * and changes what lies in its root. Nothing may be read outside of the image
 * (it ends where its memory does), loop, or leak.
 *
 * objs: tests/lib/libos_host.c libos/fd.c libos/file_io.c libos/walk.c
 *
 * objs: libos/tmpfs_lower.c
 *
 * objs: libos/vfs.c libos/namei.c libos/path.c libos/tmpfs.c
 *
 * objs: libos/tmpfs_dir.c libos/tmpfs_data.c libos/erofs.c libos/lock.c
 *
 * objs: libos/pipe.c libos/poll.c libos/dev.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "erofs.h"
#include "linux_file.h"
#include "sys.h"
#include "tests/lib/libos_host.h"

#define NODES_MAX 300
#define BYTES_MAX (1u << 20)
#define NAMES_MAX 12

static unsigned nodes;
static uint64_t sum; /* of all bytes, so that they are read */

static void read_bytes(const struct erofs *fs, const struct erofs_inode *inode)
{
    uint64_t done = 0, budget = 0;
    while (done < inode->size && budget < BYTES_MAX) {
        const uint8_t *mem;
        uint64_t len;
        if (erofs_map(fs, inode, done, &mem, &len) < 0)
            return;
        if (!len || len > inode->size - done)
            abort();
        for (uint64_t i = 0; mem && i < len && i < BYTES_MAX; i++)
            sum += mem[i];
        /* far steps too: a hole may be huge */
        done += len;
        budget += len < 4096 ? len : 4096;
    }
}

static void walk_tree(const struct erofs *fs, uint64_t nid, unsigned depth)
{
    struct erofs_inode inode;
    if (++nodes > NODES_MAX || depth > 8 || erofs_inode(fs, nid, &inode) < 0)
        return;
    if ((inode.mode & LINUX_S_IFMT) != LINUX_S_IFDIR) {
        read_bytes(fs, &inode);
        return;
    }
    struct erofs_dirent ent = {.next = 0};
    unsigned count = 0;
    while (count++ < NODES_MAX &&
           erofs_readdir(fs, &inode, ent.next, &ent) > 0) {
        uint64_t found;
        (void)erofs_lookup(fs, &inode, ent.name, ent.len, &found);
        walk_tree(fs, ent.nid, depth + 1);
    }
    uint64_t found;
    (void)erofs_lookup(fs, &inode, "no such name", 12, &found);
}

static void use(const char *name)
{
    static char buf[5000];
    struct linux_stat st;
    (void)sys_newfstatat(AT_FDCWD, name, &st, AT_SYMLINK_NOFOLLOW);
    (void)sys_readlinkat(AT_FDCWD, name, buf, sizeof buf);
    long fd = sys_openat(AT_FDCWD, name, O_RDWR | O_NONBLOCK, 0);
    if (fd >= 0) {
        (void)sys_pread64((int)fd, buf, sizeof buf, 1);
        (void)sys_pwrite64((int)fd, "x", 1, 5);
        (void)sys_pread64((int)fd, buf, sizeof buf, 4000);
        (void)sys_ftruncate((int)fd, 3);
        (void)sys_close((int)fd);
    }
    fd = sys_openat(AT_FDCWD, name, O_RDONLY | O_DIRECTORY, 0);
    if (fd >= 0) {
        long len;
        unsigned count = 0;
        while (count++ < 50 &&
               (len = sys_getdents64((int)fd, buf, sizeof buf)) > 0)
            sum += (uint64_t)buf[len - 1];
        (void)sys_mkdirat((int)fd, "new", 0755);
        (void)sys_unlinkat((int)fd, "new", AT_REMOVEDIR);
        (void)sys_close((int)fd);
    }
    (void)sys_linkat(AT_FDCWD, name, AT_FDCWD, "link", 0);
    (void)sys_renameat2(AT_FDCWD, name, AT_FDCWD, "renamed", 0);
    if (sys_chdir("renamed") == 0) {
        (void)sys_getcwd(buf, sizeof buf);
        (void)sys_chdir("/");
    }
    (void)sys_unlinkat(AT_FDCWD, "link", 0);
    if (sys_unlinkat(AT_FDCWD, "renamed", 0) < 0)
        (void)sys_unlinkat(AT_FDCWD, "renamed", AT_REMOVEDIR);
}

static void use_root(const struct erofs *fs)
{
    static char names[NAMES_MAX][256];
    struct erofs_inode root;
    struct erofs_dirent ent = {.next = 0};
    unsigned count = 0;
    if (erofs_inode(fs, fs->root_nid, &root) < 0)
        return;
    while (count < NAMES_MAX && erofs_readdir(fs, &root, ent.next, &ent) > 0) {
        memcpy(names[count], ent.name, ent.len);
        names[count++][ent.len] = '\0';
    }
    host_mount(fs->base, fs->size);
    for (unsigned i = 0; i < count; i++)
        use(names[i]);
    host_unmount();
    if (host_allocs || host_pages_used)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct erofs fs;
    host_pages_total = 16u << 20;
    nodes = 0;
    if (erofs_init(&fs, data, size) < 0)
        return 0;
    walk_tree(&fs, fs.root_nid, 0);
    use_root(&fs);
    return 0;
}
