/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ftw, nftw: POSIX.1-2008. The walk keeps one directory open at a time per
 * level; max_fds is a hint that a libOS with cheap descriptors can ignore.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct level {
    const struct level *up;
    dev_t dev;
    ino_t ino;
};

struct walk {
    int (*visit)(const char *, const struct stat *, int);
    int (*visit_more)(const char *, const struct stat *, int, struct FTW *);
    int flags;
    dev_t dev; /* of the start, for FTW_MOUNT */
    char path[PATH_MAX];
};

static int report(struct walk *walk, const struct stat *st, int type, int base,
                  int level)
{
    if (!walk->visit_more)
        return walk->visit(walk->path, st, type == FTW_SLN ? FTW_NS : type);
    struct FTW ftw = {.base = base, .level = level};
    return walk->visit_more(walk->path, st, type, &ftw);
}

static int classify(struct walk *walk, struct stat *st)
{
    if (walk->flags & FTW_PHYS) {
        if (lstat(walk->path, st) < 0)
            return FTW_NS;
    } else if (stat(walk->path, st) < 0) {
        if (lstat(walk->path, st) == 0 && S_ISLNK(st->st_mode))
            return FTW_SLN;
        return FTW_NS;
    }
    if (S_ISDIR(st->st_mode))
        return FTW_D;
    return S_ISLNK(st->st_mode) ? FTW_SL : FTW_F;
}

static bool is_loop(const struct level *level, const struct stat *st)
{
    for (; level; level = level->up)
        if (level->dev == st->st_dev && level->ino == st->st_ino)
            return true;
    return false;
}

static int step(struct walk *walk, size_t len, int base, int depth,
                const struct level *up);

/* What a directory holds; path[len] is its end. */
static int enter(struct walk *walk, DIR *dir, size_t len, int depth,
                 const struct level *here)
{
    struct dirent *entry;
    int rc = 0;

    size_t base = len;
    if (walk->path[len - 1] != '/')
        walk->path[base++] = '/';
    while (rc == 0 && (errno = 0, entry = readdir(dir))) {
        size_t name_len = strlen(entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (base + name_len >= sizeof walk->path) {
            errno = ENAMETOOLONG;
            rc = -1;
            break;
        }
        memcpy(walk->path + base, entry->d_name, name_len + 1);
        rc = step(walk, base + name_len, (int)base, depth + 1, here);
        if ((walk->flags & FTW_ACTIONRETVAL) && rc == FTW_SKIP_SUBTREE)
            rc = 0;
    }
    if (rc == 0 && errno)
        rc = -1;
    if ((walk->flags & FTW_ACTIONRETVAL) && rc == FTW_SKIP_SIBLINGS)
        rc = 0;
    walk->path[len] = 0;
    return rc;
}

/* FTW_CHDIR: the callback and the walk stand in the directory itself. */
static int enter_at(struct walk *walk, DIR *dir, size_t len, int depth,
                    const struct level *here)
{
    if (!(walk->flags & FTW_CHDIR))
        return enter(walk, dir, len, depth, here);
    int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (back < 0)
        return -1;
    int rc = enter(walk, dir, len, depth, here);
    int saved = errno;
    if (fchdir(back) < 0 && rc == 0)
        rc = -1;
    else
        errno = saved;
    (void)close(back);
    return rc;
}

/* Visits path[0..len) and what is below it. */
static int step(struct walk *walk, size_t len, int base, int depth,
                const struct level *up)
{
    struct stat st;
    int type = classify(walk, &st);

    if (type == FTW_NS && depth == 0)
        return -1;
    if (type != FTW_NS && depth == 0)
        walk->dev = st.st_dev;
    if (type != FTW_NS && (walk->flags & FTW_MOUNT) && st.st_dev != walk->dev)
        return 0;
    if (type != FTW_D)
        return report(walk, &st, type, base, depth);
    if (!(walk->flags & FTW_PHYS) && is_loop(up, &st))
        return 0;

    DIR *dir = opendir(walk->path);
    if (!dir) {
        if (errno != EACCES)
            return -1;
        return report(walk, &st, FTW_DNR, base, depth);
    }
    struct level here = {.up = up, .dev = st.st_dev, .ino = st.st_ino};
    int rc = 0;
    if (!(walk->flags & FTW_DEPTH))
        rc = report(walk, &st, FTW_D, base, depth);
    if (rc == 0)
        rc = enter_at(walk, dir, len, depth, &here);
    int saved = errno;
    (void)closedir(dir);
    errno = saved;
    if (rc == 0 && (walk->flags & FTW_DEPTH))
        rc = report(walk, &st, FTW_DP, base, depth);
    return rc;
}

static int walk_from(struct walk *walk, const char *path)
{
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof walk->path) {
        errno = len ? ENAMETOOLONG : ENOENT;
        return -1;
    }
    memcpy(walk->path, path, len + 1);
    while (len > 1 && walk->path[len - 1] == '/')
        walk->path[--len] = 0;
    const char *slash = strrchr(walk->path, '/');
    int base = slash && slash[1] ? (int)(slash + 1 - walk->path) : 0;
    int rc = step(walk, len, base, 0, NULL);
    if ((walk->flags & FTW_ACTIONRETVAL) &&
        (rc == FTW_SKIP_SUBTREE || rc == FTW_SKIP_SIBLINGS))
        rc = 0;
    return rc;
}

static int run(struct walk *walk, const char *path)
{
    int rc = walk_from(walk, path);
    int saved = errno;

    free(walk);
    errno = saved;
    return rc;
}

int ftw(const char *path, int (*visit)(const char *, const struct stat *, int),
        int max_fds)
{
    struct walk *walk = malloc(sizeof *walk);

    (void)max_fds;
    if (!walk)
        return -1;
    walk->visit = visit;
    walk->visit_more = NULL;
    walk->flags = 0;
    return run(walk, path);
}

int nftw(const char *path,
         int (*visit)(const char *, const struct stat *, int, struct FTW *),
         int max_fds, int flags)
{
    struct walk *walk = malloc(sizeof *walk);

    (void)max_fds;
    if (!walk)
        return -1;
    walk->visit = NULL;
    walk->visit_more = visit;
    walk->flags = flags;
    return run(walk, path);
}
