/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system in memory, alone or as the writable layer over an EROFS
 * image: tmpfs.c (nodes), tmpfs_dir.c (names), tmpfs_data.c (pages).
 *
 * A node may have a lower one: the image's inode that it began as. What is
 * not changed is read from there: a directory's names until an entry here
 * hides them (an entry without a node is a whiteout), a file's bytes until
 * their page is written. So copy-up is never of more than a page, and a
 * changed mode or a moved directory copies nothing.
 *
 * A node with a lower one is found by the image's number (nid). Unchanged it
 * may be forgotten at any time; the first change pins it.
 */
#ifndef LIBOS_TMPFS_H
#define LIBOS_TMPFS_H

#include "arena.h"
#include "erofs.h"
#include "vfs.h"

struct node;

struct entry {
    struct entry *hash_next;
    struct entry *prev, *next; /* ascending by cookie */
    struct node *node;         /* a reference; NULL: a whiteout */
    uint64_t cookie;           /* its place for readdir, unique in dir */
    uint32_t hash;
    uint8_t len;
    char name[];
};

struct dir {
    struct entry **buckets;
    uint32_t bucket_count; /* power of two */
    uint32_t count;        /* entries, whiteouts too */
    uint32_t live;         /* entries that are no whiteouts */
    uint64_t last_cookie;
    struct entry *first, *last;
    struct entry *cursor; /* where the last readdir stood, or NULL */
};

struct lower {
    struct node *node;
    struct erofs_inode inode;
    struct lower *hash_next;
    struct node *prev, *next; /* unused nodes, longest unused first */
    bool is_pinned;           /* changed: holds a reference to its node */
    uint64_t end;             /* bytes of the image's data still valid */
};

struct node {
    struct inode inode;
    struct node *parent; /* a reference: where it was found last, or NULL */
    struct lower *lower; /* NULL: it began here */
    struct dir *dir;     /* directories, once there is an entry */
    char *target;        /* symlinks that began here */
    void *pages;         /* tree of pages, or NULL */
    uint32_t depth;      /* levels of tables above the pages */
};

#define LOWER_BUCKETS 256u
#define UNUSED_MAX 256u

struct tmpfs {
    struct fs fs;
    const struct erofs *lower; /* or NULL */
    uint64_t max_pages;        /* of data; UINT64_MAX: the arena decides */
    uint64_t page_count;
    uint64_t last_ino;
    uint64_t node_count;
    struct lower *buckets[LOWER_BUCKETS];
    struct node *unused_first, *unused_last;
    uint32_t unused_count;
    bool is_forgetting;
};

/* vm.c, once a file is mapped shared: is this page part of a mapping? */
extern bool (*tmpfs_is_mapped)(const void *page);

static inline struct tmpfs *tmpfs_of(const struct inode *inode)
{
    return container_of(inode->fs, struct tmpfs, fs);
}
static inline struct node *node_of(struct inode *inode)
{
    return container_of(inode, struct node, inode);
}

/* tmpfs.c */
struct node *tmpfs_new_node(struct node *dir, unsigned mode);
int tmpfs_lower_node(struct tmpfs *fs, uint64_t nid, struct node *parent,
                     struct node **node); /* a reference */
void tmpfs_pin(struct node *node);        /* before a change */
void tmpfs_touch(struct node *node);      /* mtime and ctime are now */
void tmpfs_set_parent(struct node *node, struct node *parent);
void tmpfs_drop_link(struct node *node); /* nlink went down */
extern const struct inode_ops tmpfs_inode_ops;

/* tmpfs_dir.c; the ops of directories */
int tmpfs_lookup(struct inode *dir, const char *name, size_t len,
                 struct inode **inode);
int tmpfs_create(struct inode *dir, const char *name, size_t len, unsigned mode,
                 uint64_t rdev, struct inode **inode);
int tmpfs_mkdir(struct inode *dir, const char *name, size_t len, unsigned mode);
int tmpfs_symlink(struct inode *dir, const char *name, size_t len,
                  const char *target, size_t target_len);
int tmpfs_link(struct inode *dir, const char *name, size_t len,
               struct inode *inode);
int tmpfs_unlink(struct inode *dir, const char *name, size_t len,
                 struct inode *inode);
int tmpfs_rename(struct inode *dir, const char *name, size_t len,
                 struct inode *inode, struct inode *to_dir, const char *to_name,
                 size_t to_len, struct inode *target, unsigned flags);
bool tmpfs_is_empty(struct inode *dir);
int tmpfs_name_of(struct inode *dir, struct inode *inode,
                  char name[LINUX_NAME_MAX + 1]);
void tmpfs_free_dir(struct node *node);
void tmpfs_clear(struct node *node); /* a directory and all below it */
extern const struct file_ops tmpfs_dir_ops;

/* tmpfs_data.c */
int tmpfs_truncate(struct node *node, int64_t size);
void tmpfs_free_pages(struct node *node);
extern const struct file_ops tmpfs_file_ops;

#endif
