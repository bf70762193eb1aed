/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of EROFS images in memory: erofs.h. All numbers little endian. */
#include "erofs.h"
#include "linux_file.h"

#define SUPER_OFFSET 1024u
#define MAGIC 0xe0f5e1e2u
#define NULL_BLOCK 0xffffffffu
#define DIRENT_SIZE 12u

/* feature_incompat: those that change nothing for uncompressed files. */
#define INCOMPAT_ZERO_PADDING 0x01u
#define INCOMPAT_CHUNKED 0x04u
#define INCOMPAT_KNOWN (INCOMPAT_ZERO_PADDING | INCOMPAT_CHUNKED)

enum layout {
    LAYOUT_PLAIN = 0,
    LAYOUT_INLINE = 2,
    LAYOUT_CHUNK = 4,
};

struct super {
    uint32_t magic, checksum, feature_compat;
    uint8_t block_bits, ext_slots;
    uint16_t root_nid;
    uint64_t inodes, build_time;
    uint32_t build_time_nsec, blocks, meta_block, xattr_block;
    uint8_t uuid[16], volume[16];
    uint32_t feature_incompat;
    uint8_t rest[44];
};
_Static_assert(sizeof(struct super) == 128, "EROFS super block");

struct compact {
    uint16_t format, xattr_count, mode, nlink;
    uint32_t size, reserved, u, ino;
    uint16_t uid, gid;
    uint32_t reserved2;
};
_Static_assert(sizeof(struct compact) == 32, "EROFS compact inode");

struct extended {
    uint16_t format, xattr_count, mode, reserved;
    uint64_t size;
    uint32_t u, ino, uid, gid;
    uint64_t mtime;
    uint32_t mtime_nsec, nlink;
    uint8_t reserved2[16];
};
_Static_assert(sizeof(struct extended) == 64, "EROFS extended inode");

struct dirent {
    uint32_t nid_low, nid_high;
    uint16_t name_offset;
    uint8_t type, reserved;
};
_Static_assert(sizeof(struct dirent) == DIRENT_SIZE, "EROFS directory entry");

/* Is [offset, offset + len) in the image? */
static bool is_inside(const struct erofs *fs, uint64_t offset, uint64_t len)
{
    return len <= fs->size && offset <= fs->size - len;
}

static bool fetch(const struct erofs *fs, uint64_t offset, void *to, size_t len)
{
    if (!is_inside(fs, offset, len))
        return false;
    memcpy(to, fs->base + offset, len);
    return true;
}

int erofs_init(struct erofs *fs, const void *base, uint64_t size)
{
    struct super super;
    *fs = (struct erofs){.base = base, .size = size};
    if (!fetch(fs, SUPER_OFFSET, &super, sizeof super) ||
        super.magic != MAGIC || super.block_bits < 9 || super.block_bits > 16)
        return -LINUX_EUCLEAN;
    if (super.feature_incompat & ~INCOMPAT_KNOWN)
        return -LINUX_ENOTSUP;
    fs->block_bits = super.block_bits;
    fs->meta = (uint64_t)super.meta_block << super.block_bits;
    fs->root_nid = super.root_nid;
    fs->build_time = super.build_time;
    fs->build_time_nsec = super.build_time_nsec;
    fs->inode_count = super.inodes;
    fs->block_count = super.blocks;
    struct erofs_inode root;
    int rc = erofs_inode(fs, fs->root_nid, &root);
    if (rc < 0)
        return rc;
    return (root.mode & LINUX_S_IFMT) == LINUX_S_IFDIR ? 0 : -LINUX_EUCLEAN;
}

static int fetch_compact(const struct erofs *fs, uint64_t offset,
                         struct erofs_inode *inode, uint32_t *u,
                         uint16_t *xattr_count)
{
    struct compact disk;
    if (!fetch(fs, offset, &disk, sizeof disk))
        return -LINUX_EUCLEAN;
    inode->size = disk.size;
    inode->mode = disk.mode;
    inode->nlink = disk.nlink;
    inode->uid = disk.uid;
    inode->gid = disk.gid;
    inode->mtime = fs->build_time;
    inode->mtime_nsec = fs->build_time_nsec;
    *u = disk.u;
    *xattr_count = disk.xattr_count;
    return sizeof disk;
}

static int fetch_extended(const struct erofs *fs, uint64_t offset,
                          struct erofs_inode *inode, uint32_t *u,
                          uint16_t *xattr_count)
{
    struct extended disk;
    if (!fetch(fs, offset, &disk, sizeof disk))
        return -LINUX_EUCLEAN;
    inode->size = disk.size;
    inode->mode = disk.mode;
    inode->nlink = disk.nlink;
    inode->uid = disk.uid;
    inode->gid = disk.gid;
    inode->mtime = disk.mtime;
    inode->mtime_nsec = disk.mtime_nsec;
    *u = disk.u;
    *xattr_count = disk.xattr_count;
    return sizeof disk;
}

static uint64_t chunk_count(const struct erofs_inode *inode)
{
    uint64_t mask = (1ull << inode->chunk_bits) - 1;
    return (inode->size >> inode->chunk_bits) + ((inode->size & mask) != 0);
}

/* Where the inode's bytes are; checks that they lie in the image. */
static int locate_data(const struct erofs *fs, struct erofs_inode *inode,
                       uint32_t u)
{
    uint64_t block_size = 1ull << fs->block_bits;
    uint64_t whole = inode->size & ~(block_size - 1);
    uint64_t part = inode->size - whole;
    inode->data = (uint64_t)u << fs->block_bits;
    switch (inode->layout) {
    case LAYOUT_PLAIN:
        return !inode->size || is_inside(fs, inode->data, inode->size)
                   ? 0
                   : -LINUX_EUCLEAN;
    case LAYOUT_INLINE:
        if (whole && !is_inside(fs, inode->data, whole))
            return -LINUX_EUCLEAN;
        /* the tail may not cross into another block */
        if ((inode->tail & (block_size - 1)) + part > block_size)
            return -LINUX_EUCLEAN;
        return is_inside(fs, inode->tail, part) ? 0 : -LINUX_EUCLEAN;
    case LAYOUT_CHUNK:
        if (u & ~0x3fu)
            return -LINUX_ENOTSUP;
        inode->chunk_bits = (uint8_t)((u & 0x1f) + fs->block_bits);
        inode->has_chunk_index = u & 0x20;
        unsigned entry = inode->has_chunk_index ? 8 : 4;
        inode->tail = (inode->tail + entry - 1) & ~(uint64_t)(entry - 1);
        if (inode->chunk_bits > 47 || inode->size > (1ull << 56))
            return -LINUX_EUCLEAN;
        return is_inside(fs, inode->tail, chunk_count(inode) * entry)
                   ? 0
                   : -LINUX_EUCLEAN;
    }
    return -LINUX_ENOTSUP; /* compressed */
}

int erofs_inode(const struct erofs *fs, uint64_t nid, struct erofs_inode *inode)
{
    uint16_t format, xattr_count;
    uint32_t u;
    uint64_t offset;
    if (__builtin_mul_overflow(nid, 32, &offset) ||
        __builtin_add_overflow(offset, fs->meta, &offset) ||
        !fetch(fs, offset, &format, sizeof format))
        return -LINUX_EUCLEAN;
    *inode = (struct erofs_inode){.nid = nid};
    inode->layout = format >> 1 & 7;
    if (format >> 4)
        return -LINUX_ENOTSUP;
    int size = format & 1 ? fetch_extended(fs, offset, inode, &u, &xattr_count)
                          : fetch_compact(fs, offset, inode, &u, &xattr_count);
    if (size < 0)
        return size;
    if (inode->size > INT64_MAX)
        return -LINUX_EUCLEAN;
    inode->tail = offset + (uint64_t)size;
    if (xattr_count)
        inode->tail += 12 + (xattr_count - 1) * 4u;
    switch (inode->mode & LINUX_S_IFMT) {
    case LINUX_S_IFREG:
    case LINUX_S_IFDIR:
    case LINUX_S_IFLNK:
        return locate_data(fs, inode, u);
    case LINUX_S_IFCHR:
    case LINUX_S_IFBLK:
        inode->rdev = u;
        break;
    case LINUX_S_IFIFO:
    case LINUX_S_IFSOCK:
        break;
    default:
        return -LINUX_EUCLEAN;
    }
    inode->size = 0;
    return 0;
}

static int map_chunk(const struct erofs *fs, const struct erofs_inode *inode,
                     uint64_t offset, const uint8_t **mem, uint64_t *len)
{
    uint64_t idx = offset >> inode->chunk_bits;
    uint64_t in_chunk = offset & ((1ull << inode->chunk_bits) - 1);
    uint64_t left = (1ull << inode->chunk_bits) - in_chunk;
    if (left > inode->size - offset)
        left = inode->size - offset;
    uint32_t block;
    if (inode->has_chunk_index) {
        struct {
            uint16_t advise, device;
            uint32_t block;
        } entry;
        if (!fetch(fs, inode->tail + idx * 8, &entry, sizeof entry))
            return -LINUX_EUCLEAN;
        if (entry.device)
            return -LINUX_ENOTSUP;
        block = entry.block;
    } else if (!fetch(fs, inode->tail + idx * 4, &block, sizeof block)) {
        return -LINUX_EUCLEAN;
    }
    uint64_t at = ((uint64_t)block << fs->block_bits) + in_chunk;
    *len = left;
    *mem = NULL;
    if (block == NULL_BLOCK)
        return 0;
    if (!is_inside(fs, at, left))
        return -LINUX_EUCLEAN;
    *mem = fs->base + at;
    return 0;
}

int erofs_map(const struct erofs *fs, const struct erofs_inode *inode,
              uint64_t offset, const uint8_t **mem, uint64_t *len)
{
    if (inode->layout == LAYOUT_CHUNK)
        return map_chunk(fs, inode, offset, mem, len);
    uint64_t whole = inode->size;
    if (inode->layout == LAYOUT_INLINE)
        whole &= ~((1ull << fs->block_bits) - 1);
    if (offset < whole) {
        *mem = fs->base + inode->data + offset;
        *len = whole - offset;
    } else {
        *mem = fs->base + inode->tail + (offset - whole);
        *len = inode->size - offset;
    }
    return 0;
}

/*
 * A directory is a row of blocks, each on its own: entries, ascending by
 * name, then the names. The first entry's name_offset tells how many.
 */
struct dir_block {
    const uint8_t *mem;
    uint32_t len;   /* bytes of this block that the directory has */
    uint32_t count; /* entries */
};

static int dir_block(const struct erofs *fs, const struct erofs_inode *dir,
                     uint64_t idx, struct dir_block *block)
{
    uint64_t offset = idx << fs->block_bits, len;
    uint64_t block_size = 1ull << fs->block_bits;
    int rc = erofs_map(fs, dir, offset, &block->mem, &len);
    if (rc < 0)
        return rc;
    if (len > block_size)
        len = block_size;
    uint64_t want = dir->size - offset;
    if (!block->mem || len < (want < block_size ? want : block_size) ||
        len < DIRENT_SIZE)
        return -LINUX_EUCLEAN;
    struct dirent first;
    memcpy(&first, block->mem, sizeof first);
    block->len = (uint32_t)len;
    block->count = first.name_offset / DIRENT_SIZE;
    if (!block->count || first.name_offset % DIRENT_SIZE ||
        first.name_offset >= len)
        return -LINUX_EUCLEAN;
    return 0;
}

static int dir_entry(const struct dir_block *block, uint32_t idx,
                     struct erofs_dirent *ent)
{
    struct dirent disk, next;
    memcpy(&disk, block->mem + idx * DIRENT_SIZE, sizeof disk);
    uint32_t end = block->len;
    if (idx + 1 < block->count) {
        memcpy(&next, block->mem + (idx + 1) * DIRENT_SIZE, sizeof next);
        end = next.name_offset;
    }
    if (end > block->len || disk.name_offset >= end ||
        disk.name_offset < block->count * DIRENT_SIZE)
        return -LINUX_EUCLEAN;
    ent->name = (const char *)block->mem + disk.name_offset;
    ent->len = end - disk.name_offset;
    if (idx + 1 == block->count) /* the last may be padded */
        ent->len = (uint32_t)strnlen(ent->name, ent->len);
    if (!ent->len || ent->len > LINUX_NAME_MAX ||
        memchr(ent->name, '/', ent->len) || memchr(ent->name, 0, ent->len))
        return -LINUX_EUCLEAN;
    static const uint8_t types[8] = {
        LINUX_DT_UNKNOWN, LINUX_DT_REG,  LINUX_DT_DIR,  LINUX_DT_CHR,
        LINUX_DT_BLK,     LINUX_DT_FIFO, LINUX_DT_SOCK, LINUX_DT_LNK};
    ent->type = disk.type < 8 ? types[disk.type] : LINUX_DT_UNKNOWN;
    ent->nid = (uint64_t)disk.nid_high << 32 | disk.nid_low;
    return 0;
}

/* <0, 0, >0 as name against the entry's. */
static int compare(const char *name, size_t len, const struct erofs_dirent *ent)
{
    size_t least = len < ent->len ? len : ent->len;
    int order = memcmp(name, ent->name, least);
    if (order)
        return order;
    return len < ent->len ? -1 : len > ent->len;
}

static uint64_t block_count(const struct erofs *fs,
                            const struct erofs_inode *dir)
{
    uint64_t mask = (1ull << fs->block_bits) - 1;
    return (dir->size >> fs->block_bits) + ((dir->size & mask) != 0);
}

static int lookup_in(const struct dir_block *block, const char *name,
                     size_t len, uint64_t *nid)
{
    uint32_t low = 0, high = block->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        struct erofs_dirent ent;
        int rc = dir_entry(block, mid, &ent);
        if (rc < 0)
            return rc;
        rc = compare(name, len, &ent);
        if (rc == 0) {
            *nid = ent.nid;
            return 0;
        }
        if (rc < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return -LINUX_ENOENT;
}

int erofs_lookup(const struct erofs *fs, const struct erofs_inode *dir,
                 const char *name, size_t len, uint64_t *nid)
{
    /* The last block whose first name is not above `name`. */
    uint64_t low = 0, high = block_count(fs, dir);
    struct dir_block block;
    struct erofs_dirent first;
    int rc;
    if (!high)
        return -LINUX_ENOENT;
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        rc = dir_block(fs, dir, mid, &block);
        if (rc == 0)
            rc = dir_entry(&block, 0, &first);
        if (rc < 0)
            return rc;
        if (compare(name, len, &first) < 0)
            high = mid;
        else
            low = mid;
    }
    rc = dir_block(fs, dir, low, &block);
    return rc < 0 ? rc : lookup_in(&block, name, len, nid);
}

static bool is_dots(const struct erofs_dirent *ent)
{
    return ent->name[0] == '.' &&
           (ent->len == 1 || (ent->len == 2 && ent->name[1] == '.'));
}

/* A position is the directory's byte offset of an entry. */
int erofs_readdir(const struct erofs *fs, const struct erofs_inode *dir,
                  uint64_t pos, struct erofs_dirent *ent)
{
    uint64_t block_size = 1ull << fs->block_bits;
    while (pos < dir->size) {
        struct dir_block block;
        uint64_t idx = pos >> fs->block_bits;
        uint64_t entry =
            ((pos & (block_size - 1)) + DIRENT_SIZE - 1) / DIRENT_SIZE;
        int rc = dir_block(fs, dir, idx, &block);
        if (rc < 0)
            return rc;
        for (; entry < block.count; entry++) {
            rc = dir_entry(&block, (uint32_t)entry, ent);
            if (rc < 0)
                return rc;
            if (is_dots(ent))
                continue;
            ent->next = (idx << fs->block_bits) + (entry + 1) * DIRENT_SIZE;
            return 1;
        }
        pos = (idx + 1) << fs->block_bits;
    }
    return 0;
}
