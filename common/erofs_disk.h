/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EROFS on disk, the uncompressed part. Little endian, blocks of 4 KiB.
 * Source: Linux Documentation/filesystems/erofs.rst and the names in
 * fs/erofs/erofs_fs.h, kernel 6.1.
 */
#ifndef COMMON_EROFS_DISK_H
#define COMMON_EROFS_DISK_H

#include <stdint.h>

#define EROFS_MAGIC 0xe0f5e1e2u
#define EROFS_SUPER_OFFSET 1024u
#define EROFS_BLOCK_BITS 12u
#define EROFS_BLOCK_SIZE 4096u
#define EROFS_SLOT_SIZE 32u /* an inode's number is its offset in slots */

#define EROFS_COMPAT_SB_CHKSUM 1u
#define EROFS_COMPAT_MTIME 2u /* the inode's time is mtime, not ctime */

struct erofs_super {
    uint32_t magic;
    uint32_t checksum; /* CRC-32C of the block from here on, this being 0 */
    uint32_t feature_compat;
    uint8_t block_bits;
    uint8_t ext_slots;
    uint16_t root_nid;
    uint64_t inode_count;
    uint64_t build_time; /* of compact inodes, too */
    uint32_t build_time_ns;
    uint32_t block_count;
    uint32_t meta_block;
    uint32_t xattr_block;
    uint8_t uuid[16];
    uint8_t volume_name[16];
    uint32_t feature_incompat;
    uint8_t reserved[44];
};
_Static_assert(sizeof(struct erofs_super) == 128, "erofs_super");

enum erofs_layout {
    EROFS_FLAT_PLAIN = 0,  /* contiguous blocks */
    EROFS_FLAT_INLINE = 2, /* the last part of a block behind the inode */
};

/* i_format: bit 0 extended, bits 1 to 3 the layout. */
#define EROFS_FORMAT(is_extended, layout)                                      \
    ((uint16_t)((is_extended) | (unsigned)(layout) << 1))

struct erofs_compact {
    uint16_t format;
    uint16_t xattr_icount; /* 0, or 4-byte units of xattrs - 2 */
    uint16_t mode;
    uint16_t nlink;
    uint32_t size;
    uint32_t reserved;
    uint32_t block_or_rdev;
    uint32_t ino;
    uint16_t uid;
    uint16_t gid;
    uint32_t reserved2;
};
_Static_assert(sizeof(struct erofs_compact) == 32, "erofs_compact");

struct erofs_extended {
    uint16_t format;
    uint16_t xattr_icount;
    uint16_t mode;
    uint16_t reserved;
    uint64_t size;
    uint32_t block_or_rdev;
    uint32_t ino;
    uint32_t uid;
    uint32_t gid;
    uint64_t mtime;
    uint32_t mtime_ns;
    uint32_t nlink;
    uint8_t reserved2[16];
};
_Static_assert(sizeof(struct erofs_extended) == 64, "erofs_extended");

/* Between an inode and its xattr entries. */
struct erofs_xattr_header {
    uint32_t reserved;
    uint8_t shared_count;
    uint8_t reserved2[7];
};
_Static_assert(sizeof(struct erofs_xattr_header) == 12, "xattr header");

struct erofs_xattr_entry { /* name, then value; padded to 4 bytes */
    uint8_t name_len;
    uint8_t prefix; /* enum erofs_xattr_prefix */
    uint16_t value_len;
};

/* Entries, then names; both by name; the first name_off tells how many. */
struct erofs_dirent {
    uint64_t nid;
    uint16_t name_off; /* from the block's start */
    uint8_t type;      /* enum erofs_file_type */
    uint8_t reserved;
} __attribute__((packed));
_Static_assert(sizeof(struct erofs_dirent) == 12, "erofs_dirent");

enum erofs_file_type {
    EROFS_FT_REG = 1,
    EROFS_FT_DIR = 2,
    EROFS_FT_CHR = 3,
    EROFS_FT_BLK = 4,
    EROFS_FT_FIFO = 5,
    EROFS_FT_SOCK = 6,
    EROFS_FT_LNK = 7,
};

#endif
