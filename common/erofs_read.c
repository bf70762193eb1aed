/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an uncompressed EROFS file system: see erofs_read.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/erofs_disk.h"
#include "common/erofs_read.h"
#include "common/io.h"

#define BLOCK ((uint64_t)EROFS_BLOCK_SIZE)
#define PATH_SIZE 4096u

static bool in_range(const struct erofs_view *view, uint64_t offset,
                     uint64_t len)
{
    return offset <= view->size && len <= view->size - offset;
}

int erofs_view_init(struct erofs_view *view, const void *base, uint64_t size,
                    struct err *err)
{
    struct erofs_super super;

    if (size < BLOCK)
        return err_refuse(err, "%lu bytes are no EROFS file system", size);
    memcpy(&super, (const uint8_t *)base + EROFS_SUPER_OFFSET, sizeof super);
    if (super.magic != EROFS_MAGIC)
        return err_refuse(err, "magic %#x, not EROFS' %#x", super.magic,
                          EROFS_MAGIC);
    if (super.block_bits != EROFS_BLOCK_BITS)
        return err_refuse(err, "blocks of 2^%u bytes, not 2^%u",
                          super.block_bits, EROFS_BLOCK_BITS);
    if (super.feature_incompat)
        return err_refuse(err, "unknown features %#x", super.feature_incompat);
    *view = (struct erofs_view){
        .base = base,
        .size = size,
        .meta = super.meta_block * BLOCK,
        .root_nid = super.root_nid,
        .inode_count = super.inode_count,
        .build_time = (int64_t)super.build_time,
        .build_time_ns = super.build_time_ns,
    };
    return 0;
}

static void from_compact(const struct erofs_view *view, struct erofs_info *info,
                         const uint8_t *at)
{
    struct erofs_compact disk;
    memcpy(&disk, at, sizeof disk);
    info->mode = disk.mode;
    info->uid = disk.uid;
    info->gid = disk.gid;
    info->nlink = disk.nlink;
    info->size = disk.size;
    info->rdev = disk.block_or_rdev;
    info->mtime = view->build_time;
    info->mtime_ns = view->build_time_ns;
}

static void from_extended(struct erofs_info *info, const uint8_t *at)
{
    struct erofs_extended disk;
    memcpy(&disk, at, sizeof disk);
    info->mode = disk.mode;
    info->uid = disk.uid;
    info->gid = disk.gid;
    info->nlink = disk.nlink;
    info->size = disk.size;
    info->rdev = disk.block_or_rdev;
    info->mtime = (int64_t)disk.mtime;
    info->mtime_ns = disk.mtime_ns;
}

/* Where the contents are; rdev still holds the first block's number. */
static int place(const struct erofs_view *view, struct erofs_info *info,
                 unsigned layout, uint64_t end, struct err *err)
{
    if (layout != EROFS_FLAT_PLAIN && layout != EROFS_FLAT_INLINE)
        return err_refuse(err, "inode %lu: layout %u is compressed or unknown",
                          info->nid, layout);
    if (!S_ISREG(info->mode) && !S_ISDIR(info->mode) && !S_ISLNK(info->mode)) {
        info->size = 0;
        return 0;
    }
    info->tail = end;
    info->blocks = info->rdev * BLOCK;
    info->whole =
        layout == EROFS_FLAT_INLINE ? info->size / BLOCK * BLOCK : info->size;
    if ((info->whole && !in_range(view, info->blocks, info->whole)) ||
        !in_range(view, info->tail, info->size - info->whole))
        return err_refuse(err,
                          "inode %lu: %lu bytes of contents lie outside "
                          "of the file system",
                          info->nid, info->size);
    return 0;
}

int erofs_view_inode(const struct erofs_view *view, uint64_t nid,
                     struct erofs_info *info, struct err *err)
{
    uint64_t at;
    uint16_t head[2]; /* format, xattr_icount */

    if (__builtin_mul_overflow(nid, (uint64_t)EROFS_SLOT_SIZE, &at) ||
        __builtin_add_overflow(at, view->meta, &at) ||
        !in_range(view, at, sizeof(struct erofs_compact)))
        return err_refuse(err, "inode %lu is outside of the file system", nid);
    memcpy(head, view->base + at, sizeof head);
    *info = (struct erofs_info){.nid = nid};
    if (head[0] & 1) {
        if (!in_range(view, at, sizeof(struct erofs_extended)))
            return err_refuse(err, "inode %lu is outside of the file system",
                              nid);
        from_extended(info, view->base + at);
        at += sizeof(struct erofs_extended);
    } else {
        from_compact(view, info, view->base + at);
        at += sizeof(struct erofs_compact);
    }
    if (head[1])
        at += sizeof(struct erofs_xattr_header) + 4 * (head[1] - 1ul);
    return place(view, info, head[0] >> 1 & 7, at, err);
}

void erofs_view_read(const struct erofs_view *view,
                     const struct erofs_info *info, uint64_t offset, void *buf,
                     size_t len)
{
    uint8_t *to = buf;
    if (offset < info->whole) {
        uint64_t part = info->whole - offset;
        part = part < len ? part : len;
        memcpy(to, view->base + info->blocks + offset, part);
        to += part;
        offset += part;
        len -= part;
    }
    if (len)
        memcpy(to, view->base + info->tail + (offset - info->whole), len);
}

struct walk {
    const struct erofs_view *view;
    erofs_visit *visit;
    void *ctx;
    uint64_t count;
    char path[PATH_SIZE];
    uint64_t above[PATH_SIZE / 2]; /* folders on the way, to see circles */
    unsigned depth;
};

static int walk_dir(struct walk *walk, const struct erofs_info *dir,
                    size_t path_len, struct err *err);

static int walk_entry(struct walk *walk, uint64_t nid, const char *name,
                      size_t len, size_t path_len, struct err *err)
{
    struct erofs_info info;

    if ((len == 1 && name[0] == '.') || (len == 2 && !memcmp(name, "..", 2)))
        return 0;
    if (!len || memchr(name, '/', len) || path_len + len + 2 > PATH_SIZE)
        return err_refuse(err, "%.80s: bad name in folder, or path too long",
                          walk->path);
    /* Every folder has one name, so no entry is met twice. */
    if (++walk->count > walk->view->size / sizeof(struct erofs_dirent))
        return err_refuse(err, "%.200s: folder with several names", walk->path);
    walk->path[path_len] = '/';
    memcpy(walk->path + path_len + 1, name, len);
    walk->path[path_len + 1 + len] = '\0';
    if (erofs_view_inode(walk->view, nid, &info, err) < 0)
        return err_wrap(err, "%.200s", walk->path);
    int rc = walk->visit(walk->ctx, walk->path, &info, err);
    if (rc == 0 && S_ISDIR(info.mode))
        rc = walk_dir(walk, &info, path_len + 1 + len, err);
    walk->path[path_len] = '\0';
    return rc;
}

/* One block of entries; `used` bytes of it count. */
static int walk_block(struct walk *walk, const uint8_t *block, size_t used,
                      size_t path_len, struct err *err)
{
    struct erofs_dirent dirent;
    size_t count = 0;

    if (used >= sizeof dirent) {
        memcpy(&dirent, block, sizeof dirent);
        count = dirent.name_off / sizeof dirent;
    }
    if (!count || count * sizeof dirent > used)
        return err_refuse(err, "%.200s/: damaged folder", walk->path);
    for (size_t i = 0; i < count; i++) {
        memcpy(&dirent, block + i * sizeof dirent, sizeof dirent);
        uint64_t nid = dirent.nid;
        size_t begin = dirent.name_off, end = used;
        if (i + 1 < count) {
            memcpy(&dirent, block + (i + 1) * sizeof dirent, sizeof dirent);
            end = dirent.name_off;
        }
        if (begin < count * sizeof dirent || begin >= end || end > used)
            return err_refuse(err, "%.200s/: damaged folder", walk->path);
        size_t len = strnlen((const char *)block + begin, end - begin);
        int rc = walk_entry(walk, nid, (const char *)block + begin, len,
                            path_len, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int walk_dir(struct walk *walk, const struct erofs_info *dir,
                    size_t path_len, struct err *err)
{
    for (unsigned i = 0; i < walk->depth; i++)
        if (walk->above[i] == dir->nid)
            return err_refuse(err, "%.200s: folder contains itself",
                              walk->path);
    walk->above[walk->depth++] = dir->nid; /* a level has 2 bytes of path */

    auto_free uint8_t *block = malloc(BLOCK);
    if (!block)
        return err_set(err, ENOMEM, "folder");
    for (uint64_t at = 0; at < dir->size; at += BLOCK) {
        size_t used = dir->size - at < BLOCK ? dir->size - at : BLOCK;
        erofs_view_read(walk->view, dir, at, block, used);
        if (walk_block(walk, block, used, path_len, err) < 0)
            return -err->code;
    }
    walk->depth--;
    return 0;
}

int erofs_view_walk(const struct erofs_view *view, erofs_visit *visit,
                    void *ctx, struct err *err)
{
    struct erofs_info root;

    if (erofs_view_inode(view, view->root_nid, &root, err) < 0)
        return err_wrap(err, "/");
    if (!S_ISDIR(root.mode))
        return err_refuse(err, "the root is not a folder");
    int rc = visit(ctx, "/", &root, err);
    if (rc < 0)
        return rc;
    struct walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        return err_set(err, ENOMEM, "walk");
    walk->view = view;
    walk->visit = visit;
    walk->ctx = ctx;
    rc = walk_dir(walk, &root, 0, err);
    free(walk);
    return rc;
}
