/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a folder on this machine: see fstree.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fstree.h"
#include "common/io.h"

/* An inode of the host with several names. */
struct seen {
    dev_t dev;
    ino_t ino;
    struct fs_inode *inode;
};

struct scan {
    struct fstree *tree;
    void *seen; /* <search.h> tree of struct seen */
    bool has_epoch;
    int64_t epoch; /* SOURCE_DATE_EPOCH */
    unsigned depth;
};

static int seen_cmp(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int open_path(const struct fs_data *data, struct err *err)
{
    int fd = open(data->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? err_set(err, errno, "open %s", data->path) : fd;
}

/* reproducible-builds.org, "SOURCE_DATE_EPOCH specification" */
static int read_epoch(struct scan *scan, struct err *err)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    char *end;

    if (!text || !*text)
        return 0;
    errno = 0;
    scan->epoch = strtoll(text, &end, 10);
    if (errno || *end || scan->epoch < 0)
        return err_refuse(err, "SOURCE_DATE_EPOCH=%.40s: expected seconds",
                          text);
    scan->has_epoch = true;
    return 0;
}

static void set_attr(const struct scan *scan, struct fs_attr *attr,
                     const struct stat *st)
{
    *attr = (struct fs_attr){
        .mode = st->st_mode,
        .mtime = st->st_mtim.tv_sec,
        .mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
        .rdev = st->st_rdev,
        .size = (uint64_t)st->st_size,
    };
    if (scan->has_epoch && attr->mtime >= scan->epoch) {
        attr->mtime = scan->epoch;
        attr->mtime_ns = 0;
    }
}

/* Is it one more name of an inode that is there? 1, 0 or -errno. */
static int try_link(struct scan *scan, struct fs_inode *dir, const char *name,
                    const struct stat *st, struct err *err)
{
    struct seen key = {.dev = st->st_dev, .ino = st->st_ino};
    if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
        return 0;
    struct seen *const *found = tfind(&key, &scan->seen, seen_cmp);
    if (!found)
        return 0;
    return fstree_link(dir, name, (*found)->inode, err) < 0 ? -err->code : 1;
}

/* gcc 12's analyzer does not see that tsearch keeps what it is given. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static int remember(struct scan *scan, const struct stat *st,
                    struct fs_inode *inode, struct err *err)
{
    if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
        return 0;
    struct seen *seen = malloc(sizeof *seen);
    if (seen) {
        *seen = (struct seen){st->st_dev, st->st_ino, inode};
        if (tsearch(seen, &scan->seen, seen_cmp))
            return 0;
    }
    free(seen);
    return err_set(err, ENOMEM, "hard links");
}
#pragma GCC diagnostic pop

static int scan_dir(struct scan *scan, int fd, const char *path,
                    struct fs_inode *dir, struct err *err);

static int scan_one(struct scan *scan, int dir_fd, const char *dir_path,
                    struct fs_inode *dir, const char *name, struct err *err)
{
    struct stat st;
    struct fs_attr attr;
    char target[FS_TARGET_MAX + 1];
    struct fs_inode *inode;
    char *path;

    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_set(err, errno, "%s/%s", dir_path, name);
    int rc = try_link(scan, dir, name, &st, err);
    if (rc)
        return rc < 0 ? rc : 0;
    if (asprintf(&path, "%s/%s", dir_path, name) < 0)
        return err_set(err, ENOMEM, "%s/%s", dir_path, name);
    path = fstree_own(scan->tree, path);
    if (!path)
        return err_set(err, ENOMEM, "%s/%s", dir_path, name);

    set_attr(scan, &attr, &st);
    attr.data = (struct fs_data){.open = open_path, .path = path};
    if (S_ISLNK(st.st_mode)) {
        ssize_t len = readlinkat(dir_fd, name, target, sizeof target);
        if (len < 0 || len > (ssize_t)FS_TARGET_MAX)
            return err_set(err, len < 0 ? errno : ENAMETOOLONG, "readlink %s",
                           path);
        target[len] = '\0';
        attr.target = target;
    }
    if (fstree_add(dir, name, &attr, &inode, err) < 0)
        return err_wrap(err, "%s", dir_path);
    if (remember(scan, &st, inode, err) < 0)
        return -err->code;
    if (!S_ISDIR(st.st_mode))
        return 0;
    int fd =
        openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    return scan_dir(scan, fd, path, inode, err);
}

/* Takes fd. */
static int scan_dir(struct scan *scan, int fd, const char *path,
                    struct fs_inode *dir, struct err *err)
{
    DIR *stream = fdopendir(fd);
    if (!stream) {
        err_set(err, errno, "read %s", path);
        (void)close(fd);
        return -err->code;
    }
    int rc = 0;
    if (++scan->depth > FS_DEPTH_MAX)
        rc = err_refuse(err, "%.80s...: more than %u folders deep", path,
                        FS_DEPTH_MAX);
    while (rc == 0) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (!entry) {
            if (errno)
                rc = err_set(err, errno, "read %s", path);
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = scan_one(scan, fd, path, dir, entry->d_name, err);
    }
    scan->depth--;
    (void)closedir(stream);
    return rc;
}

int fstree_scan(struct fstree *tree, const char *path, struct err *err)
{
    struct scan scan = {.tree = tree};
    struct fs_attr attr;
    struct stat st;

    if (read_epoch(&scan, err) < 0)
        return -err->code;
    auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "open folder %s", path);
    set_attr(&scan, &attr, &st);
    if (fstree_init(tree, &attr, err) < 0)
        return -err->code;
    int rc = scan_dir(&scan, take_fd(&fd), path, tree->root, err);
    tdestroy(scan.seen, free);
    if (rc < 0)
        fstree_release(tree);
    return rc;
}
