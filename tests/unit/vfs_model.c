/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random calls on the VFS and, the same ones, on the host's own file system:
 * same results, same error numbers, same tree at the end. Once on an empty
 * tmpfs, once over an EROFS image of a tree that the host has as files, once
 * over another file system, and once over an image and another below it.
 * A failure prints the calls since the start; the argument is a seed.
 *
 * objs: tests/lib/vfs_ops.c tests/lib/libos_host.c libos/fd.c
 *
 * objs: libos/tmpfs_lower.c
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
        log_count--;
    }
}

static void make_file(const char *path, size_t size, unsigned seed)
{
    char data[5000];
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    for (size_t done = 0; done < size;) {
        size_t part = size - done;
        if (part > sizeof data)
            part = sizeof data;
        for (size_t k = 0; k < part; k++)
            data[k] = (char)(done + k * 7 + seed);
        if (write(fd, data, part) != (long)part)
            perror("write");
        done += part;
    }
    close(fd);
}

/* A tree to begin with, as files below the current directory. */
static void make_tree(void)
{
    static const char *const dirs[] = {"a", "b", "a/b", "a/c", "b/a", "a/b/c"};
    static const char *const files[] = {"c",     "a/a",   "a/d",  "b/b",
                                        "a/b/a", "b/a/c", "a/c/e"};
    static const size_t sizes[] = {0, 10, 4096, 5000, 20000, 8192, 100000};
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        if (mkdir(dirs[i], 0755) < 0 && errno != EEXIST)
            perror(dirs[i]);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        make_file(files[i], sizes[i], (unsigned)i);
    if (symlink("a/b", "e") < 0 || symlink("../c", "b/d") < 0 ||
        link("c", "b/e") < 0 || mkfifo("a/e", 0600) < 0 ||
        link("a/d", "a/b/b") < 0)
        perror("links");
}

/* The tree below that one; what has a name there is hidden by it, but for
 * directories that both have. */
static void make_base(bool is_hidden)
{
    static const char *const dirs[] = {"a",   "a/b", "a/b/d", "b",    "d",
                                       "d/a", "d/b", "d/b/c", "c",    "b/b",
                                       "e",   "b/c", "a/b/c", "a/b/e"};
    static const char *const files[] = {"a/a",   "a/c",     "d/c", "d/a/a",
                                        "d/a/b", "a/b/d/e", "c/a", "d/b/c/a",
                                        "b/c/a", "a/b/c/b"};
    static const size_t sizes[] = {6000,  300,  70000, 4096, 0,
                                   12288, 5000, 1,     4097, 9000};
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        if (mkdir(dirs[i], i % 3 ? 0755 : 0750) < 0)
            perror(dirs[i]);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        make_file(files[i], sizes[i], (unsigned)i + 100);
    if (symlink("b/c", "d/e") < 0 || symlink("none", "b/e") < 0 ||
        link("d/c", "d/a/d") < 0 || mkfifo("d/d", 0640) < 0 ||
        link("a/b/d/e", "d/a/e") < 0)
        perror("links");
    /* what both have is the image's */
    if (is_hidden &&
        (system("rm -rf a/a a/c c b/b b/e e") || chmod("a", 0755) ||
         chmod("b", 0755) || chmod("a/b/c", 0755)))
        perror("hidden");
}

struct layers {
    const char *image, *base;
    size_t image_size, base_size;
};

/* What the layers have, on the host. */
static void make_layers(const struct layers *layers)
{
    if (layers->base)
        make_base(layers->image != NULL);
    if (layers->image)
        make_tree();
    if (layers->image || layers->base)
        return;
    char path[] = "/" DEPTH_PATH;
    for (char *p = path + 1; (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        (void)sys_mkdirat(AT_FDCWD, path, 0755);
    }
    (void)sys_mkdirat(AT_FDCWD, path, 0755);
}

static void run_sequence(uint64_t seed, unsigned count,
                         const struct layers *layers)
{
    char command[600];
    random_state = seed;
    forget_notes();
    note("seed %lu%s%s", seed, layers->image ? " over an image" : "",
         layers->base ? " over a base" : "");
    is_union = layers->image && layers->base;
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
    if (layers->base)
        host_mount_union(layers->image, layers->image_size, layers->base,
                         layers->base_size);
    else
        host_mount(layers->image, layers->image_size);
    make_layers(layers);
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
static char *make_image(size_t *size, const char *options, bool is_base)
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
    if (is_base)
        make_base(false);
    else
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

/* Over an image, over a base, over both. */
static void run_layers(uint64_t first, unsigned sequences, const char *options)
{
    struct layers both;
    both.image = make_image(&both.image_size, options, false);
    both.base = make_image(&both.base_size, options, true);
    if (!both.image || !both.base) {
        printf("ok - # SKIP no mkfs.erofs %s\n", options);
        return;
    }
    struct layers image = both, base = both;
    image.base = base.image = NULL;
    for (unsigned i = 0; i < sequences; i++) {
        run_sequence(first + i, 500, &image);
        run_sequence(first + i, 500, &base);
        run_sequence(first + i, 500, &both);
    }
    printf("ok - over an EROFS image, a base, both (%s) as on the host\n",
           options);
    free((char *)both.image);
    free((char *)both.base);
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
        run_sequence(first + i, 500, &(struct layers){0});
    printf("ok - %u sequences on a tmpfs as on the host\n", sequences);
    static const char *const options[] = {"-E noinline_data", "",
                                          "-Eforce-inode-extended"};
    for (unsigned k = 0; k < 3; k++)
        run_layers(first + 1000, sequences / (argc > 1 ? 1 : 8), options[k]);
    char command[300];
    (void)snprintf(command, sizeof command, "rm -rf %s", work_dir);
    return chdir("/") || system(command);
}
