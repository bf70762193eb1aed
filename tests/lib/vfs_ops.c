/* SPDX-License-Identifier: Apache-2.0 */
/* The random calls of tests/unit/vfs_model.c: vfs_ops.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arena.h"
#include "sys.h"
#include "tests/lib/vfs_ops.h"

#define BUF_MAX 20000

char work_dir[256];
bool is_tmpfs, is_union;
uint64_t random_state;
int fds[SLOTS], real_fds[SLOTS];
static char buf[BUF_MAX], real_buf[BUF_MAX];

static uint32_t rnd(uint32_t below)
{
    random_state =
        random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % below;
}

static const char *const names[] = {"a", "b", "c", "d", "e", "a", "b", "c"};

static void pick_path(char *path)
{
    static char long_name[300];
    unsigned parts = 1 + rnd(3), ups = 0;
    path[0] = '\0';
    if (rnd(60) == 0)
        return;
    for (unsigned i = 0; i < parts; i++) {
        if (i)
            strcat(path, rnd(12) ? "/" : "//");
        unsigned kind = rnd(40);
        if (kind == 0) {
            memset(long_name, 'l', sizeof long_name);
            long_name[rnd(2) ? 256 : 255] = '\0';
            strcat(path, long_name);
        } else if (kind == 1 && ups++ < 1) {
            strcat(path, "..");
        } else if (kind == 2) {
            strcat(path, ".");
        } else {
            strcat(path, names[rnd(8)]);
        }
    }
    if (rnd(14) == 0)
        strcat(path, "/");
}

/* A directory to start from, as both sides have it. */
static void pick_dirfd(int *dirfd, int *real_dirfd)
{
    *dirfd = *real_dirfd = AT_FDCWD;
    if (rnd(5) == 0) {
        unsigned slot = rnd(SLOTS);
        *dirfd = fds[slot];
        *real_dirfd = real_fds[slot];
    }
}

static unsigned pick_slot(void)
{
    unsigned slot = rnd(SLOTS);
    for (unsigned i = 0; i < SLOTS && fds[slot] < 0; i++)
        slot = (slot + 1) % SLOTS;
    return slot;
}

void close_slot(unsigned slot)
{
    if (fds[slot] < 0)
        return;
    note("close %u", slot);
    same(sys_close(fds[slot]), close(real_fds[slot]));
    fds[slot] = real_fds[slot] = -1;
}

static void op_open(void)
{
    static const int flag_list[] = {O_CREAT,
                                    O_CREAT,
                                    O_CREAT | O_EXCL,
                                    O_TRUNC,
                                    O_CREAT | O_TRUNC,
                                    O_APPEND,
                                    O_DIRECTORY,
                                    O_NOFOLLOW,
                                    O_PATH,
                                    O_DIRECTORY,
                                    O_CREAT | O_APPEND,
                                    O_PATH | O_NOFOLLOW,
                                    0,
                                    0,
                                    O_CREAT | O_NOFOLLOW};
    char path[1024];
    int dirfd, real_dirfd;
    unsigned slot = rnd(SLOTS);
    close_slot(slot);
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    int flags = flag_list[rnd(15)] | (int)rnd(3) | O_NONBLOCK;
    if (rnd(20) == 0)
        flags = O_TMPFILE | O_RDWR;
    unsigned mode = rnd(3) ? 0644 : rnd(01000);
    note("open %u = %.80s dirfd %d flags %o mode %o", slot, path, dirfd, flags,
         mode);
    fds[slot] = (int)sys_openat(dirfd, path, flags, mode);
    real_fds[slot] = openat(real_dirfd, path, flags, mode);
    if ((fds[slot] < 0) != (real_fds[slot] < 0) ||
        (fds[slot] < 0 && fds[slot] != -errno))
        same(fds[slot], real_fds[slot]);
    if (fds[slot] < 0)
        fds[slot] = real_fds[slot] = -1;
    else
        same(sys_fcntl(fds[slot], F_GETFL, 0) & ~O_LARGEFILE,
             fcntl(real_fds[slot], F_GETFL) & ~O_LARGEFILE & ~0100000);
}

static uint64_t pick_offset(void)
{
    static const uint64_t base[] = {0,    0,    1,     4095,  4096,
                                    5000, 8192, 12287, 70000, 3000000};
    return base[rnd(10)] + rnd(20);
}

static size_t pick_len(void)
{
    static const size_t base[] = {0, 1, 10, 100, 4096, 4000, 9000, 12288};
    return base[rnd(8)] + rnd(8);
}

static void op_write(void)
{
    unsigned slot = pick_slot();
    size_t len = pick_len();
    for (size_t i = 0; i < len; i++)
        buf[i] = (char)(random_state >> (i % 40));
    if (rnd(2)) {
        note("write %u len %zu", slot, len);
        same(sys_write(fds[slot], buf, len), write(real_fds[slot], buf, len));
    } else {
        uint64_t offset = pick_offset();
        note("pwrite %u len %zu at %lu", slot, len, offset);
        same(sys_pwrite64(fds[slot], buf, len, (int64_t)offset),
             pwrite(real_fds[slot], buf, len, (off_t)offset));
    }
}

static void op_read(void)
{
    unsigned slot = pick_slot();
    size_t len = pick_len();
    long got;
    if (rnd(2)) {
        note("read %u len %zu", slot, len);
        got = same(sys_read(fds[slot], buf, len),
                   read(real_fds[slot], real_buf, len));
    } else {
        uint64_t offset = pick_offset();
        note("pread %u len %zu at %lu", slot, len, offset);
        got = same(sys_pread64(fds[slot], buf, len, (int64_t)offset),
                   pread(real_fds[slot], real_buf, len, (off_t)offset));
    }
    if (got > 0 && memcmp(buf, real_buf, (size_t)got))
        fail("different bytes");
}

static void op_seek(void)
{
    unsigned slot = pick_slot();
    struct stat st;
    bool is_dir = fstat(real_fds[slot], &st) == 0 && S_ISDIR(st.st_mode);
    int whence = is_dir ? SEEK_SET : (int)rnd(3);
    int64_t offset = is_dir ? 0 : (int64_t)pick_offset() - (rnd(4) ? 0 : 6000);
    note("lseek %u %ld %d", slot, offset, whence);
    same(sys_lseek(fds[slot], offset, whence),
         lseek(real_fds[slot], offset, whence));
}

void same_stat(const struct linux_stat *st, const struct stat *real)
{
    bool counts_links = is_tmpfs || !S_ISDIR(real->st_mode);
    if (is_union && S_ISDIR(real->st_mode) && st->nlink == 1)
        counts_links = real->st_nlink == 0; /* 1: of two layers, no count */
    if (st->mode != real->st_mode)
        fail("mode %o, natively %o", st->mode, real->st_mode);
    if (counts_links && st->nlink != real->st_nlink)
        fail("%lu links, natively %lu", st->nlink, real->st_nlink);
    if (!S_ISDIR(st->mode) && st->size != real->st_size)
        fail("size %ld, natively %ld", st->size, real->st_size);
    if (st->uid != real->st_uid || st->gid != real->st_gid)
        fail("owner %u:%u, natively %u:%u", st->uid, st->gid, real->st_uid,
             real->st_gid);
    if (st->rdev != real->st_rdev)
        fail("device %lx, natively %lx", st->rdev, real->st_rdev);
    /* what utimensat sets is far in the past */
    if (real->st_mtim.tv_sec < 1000000 && real->st_mtim.tv_sec != 1000 &&
        (st->mtime.sec != real->st_mtim.tv_sec ||
         st->mtime.nsec != real->st_mtim.tv_nsec))
        fail("mtime %ld, natively %ld", st->mtime.sec, real->st_mtim.tv_sec);
}

static void op_stat(void)
{
    struct linux_stat st;
    struct stat real;
    char path[1024];
    if (rnd(3) == 0) {
        unsigned slot = pick_slot();
        note("fstat %u", slot);
        if (same(sys_fstat(fds[slot], &st), fstat(real_fds[slot], &real)) == 0)
            same_stat(&st, &real);
        return;
    }
    int dirfd, real_dirfd;
    static const int flag_list[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH,
                                    AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW};
    int flags = flag_list[rnd(4)];
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("fstatat %d %.80s flags %x", dirfd, path, flags);
    if (same(sys_newfstatat(dirfd, path, &st, flags),
             fstatat(real_dirfd, path, &real, flags)) == 0)
        same_stat(&st, &real);
}

static void op_mkdir(void)
{
    char path[1024];
    int dirfd, real_dirfd;
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    unsigned mode = rnd(4) ? 0755 : rnd(01000); /* sticky: own rules */
    note("mkdirat %d %.80s %o", dirfd, path, mode);
    same(sys_mkdirat(dirfd, path, mode), mkdirat(real_dirfd, path, mode));
}

static void op_unlink(void)
{
    char path[1024];
    int dirfd, real_dirfd, flags = rnd(2) ? AT_REMOVEDIR : 0;
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("unlinkat %d %.80s %x", dirfd, path, flags);
    same(sys_unlinkat(dirfd, path, flags), unlinkat(real_dirfd, path, flags));
}

static void op_rename(void)
{
    char from[1024], to[1024];
    int dirfd, real_dirfd, to_dirfd, real_to_dirfd;
    static const unsigned flag_list[] = {0, 0, 0, 1, 2};
    unsigned flags = flag_list[rnd(5)];
    pick_path(from);
    pick_path(to);
    pick_dirfd(&dirfd, &real_dirfd);
    pick_dirfd(&to_dirfd, &real_to_dirfd);
    note("renameat2 %d %.80s %d %.80s %x", dirfd, from, to_dirfd, to, flags);
    same(sys_renameat2(dirfd, from, to_dirfd, to, flags),
         syscall(SYS_renameat2, real_dirfd, from, real_to_dirfd, to, flags));
}

static void op_link(void)
{
    char from[1024], to[1024];
    int dirfd, real_dirfd, to_dirfd, real_to_dirfd;
    int flags = rnd(3) ? 0 : AT_SYMLINK_FOLLOW;
    pick_path(from);
    pick_path(to);
    pick_dirfd(&dirfd, &real_dirfd);
    pick_dirfd(&to_dirfd, &real_to_dirfd);
    if (geteuid() == 0 && rnd(5) == 0) {
        from[0] = '\0';
        flags = AT_EMPTY_PATH;
    }
    note("linkat %d %.80s %d %.80s %x", dirfd, from, to_dirfd, to, flags);
    same(sys_linkat(dirfd, from, to_dirfd, to, flags),
         linkat(real_dirfd, from, real_to_dirfd, to, flags));
}

static void op_symlink(void)
{
    char target[1024], path[1024];
    int dirfd, real_dirfd;
    pick_path(target);
    if (!strncmp(target, "..", 2) && rnd(4))
        strcpy(target, "a");
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("symlinkat %.80s %d %.80s", target, dirfd, path);
    same(sys_symlinkat(target, dirfd, path),
         symlinkat(target, real_dirfd, path));
}

static void op_readlink(void)
{
    char path[1024];
    int dirfd, real_dirfd;
    size_t len = rnd(3) ? 1000 : rnd(5);
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("readlinkat %d %.80s len %zu", dirfd, path, len);
    long got = same(sys_readlinkat(dirfd, path, buf, len),
                    readlinkat(real_dirfd, path, real_buf, len));
    if (got > 0 && memcmp(buf, real_buf, (size_t)got))
        fail("'%.*s', natively '%.*s'", (int)got, buf, (int)got, real_buf);
}

static void op_mode(void)
{
    char path[1024];
    int dirfd, real_dirfd;
    unsigned mode = rnd(3) ? 0755 : rnd(010000) & ~01000u;
    if (rnd(3) == 0) {
        unsigned slot = pick_slot();
        note("fchmod %u %o", slot, mode);
        same(sys_fchmod(fds[slot], mode), fchmod(real_fds[slot], mode));
        return;
    }
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("fchmodat %d %.80s %o", dirfd, path, mode);
    same(sys_fchmodat(dirfd, path, mode, 0),
         fchmodat(real_dirfd, path, mode, 0));
}

static void op_owner(void)
{
    static const unsigned ids[] = {0, 1234, 77, UINT32_MAX};
    char path[1024];
    int dirfd, real_dirfd;
    int flags = rnd(2) ? AT_SYMLINK_NOFOLLOW : 0;
    unsigned uid = ids[rnd(4)], gid = ids[rnd(4)];
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("fchownat %d %.80s %u %u %x", dirfd, path, uid, gid, flags);
    same(sys_fchownat(dirfd, path, uid, gid, flags),
         fchownat(real_dirfd, path, uid, gid, flags));
}

static void op_times(void)
{
    char path[1024];
    int dirfd, real_dirfd;
    int flags = rnd(2) ? AT_SYMLINK_NOFOLLOW : 0;
    static const long nsec[] = {0, 5, UTIME_NOW, UTIME_OMIT, 1000000000, 7};
    struct timespec ts[2];
    for (int i = 0; i < 2; i++)
        ts[i] = (struct timespec){5000 + rnd(1000), nsec[rnd(6)]};
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    bool is_null = rnd(4) == 0;
    note("utimensat %d %.80s %ld %ld null %d flags %x", dirfd, path,
         ts[0].tv_nsec, ts[1].tv_nsec, is_null, flags);
    same(sys_utimensat(dirfd, path,
                       is_null ? NULL : (struct linux_timespec *)ts, flags),
         utimensat(real_dirfd, path, is_null ? NULL : ts, flags));
}

static void op_truncate(void)
{
    char path[1024];
    int64_t size = (int64_t)pick_offset() - (rnd(20) ? 0 : 100000000);
    if (rnd(2)) {
        unsigned slot = pick_slot();
        note("ftruncate %u %ld", slot, size);
        same(sys_ftruncate(fds[slot], size), ftruncate(real_fds[slot], size));
        return;
    }
    pick_path(path);
    note("truncate %.80s %ld", path, size);
    same(sys_truncate(path, size), truncate(path, size));
}

static void op_access(void)
{
    char path[1024];
    int dirfd, real_dirfd, mode = (int)rnd(8);
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("faccessat %d %.80s %d", dirfd, path, mode);
    same(sys_faccessat2(dirfd, path, mode, 0),
         syscall(SYS_faccessat2, real_dirfd, path, mode, AT_EACCESS));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names and types that a buffer of getdents64 holds. */
static unsigned parse(char *mem, long len, char **list, unsigned count)
{
    static const char letters[] = "?pc?d?b?-?l?s";
    for (long at = 0; at < len;) {
        struct linux_dirent64 *ent = (struct linux_dirent64 *)(mem + at);
        char *line = malloc(300);
        (void)snprintf(line, 300, "%s %c", ent->name,
                       ent->type < 13 ? letters[ent->type] : '!');
        list[count++] = line;
        at += ent->reclen;
    }
    return count;
}

static unsigned read_all(int fd, bool is_real, size_t len, char **list)
{
    unsigned count = 0;
    long got;
    static char mem[4096];
    while ((got = is_real ? syscall(SYS_getdents64, fd, mem, 4096)
                          : sys_getdents64(fd, mem, len)) > 0)
        count = parse(mem, got, list, count);
    if (got < 0)
        fail("getdents64 half-way: %ld", got);
    qsort(list, count, sizeof *list, compare_names);
    return count;
}

static void op_list(void)
{
    static char *ours[500], *theirs[500];
    unsigned slot = pick_slot();
    note("getdents64 %u", slot);
    long rc = sys_lseek(fds[slot], 0, SEEK_SET);
    if (rc != 0 || lseek(real_fds[slot], 0, SEEK_SET) != 0)
        return;
    char probe[4096];
    errno = 0;
    rc = sys_getdents64(fds[slot], probe, sizeof probe);
    long real = syscall(SYS_getdents64, real_fds[slot], probe, sizeof probe);
    if (rc < 0 || real < 0) {
        same(rc, real);
        return;
    }
    (void)sys_lseek(fds[slot], 0, SEEK_SET);
    (void)lseek(real_fds[slot], 0, SEEK_SET);
    unsigned count = read_all(fds[slot], false, 300 + rnd(3000), ours);
    unsigned real_count = read_all(real_fds[slot], true, 4096, theirs);
    if (count != real_count)
        fail("%u names, natively %u", count, real_count);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(ours[i], theirs[i]))
            fail("'%s' natively '%s'", ours[i], theirs[i]);
        free(ours[i]);
        free(theirs[i]);
    }
    /* where a directory's end is, each file system says for itself */
    (void)sys_lseek(fds[slot], 0, SEEK_SET);
    (void)lseek(real_fds[slot], 0, SEEK_SET);
}

static void op_cwd(void)
{
    char path[1024];
    if (rnd(3) == 0) {
        unsigned slot = pick_slot();
        note("fchdir %u", slot);
        same(sys_fchdir(fds[slot]), fchdir(real_fds[slot]));
    } else if (rnd(3) == 0) {
        note("chdir /" DEPTH_PATH);
        (void)snprintf(path, sizeof path, "%s/" DEPTH_PATH, work_dir);
        same(sys_chdir("/" DEPTH_PATH), chdir(path));
    } else {
        pick_path(path);
        note("chdir %.80s", path);
        same(sys_chdir(path), chdir(path));
    }
    note("getcwd");
    long len = sys_getcwd(buf, 4000);
    long real = syscall(SYS_getcwd, real_buf, 4000);
    if (real < 0) {
        same(len, real);
    } else if (strncmp(real_buf, work_dir, strlen(work_dir)) ||
               strcmp(real_buf[strlen(work_dir)] ? real_buf + strlen(work_dir)
                                                 : "/",
                      buf)) {
        fail("cwd %s, natively %s", buf, real_buf);
    }
}

static void op_node(void)
{
    static const unsigned types[] = {S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR,
                                     S_IFDIR, 0,       S_IFLNK};
    char path[1024];
    int dirfd, real_dirfd;
    unsigned mode = types[rnd(7)] | 0640;
    pick_path(path);
    pick_dirfd(&dirfd, &real_dirfd);
    note("mknodat %d %.80s %o", dirfd, path, mode);
    same(sys_mknodat(dirfd, path, mode, 0x103),
         mknodat(real_dirfd, path, mode, 0x103));
}

static void op_dup(void)
{
    unsigned from = pick_slot(), to = rnd(SLOTS);
    if (from == to || fds[from] < 0 || fds[to] < 0)
        return;
    note("dup3 %u %u", from, to);
    long rc = sys_dup3(fds[from], fds[to], 0);
    long real = dup3(real_fds[from], real_fds[to], 0);
    if ((rc < 0) != (real < 0))
        same(rc, real);
}

static void op_allocate(void)
{
    static const int modes[] = {0, 1, 3, 16, 17, 2};
    unsigned slot = pick_slot();
    struct stat st;
    int mode = modes[rnd(is_tmpfs ? 3 : 6)];
    int64_t offset = (int64_t)pick_offset(), len = (int64_t)pick_len();
    if (fstat(real_fds[slot], &st) == 0 && !S_ISREG(st.st_mode))
        return;
    note("fallocate %u mode %d at %ld len %ld", slot, mode, offset, len);
    same(sys_fallocate(fds[slot], mode, offset, len),
         fallocate(real_fds[slot], mode, offset, len));
}

static void op_flags(void)
{
    unsigned slot = pick_slot();
    int flags = (rnd(2) ? O_APPEND : 0) | O_NONBLOCK;
    note("F_SETFL %u %o", slot, flags);
    same(sys_fcntl(fds[slot], F_SETFL, (unsigned long)flags),
         fcntl(real_fds[slot], F_SETFL, flags));
}

static void op_umask(void)
{
    unsigned mask = rnd(3) ? 022 : rnd(01000);
    note("umask %o", mask);
    same(sys_umask(mask), umask(mask));
}

static void op_copy(void)
{
    unsigned from = pick_slot(), to = pick_slot();
    size_t len = pick_len();
    note("copy_file_range %u %u %zu", from, to, len);
    same(sys_copy_file_range(fds[from], NULL, fds[to], NULL, len, 0),
         copy_file_range(real_fds[from], NULL, real_fds[to], NULL, len, 0));
}

static const struct {
    void (*run)(void);
    unsigned weight;
} ops[] = {
    {op_open, 14},    {op_write, 8},   {op_read, 8},     {op_seek, 4},
    {op_stat, 8},     {op_mkdir, 7},   {op_unlink, 7},   {op_rename, 8},
    {op_link, 4},     {op_symlink, 4}, {op_readlink, 2}, {op_mode, 2},
    {op_owner, 2},    {op_times, 3},   {op_truncate, 4}, {op_access, 2},
    {op_list, 4},     {op_cwd, 3},     {op_node, 2},     {op_dup, 2},
    {op_allocate, 2}, {op_flags, 1},   {op_umask, 1},    {op_copy, 2},
};

void run_one(void)
{
    unsigned sum = 0, at = 0;
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++)
        sum += ops[i].weight;
    unsigned pick = rnd(sum);
    while (pick >= ops[at].weight)
        pick -= ops[at++].weight;
    errno = 0;
    ops[at].run();
}
