/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems. There are no directory entries in memory that all file
 * systems share: a file system gives inodes for names, knows the parent of a
 * directory, and finds a name for an inode when somebody asks (getcwd). So
 * a remote file system may block in each op and change under us.
 *
 * An op that gives an inode gives a reference. The VFS checks permissions,
 * read-only mounts, name lengths and kinds (dir is a directory) first. Where a
 * file system blocks, what the VFS has looked up may be over when unlink or
 * rename is called: -ESTALE, having done nothing, makes it look again.
 */
#ifndef LIBOS_VFS_H
#define LIBOS_VFS_H

#include "file.h"

struct fs;
struct pipe;

enum inode_flag {
    INODE_MOUNTPOINT = 1 << 0, /* a file system covers it */
    INODE_MAGIC = 1 << 1,      /* a symlink that jumps: ops->jump */
    INODE_LINKABLE = 1 << 2,   /* O_TMPFILE: no name yet, may get one */
};

struct inode {
    const struct inode_ops *ops;
    struct fs *fs;
    uint64_t ino;
    uint32_t refs;
    uint32_t mode; /* type and permissions */
    uint32_t uid, gid;
    uint32_t nlink;
    uint32_t flags; /* enum inode_flag */
    uint64_t rdev;
    int64_t size;
    int64_t blocks; /* of 512 bytes */
    struct linux_timespec atime, mtime, ctime;
    struct locks *locks; /* lock.c */
    struct pipe *pipe;   /* pipe.c: a FIFO that is open */
};

enum attr_mask {
    ATTR_MODE = 1 << 0,
    ATTR_UID = 1 << 1,
    ATTR_GID = 1 << 2,
    ATTR_SIZE = 1 << 3,
    ATTR_ATIME = 1 << 4,
    ATTR_MTIME = 1 << 5,
    ATTR_NOW = 1 << 6, /* both times are this moment's: writers may set that */
};
struct attr {
    uint32_t mask; /* which of these */
    uint32_t mode; /* permissions only */
    uint32_t uid, gid;
    int64_t size;
    struct linux_timespec atime, mtime;
};

/* Missing ops: -EPERM for those that change a directory, -EINVAL else. */
struct inode_ops {
    int (*lookup)(struct inode *dir, const char *name, size_t len,
                  struct inode **inode); /* -ENOENT */
    /* The same for who opens it for reading, if the caller may: a file
     * system that is far away begins with that. NULL: lookup will do. */
    int (*lookup_open)(struct inode *dir, const char *name, size_t len,
                       struct inode **inode);
    /* Regular files, FIFOs, sockets, devices; the name is not there. */
    int (*create)(struct inode *dir, const char *name, size_t len,
                  unsigned mode, uint64_t rdev, struct inode **inode);
    int (*tmpfile)(struct inode *dir, unsigned mode, struct inode **inode);
    int (*mkdir)(struct inode *dir, const char *name, size_t len,
                 unsigned mode);
    int (*symlink)(struct inode *dir, const char *name, size_t len,
                   const char *target, size_t target_len);
    int (*link)(struct inode *dir, const char *name, size_t len,
                struct inode *inode);
    /* `inode` is what lookup gave; empty if it is a directory. */
    int (*unlink)(struct inode *dir, const char *name, size_t len,
                  struct inode *inode);
    /* `target` is what to_name has, or NULL; it goes, or takes the other's
     * place with RENAME_EXCHANGE. Both directories have this fs. */
    int (*rename)(struct inode *dir, const char *name, size_t len,
                  struct inode *inode, struct inode *to_dir,
                  const char *to_name, size_t to_len, struct inode *target,
                  unsigned flags);
    bool (*is_empty)(struct inode *dir);
    long (*readlink)(struct inode *inode, char *buf, size_t len);
    /* A magic link's inode, or -errno. */
    int (*jump)(struct inode *inode, struct inode **target);
    /* A magic link to what has no inode: an open file, or -ENXIO. */
    int (*jump_file)(struct inode *inode, struct file **file);
    int (*getattr)(struct inode *inode); /* refresh; NULL: always fresh */
    int (*setattr)(struct inode *inode, const struct attr *attr);
    /* Locks that others see, too (lock.c has the guest's own): LINUX_F_*,
     * bytes start..end. Never waits: -EAGAIN. NULL: there are no others. */
    int (*lock)(struct inode *inode, int type, int64_t start, int64_t end,
                bool is_flock);
    /* Who is in the way of *flock becomes *flock. */
    int (*getlock)(struct inode *inode, struct linux_flock *flock);
    /* Sets file->ops, is_seekable, data. NULL: by type (devices, FIFOs). */
    int (*open)(struct inode *inode, struct file *file);
    /* Where it was found last; may be NULL (a reference otherwise). */
    struct inode *(*parent)(struct inode *inode);
    /* A name of `inode` in dir: its length, or -ENOENT. */
    int (*name_of)(struct inode *dir, struct inode *inode,
                   char name[LINUX_NAME_MAX + 1]);
    void (*release)(struct inode *inode); /* no reference is left */
};

enum fs_flag {
    FS_READONLY = 1 << 0,
};

struct fs_ops {
    int (*statfs)(struct fs *fs, struct linux_statfs *st);
    int (*sync)(struct fs *fs);
};

struct fs {
    const struct fs_ops *ops;
    const char *type;   /* "tmpfs" */
    const char *source; /* for /proc/mounts */
    uint64_t dev;       /* st_dev; vfs_mount sets it */
    uint32_t flags;     /* enum fs_flag */
    struct inode *root;
    struct inode *covered; /* the directory it lies on; NULL: the root */
    struct fs *next;       /* mounted later */
};
extern struct fs *vfs_mounts; /* the root file system first */

/* Sets fs->dev and lays it over `covered` (takes over the reference), or
 * makes it the root. */
void vfs_mount(struct fs *fs, struct inode *covered);

void inode_release(struct inode *inode);
static inline struct inode *inode_get(struct inode *inode)
{
    inode->refs++;
    return inode;
}
static inline void inode_put(struct inode *inode)
{
    if (inode && --inode->refs == 0)
        inode_release(inode);
}
static inline bool inode_is(const struct inode *inode, unsigned type)
{
    return (inode->mode & LINUX_S_IFMT) == type;
}
static inline bool inode_is_dir(const struct inode *inode)
{
    return inode_is(inode, LINUX_S_IFDIR);
}

/* Permissions for the effective user; may: 4 read, 2 write, 1 execute. */
enum { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };
int inode_may(const struct inode *inode, unsigned may);
int inode_setattr(struct inode *inode, struct attr *attr); /* with checks */
int inode_getattr(struct inode *inode, struct linux_stat *st);
/* The bits of its mode that go when somebody changes it: man 2 chown. */
unsigned inode_privileges(const struct inode *inode);
/* A new inode's owner and mode in `dir`: set-group-ID is handed down. */
void inode_init_owner(struct inode *inode, const struct inode *dir,
                      unsigned mode);
int inode_open(struct inode *inode, unsigned flags,
               struct file **file); /* takes over the reference */

struct creds {
    uint32_t uid, gid;
};
struct creds vfs_creds(void); /* effective */

/* The process's place in the tree. */
struct fs_context {
    struct inode *cwd;
    uint32_t umask;
};
extern struct fs_context fs_context;

/* Mounts all, with the first call that needs a path: a program that uses
 * none pays nothing. */
void files_mount(void);
static inline void vfs_start(void)
{
    if (__builtin_expect(!vfs_mounts, 0))
        files_mount();
}

/*
 * Walking a path. On success dir, and inode if there is one, are held until
 * walk_end(); after a failure there is nothing to end.
 */
enum walk_flag {
    WALK_FOLLOW = 1 << 0, /* a symlink at the end too */
    WALK_PARENT = 1 << 1, /* dir and name only; the end is not looked up */
    WALK_CREATE = 1 << 2, /* the end may be missing: inode is NULL then */
    WALK_EMPTY = 1 << 3,  /* AT_EMPTY_PATH: "" is dirfd itself */
    WALK_OPEN = 1 << 4,   /* the end will be opened for reading */
};
enum walk_last {
    WALK_NAME, /* dir/name */
    WALK_DOT,
    WALK_DOTDOT,
    WALK_ROOT, /* the path was slashes only, or empty: no name */
};
struct walk {
    struct inode *dir, *inode;
    const char *name;
    size_t len;
    enum walk_last last;
    bool wants_dir;    /* a slash followed the name */
    char *owned;       /* what name points into, if not the caller's path */
    unsigned links;    /* symlinks followed */
    struct file *file; /* a magic link led to a file without an inode */
};
int walk(struct walk *w, int dirfd, const char *path, unsigned flags);
void walk_end(struct walk *w);
/* walk() and only the inode of it. */
int walk_inode(int dirfd, const char *path, unsigned flags,
               struct inode **inode);
/* dir/name on the mounts: ".." and mount points are crossed. */
int walk_lookup(struct inode *dir, const char *name, size_t len,
                struct inode **inode);

/* The absolute path of an inode: bytes with the NUL, -ENOENT if it has none
 * any more, -ERANGE. */
long vfs_path(struct inode *inode, char *buf, size_t size);

/* Makes a directory or node if missing: for set-up. */
int vfs_make_dir(const char *path, unsigned mode);
int vfs_make_node(const char *path, unsigned mode, uint64_t rdev);

/* Devices: dev.c */
#define DEV(major, minor) ((uint64_t)(major) << 8 | (minor))
int dev_open(struct inode *inode, struct file *file);
int dev_populate(void); /* /dev of a fresh tmpfs */

/* tmpfs.c: alone, or as the writable layer over an image, and over a
 * directory of another file system below that; each may be NULL, not both. */
struct erofs;
struct tmpfs_below {
    const struct erofs *image;
    struct inode *base;
};
/* max_bytes 0: as memory allows. mode: without anything below. */
struct fs *tmpfs_new(const struct tmpfs_below *below, uint64_t max_bytes,
                     unsigned mode);
/* Nothing in it is open or walked any more. */
void tmpfs_free(struct fs *fs);
/* proc.c */
struct fs *proc_new(void);
/* pipe.c */
int fifo_open(struct inode *inode, struct file *file);

#endif
