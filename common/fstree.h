/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file tree in memory, to be written as a root file system: filled from a
 * folder (fstree_scan) or node by node, as from the headers of an archive.
 * It holds names and attributes; file contents stay where they are until they
 * are written.
 */
#ifndef COMMON_FSTREE_H
#define COMMON_FSTREE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

#define FS_NAME_MAX 255u    /* bytes of a name */
#define FS_TARGET_MAX 4095u /* bytes of a symbolic link */
#define FS_DEPTH_MAX 500u   /* folders in folders; fstree_add refuses more */

/*
 * Where a file's contents are. open gives a new descriptor, which its caller
 * closes, or -errno; the contents are `size` bytes from `offset` in it.
 */
struct fs_data {
    int (*open)(const struct fs_data *data, struct err *err);
    void *ctx;
    const char *path; /* for `open` and for messages; lives with the tree */
    uint64_t offset;  /* bytes */
};

struct fs_xattr {
    struct fs_xattr *next;
    char *name;  /* with its prefix: user.x */
    void *value; /* value_len bytes */
    uint16_t value_len;
};

/* One inode; hard links share it. */
struct fs_inode {
    uint32_t mode; /* S_IFMT and permissions */
    uint32_t uid, gid;
    uint32_t nlink;    /* kept by this module */
    int64_t mtime;     /* seconds since 1970 */
    uint32_t mtime_ns; /* 0..999,999,999 */
    dev_t rdev;        /* devices */
    uint64_t size;     /* bytes of a regular file or of a link's target */
    char *target;      /* symbolic links */
    struct fs_data data;
    struct fs_xattr *xattrs;

    void *children; /* folders: <search.h> tree of struct fs_entry */
    uint32_t child_count;
    uint32_t depth;          /* folders above, the root included */
    uint32_t mark;           /* the caller's; 0 at first */
    struct fs_inode *parent; /* folders; the root's is itself */
    void *plan;              /* the writer's */
};

struct fs_entry {
    struct fs_inode *inode;
    uint32_t mark; /* the caller's; 0 at first */
    char name[];
};

struct fstree {
    struct fs_inode *root;
    void *paths; /* list of owned strings */
};

/* What a new inode begins with; see struct fs_inode. */
struct fs_attr {
    uint32_t mode;
    uint32_t uid, gid;
    int64_t mtime;
    uint32_t mtime_ns;
    dev_t rdev;
    uint64_t size;
    const char *target; /* copied */
    struct fs_data data;
};

/* An empty root folder with these attributes. */
int fstree_init(struct fstree *tree, const struct fs_attr *attr,
                struct err *err);
void fstree_release(struct fstree *tree);

/* A new inode named `name` in a folder; -EEXIST if there is one. *inode may
 * be asked for. */
int fstree_add(struct fs_inode *dir, const char *name,
               const struct fs_attr *attr, struct fs_inode **inode,
               struct err *err);

/* One more name for an inode that is no folder. */
int fstree_link(struct fs_inode *dir, const char *name, struct fs_inode *inode,
                struct err *err);

/* The attributes of a folder that is there; its extended ones go. */
void fstree_set_attr(struct fs_inode *dir, const struct fs_attr *attr);

/* NULL: no such name. */
struct fs_inode *fstree_find(const struct fs_inode *dir, const char *name);
struct fs_entry *fstree_entry(const struct fs_inode *dir, const char *name);

/* Takes a name away, and what is below it. */
int fstree_remove(struct fs_inode *dir, const char *name, struct err *err);

int fstree_set_xattr(struct fs_inode *inode, const char *name,
                     const void *value, size_t value_len, struct err *err);

/* A folder's entries by name (bytes), in a new array of child_count. */
int fstree_sorted(const struct fs_inode *dir, struct fs_entry ***entries,
                  struct err *err);

/* A string that lives as long as the tree; NULL: no memory. */
char *fstree_own(struct fstree *tree, char *text);

/*
 * The tree of a folder on this machine. Links are kept as links, hard links
 * as hard links; all belongs to user and group 0, so that nobody needs to be
 * root. Times are the files', but none is later than SOURCE_DATE_EPOCH if
 * that is set. Extended attributes are left out.
 */
int fstree_scan(struct fstree *tree, const char *path, struct err *err);

#endif
