/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path to an inode: man 7 path_resolution. The walk holds a reference
 * to the directory it stands in. A symlink's target and what is left of the
 * path become a new string that the walk owns; no recursion.
 */
#include "arena.h"
#include "user.h"
#include "vfs.h"

#define MAX_LINKS 40u /* man 7 path_resolution */

static struct fs *covering(const struct inode *inode)
{
    for (struct fs *fs = vfs_mounts; fs; fs = fs->next)
        if (fs->covered == inode)
            return fs;
    return NULL;
}

/* Steps onto what is mounted on *inode. */
static void cross_down(struct inode **inode)
{
    while ((*inode)->flags & INODE_MOUNTPOINT) {
        struct fs *fs = covering(*inode);
        ASSERT(fs);
        inode_put(*inode);
        *inode = inode_get(fs->root);
    }
}

/* ".." of dir, which for a mounted root lies under what it covers. */
static struct inode *go_up(struct inode *dir)
{
    while (dir == dir->fs->root) {
        if (!dir->fs->covered)
            return inode_get(dir); /* the root is its own parent */
        dir = dir->fs->covered;
    }
    struct inode *parent = dir->ops->parent(dir);
    if (!parent)
        parent = inode_get(dir->fs->root); /* removed while we stood in it */
    cross_down(&parent);
    return parent;
}

static int lookup(struct inode *dir, const char *name, size_t len,
                  bool will_open, struct inode **inode)
{
    const struct inode_ops *ops = dir->ops;
    if (len > LINUX_NAME_MAX)
        return -LINUX_ENAMETOOLONG;
    int rc = will_open && ops->lookup_open
                 ? ops->lookup_open(dir, name, len, inode)
                 : ops->lookup(dir, name, len, inode);
    if (rc == 0)
        cross_down(inode);
    return rc;
}

int walk_lookup(struct inode *dir, const char *name, size_t len,
                struct inode **inode)
{
    return lookup(dir, name, len, false, inode);
}

static int start_dir(struct walk *w, int dirfd, bool is_absolute)
{
    if (is_absolute) {
        w->dir = inode_get(vfs_mounts->root);
        return 0;
    }
    if (dirfd == LINUX_AT_FDCWD) {
        w->dir = inode_get(fs_context.cwd);
        return 0;
    }
    struct file *file = fd_get(dirfd);
    if (!file)
        return -LINUX_EBADF;
    int rc = -LINUX_ENOTDIR;
    if (file->inode && inode_is_dir(file->inode)) {
        w->dir = inode_get(file->inode);
        rc = 0;
    }
    file_put(file);
    return rc;
}

/* AT_EMPTY_PATH with "": the descriptor itself. */
static int walk_fd(struct walk *w, int dirfd)
{
    if (dirfd == LINUX_AT_FDCWD) {
        w->inode = inode_get(fs_context.cwd);
        return 0;
    }
    struct file *file = fd_get(dirfd);
    if (!file)
        return -LINUX_EBADF;
    if (file->inode) {
        w->inode = inode_get(file->inode);
        file_put(file);
    } else {
        w->file = file;
    }
    return 0;
}

/* The string a walk goes on with: target, and what is left of the path. */
static char *join_path(const char *target, size_t len, const char *rest)
{
    size_t rest_len = strlen(rest);
    char *path = kalloc(len + rest_len + 2);
    if (!path)
        return NULL;
    memcpy(path, target, len);
    path[len] = '/';
    memcpy(path + len + (rest_len ? 1 : 0), rest, rest_len);
    path[len + rest_len + (rest_len ? 1 : 0)] = '\0';
    return path;
}

static int read_link(struct inode *link, char *target)
{
    if (!link->ops->readlink)
        return -LINUX_EINVAL;
    long len = link->ops->readlink(link, target, LINUX_PATH_MAX);
    if (len == 0)
        return -LINUX_ENOENT;
    return len >= (long)LINUX_PATH_MAX ? -LINUX_ENAMETOOLONG : (int)len;
}

static int follow_magic(struct walk *w, struct inode *link, bool is_last)
{
    struct inode *target;
    int rc = link->ops->jump(link, &target);
    if (rc == 0 && is_last) {
        w->inode = target;
        return 1;
    }
    if (rc == 0) {
        inode_put(w->dir);
        w->dir = target;
        return inode_is_dir(target) ? 0 : -LINUX_ENOTDIR;
    }
    if (is_last && rc == -LINUX_ENXIO && link->ops->jump_file) {
        rc = link->ops->jump_file(link, &w->file);
        return rc < 0 ? rc : 1;
    }
    return rc;
}

/* Makes *at the path to go on with; rest is what follows the link's name.
 * 1: the walk has ended at a magic link's target. */
static int follow(struct walk *w, struct inode *link, const char *rest,
                  const char **at, bool is_last)
{
    if (++w->links > MAX_LINKS)
        return -LINUX_ELOOP;
    if (link->flags & INODE_MAGIC) {
        int rc = follow_magic(w, link, is_last);
        if (rc == 0)
            *at = rest;
        return rc;
    }
    char *target = kalloc(LINUX_PATH_MAX);
    if (!target)
        return -LINUX_ENOMEM;
    int len = read_link(link, target);
    char *path = len < 0 ? NULL : join_path(target, (size_t)len, rest);
    bool is_absolute = target[0] == '/';
    kfree(target);
    if (len < 0)
        return len;
    if (!path)
        return -LINUX_ENOMEM;
    kfree(w->owned);
    w->owned = path;
    *at = path;
    if (is_absolute) {
        inode_put(w->dir);
        w->dir = inode_get(vfs_mounts->root);
    }
    return 0;
}

/* Cuts the next name off *at: its last slash-free part, then the slashes. */
static void next_name(struct walk *w, const char **at)
{
    const char *p = *at;
    w->name = p;
    while (*p && *p != '/')
        p++;
    w->len = (size_t)(p - w->name);
    w->wants_dir = *p == '/';
    while (*p == '/')
        p++;
    *at = p;
    w->last = WALK_NAME;
    if (w->len == 1 && w->name[0] == '.')
        w->last = WALK_DOT;
    else if (w->len == 2 && w->name[0] == '.' && w->name[1] == '.')
        w->last = WALK_DOTDOT;
}

static int check_dir(const struct inode *dir)
{
    if (!inode_is_dir(dir))
        return -LINUX_ENOTDIR;
    return inode_may(dir, MAY_EXEC);
}

/* "." or "..": the walk's new directory. */
static void step_dots(struct walk *w)
{
    if (w->last == WALK_DOTDOT) {
        struct inode *up = go_up(w->dir);
        inode_put(w->dir);
        w->dir = up;
    }
}

/* The last name: 1 when the walk is over, 0 to go on, or -errno. */
static int finish(struct walk *w, const char **at, unsigned flags)
{
    if (w->last != WALK_NAME) {
        step_dots(w);
        w->inode = inode_get(w->dir);
        return 1;
    }
    if (w->wants_dir && (flags & WALK_CREATE))
        return -LINUX_EISDIR;
    struct inode *inode;
    int rc = lookup(w->dir, w->name, w->len, flags & WALK_OPEN, &inode);
    if (rc == -LINUX_ENOENT && (flags & WALK_CREATE)) {
        w->inode = NULL;
        return 1;
    }
    if (rc < 0)
        return rc;
    if (inode_is(inode, LINUX_S_IFLNK) &&
        ((flags & WALK_FOLLOW) || w->wants_dir)) {
        /* "link/": what it leads to must be a directory. */
        rc = follow(w, inode, w->wants_dir ? "/" : "", at, true);
        inode_put(inode);
        return rc;
    }
    w->inode = inode;
    return 1;
}

static int step(struct walk *w, const char **at, unsigned flags)
{
    int rc = check_dir(w->dir);
    if (rc < 0)
        return rc;
    next_name(w, at);
    if (!**at && !(flags & WALK_PARENT))
        return finish(w, at, flags);
    if (!**at)
        return 1;
    if (w->last != WALK_NAME) {
        step_dots(w);
        return 0;
    }
    struct inode *inode;
    rc = walk_lookup(w->dir, w->name, w->len, &inode);
    if (rc < 0)
        return rc;
    if (inode_is(inode, LINUX_S_IFLNK)) {
        rc = follow(w, inode, *at, at, false);
        inode_put(inode);
        return rc;
    }
    inode_put(w->dir);
    w->dir = inode;
    return inode_is_dir(inode) ? 0 : -LINUX_ENOTDIR;
}

static int walk_steps(struct walk *w, const char *at, unsigned flags)
{
    int rc = 0;
    do {
        while (*at == '/')
            at++;
        if (!*at) { /* slashes only, or a symlink that ended in them */
            w->last = WALK_ROOT;
            w->name = at;
            w->len = 0;
            if (!(flags & WALK_PARENT))
                w->inode = inode_get(w->dir);
            rc = 1;
        } else {
            rc = step(w, &at, flags);
        }
    } while (rc == 0);
    if (rc > 0 && w->inode && w->wants_dir && !inode_is_dir(w->inode))
        return -LINUX_ENOTDIR;
    return rc;
}

int walk(struct walk *w, int dirfd, const char *path, unsigned flags)
{
    *w = (struct walk){.last = WALK_ROOT};
    vfs_start();
    long len = user_strnlen(path, LINUX_PATH_MAX);
    if (len < 0)
        return (int)len;
    if (len >= (long)LINUX_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    if (len == 0)
        return flags & WALK_EMPTY ? walk_fd(w, dirfd) : -LINUX_ENOENT;
    int rc = start_dir(w, dirfd, path[0] == '/');
    if (rc == 0)
        rc = walk_steps(w, path, flags);
    if (rc < 0)
        walk_end(w);
    return rc < 0 ? rc : 0;
}

void walk_end(struct walk *w)
{
    inode_put(w->dir);
    inode_put(w->inode);
    if (w->file)
        file_put(w->file);
    kfree(w->owned);
    *w = (struct walk){0};
}

int walk_inode(int dirfd, const char *path, unsigned flags,
               struct inode **inode)
{
    struct walk w;
    int rc = walk(&w, dirfd, path, flags);
    if (rc < 0)
        return rc;
    rc = -LINUX_ENXIO;
    if (w.inode) {
        *inode = inode_get(w.inode);
        rc = 0;
    }
    walk_end(&w);
    return rc;
}

/* The name of `inode` in front of buf[*at], and its directory. */
static int prepend(struct inode **inode, char *buf, size_t *at)
{
    char name[LINUX_NAME_MAX + 1];
    struct inode *parent = (*inode)->ops->parent((*inode));
    if (!parent)
        return -LINUX_ENOENT;
    int len = -LINUX_ENOENT;
    if (parent->ops->name_of)
        len = parent->ops->name_of(parent, *inode, name);
    if (len < 0 || (size_t)len + 1 > *at) {
        inode_put(parent);
        return len < 0 ? len : -LINUX_ERANGE;
    }
    *at -= (size_t)len;
    memcpy(buf + *at, name, (size_t)len);
    buf[--*at] = '/';
    inode_put(*inode);
    *inode = parent;
    return 0;
}

/* A path has at most this many names; bounds what a file system that lies
 * about parents can make us do. */
#define MAX_DEPTH (LINUX_PATH_MAX / 2)

long vfs_path(struct inode *inode, char *buf, size_t size)
{
    size_t at = size;
    int rc = 0;
    if (size < 2)
        return -LINUX_ERANGE;
    buf[--at] = '\0';
    inode_get(inode);
    for (unsigned depth = 0; rc == 0; depth++) {
        while (inode == inode->fs->root && inode->fs->covered) {
            struct inode *covered = inode_get(inode->fs->covered);
            inode_put(inode);
            inode = covered;
        }
        if (inode == vfs_mounts->root)
            break;
        rc = depth < MAX_DEPTH && inode->ops->parent ? prepend(&inode, buf, &at)
                                                     : -LINUX_ENOENT;
    }
    inode_put(inode);
    if (rc < 0)
        return rc;
    if (buf[at] == '\0')
        buf[--at] = '/';
    memmove(buf, buf + at, size - at);
    return (long)(size - at);
}
