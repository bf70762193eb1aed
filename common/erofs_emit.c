/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the bytes of an EROFS file system: see erofs_write.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/erofs_crc.h"
#include "common/erofs_plan.h"
#include "common/io.h"

#define COPY_SIZE ((size_t)1 << 20) /* bytes read at once */

static const struct {
    mode_t format;
    enum erofs_file_type type;
} file_types[] = {
    {S_IFREG, EROFS_FT_REG},  {S_IFDIR, EROFS_FT_DIR},
    {S_IFCHR, EROFS_FT_CHR},  {S_IFBLK, EROFS_FT_BLK},
    {S_IFIFO, EROFS_FT_FIFO}, {S_IFSOCK, EROFS_FT_SOCK},
    {S_IFLNK, EROFS_FT_LNK},
};

static uint8_t file_type(uint32_t mode)
{
    for (size_t i = 0; i < sizeof file_types / sizeof file_types[0]; i++)
        if ((mode & S_IFMT) == file_types[i].format)
            return (uint8_t)file_types[i].type;
    return 0;
}

static void emit_super(const struct erofs_plan *plan, uint8_t *meta)
{
    struct erofs_super super = {
        .magic = EROFS_MAGIC,
        .feature_compat = EROFS_COMPAT_SB_CHKSUM | EROFS_COMPAT_MTIME,
        .block_bits = EROFS_BLOCK_BITS,
        .root_nid = (uint16_t)plan->nodes[0]->nid,
        .inode_count = plan->count,
        .build_time = (uint64_t)plan->build_time,
        .build_time_ns = plan->build_time_ns,
        .block_count = (uint32_t)plan->blocks,
    };
    memcpy(meta + EROFS_SUPER_OFFSET, &super, sizeof super);
    super.checksum = crc32c(UINT32_MAX, meta + EROFS_SUPER_OFFSET,
                            BLOCK - EROFS_SUPER_OFFSET);
    memcpy(meta + EROFS_SUPER_OFFSET, &super, sizeof super);
}

/* Linux's new_encode_dev (include/linux/kdev_t.h, kernel 6.1). */
static uint32_t encode_dev(dev_t dev)
{
    uint32_t low = minor(dev);
    return (low & 0xff) | major(dev) << 8 | (low & ~0xffu) << 12;
}

static void emit_inode(const struct node *node, uint8_t *to)
{
    const struct fs_inode *inode = node->inode;
    bool is_extended = node->inode_size == sizeof(struct erofs_extended);
    bool is_device = S_ISCHR(inode->mode) || S_ISBLK(inode->mode);
    uint32_t size = node->xattr_size;
    uint16_t format = EROFS_FORMAT(
        is_extended, node->tail_size ? EROFS_FLAT_INLINE : EROFS_FLAT_PLAIN);
    uint16_t icount = size ? (uint16_t)((size - 12) / 4 + 1) : 0;
    uint32_t place = is_device    ? encode_dev(inode->rdev)
                     : node->size ? node->block
                                  : 0;

    if (!is_extended) {
        struct erofs_compact compact = {
            .format = format,
            .xattr_icount = icount,
            .mode = (uint16_t)inode->mode,
            .nlink = (uint16_t)inode->nlink,
            .size = (uint32_t)node->size,
            .block_or_rdev = place,
            .ino = node->ino,
            .uid = (uint16_t)inode->uid,
            .gid = (uint16_t)inode->gid,
        };
        memcpy(to, &compact, sizeof compact);
        return;
    }
    struct erofs_extended extended = {
        .format = format,
        .xattr_icount = icount,
        .mode = (uint16_t)inode->mode,
        .size = node->size,
        .block_or_rdev = place,
        .ino = node->ino,
        .uid = inode->uid,
        .gid = inode->gid,
        .mtime = (uint64_t)inode->mtime,
        .mtime_ns = inode->mtime_ns,
        .nlink = inode->nlink,
    };
    memcpy(to, &extended, sizeof extended);
}

static void emit_xattrs(const struct fs_inode *inode, uint8_t *to)
{
    to += sizeof(struct erofs_xattr_header); /* all zero: none are shared */
    for (const struct fs_xattr *x = inode->xattrs; x; x = x->next) {
        struct erofs_xattr_entry entry = {.value_len = x->value_len};
        const char *rest = x->name;
        (void)erofs_xattr_prefix(x->name, &entry.prefix, &rest); /* planned */
        entry.name_len = (uint8_t)strlen(rest);
        memcpy(to, &entry, sizeof entry);
        memcpy(to + sizeof entry, rest, entry.name_len);
        memcpy(to + sizeof entry + entry.name_len, x->value, x->value_len);
        to += (sizeof entry + entry.name_len + x->value_len + 3) & ~3ul;
    }
}

/* A folder's contents in a new buffer of node->size bytes, zero padded. */
static uint8_t *dir_contents(const struct node *node)
{
    const struct fs_inode **inodes;
    const char **names = erofs_dir_names(node, &inodes);
    uint8_t *buf = calloc(1, node->size + BLOCK);
    if (!names || !buf) {
        if (names)
            free(inodes);
        free(names);
        free(buf);
        return NULL;
    }
    uint32_t count = node->inode->child_count + 2, used, in_block;
    uint8_t *block = buf;
    for (uint32_t first = 0; first < count; first += in_block) {
        in_block = erofs_dir_block(names, first, count, &used);
        size_t name_at = in_block * sizeof(struct erofs_dirent);
        for (uint32_t i = 0; i < in_block; i++) {
            const struct fs_inode *inode = inodes[first + i];
            struct erofs_dirent dirent = {
                .nid = ((const struct node *)inode->plan)->nid,
                .name_off = (uint16_t)name_at,
                .type = file_type(inode->mode),
            };
            size_t len = strlen(names[first + i]);
            memcpy(block + i * sizeof dirent, &dirent, sizeof dirent);
            memcpy(block + name_at, names[first + i], len);
            name_at += len;
        }
        block += BLOCK;
    }
    free(names);
    free(inodes);
    return buf;
}

static int data_open(const struct node *node, struct err *err)
{
    return node->inode->data.open(&node->inode->data, err);
}

static int changed(const struct node *node, struct err *err)
{
    const char *path = node->inode->data.path;
    return err_wrap(err, "%s: changed while it was read?", path ? path : "?");
}

/* Contents that fit behind the inode. */
static int emit_tail(const struct node *node, uint8_t *to, struct err *err)
{
    const struct fs_inode *inode = node->inode;

    if (S_ISLNK(inode->mode)) {
        memcpy(to, inode->target, node->tail_size);
    } else if (S_ISDIR(inode->mode)) {
        auto_free uint8_t *buf = dir_contents(node);
        if (!buf)
            return err_set(err, ENOMEM, "folder of %lu bytes", node->size);
        memcpy(to, buf + node->size - node->tail_size, node->tail_size);
    } else {
        auto_fd int fd = data_open(node, err);
        if (fd < 0)
            return -err->code;
        if (pread_full(fd, to, node->tail_size, inode->data.offset, err) < 0)
            return changed(node, err);
    }
    return 0;
}

/* Metadata goes out in windows, so that memory does not grow with what small
 * files hold. An inode begins in the window and may end behind it. */
#define WINDOW ((uint64_t)1 << 20)
#define NODE_MAX ((uint64_t)1 << 17) /* bytes: inode, attributes, tail */

struct window {
    uint8_t *buf;   /* WINDOW + NODE_MAX bytes */
    uint64_t begin; /* in the file system, multiple of WINDOW */
    uint64_t end;   /* of the metadata */
};

static int flush_window(const struct erofs_plan *plan, struct window *window,
                        int fd, uint64_t offset, struct err *err)
{
    uint64_t left = window->end - window->begin;
    if (window->begin == 0)
        emit_super(plan, window->buf);
    if (pwrite_full(fd, window->buf, left < WINDOW ? left : WINDOW,
                    offset + window->begin, err) < 0)
        return -err->code;
    memmove(window->buf, window->buf + WINDOW, NODE_MAX);
    memset(window->buf + NODE_MAX, 0, WINDOW);
    window->begin += WINDOW;
    return 0;
}

static int place_cmp(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a;
    const struct node *y = *(struct node *const *)b;
    return x->nid < y->nid ? -1 : x->nid > y->nid;
}

static int emit_node(const struct node *node, uint8_t *to, struct err *err)
{
    emit_inode(node, to);
    to += node->inode_size;
    if (node->xattr_size)
        emit_xattrs(node->inode, to);
    to += node->xattr_size;
    return node->tail_size ? emit_tail(node, to, err) : 0;
}

static int emit_meta(const struct erofs_plan *plan, int fd, uint64_t offset,
                     struct err *err)
{
    struct window window = {
        .buf = calloc(1, WINDOW + NODE_MAX),
        .end = (plan->meta_end + BLOCK - 1) / BLOCK * BLOCK,
    };
    struct node **nodes = calloc(plan->count, sizeof *nodes);
    int rc = window.buf && nodes ? 0 : err_set(err, ENOMEM, "metadata");
    if (rc == 0) {
        memcpy(nodes, plan->nodes, plan->count * sizeof *nodes);
        qsort(nodes, plan->count, sizeof *nodes, place_cmp);
    }
    for (size_t i = 0; rc == 0 && i < plan->count; i++) {
        uint64_t at = nodes[i]->nid * EROFS_SLOT_SIZE;
        while (rc == 0 && at >= window.begin + WINDOW)
            rc = flush_window(plan, &window, fd, offset, err);
        if (rc == 0)
            rc = emit_node(nodes[i], window.buf + (at - window.begin), err);
    }
    while (rc == 0 && window.begin < window.end)
        rc = flush_window(plan, &window, fd, offset, err);
    free(window.buf);
    free(nodes);
    return rc;
}

/* By the kernel if it can (sharing or copying in place), else by hand. */
static int copy_range(int from, uint64_t from_offset, int to,
                      uint64_t to_offset, uint64_t size, struct err *err)
{
    loff_t in = (loff_t)from_offset, out = (loff_t)to_offset;
    while (size) {
        size_t want = size < (1u << 30) ? size : 1u << 30;
        ssize_t got = copy_file_range(from, &in, to, &out, want, 0);
        if (got <= 0)
            break;
        size -= (uint64_t)got;
    }
    if (!size)
        return 0;

    auto_free uint8_t *buf = malloc(COPY_SIZE);
    if (!buf)
        return err_set(err, ENOMEM, "copy");
    while (size) {
        size_t want = size < COPY_SIZE ? size : COPY_SIZE;
        if (pread_full(from, buf, want, (uint64_t)in, err) < 0 ||
            pwrite_full(to, buf, want, (uint64_t)out, err) < 0)
            return -err->code;
        in += (loff_t)want;
        out += (loff_t)want;
        size -= want;
    }
    return 0;
}

/* Where it is all zeroes already; holes of the source stay holes. */
static int copy_data(int from, uint64_t from_offset, int to, uint64_t to_offset,
                     uint64_t size, struct err *err)
{
    uint64_t at = 0;
    while (at < size) {
        off_t data = lseek(from, (off_t)(from_offset + at), SEEK_DATA);
        off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
        if (data < 0 && errno == ENXIO) {
            /* A hole up to the end of the source, which must be there. */
            char last;
            return pread_full(from, &last, 1, from_offset + size - 1, err);
        }
        if (hole < 0) { /* no file system that knows of holes */
            data = (off_t)(from_offset + at);
            hole = (off_t)(from_offset + size);
        }
        uint64_t begin = (uint64_t)data - from_offset;
        uint64_t end = (uint64_t)hole - from_offset;
        end = end < size ? end : size;
        if (begin >= size)
            return 0;
        if (copy_range(from, (uint64_t)data, to, to_offset + begin, end - begin,
                       err) < 0)
            return -err->code;
        at = end;
    }
    return 0;
}

/* Contents in whole blocks. */
static int emit_blocks(const struct node *node, int fd, uint64_t offset,
                       struct err *err)
{
    const struct fs_inode *inode = node->inode;
    uint64_t size = node->size - node->tail_size;

    offset += node->block * BLOCK;
    if (S_ISLNK(inode->mode))
        return pwrite_full(fd, inode->target, size, offset, err);
    if (S_ISDIR(inode->mode)) {
        auto_free uint8_t *buf = dir_contents(node);
        if (!buf)
            return err_set(err, ENOMEM, "folder of %lu bytes", node->size);
        return pwrite_full(fd, buf, size, offset, err);
    }
    auto_fd int from = data_open(node, err);
    if (from < 0)
        return -err->code;
    if (copy_data(from, inode->data.offset, fd, offset, size, err) < 0)
        return changed(node, err);
    return 0;
}

int erofs_plan_write(const struct erofs_plan *plan, int fd, uint64_t offset,
                     struct err *err)
{
    /* The last block is whole even where the last file is not. */
    if (pwrite_full(fd, "", 1, offset + erofs_plan_size(plan) - 1, err) < 0 ||
        emit_meta(plan, fd, offset, err) < 0)
        return -err->code;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->nodes[i]->block != NO_BLOCK &&
            emit_blocks(plan->nodes[i], fd, offset, err) < 0)
            return -err->code;
    return 0;
}
