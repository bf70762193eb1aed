/* SPDX-License-Identifier: Apache-2.0 */
/* Between erofs_plan.c (places) and erofs_emit.c (bytes); not for others. */
#ifndef COMMON_EROFS_PLAN_H
#define COMMON_EROFS_PLAN_H

#include <stdint.h>

#include "common/erofs_disk.h"
#include "common/erofs_write.h"

#define BLOCK ((uint64_t)EROFS_BLOCK_SIZE)
#define GAP_COUNT 8u        /* holes in the metadata that are kept in mind */
#define NO_BLOCK UINT32_MAX /* an inode without whole blocks */

/* What the plan knows of an inode. */
struct node {
    struct fs_inode *inode;
    struct fs_entry **entries; /* folders: by name */
    uint64_t size;             /* bytes of contents */
    uint64_t nid;
    uint32_t ino;
    uint32_t block;      /* first whole block of contents, or NO_BLOCK */
    uint32_t inode_size; /* bytes: 32 or 64 */
    uint32_t xattr_size; /* bytes */
    uint32_t tail_size;  /* bytes of contents behind the inode */
};

struct gap {
    uint64_t begin, end; /* bytes; both 0: unused */
};

struct erofs_plan {
    struct node **nodes; /* in the order of the file system; root first */
    size_t count;
    size_t room;
    uint64_t meta_end; /* bytes */
    struct gap gap[GAP_COUNT];
    uint64_t blocks;
    int64_t build_time;
    uint32_t build_time_ns;
};

/* Number and rest of an attribute's name; -EINVAL for an unknown kind. */
int erofs_xattr_prefix(const char *name, uint8_t *number, const char **rest);

/* A folder's names with . and .., by bytes; two new arrays of
 * child_count + 2, or NULL. */
const char **erofs_dir_names(const struct node *node,
                             const struct fs_inode ***inodes);

/* How many names from `first` fit one block, and the bytes they use. */
uint32_t erofs_dir_block(const char *const *names, uint32_t first,
                         uint32_t count, uint32_t *used);

#endif
