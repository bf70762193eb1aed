/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that take a path and change no directory: man 2 open, stat, readlink,
 * chmod, chown, utimensat, truncate, access, getcwd, chdir, statfs. */
#include "arena.h"
#include "enter.h"
#include "sys.h"
#include "user.h"
#include "vfs.h"

static unsigned access_of(unsigned flags)
{
    static const unsigned may[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
                                    MAY_READ | MAY_WRITE};
    unsigned mask = may[flags & LINUX_O_ACCMODE];
    return flags & LINUX_O_TRUNC ? mask | MAY_WRITE : mask;
}

/* An inode that was there before this open. */
static int check_open(const struct walk *w, struct inode *inode, unsigned flags)
{
    bool writes = access_of(flags) & MAY_WRITE;
    bool is_stored = inode_is(inode, LINUX_S_IFREG) || inode_is_dir(inode);
    if ((flags & LINUX_O_CREAT) && (flags & LINUX_O_EXCL))
        return -LINUX_EEXIST;
    if (inode_is(inode, LINUX_S_IFLNK)) {
        if (flags & LINUX_O_DIRECTORY)
            return -LINUX_ENOTDIR;
        return flags & LINUX_O_PATH ? 0 : -LINUX_ELOOP;
    }
    if ((flags & LINUX_O_CREAT) && inode_is_dir(inode))
        return -LINUX_EISDIR;
    if (((flags & LINUX_O_DIRECTORY) || w->wants_dir) && !inode_is_dir(inode))
        return -LINUX_ENOTDIR;
    if (flags & LINUX_O_PATH)
        return 0;
    if (writes && inode_is_dir(inode))
        return -LINUX_EISDIR;
    int rc = inode_may(inode, access_of(flags));
    if (rc == 0 && writes && is_stored && (inode->fs->flags & FS_READONLY))
        rc = -LINUX_EROFS;
    if (rc == 0 && (flags & LINUX_O_NOATIME)) {
        struct creds creds = vfs_creds();
        if (creds.uid != 0 && creds.uid != inode->uid)
            rc = -LINUX_EPERM;
    }
    return rc;
}

static int create_at(struct walk *w, unsigned mode)
{
    if (w->dir->fs->flags & FS_READONLY)
        return -LINUX_EROFS;
    if (!w->dir->nlink)
        return -LINUX_ENOENT;
    int rc = inode_may(w->dir, MAY_WRITE | MAY_EXEC);
    if (rc < 0)
        return rc;
    if (!w->dir->ops->create)
        return -LINUX_EACCES;
    mode = (mode & 07777 & ~fs_context.umask) | LINUX_S_IFREG;
    return w->dir->ops->create(w->dir, w->name, w->len, mode, 0, &w->inode);
}

static int open_tmpfile(struct inode *dir, unsigned flags, unsigned mode,
                        struct file **file)
{
    if (!(flags & LINUX_O_ACCMODE))
        return -LINUX_EINVAL;
    if (!inode_is_dir(dir))
        return -LINUX_ENOTDIR;
    if (dir->fs->flags & FS_READONLY)
        return -LINUX_EROFS;
    int rc = inode_may(dir, MAY_WRITE | MAY_EXEC);
    if (rc == 0 && !dir->ops->tmpfile)
        rc = -LINUX_ENOTSUP;
    struct inode *inode;
    if (rc == 0)
        rc = dir->ops->tmpfile(
            dir, (mode & 07777 & ~fs_context.umask) | LINUX_S_IFREG, &inode);
    return rc < 0 ? rc : inode_open(inode, flags, file);
}

static int open_walked(struct walk *w, unsigned flags, unsigned mode,
                       struct file **file)
{
    if (w->file) { /* /dev/fd/N of a pipe, a socket: another reference */
        if (flags & LINUX_O_PATH)
            return -LINUX_ENXIO;
        *file = file_get(w->file);
        return 0;
    }
    if ((flags & LINUX_O_TMPFILE) == LINUX_O_TMPFILE)
        return open_tmpfile(w->inode, flags, mode, file);
    bool is_new = !w->inode;
    int rc = is_new ? create_at(w, mode) : check_open(w, w->inode, flags);
    if (rc < 0)
        return rc;
    rc = inode_open(inode_get(w->inode), flags, file);
    if (rc == 0 && !is_new && (flags & LINUX_O_TRUNC) &&
        !(flags & LINUX_O_PATH) && inode_is(w->inode, LINUX_S_IFREG)) {
        struct attr attr = {.mask = ATTR_SIZE, .size = 0};
        rc = inode_setattr(w->inode, &attr);
        if (rc < 0)
            file_put(*file);
    }
    return rc;
}

LIBOS_RESTARTABLE(sys_openat,
                  (int dirfd, const char *path, int user_flags, unsigned mode),
                  (dirfd, path, user_flags, mode))
{
    unsigned flags = (unsigned)user_flags;
    if (flags & LINUX_O_PATH)
        flags &= LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW |
                 LINUX_O_CLOEXEC;
    else if ((flags & LINUX_O_CREAT) && (flags & LINUX_O_DIRECTORY))
        return -LINUX_EINVAL;
    unsigned walk_flags = 0;
    if (!(flags & LINUX_O_NOFOLLOW) &&
        !((flags & LINUX_O_CREAT) && (flags & LINUX_O_EXCL)))
        walk_flags |= WALK_FOLLOW;
    if (flags & LINUX_O_CREAT)
        walk_flags |= WALK_CREATE;
    if (!(flags & (LINUX_O_ACCMODE | LINUX_O_PATH)))
        walk_flags |= WALK_OPEN;
    int fd = fd_reserve(); /* before anything is made or cut */
    if (fd < 0)
        return fd;
    struct walk w;
    struct file *file;
    int rc = walk(&w, dirfd, path, walk_flags);
    if (rc == 0) {
        rc = open_walked(&w, flags, mode, &file);
        walk_end(&w);
    }
    if (rc < 0) {
        fd_unreserve(fd);
        return rc;
    }
    fd_fill(fd, file, flags);
    return fd;
}

static int file_stat(struct file *file, struct linux_stat *st)
{
    if (file->ops->stat) {
        *st = (struct linux_stat){.blksize = (int64_t)PAGE_SIZE};
        return file->ops->stat(file, st);
    }
    if (file->inode)
        return inode_getattr(file->inode, st);
    *st = (struct linux_stat){
        .ino = 1, .nlink = 1, .mode = 0600, .blksize = (int64_t)PAGE_SIZE};
    return 0;
}

static long give_stat(int rc, const struct linux_stat *st,
                      struct linux_stat *user)
{
    return rc < 0 ? rc : user_copy(user, st, sizeof *st);
}

long sys_fstat(int fd, struct linux_stat *user)
{
    LIBOS_CALL();
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    struct linux_stat st;
    long rc = give_stat(file_stat(file, &st), &st, user);
    file_put(file);
    return rc;
}

static unsigned follow_of(int flags)
{
    return (flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0u : WALK_FOLLOW) |
           (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0u);
}

long sys_newfstatat(int dirfd, const char *path, struct linux_stat *user,
                    int flags)
{
    LIBOS_CALL();
    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH |
                  LINUX_AT_NO_AUTOMOUNT))
        return -LINUX_EINVAL;
    struct walk w;
    int rc = walk(&w, dirfd, path, follow_of(flags));
    if (rc < 0)
        return rc;
    struct linux_stat st;
    rc = w.file ? file_stat(w.file, &st) : inode_getattr(w.inode, &st);
    walk_end(&w);
    return give_stat(rc, &st, user);
}

long sys_readlinkat(int dirfd, const char *path, char *buf, size_t len)
{
    LIBOS_CALL();
    if ((int64_t)len <= 0 || len > INT32_MAX)
        return -LINUX_EINVAL;
    struct inode *inode;
    /* man 2 readlink: "" is dirfd itself, a symlink opened with O_PATH */
    long rc = walk_inode(dirfd, path, WALK_EMPTY, &inode);
    if (rc < 0)
        return rc;
    char *target = NULL;
    rc = path[0] ? -LINUX_EINVAL : -LINUX_ENOENT;
    if (inode_is(inode, LINUX_S_IFLNK) && inode->ops->readlink) {
        target = kalloc(LINUX_PATH_MAX);
        rc = -LINUX_ENOMEM;
    }
    if (target)
        rc = inode->ops->readlink(inode, target, LINUX_PATH_MAX);
    if (rc > 0) {
        if ((size_t)rc > len)
            rc = (long)len;
        if (user_copy(buf, target, (size_t)rc) < 0)
            rc = -LINUX_EFAULT;
    }
    kfree(target);
    inode_put(inode);
    return rc;
}

static long fd_setattr(int fd, struct attr *attr)
{
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = file->inode ? inode_setattr(file->inode, attr) : 0;
    file_put(file);
    return rc;
}

static long path_setattr(int dirfd, const char *path, int flags,
                         struct attr *attr)
{
    struct inode *inode;
    int rc = walk_inode(dirfd, path, follow_of(flags), &inode);
    if (rc < 0)
        return rc;
    rc = -LINUX_ENOTSUP; /* a symlink has no mode */
    if (!inode_is(inode, LINUX_S_IFLNK) || !(attr->mask & ATTR_MODE))
        rc = inode_setattr(inode, attr);
    inode_put(inode);
    return rc;
}

long sys_fchmod(int fd, unsigned mode)
{
    LIBOS_CALL();
    struct attr attr = {.mask = ATTR_MODE, .mode = mode & 07777};
    return fd_setattr(fd, &attr);
}

long sys_fchmodat(int dirfd, const char *path, unsigned mode, int flags)
{
    LIBOS_CALL();
    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    struct attr attr = {.mask = ATTR_MODE, .mode = mode & 07777};
    return path_setattr(dirfd, path, flags, &attr);
}

static struct attr owner_attr(unsigned uid, unsigned gid)
{
    struct attr attr = {.uid = uid, .gid = gid};
    if (uid != UINT32_MAX)
        attr.mask |= ATTR_UID;
    if (gid != UINT32_MAX)
        attr.mask |= ATTR_GID;
    return attr;
}

long sys_fchown(int fd, unsigned uid, unsigned gid)
{
    LIBOS_CALL();
    struct attr attr = owner_attr(uid, gid);
    return fd_setattr(fd, &attr);
}

long sys_fchownat(int dirfd, const char *path, unsigned uid, unsigned gid,
                  int flags)
{
    LIBOS_CALL();
    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    struct attr attr = owner_attr(uid, gid);
    return path_setattr(dirfd, path, flags, &attr);
}

/* One of utimensat's two times: its part of the mask, or -EINVAL. */
static int get_time(struct linux_timespec *to, const struct linux_timespec *ts,
                    unsigned bit, const struct linux_timespec *now)
{
    if (ts->nsec == LINUX_UTIME_OMIT)
        return 0;
    *to = ts->nsec == LINUX_UTIME_NOW ? *now : *ts;
    return to->nsec < 0 || to->nsec >= NS_PER_SEC ? -LINUX_EINVAL : (int)bit;
}

/* man 2 utimensat, "Permissions requirements" */
static int set_times(struct inode *inode, struct attr *attr, bool is_now)
{
    struct creds creds = vfs_creds();
    int rc = 0;
    if (creds.uid != 0 && creds.uid != inode->uid)
        rc = is_now && inode_may(inode, MAY_WRITE) == 0 ? 0
             : is_now                                   ? -LINUX_EACCES
                                                        : -LINUX_EPERM;
    return rc < 0 ? rc : inode_setattr(inode, attr);
}

long sys_utimensat(int dirfd, const char *path,
                   const struct linux_timespec user[2], int flags)
{
    LIBOS_CALL();
    struct linux_timespec now = file_time();
    struct linux_timespec times[2] = {{0, LINUX_UTIME_NOW},
                                      {0, LINUX_UTIME_NOW}};
    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    if (user && user_copy(times, user, sizeof times) < 0)
        return -LINUX_EFAULT;
    if (times[0].nsec == LINUX_UTIME_OMIT && times[1].nsec == LINUX_UTIME_OMIT)
        return 0;
    bool is_now =
        times[0].nsec == LINUX_UTIME_NOW && times[1].nsec == LINUX_UTIME_NOW;
    struct inode *inode;
    int rc;
    if (path) {
        rc = walk_inode(dirfd, path, follow_of(flags), &inode);
        if (rc < 0)
            return rc;
    } else { /* futimens */
        struct file *file = flags ? NULL : fd_get_io(dirfd);
        if (!file)
            return flags ? -LINUX_EINVAL : -LINUX_EBADF;
        inode = file->inode ? inode_get(file->inode) : NULL;
        file_put(file);
        if (!inode)
            return 0;
    }
    struct attr attr = {0};
    int atime = get_time(&attr.atime, &times[0], ATTR_ATIME, &now);
    int mtime = get_time(&attr.mtime, &times[1], ATTR_MTIME, &now);
    attr.mask = (unsigned)(atime | mtime) | (is_now ? ATTR_NOW : 0u);
    rc = atime < 0 || mtime < 0 ? -LINUX_EINVAL
                                : set_times(inode, &attr, is_now);
    inode_put(inode);
    return rc;
}

long sys_truncate(const char *path, int64_t size)
{
    LIBOS_CALL();
    if (size < 0)
        return -LINUX_EINVAL;
    struct inode *inode;
    int rc = walk_inode(LINUX_AT_FDCWD, path, WALK_FOLLOW, &inode);
    if (rc < 0)
        return rc;
    if (inode_is_dir(inode))
        rc = -LINUX_EISDIR;
    else if (!inode_is(inode, LINUX_S_IFREG))
        rc = -LINUX_EINVAL;
    else
        rc = inode_may(inode, MAY_WRITE);
    struct attr attr = {.mask = ATTR_SIZE, .size = size};
    if (rc == 0)
        rc = inode_setattr(inode, &attr);
    inode_put(inode);
    return rc;
}

long sys_faccessat2(int dirfd, const char *path, int mode, int flags)
{
    LIBOS_CALL();
    if ((mode & ~7) || (flags & ~(LINUX_AT_EACCESS | LINUX_AT_EMPTY_PATH |
                                  LINUX_AT_SYMLINK_NOFOLLOW)))
        return -LINUX_EINVAL;
    struct walk w;
    int rc = walk(&w, dirfd, path, follow_of(flags));
    if (rc < 0)
        return rc;
    if (mode && w.inode) {
        bool is_stored = inode_is(w.inode, LINUX_S_IFREG) ||
                         inode_is_dir(w.inode) ||
                         inode_is(w.inode, LINUX_S_IFLNK);
        rc = inode_may(w.inode, (unsigned)mode);
        if (rc == 0 && (mode & MAY_WRITE) && is_stored &&
            (w.inode->fs->flags & FS_READONLY))
            rc = -LINUX_EROFS;
    }
    walk_end(&w);
    return rc;
}

long sys_getcwd(char *buf, size_t len)
{
    LIBOS_CALL();
    vfs_start();
    char *path = kalloc(LINUX_PATH_MAX);
    if (!path)
        return -LINUX_ENOMEM;
    long size = vfs_path(fs_context.cwd, path, LINUX_PATH_MAX);
    if (size == -LINUX_ERANGE)
        size = -LINUX_ENAMETOOLONG;
    if (size > 0 && (size_t)size > len)
        size = -LINUX_ERANGE;
    if (size > 0 && user_copy(buf, path, (size_t)size) < 0)
        size = -LINUX_EFAULT;
    kfree(path);
    return size;
}

/* Takes over the reference. */
static int set_cwd(struct inode *inode)
{
    int rc = inode_is_dir(inode) ? inode_may(inode, MAY_EXEC) : -LINUX_ENOTDIR;
    if (rc < 0) {
        inode_put(inode);
        return rc;
    }
    inode_put(fs_context.cwd);
    fs_context.cwd = inode;
    return 0;
}

long sys_chdir(const char *path)
{
    LIBOS_CALL();
    struct inode *inode;
    int rc = walk_inode(LINUX_AT_FDCWD, path, WALK_FOLLOW, &inode);
    return rc < 0 ? rc : set_cwd(inode);
}

long sys_fchdir(int fd)
{
    LIBOS_CALL();
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    int rc = -LINUX_ENOTDIR;
    if (file->inode)
        rc = set_cwd(inode_get(file->inode));
    file_put(file);
    return rc;
}

long sys_umask(unsigned mask)
{
    LIBOS_CALL();
    uint32_t old = fs_context.umask;
    fs_context.umask = mask & 0777;
    return (long)old;
}

static long give_statfs(struct fs *fs, struct linux_statfs *user)
{
    struct linux_statfs st = {.bsize = (int64_t)PAGE_SIZE,
                              .frsize = (int64_t)PAGE_SIZE,
                              .namelen = LINUX_NAME_MAX};
    if (!fs)
        st.type = LINUX_ANON_MAGIC;
    else if (fs->ops->statfs) {
        int rc = fs->ops->statfs(fs, &st);
        if (rc < 0)
            return rc;
    }
    st.flags |= LINUX_ST_VALID;
    if (fs && (fs->flags & FS_READONLY))
        st.flags |= LINUX_ST_RDONLY;
    return user_copy(user, &st, sizeof st);
}

long sys_statfs(const char *path, struct linux_statfs *user)
{
    LIBOS_CALL();
    struct inode *inode;
    int rc = walk_inode(LINUX_AT_FDCWD, path, WALK_FOLLOW, &inode);
    if (rc < 0)
        return rc;
    long result = give_statfs(inode->fs, user);
    inode_put(inode);
    return result;
}

long sys_fstatfs(int fd, struct linux_statfs *user)
{
    LIBOS_CALL();
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = give_statfs(file->inode ? file->inode->fs : NULL, user);
    file_put(file);
    return rc;
}

struct getdents {
    struct dir_sink sink;
    char *buf;
    size_t size, used;
    struct file *file;
    bool is_full, is_bad;
};

static bool emit(struct dir_sink *sink, const char *name, size_t len,
                 uint64_t ino, unsigned type, int64_t next_pos)
{
    struct getdents *g = container_of(sink, struct getdents, sink);
    size_t head = offsetof(struct linux_dirent64, name);
    size_t reclen = (head + len + 1 + 7) & ~7ul;
    if (reclen > g->size - g->used) {
        g->is_full = true;
        return false;
    }
    struct linux_dirent64 ent = {.ino = ino,
                                 .off = next_pos,
                                 .reclen = (uint16_t)reclen,
                                 .type = (uint8_t)type};
    char *to = g->buf + g->used;
    if (user_copy(to, &ent, head) < 0 || user_copy(to + head, name, len) < 0 ||
        user_zero(to + head + len, reclen - head - len) < 0) {
        g->is_bad = true;
        return false;
    }
    g->used += reclen;
    g->file->pos = next_pos;
    return true;
}

long sys_getdents64(int fd, void *buf, size_t len)
{
    LIBOS_CALL();
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    struct getdents g = {.sink = {emit}, .buf = buf, .size = len, .file = file};
    long rc = -LINUX_ENOTDIR;
    if (file->ops->readdir)
        rc = file->inode->nlink ? file->ops->readdir(file, &g.sink)
                                : -LINUX_ENOENT;
    if (rc == 0 || g.used)
        rc = (long)g.used;
    if (rc == 0 && g.is_full)
        rc = -LINUX_EINVAL;
    if (rc == 0 && g.is_bad)
        rc = -LINUX_EFAULT;
    file_put(file);
    return rc;
}
