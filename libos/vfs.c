/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts, inodes and what all file systems share: permissions, attributes,
 * opening by type. */
#include "arena.h"
#include "sys.h"
#include "vfs.h"

struct fs *vfs_mounts;
struct fs_context fs_context = {.umask = 022};

void vfs_mount(struct fs *fs, struct inode *covered)
{
    static uint64_t last_dev;
    fs->dev = DEV(0, ++last_dev);
    fs->covered = covered;
    if (covered)
        covered->flags |= INODE_MOUNTPOINT;
    struct fs **end = &vfs_mounts;
    while (*end)
        end = &(*end)->next;
    *end = fs;
}

void inode_release(struct inode *inode)
{
    if (inode->locks)
        lock_inode_free(inode);
    inode->ops->release(inode);
}

struct linux_timespec file_time(void)
{
    struct linux_timespec now = {0, 0};
    (void)sys_clock_gettime(0, &now);
    return now;
}

struct creds vfs_creds(void)
{
    return (struct creds){(uint32_t)sys_geteuid(), (uint32_t)sys_getegid()};
}

static bool in_group(struct creds creds, uint32_t gid)
{
    unsigned list[GROUPS_MAX];
    if (creds.gid == gid)
        return true;
    long count = sys_getgroups(GROUPS_MAX, list);
    for (long i = 0; i < count; i++)
        if (list[i] == gid)
            return true;
    return false;
}

/* man 7 path_resolution, "Permissions"; user 0 has the capabilities
 * DAC_OVERRIDE, FOWNER, CHOWN, FSETID of man 7 capabilities. */
int inode_may(const struct inode *inode, unsigned may)
{
    struct creds creds = vfs_creds();
    if (creds.uid == 0) {
        bool runs = inode_is_dir(inode) || (inode->mode & 0111);
        return (may & MAY_EXEC) && !runs ? -LINUX_EACCES : 0;
    }
    unsigned bits = inode->mode;
    if (creds.uid == inode->uid)
        bits >>= 6;
    else if (in_group(creds, inode->gid))
        bits >>= 3;
    return may & ~bits & 7 ? -LINUX_EACCES : 0;
}

void inode_init_owner(struct inode *inode, const struct inode *dir,
                      unsigned mode)
{
    struct creds creds = vfs_creds();
    inode->uid = creds.uid;
    inode->gid = creds.gid;
    if (dir && (dir->mode & LINUX_S_ISGID)) {
        inode->gid = dir->gid;
        if ((mode & LINUX_S_IFMT) == LINUX_S_IFDIR)
            mode |= LINUX_S_ISGID;
    }
    inode->mode = mode;
    inode->atime = inode->mtime = inode->ctime = file_time();
}

/* man 2 chmod, chown, utimensat: who may change what. */
static int check_attr(const struct inode *inode, const struct attr *attr)
{
    struct creds creds = vfs_creds();
    bool is_owner = creds.uid == 0 || creds.uid == inode->uid;
    if (inode->fs->flags & FS_READONLY)
        return -LINUX_EROFS;
    if ((attr->mask & ATTR_MODE) && !is_owner)
        return -LINUX_EPERM;
    if ((attr->mask & ATTR_UID) && creds.uid != 0 &&
        !(is_owner && attr->uid == inode->uid))
        return -LINUX_EPERM;
    if ((attr->mask & ATTR_GID) && creds.uid != 0 &&
        !(is_owner && (attr->gid == inode->gid || in_group(creds, attr->gid))))
        return -LINUX_EPERM;
    return 0;
}

unsigned inode_privileges(const struct inode *inode)
{
    unsigned drop = inode->mode & LINUX_S_ISUID;
    struct creds creds = vfs_creds();
    if ((inode->mode & 010) || (creds.uid != 0 && !in_group(creds, inode->gid)))
        drop |= inode->mode & LINUX_S_ISGID;
    return drop;
}

int inode_setattr(struct inode *inode, struct attr *attr)
{
    int rc = check_attr(inode, attr);
    if (rc < 0)
        return rc;
    if (!inode->ops->setattr)
        return -LINUX_EPERM;
    unsigned drop = 0;
    bool is_changed = (attr->mask & (ATTR_UID | ATTR_GID)) ||
                      ((attr->mask & ATTR_SIZE) && vfs_creds().uid != 0);
    if (is_changed && !inode_is_dir(inode))
        drop = inode_privileges(inode);
    if (drop && !(attr->mask & ATTR_MODE)) {
        attr->mask |= ATTR_MODE;
        attr->mode = inode->mode & 07777 & ~drop;
    }
    struct creds creds = vfs_creds();
    uint32_t gid = attr->mask & ATTR_GID ? attr->gid : inode->gid;
    if ((attr->mask & ATTR_MODE) && creds.uid != 0 && !in_group(creds, gid))
        attr->mode &= ~LINUX_S_ISGID;
    return inode->ops->setattr(inode, attr);
}

int inode_getattr(struct inode *inode, struct linux_stat *st)
{
    if (inode->ops->getattr) {
        int rc = inode->ops->getattr(inode);
        if (rc < 0)
            return rc;
    }
    *st = (struct linux_stat){
        .dev = inode->fs->dev,
        .ino = inode->ino,
        .nlink = inode->nlink,
        .mode = inode->mode,
        .uid = inode->uid,
        .gid = inode->gid,
        .rdev = inode->rdev,
        .size = inode->size,
        .blksize = (int64_t)PAGE_SIZE,
        .blocks = inode->blocks,
        .atime = inode->atime,
        .mtime = inode->mtime,
        .ctime = inode->ctime,
    };
    return 0;
}

static const struct file_ops path_ops = {.name = "path"};

static int open_by_type(struct inode *inode, struct file *file)
{
    switch (inode->mode & LINUX_S_IFMT) {
    case LINUX_S_IFCHR:
    case LINUX_S_IFBLK:
        return dev_open(inode, file);
    case LINUX_S_IFIFO:
        return fifo_open(inode, file);
    case LINUX_S_IFSOCK:
        return -LINUX_ENXIO;
    case LINUX_S_IFLNK:
        return -LINUX_ELOOP;
    }
    return inode->ops->open ? inode->ops->open(inode, file) : -LINUX_EINVAL;
}

int inode_open(struct inode *inode, unsigned flags, struct file **out)
{
    struct file *file = file_new(&path_ops,
                                 flags & ~(LINUX_O_CREAT | LINUX_O_EXCL |
                                           LINUX_O_NOCTTY | LINUX_O_TRUNC),
                                 inode);
    if (!file)
        return -LINUX_ENOMEM;
    if (!(flags & LINUX_O_PATH)) {
        int rc = open_by_type(inode, file);
        if (rc < 0) {
            file->ops = &path_ops; /* nothing to release */
            file_put(file);
            return rc;
        }
    }
    *out = file;
    return 0;
}
