/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system in memory, alone or as the writable layer over others:
 * tmpfs.c (nodes), tmpfs_dir.c (names), tmpfs_data.c (pages), tmpfs_lower.c
 * (what lies below).
 *
 * Below there may be an EROFS image, and under that, or alone, the base: a
 * directory of any other file system (a 9P one may block, and the host may
 * change it). The image's files hide the base's of the same name; directories
 * that both have are one.
 *
 * A node may have a lower part: the inodes that it began as. What is not
 * changed is read from there: a directory's names until an entry here hides
 * them (an entry without a node is a whiteout), a file's bytes until their
 * page is written. So copy-up is never of more than a page, and a changed mode
 * or a moved directory copies nothing.
 *
 * A node with a lower part is found by its number. Unchanged it may be
 * forgotten at any time; the first change pins it.
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
    bool hides; /* something below has this name */
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
    struct erofs_inode image; /* if is_image */
    bool is_image;
    bool is_pinned;          /* changed: holds a reference to its node */
    uint64_t end;            /* bytes of the file below still valid */
    struct inode *base;      /* a reference, or NULL */
    struct file *data;       /* a reference: the base's file, once it is read */
    struct lower *hash_next; /* among the dead, too */
    struct node *prev, *next; /* unused nodes, longest unused first */
};

struct node {
    struct inode inode;
    struct node *parent; /* a reference: where it was found last, or NULL */
    struct lower *lower; /* NULL: it began here */
    struct dir *dir;     /* directories, once there is an entry */
    char *target;        /* symlinks: of inode.size bytes; or NULL: lower's */
    void *pages;         /* tree of pages, or NULL */
    uint32_t depth;      /* levels of tables above the pages */
};

#define LOWER_BUCKETS 256u
#define UNUSED_MAX 256u
#define PAGE_NAMES 8u /* names that count as a page */
/* Our own numbers where only a base is below; its are those of a host's disk,
 * or another layer's, with or without the top bit. */
#define OWN_INO_ABOVE_BASE (1ull << 62)

struct tmpfs {
    struct fs fs;
    const struct erofs *lower; /* or NULL */
    uint64_t max_pages;        /* of data; UINT64_MAX: the arena decides */
    uint64_t page_count;
    uint64_t name_count; /* at most PAGE_NAMES * max_pages */
    uint64_t last_ino;
    uint64_t node_count;
    struct lower *buckets[LOWER_BUCKETS];
    struct node *unused_first, *unused_last;
    uint32_t unused_count;
    bool is_forgetting;
    struct lower *dead; /* hold what a node that is gone had of the base */
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
struct node *tmpfs_alloc_node(struct tmpfs *fs);
struct node *tmpfs_new_node(struct node *dir, unsigned mode);
void tmpfs_free_node(struct node *node);
void tmpfs_pin(struct node *node);   /* before a change */
void tmpfs_touch(struct node *node); /* mtime and ctime are now */
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
bool tmpfs_has_entry(const struct node *dir, const char *name, size_t len);
void tmpfs_free_dir(struct node *node);
void tmpfs_clear(struct node *node); /* a directory and all below it */
extern const struct file_ops tmpfs_dir_ops;

/* tmpfs_data.c */
int tmpfs_truncate(struct node *node, int64_t size);
void tmpfs_free_pages(struct node *node);
extern const struct file_ops tmpfs_file_ops;

/* tmpfs_lower.c; with a base these may block */
struct node *tmpfs_lower_root(struct tmpfs *fs, struct inode *base);
int tmpfs_lower_lookup(struct node *dir, const char *name, size_t len,
                       struct node **node); /* a reference */
/* The file below, for reading; again and again is once. */
int tmpfs_lower_open(struct node *node);
/* Up to len bytes at pos < lower->end to a user's or our memory: > 0. */
long tmpfs_lower_read(struct node *node, char *to, uint64_t pos, size_t len);
long tmpfs_lower_readlink(struct node *node, char *buf, size_t len);
/* The base's names that show, from file->pos on; the first has first_pos.
 * 1: that was all, 0: the sink is full. */
int tmpfs_lower_list(struct file *file, int64_t first_pos,
                     struct dir_sink *sink);
void tmpfs_lower_close(struct file *file);   /* what list opened */
bool tmpfs_lower_is_empty(struct node *dir); /* nothing shows */
int tmpfs_lower_name_of(struct node *dir, const struct node *child,
                        char name[LINUX_NAME_MAX + 1]);
/* These never block: */
void tmpfs_lower_unused(struct node *node); /* no reference is left */
void tmpfs_lower_free(struct node *node);   /* and it goes */
bool tmpfs_forget_one(struct tmpfs *fs);    /* false: none is unused */
/* ... but this does: the last of those that are gone. */
void tmpfs_lower_reap(struct tmpfs *fs);

#endif
