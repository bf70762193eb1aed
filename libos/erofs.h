/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of EROFS images in memory, uncompressed. The image is hostile: each
 * offset is checked against the image's size before use, and each loop is
 * bounded by it. Source: Linux 6.1 fs/erofs/erofs_fs.h for the format's
 * structs, Documentation/filesystems/erofs.rst.
 *
 * Read: compact and extended inodes, plain, inline and chunk-based data.
 * Refused: compressed files (-EOPNOTSUPP when such an inode is read), other
 * devices, block sizes over 64 KiB. Extended attributes are skipped.
 */
#ifndef LIBOS_EROFS_H
#define LIBOS_EROFS_H

#include "base.h"

struct erofs {
    const uint8_t *base;
    uint64_t size;       /* bytes */
    uint64_t meta;       /* byte offset of inode 0 */
    uint64_t build_time; /* s; mtime of compact inodes */
    uint32_t build_time_nsec;
    uint32_t block_bits;
    uint64_t root_nid;
    uint64_t inode_count;
    uint64_t block_count;
};

struct erofs_inode {
    uint64_t nid, size, mtime;
    uint32_t mtime_nsec;
    uint32_t mode, uid, gid, nlink;
    uint32_t rdev; /* as Linux's new_encode_dev */
    uint8_t layout;
    uint8_t chunk_bits;   /* log2 of bytes */
    bool has_chunk_index; /* 8-byte entries, else 4 */
    uint64_t data;        /* byte offset of the blocks (plain, inline) */
    uint64_t tail;        /* byte offset of what follows the inode */
};

struct erofs_dirent {
    const char *name; /* in the image, not NUL-terminated */
    uint32_t len;     /* 1..255 */
    uint8_t type;     /* enum linux_dirent_type */
    uint64_t nid;
    uint64_t next; /* position of the next one */
};

/* All: 0 or -EUCLEAN (broken image), -EOPNOTSUPP (what we do not read). */
int erofs_init(struct erofs *fs, const void *base, uint64_t size);
int erofs_inode(const struct erofs *fs, uint64_t nid,
                struct erofs_inode *inode);
/* -ENOENT when there is no such name. */
int erofs_lookup(const struct erofs *fs, const struct erofs_inode *dir,
                 const char *name, size_t len, uint64_t *nid);
/* The entry at or after position `pos` (0 first), without "." and "..":
 * 1, or 0 at the end. */
int erofs_readdir(const struct erofs *fs, const struct erofs_inode *dir,
                  uint64_t pos, struct erofs_dirent *ent);
/* The bytes from `offset` < size on that lie together: *mem, or NULL for a
 * hole, and *len > 0. */
int erofs_map(const struct erofs *fs, const struct erofs_inode *inode,
              uint64_t offset, const uint8_t **mem, uint64_t *len);

#endif
