/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an uncompressed EROFS file system: see erofs_read.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/erofs_crc.h"
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

int erofs_view_check(const struct erofs_view *view, struct err *err)
{
    struct erofs_super super;
    const uint8_t *at = view->base + EROFS_SUPER_OFFSET;
    memcpy(&super, at, sizeof super);
    if (!(super.feature_compat & EROFS_COMPAT_SB_CHKSUM))
        return 0;
    uint32_t said = super.checksum;
    super.checksum = 0;
    uint32_t crc = crc32c(UINT32_MAX, &super, sizeof super);
    crc = crc32c(crc, at + sizeof super,
                 BLOCK - EROFS_SUPER_OFFSET - sizeof super);
    if (crc != said)
        return err_refuse(err, "superblock: checksum %#x, not %#x", crc, said);
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
    if (head[1]) {
        info->xattrs = at;
        info->xattr_size =
            (uint32_t)sizeof(struct erofs_xattr_header) + 4 * (head[1] - 1u);
        if (!in_range(view, at, info->xattr_size))
            return err_refuse(err,
                              "inode %lu: attributes outside of the file "
                              "system",
                              nid);
        at += info->xattr_size;
    }
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
    bool is_visitors; /* the error is */
};

/* One entry of a folder, "." and ".." included. */
typedef int name_visit(void *ctx, uint64_t nid, const char *name, size_t len,
                       struct err *err);

/* One block of entries; `used` bytes of it count. */
static int each_in_block(const uint8_t *block, size_t used, name_visit *visit,
                         void *ctx, struct err *err)
{
    struct erofs_dirent dirent;
    size_t count = 0;

    if (used >= sizeof dirent) {
        memcpy(&dirent, block, sizeof dirent);
        count = dirent.name_off / sizeof dirent;
    }
    if (!count || count * sizeof dirent > used)
        return err_refuse(err, "damaged folder");
    for (size_t i = 0; i < count; i++) {
        memcpy(&dirent, block + i * sizeof dirent, sizeof dirent);
        uint64_t nid = dirent.nid;
        size_t begin = dirent.name_off, end = used;
        if (i + 1 < count) {
            memcpy(&dirent, block + (i + 1) * sizeof dirent, sizeof dirent);
            end = dirent.name_off;
        }
        if (begin < count * sizeof dirent || begin >= end || end > used)
            return err_refuse(err, "damaged folder");
        size_t len = strnlen((const char *)block + begin, end - begin);
        int rc = visit(ctx, nid, (const char *)block + begin, len, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int each_name(const struct erofs_view *view,
                     const struct erofs_info *dir, name_visit *visit, void *ctx,
                     struct err *err)
{
    auto_free uint8_t *block = malloc(BLOCK);
    if (!block)
        return err_set(err, ENOMEM, "folder");
    for (uint64_t at = 0; at < dir->size; at += BLOCK) {
        size_t used = dir->size - at < BLOCK ? dir->size - at : BLOCK;
        erofs_view_read(view, dir, at, block, used);
        int rc = each_in_block(block, used, visit, ctx, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

struct walk_ctx {
    struct walk *walk;
    size_t path_len;
};

static int walk_dir(struct walk *walk, const struct erofs_info *dir,
                    size_t path_len, struct err *err);

static int walk_entry(void *ctx, uint64_t nid, const char *name, size_t len,
                      struct err *err)
{
    struct walk *walk = ((struct walk_ctx *)ctx)->walk;
    size_t path_len = ((struct walk_ctx *)ctx)->path_len;
    struct erofs_info info;

    if ((len == 1 && name[0] == '.') || (len == 2 && !memcmp(name, "..", 2)))
        return 0;
    if (!len || memchr(name, '/', len) || path_len + len + 2 > PATH_SIZE)
        return err_refuse(err, "bad name in folder, or path too long");
    /* Every folder has one name, so no entry is met twice. */
    if (++walk->count > walk->view->size / sizeof(struct erofs_dirent))
        return err_refuse(err, "folder with several names");
    walk->path[path_len] = '/';
    memcpy(walk->path + path_len + 1, name, len);
    walk->path[path_len + 1 + len] = '\0';
    if (erofs_view_inode(walk->view, nid, &info, err) < 0)
        return -err->code;
    int rc = walk->visit(walk->ctx, walk->path, &info, err);
    if (rc < 0)
        walk->is_visitors = true; /* its own words */
    if (rc == 0 && S_ISDIR(info.mode))
        rc = walk_dir(walk, &info, path_len + 1 + len, err);
    if (rc == 0)
        walk->path[path_len] = '\0';
    return rc;
}

static int walk_dir(struct walk *walk, const struct erofs_info *dir,
                    size_t path_len, struct err *err)
{
    struct walk_ctx ctx = {walk, path_len};
    for (unsigned i = 0; i < walk->depth; i++)
        if (walk->above[i] == dir->nid)
            return err_refuse(err, "folder contains itself");
    walk->above[walk->depth++] = dir->nid; /* a level has 2 bytes of path */
    int rc = each_name(walk->view, dir, walk_entry, &ctx, err);
    walk->depth--;
    return rc;
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
    if (rc < 0 && !walk->is_visitors)
        rc = err_wrap(err, "%.200s", walk->path[0] ? walk->path : "/");
    free(walk);
    return rc;
}

struct lookup {
    const char *name;
    size_t len;
    uint64_t nid;
};

static int match_name(void *ctx, uint64_t nid, const char *name, size_t len,
                      struct err *err)
{
    struct lookup *lookup = ctx;
    if (len != lookup->len || memcmp(name, lookup->name, len) != 0)
        return 0;
    lookup->nid = nid;
    return err_say(err, EEXIST, "found"); /* ends the search */
}

/* What is called `name` in a folder. */
static int find_name(const struct erofs_view *view, struct erofs_info *at,
                     const char *name, size_t len, struct err *err)
{
    struct lookup lookup = {.name = name, .len = len};
    if (!S_ISDIR(at->mode))
        return err_say(err, ENOTDIR, "%.*s: not in a folder", (int)len, name);
    int rc = each_name(view, at, match_name, &lookup, err);
    if (rc == 0)
        return err_say(err, ENOENT, "%.*s: no such file", (int)len, name);
    return rc == -EEXIST ? erofs_view_inode(view, lookup.nid, at, err) : rc;
}

#define LINKS_MAX 40u /* as Linux follows */

int erofs_view_find(const struct erofs_view *view, const char *path,
                    bool follows, struct erofs_info *info, struct err *err)
{
    struct erofs_info at, next, root;
    char rest[2 * PATH_SIZE], tail[2 * PATH_SIZE];
    unsigned links = 0;

    if (erofs_view_inode(view, view->root_nid, &root, err) < 0)
        return -err->code;
    at = root;
    if (strlen(path) >= PATH_SIZE)
        return err_say(err, ENAMETOOLONG, "%.80s...", path);
    (void)strcpy(rest, path);
    for (char *name = rest; *(name += strspn(name, "/"));) {
        size_t len = strcspn(name, "/");
        next = at;
        if (find_name(view, &next, name, len, err) < 0)
            return -err->code;
        const char *behind = name + len + strspn(name + len, "/");
        if (!S_ISLNK(next.mode) || (!*behind && !name[len] && !follows)) {
            at = next;
            name += len;
            continue;
        }
        if (++links > LINKS_MAX || next.size >= PATH_SIZE ||
            next.size + strlen(behind) + 2 > sizeof rest)
            return err_say(err, ELOOP, "%.80s: too many links", path);
        (void)strcpy(tail, behind);
        erofs_view_read(view, &next, 0, rest, next.size);
        rest[next.size] = '/';
        (void)strcpy(rest + next.size + (*tail != '\0'), tail);
        if (!*tail)
            rest[next.size] = '\0';
        at = rest[0] == '/' ? root : at;
        name = rest;
    }
    *info = at;
    return 0;
}

static const struct {
    uint8_t number;
    const char *text;
} xattr_kinds[] = {
    {1, "user."},
    {2, "system.posix_acl_access"},
    {3, "system.posix_acl_default"},
    {4, "trusted."},
    {6, "security."},
};

int erofs_view_xattrs(const struct erofs_view *view,
                      const struct erofs_info *info, erofs_xattr_visit *visit,
                      void *ctx, struct err *err)
{
    struct erofs_xattr_header header;
    struct erofs_xattr_entry entry;
    char name[64 + UINT8_MAX];

    if (!info->xattr_size)
        return 0;
    memcpy(&header, view->base + info->xattrs, sizeof header);
    uint64_t at = sizeof header + 4u * header.shared_count;
    while (at + sizeof entry <= info->xattr_size) {
        const uint8_t *from = view->base + info->xattrs + at;
        memcpy(&entry, from, sizeof entry);
        uint64_t end = at + sizeof entry + entry.name_len + entry.value_len;
        const char *prefix = NULL;
        for (size_t i = 0; i < sizeof xattr_kinds / sizeof xattr_kinds[0]; i++)
            if (xattr_kinds[i].number == entry.prefix)
                prefix = xattr_kinds[i].text;
        if (end > info->xattr_size || !prefix)
            return err_refuse(err, "inode %lu: damaged attributes", info->nid);
        char *to = stpcpy(name, prefix);
        memcpy(to, from + sizeof entry, entry.name_len);
        to[entry.name_len] = '\0';
        int rc = visit(ctx, name, from + sizeof entry + entry.name_len,
                       entry.value_len, err);
        if (rc < 0)
            return rc;
        at = (end + 3) & ~3ull;
    }
    return 0;
}
