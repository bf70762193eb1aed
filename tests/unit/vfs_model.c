/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random calls on the VFS and, the same ones, on the host's own file system:
 * same results, same error numbers, same tree at the end. Once on an empty
 * tmpfs, once over an EROFS image of a tree that the host has as files.
 * A failure prints the calls since the start; the argument is a seed.
 *
 * objs: tests/lib/vfs_ops.c tests/lib/libos_host.c libos/fd.c
 *
 * objs: libos/file_io.c libos/walk.c libos/vfs.c libos/namei.c libos/path.c
 *
 * objs: libos/tmpfs.c libos/tmpfs_dir.c libos/tmpfs_data.c libos/erofs.c
 *
 * objs: libos/lock.c libos/pipe.c libos/poll.c libos/dev.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "arena.h"
#include "sys.h"
#include "tests/lib/libos_host.h"
#include "tests/lib/vfs_ops.h"

#define LOG_MAX 4000

static bool is_root; /* the host lets us do all */
static char log_lines[LOG_MAX][256];
static unsigned log_count;

void note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (log_count < LOG_MAX)
        vsnprintf(log_lines[log_count++], sizeof log_lines[0], format, args);
    va_end(args);
}

void forget_notes(void)
{
    log_count = 0;
}

void fail(const char *format, ...)
{
    va_list args;
    for (unsigned i = 0; i < log_count; i++)
        printf("# %s\n", log_lines[i]);
    printf("not ok - ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
    _exit(1); /* no leak check: it was cut short */
}

long same(long ours, long theirs)
{
    if (theirs < 0)
        theirs = -errno;
    if (ours != theirs)
        fail("%ld (%s), natively %ld (%s)", ours,
             ours < 0 ? strerror((int)-ours) : "", theirs,
             theirs < 0 ? strerror((int)-theirs) : "");
    return ours;
}

/* Every name that a path of three parts can have; slow, to find the call
 * after which the trees differ: VFS_MODEL_CHECK=1. */
static void compare_trees(void)
{
    char path[100], real_path[400];
    for (unsigned i = 0; i < 6 * 6 * 6; i++) {
        static const char *const parts[] = {".", "a", "b", "c", "d", ".."};
        (void)snprintf(path, sizeof path, "/" DEPTH_PATH "/%s/%s/%s",
                       parts[i / 36], parts[i / 6 % 6], parts[i % 6]);
        (void)snprintf(real_path, sizeof real_path, "%s%s", work_dir, path);
        struct linux_stat st;
        struct stat real;
        long rc = sys_newfstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
        note("compare %s", path + sizeof DEPTH_PATH);
        if (same(rc, lstat(real_path, &real)) == 0)
            same_stat(&st, &real);
    }
}

/* A tree to begin with, as files below the current directory. */
static void make_tree(void)
{
    static const char *const dirs[] = {"a", "b", "a/b", "a/c", "b/a", "a/b/c"};
    static const char *const files[] = {"c",     "a/a",   "a/d",  "b/b",
                                        "a/b/a", "b/a/c", "a/c/e"};
    static const size_t sizes[] = {0, 10, 4096, 5000, 20000, 8192, 100000};
    char data[5000];
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        if (mkdir(dirs[i], 0755) < 0)
            perror(dirs[i]);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int fd = open(files[i], O_CREAT | O_WRONLY, 0644);
        for (size_t done = 0; done < sizes[i];) {
            size_t part = sizes[i] - done;
            if (part > sizeof data)
                part = sizeof data;
            for (size_t k = 0; k < part; k++)
                data[k] = (char)(done + k * 7 + i);
            if (write(fd, data, part) != (long)part)
                perror("write");
            done += part;
        }
        close(fd);
    }
    if (symlink("a/b", "e") < 0 || symlink("../c", "b/d") < 0 ||
        link("c", "b/e") < 0 || mkfifo("a/e", 0600) < 0 ||
        link("a/d", "a/b/b") < 0)
        perror("links");
}

static void run_sequence(uint64_t seed, unsigned count, const char *image,
                         size_t image_size)
{
    char command[600];
    random_state = seed;
    forget_notes();
    note("seed %lu%s", seed, image ? " over an image" : "");
    (void)umask(022);
    (void)sys_umask(022);
    (void)snprintf(command, sizeof command,
                   "rm -rf %s/d1 && mkdir -p %s/" DEPTH_PATH, work_dir,
                   work_dir);
    if (system(command) || chdir(work_dir) || chdir(DEPTH_PATH))
        fail("%s", command);
    for (unsigned i = 0; i < SLOTS; i++)
        fds[i] = real_fds[i] = -1;
    long allocs = host_allocs;
    size_t pages = host_pages_used;
    host_mount(image, image_size);
    if (image) {
        make_tree();
    } else {
        char path[] = "/" DEPTH_PATH;
        for (char *p = path + 1; (p = strchr(p, '/')); *p++ = '/') {
            *p = '\0';
            (void)sys_mkdirat(AT_FDCWD, path, 0755);
        }
        (void)sys_mkdirat(AT_FDCWD, path, 0755);
    }
    same(sys_chdir("/" DEPTH_PATH), 0);
    bool drops = is_root && seed % 3 == 2;
    if (drops) {
        same(sys_fchmodat(AT_FDCWD, ".", 0777, 0), chmod(".", 0777));
        if (setegid(1234) || seteuid(1234))
            fail("seteuid");
    }
    for (unsigned i = 0; i < count; i++) {
        run_one();
        if (getenv("VFS_MODEL_CHECK"))
            compare_trees();
    }
    if (drops && (seteuid(0) || setegid(0)))
        fail("seteuid back");
    for (unsigned i = 0; i < SLOTS; i++)
        close_slot(i);
    host_unmount();
    if (host_allocs != allocs || host_pages_used != pages)
        fail("%ld objects, %zu bytes of pages left", host_allocs - allocs,
             host_pages_used - pages);
}

/* The tree as an EROFS image; NULL where mkfs.erofs is missing. */
static char *make_image(size_t *size, const char *options)
{
    char command[900];
    (void)umask(022);
    if (system("command -v mkfs.erofs >/dev/null"))
        return NULL;
    (void)snprintf(command, sizeof command,
                   "rm -rf %s/lower %s/image && mkdir -p %s/lower/" DEPTH_PATH,
                   work_dir, work_dir, work_dir);
    if (system(command) || chdir(work_dir) || chdir("lower/" DEPTH_PATH))
        return NULL;
    make_tree();
    (void)snprintf(command, sizeof command,
                   "cd %s && mkfs.erofs %s image lower >/dev/null 2>&1",
                   work_dir, options);
    if (system(command))
        return NULL;
    (void)snprintf(command, sizeof command, "%s/image", work_dir);
    FILE *file = fopen(command, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *image = aligned_alloc(4096, (*size + 4095) & ~4095ul);
    if (fread(image, 1, *size, file) != *size)
        fail("reading the image");
    fclose(file);
    return image;
}

int main(int argc, char **argv)
{
    struct statfs fs;
    const char *dir = getenv("VFS_MODEL_DIR");
    (void)signal(SIGPIPE, SIG_IGN);
    if (!dir)
        dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(work_dir, sizeof work_dir, "%s/vfs_model.XXXXXX", dir);
    if (!mkdtemp(work_dir) || statfs(work_dir, &fs) || chmod(work_dir, 0755))
        fail("%s", work_dir);
    is_root = geteuid() == 0;
    is_tmpfs = fs.f_type == 0x01021994;

    unsigned sequences = argc > 1 ? 1 : 300;
    uint64_t first = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    for (unsigned i = 0; i < sequences; i++)
        run_sequence(first + i, 500, NULL, 0);
    printf("ok - %u sequences on a tmpfs as on the host\n", sequences);
    static const char *const options[] = {"-E noinline_data", "",
                                          "-Eforce-inode-extended"};
    for (unsigned k = 0; k < 3; k++) {
        size_t size;
        char *image = make_image(&size, options[k]);
        if (!image) {
            printf("ok - # SKIP no mkfs.erofs %s\n", options[k]);
            continue;
        }
        for (unsigned i = 0; i < sequences / (argc > 1 ? 1 : 2); i++)
            run_sequence(first + 1000 + i, 500, image, size);
        printf("ok - over an EROFS image (%s) as on the host\n", options[k]);
        free(image);
    }
    char command[300];
    (void)snprintf(command, sizeof command, "rm -rf %s", work_dir);
    return chdir("/") || system(command);
}
