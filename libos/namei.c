/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change directories: man 2 mkdir, mknod, unlink, rmdir, rename,
 * link, symlink. */
#include "arena.h"
#include "enter.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

static int check_writable(const struct inode *dir)
{
    if (dir->fs->flags & FS_READONLY)
        return -LINUX_EROFS;
    return inode_may(dir, MAY_WRITE | MAY_EXEC);
}

/* A place for a new name; on success the walk is the caller's to end. */
static int walk_place(struct walk *w, int dirfd, const char *path, bool is_dir)
{
    int rc = walk(w, dirfd, path, WALK_PARENT);
    if (rc < 0)
        return rc;
    struct inode *there = NULL;
    if (w->last != WALK_NAME)
        rc = -LINUX_EEXIST;
    else
        rc = walk_lookup(w->dir, w->name, w->len, &there);
    if (rc == 0) {
        inode_put(there);
        rc = -LINUX_EEXIST;
    } else if (rc == -LINUX_ENOENT) {
        rc = 0;
        if (w->wants_dir && !is_dir)
            rc = -LINUX_ENOENT;
        else if (w->dir->nlink == 0)
            rc = -LINUX_ENOENT; /* the directory was removed */
    }
    if (rc < 0)
        walk_end(w);
    return rc;
}

/* The same, and the caller may write there. */
static int walk_new(struct walk *w, int dirfd, const char *path, bool is_dir)
{
    int rc = walk_place(w, dirfd, path, is_dir);
    if (rc < 0)
        return rc;
    rc = check_writable(w->dir);
    if (rc < 0)
        walk_end(w);
    return rc;
}

long sys_mkdirat(int dirfd, const char *path, unsigned mode)
{
    LIBOS_CALL();
    struct walk w;
    int rc = walk_new(&w, dirfd, path, true);
    if (rc < 0)
        return rc;
    mode = (mode & ~fs_context.umask & 01777) | LINUX_S_IFDIR;
    rc = w.dir->ops->mkdir ? w.dir->ops->mkdir(w.dir, w.name, w.len, mode)
                           : -LINUX_EPERM;
    walk_end(&w);
    return rc;
}

long sys_mknodat(int dirfd, const char *path, unsigned mode, uint64_t dev)
{
    LIBOS_CALL();
    unsigned type = mode & LINUX_S_IFMT;
    if (type == 0)
        type = LINUX_S_IFREG;
    if (type == LINUX_S_IFDIR)
        return -LINUX_EPERM;
    if (type == LINUX_S_IFLNK ||
        (type != LINUX_S_IFREG && type != LINUX_S_IFIFO &&
         type != LINUX_S_IFSOCK && type != LINUX_S_IFCHR &&
         type != LINUX_S_IFBLK))
        return -LINUX_EINVAL;
    bool is_dev = type == LINUX_S_IFCHR || type == LINUX_S_IFBLK;
    struct walk w;
    int rc = walk_new(&w, dirfd, path, false);
    if (rc < 0)
        return rc;
    struct inode *inode = NULL;
    mode = (mode & 07777 & ~fs_context.umask) | type;
    rc = -LINUX_EPERM;
    if (w.dir->ops->create && !(is_dev && vfs_creds().uid != 0))
        rc = w.dir->ops->create(w.dir, w.name, w.len, mode, is_dev ? dev : 0,
                                &inode);
    if (rc == 0)
        inode_put(inode);
    walk_end(&w);
    return rc;
}

long sys_symlinkat(const char *target, int dirfd, const char *path)
{
    LIBOS_CALL();
    long len = user_strnlen(target, LINUX_PATH_MAX);
    if (len < 0)
        return len;
    if (len == 0)
        return -LINUX_ENOENT;
    if (len >= (long)LINUX_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    struct walk w;
    int rc = walk_new(&w, dirfd, path, false);
    if (rc < 0)
        return rc;
    rc = w.dir->ops->symlink
             ? w.dir->ops->symlink(w.dir, w.name, w.len, target, (size_t)len)
             : -LINUX_EPERM;
    walk_end(&w);
    return rc;
}

/* As Linux with fs.protected_hardlinks (man 5 proc): nobody pins a file that
 * is neither theirs nor theirs to write. */
static int check_link(const struct inode *inode)
{
    struct creds creds = vfs_creds();
    if (creds.uid == 0 || creds.uid == inode->uid)
        return 0;
    unsigned sgid_runs = LINUX_S_ISGID | 010;
    if (!inode_is(inode, LINUX_S_IFREG) || (inode->mode & LINUX_S_ISUID) ||
        (inode->mode & sgid_runs) == sgid_runs ||
        inode_may(inode, MAY_READ | MAY_WRITE) < 0)
        return -LINUX_EPERM;
    return 0;
}

static int do_link(struct inode *inode, int dirfd, const char *path)
{
    struct walk w;
    int rc = walk_place(&w, dirfd, path, false);
    if (rc < 0)
        return rc;
    rc = inode->fs != w.dir->fs ? -LINUX_EXDEV : check_link(inode);
    if (rc == 0)
        rc = check_writable(w.dir);
    if (rc < 0)
        ; /* not for this user, or not there */
    else if (inode_is_dir(inode) || !w.dir->ops->link)
        rc = -LINUX_EPERM;
    else if (!inode->nlink && !(inode->flags & INODE_LINKABLE))
        rc = -LINUX_ENOENT;
    else
        rc = w.dir->ops->link(w.dir, w.name, w.len, inode);
    walk_end(&w);
    return rc;
}

long sys_linkat(int from_dirfd, const char *from, int to_dirfd, const char *to,
                int flags)
{
    LIBOS_CALL();
    if (flags & ~(LINUX_AT_SYMLINK_FOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    struct inode *inode;
    int rc = walk_inode(from_dirfd, from,
                        (flags & LINUX_AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0u) |
                            (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0u),
                        &inode);
    if (rc < 0)
        return rc;
    rc = do_link(inode, to_dirfd, to);
    inode_put(inode);
    return rc;
}

/* May the caller take `inode` out of dir? man 2 unlink, the sticky bit. */
static int check_remove(const struct inode *dir, const struct inode *inode)
{
    int rc = check_writable(dir);
    struct creds creds = vfs_creds();
    if (rc == 0 && (dir->mode & LINUX_S_ISVTX) && creds.uid != 0 &&
        creds.uid != inode->uid && creds.uid != dir->uid)
        rc = -LINUX_EPERM;
    return rc;
}

/* As often as a name may change under us before we give up. */
#define STALE_TRIES 100u

static int try_unlink(const struct walk *w, bool is_rmdir)
{
    struct inode *dir = w->dir, *inode;
    int rc = walk_lookup(dir, w->name, w->len, &inode);
    if (rc < 0)
        return rc;
    if (!is_rmdir && w->wants_dir)
        rc = inode_is_dir(inode) ? -LINUX_EISDIR : -LINUX_ENOTDIR;
    else
        rc = check_remove(dir, inode);
    if (rc == 0) {
        if (inode->fs != dir->fs)
            rc = -LINUX_EBUSY; /* a mount point */
        else if (is_rmdir && !inode_is_dir(inode))
            rc = -LINUX_ENOTDIR;
        else if (!is_rmdir && inode_is_dir(inode))
            rc = -LINUX_EISDIR;
        else if (is_rmdir && !dir->ops->is_empty(inode))
            rc = -LINUX_ENOTEMPTY;
        else if (!dir->ops->unlink)
            rc = -LINUX_EPERM;
        else
            rc = dir->ops->unlink(dir, w->name, w->len, inode);
    }
    inode_put(inode);
    return rc;
}

static int unlink_at(const struct walk *w, bool is_rmdir)
{
    int rc = -LINUX_ESTALE;
    for (unsigned i = 0; i < STALE_TRIES && rc == -LINUX_ESTALE; i++)
        rc = try_unlink(w, is_rmdir);
    return rc;
}

long sys_unlinkat(int dirfd, const char *path, int flags)
{
    LIBOS_CALL();
    if (flags & ~LINUX_AT_REMOVEDIR)
        return -LINUX_EINVAL;
    bool is_rmdir = flags & LINUX_AT_REMOVEDIR;
    struct walk w;
    int rc = walk(&w, dirfd, path, WALK_PARENT);
    if (rc < 0)
        return rc;
    if (w.last == WALK_NAME)
        rc = unlink_at(&w, is_rmdir);
    else if (!is_rmdir)
        rc = -LINUX_EISDIR;
    else if (w.last == WALK_DOT)
        rc = -LINUX_EINVAL;
    else
        rc = w.last == WALK_ROOT ? -LINUX_EBUSY : -LINUX_ENOTEMPTY;
    walk_end(&w);
    return rc;
}

/* Does `dir` lie in `inode` or is it that? */
static bool is_inside(struct inode *dir, const struct inode *inode)
{
    inode_get(dir);
    while (dir && dir != inode && dir != dir->fs->root) {
        struct inode *up = dir->ops->parent(dir);
        inode_put(dir);
        dir = up;
    }
    bool found = dir == inode;
    inode_put(dir);
    return found;
}

static int check_replace(struct walk *to, struct inode *inode,
                         struct inode *target)
{
    if (target->fs != to->dir->fs)
        return -LINUX_EBUSY;
    int rc = check_remove(to->dir, target);
    if (rc < 0)
        return rc;
    if (inode_is_dir(inode) && !inode_is_dir(target))
        return -LINUX_ENOTDIR;
    if (!inode_is_dir(inode) && inode_is_dir(target))
        return -LINUX_EISDIR;
    if (inode_is_dir(target) && !to->dir->ops->is_empty(target))
        return -LINUX_ENOTEMPTY;
    return 0;
}

/* Order of the checks is that of Linux's do_renameat2, so errors agree. */
static int check_rename(struct walk *from, struct walk *to, struct inode *inode,
                        struct inode *target, unsigned flags)
{
    bool is_exchange = flags & LINUX_RENAME_EXCHANGE;
    if (target && (flags & LINUX_RENAME_NOREPLACE))
        return -LINUX_EEXIST;
    if (is_exchange && !target)
        return -LINUX_ENOENT;
    if (is_exchange && !inode_is_dir(target) && to->wants_dir)
        return -LINUX_ENOTDIR;
    if (!inode_is_dir(inode) &&
        (from->wants_dir || (!is_exchange && to->wants_dir)))
        return -LINUX_ENOTDIR;
    if (inode_is_dir(inode) && is_inside(to->dir, inode))
        return -LINUX_EINVAL;
    if (target && inode_is_dir(target) && is_inside(from->dir, target))
        return is_exchange ? -LINUX_EINVAL : -LINUX_ENOTEMPTY;
    if (inode == target)
        return 0;
    int rc = check_remove(from->dir, inode);
    if (rc == 0 && !target)
        rc = to->dir->nlink ? check_writable(to->dir) : -LINUX_ENOENT;
    if (rc == 0 && target)
        rc = is_exchange ? check_remove(to->dir, target)
                         : check_replace(to, inode, target);
    if (rc == 0 && inode->fs != from->dir->fs)
        rc = -LINUX_EBUSY;
    if (rc == 0 && from->dir != to->dir && inode_is_dir(inode))
        rc = inode_may(inode, MAY_WRITE);
    return rc;
}

static int try_rename(struct walk *from, struct walk *to, unsigned flags)
{
    struct inode *inode = NULL, *target = NULL;
    int rc = walk_lookup(from->dir, from->name, from->len, &inode);
    if (rc < 0)
        return rc;
    rc = walk_lookup(to->dir, to->name, to->len, &target);
    if (rc == -LINUX_ENOENT) {
        rc = 0;
        target = NULL;
    }
    if (rc == 0)
        rc = check_rename(from, to, inode, target, flags);
    if (rc == 0 && inode != target)
        rc = from->dir->ops->rename
                 ? from->dir->ops->rename(from->dir, from->name, from->len,
                                          inode, to->dir, to->name, to->len,
                                          target, flags)
                 : -LINUX_EPERM;
    inode_put(inode);
    inode_put(target);
    return rc;
}

static int rename_walked(struct walk *from, struct walk *to, unsigned flags)
{
    if (from->dir->fs != to->dir->fs)
        return -LINUX_EXDEV;
    if (from->last != WALK_NAME)
        return -LINUX_EBUSY;
    if (to->last != WALK_NAME)
        return flags & LINUX_RENAME_NOREPLACE ? -LINUX_EEXIST : -LINUX_EBUSY;
    int rc = -LINUX_ESTALE;
    for (unsigned i = 0; i < STALE_TRIES && rc == -LINUX_ESTALE; i++)
        rc = try_rename(from, to, flags);
    return rc;
}

long sys_renameat2(int from_dirfd, const char *from, int to_dirfd,
                   const char *to, unsigned flags)
{
    LIBOS_CALL();
    if ((flags & ~(LINUX_RENAME_NOREPLACE | LINUX_RENAME_EXCHANGE)) ||
        flags == (LINUX_RENAME_NOREPLACE | LINUX_RENAME_EXCHANGE))
        return -LINUX_EINVAL;
    struct walk a, b;
    int rc = walk(&a, from_dirfd, from, WALK_PARENT);
    if (rc < 0)
        return rc;
    rc = walk(&b, to_dirfd, to, WALK_PARENT);
    if (rc == 0) {
        rc = rename_walked(&a, &b, flags);
        walk_end(&b);
    }
    walk_end(&a);
    return rc;
}

int vfs_make_dir(const char *path, unsigned mode)
{
    struct walk w;
    int rc = walk_new(&w, LINUX_AT_FDCWD, path, true);
    if (rc < 0)
        return rc;
    rc = w.dir->ops->mkdir
             ? w.dir->ops->mkdir(w.dir, w.name, w.len, mode | LINUX_S_IFDIR)
             : -LINUX_EPERM;
    walk_end(&w);
    return rc;
}

int vfs_make_node(const char *path, unsigned mode, uint64_t rdev)
{
    struct walk w;
    int rc = walk_new(&w, LINUX_AT_FDCWD, path, false);
    if (rc < 0)
        return rc;
    struct inode *inode;
    rc = w.dir->ops->create
             ? w.dir->ops->create(w.dir, w.name, w.len, mode, rdev, &inode)
             : -LINUX_EPERM;
    if (rc == 0)
        inode_put(inode);
    walk_end(&w);
    return rc;
}
