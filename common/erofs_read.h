/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads an uncompressed EROFS file system in memory, for tools of the host.
 * Every byte of it is hostile: all that leads out of the file system, or in
 * circles, is refused. (The guest's reader is in libos/.)
 */
#ifndef COMMON_EROFS_READ_H
#define COMMON_EROFS_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct erofs_view {
    const uint8_t *base;
    uint64_t size; /* bytes */
    uint64_t meta; /* offset of inode 0, bytes */
    uint64_t root_nid;
    uint64_t inode_count; /* as it says */
    int64_t build_time;
    uint32_t build_time_ns;
};

struct erofs_info {
    uint64_t nid;
    uint32_t mode;
    uint32_t uid, gid;
    uint32_t nlink;
    int64_t mtime;
    uint32_t mtime_ns;
    uint32_t rdev;       /* Linux's 32-bit encoding; devices */
    uint64_t size;       /* bytes of contents */
    uint64_t whole;      /* of these, bytes in blocks; the rest is the tail */
    uint64_t blocks;     /* offset of the first whole block */
    uint64_t tail;       /* offset of the tail */
    uint64_t xattrs;     /* offset of the extended attributes */
    uint32_t xattr_size; /* bytes, 0: none */
};

int erofs_view_init(struct erofs_view *view, const void *base, uint64_t size,
                    struct err *err);
/* Is the superblock's checksum, if there is one, right? */
int erofs_view_check(const struct erofs_view *view, struct err *err);
int erofs_view_inode(const struct erofs_view *view, uint64_t nid,
                     struct erofs_info *info, struct err *err);

/* Copies contents; offset + len is at most info->size. */
void erofs_view_read(const struct erofs_view *view,
                     const struct erofs_info *info, uint64_t offset, void *buf,
                     size_t len);

/*
 * Every file below the root, folders before what is in them, by name. `visit`
 * gets the path ("/" is the root) and ends the walk by a value below 0.
 */
typedef int erofs_visit(void *ctx, const char *path,
                        const struct erofs_info *info, struct err *err);
int erofs_view_walk(const struct erofs_view *view, erofs_visit *visit,
                    void *ctx, struct err *err);

/*
 * The file at a path: -ENOENT, -ENOTDIR, -ELOOP. Symbolic links lead to what is
 * in the file system; one at the end is followed if `follows`.
 */
int erofs_view_find(const struct erofs_view *view, const char *path,
                    bool follows, struct erofs_info *info, struct err *err);

/* Each extended attribute that is not shared, by its whole name (user.x). */
typedef int erofs_xattr_visit(void *ctx, const char *name, const void *value,
                              size_t len, struct err *err);
int erofs_view_xattrs(const struct erofs_view *view,
                      const struct erofs_info *info, erofs_xattr_visit *visit,
                      void *ctx, struct err *err);

#endif
