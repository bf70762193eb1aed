/* SPDX-License-Identifier: Apache-2.0 */
/* A .uni file, mapped and checked: see unifile.h. */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/io.h"
#include "images/paths.h"
#include "images/unifile.h"

/* Bytes of the image at a guest address; NULL: not in the file. */
static const char *at_addr(const struct unifile *file, uint64_t addr,
                           uint64_t size)
{
    const struct elf_segment *segment =
        size ? elf_segment_at(&file->image, addr, size) : NULL;
    if (!segment || addr - segment->addr + size > segment->file_size)
        return NULL;
    return file->map + segment->offset + (addr - segment->addr);
}

static int read_parts(struct unifile *file, struct err *err)
{
    const struct uni_note *note = &file->image.note;
    const char *conf = at_addr(file, note->config_addr, note->config_size);
    const char *rootfs = at_addr(file, note->rootfs_addr, note->rootfs_size);

    if ((note->config_size && !conf) || (note->rootfs_size && !rootfs))
        return err_refuse(err, "configuration or root file system is not in "
                               "the file");
    if (uniconf_init(&file->conf, conf, conf ? note->config_size : 0, err) < 0)
        return -err->code;
    file->has_rootfs = rootfs != NULL;
    if (rootfs &&
        erofs_view_init(&file->rootfs, rootfs, note->rootfs_size, err) < 0)
        return err_wrap(err, "root file system");
    return 0;
}

int unifile_init(struct unifile *file, int fd, const char *name,
                 struct err *err)
{
    struct stat st;

    *file = (struct unifile){0};
    if (elf_read(&file->image, fd, err) < 0)
        return err_wrap(err, "%s", name);
    if (fstat(fd, &st) < 0)
        return err_set(err, errno, "%s", name);
    file->size = (uint64_t)st.st_size;
    void *map = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return err_set(err, errno, "map %s", name);
    file->map = map;
    if (read_parts(file, err) < 0) {
        unifile_release(file);
        return err_wrap(err, "%s", name);
    }
    return 0;
}

int unifile_open(struct unifile *file, const char *path, struct err *err)
{
    *file = (struct unifile){0};
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    return unifile_init(file, fd, path, err);
}

void unifile_release(struct unifile *file)
{
    if (file->map)
        (void)munmap((void *)file->map, file->size);
    file->map = NULL;
    uniconf_release(&file->conf);
}

/* The first name of an inode that has several. */
struct named {
    uint64_t nid;
    char *path;
};

struct unpack {
    const struct erofs_view *view;
    struct apply *apply;
    void *names; /* <search.h> tree of struct named */
};

static int named_cmp(const void *a, const void *b)
{
    uint64_t x = ((const struct named *)a)->nid;
    uint64_t y = ((const struct named *)b)->nid;
    return x < y ? -1 : x > y;
}

static void named_free(void *ptr)
{
    free(((struct named *)ptr)->path);
    free(ptr);
}

/* Its first name, if it has had one; else this is it from now on. */
static int find_name(struct unpack *unpack, const struct erofs_info *info,
                     const char *path, const char **first, struct err *err)
{
    *first = NULL;
    if (S_ISDIR(info->mode) || info->nlink < 2)
        return 0;
    struct named *named = calloc(1, sizeof *named);
    if (!named || !(named->path = strdup(path))) {
        free(named);
        return err_set(err, ENOMEM, "%s", path);
    }
    named->nid = info->nid;
    struct named **at = tsearch(named, &unpack->names, named_cmp);
    if (at && *at == named)
        return 0;
    named_free(named);
    if (!at)
        return err_set(err, ENOMEM, "%s", path);
    *first = (*at)->path;
    return 0;
}

static int put_contents(struct unpack *unpack, const struct erofs_info *info,
                        struct fs_inode *inode, struct err *err)
{
    const uint8_t *base = unpack->view->base;
    struct spool *spool = &unpack->apply->spool;
    uint64_t place = spool_take(spool, info->size);
    uint64_t rest = info->size - info->whole;

    inode->data = spool_data(spool, place, NULL);
    if (info->whole && pwrite_full(spool->fd, base + info->blocks, info->whole,
                                   place, err) < 0)
        return -err->code;
    return rest ? pwrite_full(spool->fd, base + info->tail, rest,
                              place + info->whole, err)
                : 0;
}

struct put_xattr {
    struct apply *apply;
    struct fs_inode *inode;
};

static int put_xattr(void *ctx, const char *name, const void *value, size_t len,
                     struct err *err)
{
    const struct put_xattr *put = ctx;
    return apply_xattr(put->apply, put->inode, name, value, len, err);
}

static int put_file(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    struct unpack *unpack = ctx;
    char target[FS_TARGET_MAX + 1];
    struct put_xattr xattr = {.apply = unpack->apply};
    uint32_t dev = info->rdev;
    struct apply_entry entry = {
        .path = path,
        .attr = {.mode = info->mode,
                 .uid = info->uid,
                 .gid = info->gid,
                 .mtime = info->mtime,
                 .mtime_ns = info->mtime_ns,
                 .size = info->size,
                 .rdev = makedev(dev >> 8 & 0xfff,
                                 (dev & 0xff) | (dev >> 12 & 0xfff00)),
                 .target = target},
    };

    if (strcmp(path, "/") == 0 && unpack->apply->layer > 1)
        return 0; /* the root is the first layer's */
    if (S_ISLNK(info->mode)) {
        if (info->size > FS_TARGET_MAX)
            return err_refuse(err, "%s: link of %lu bytes", path, info->size);
        erofs_view_read(unpack->view, info, 0, target, info->size);
        target[info->size] = '\0';
    }
    if (find_name(unpack, info, path, &entry.link, err) < 0 ||
        apply_entry(unpack->apply, &entry, &xattr.inode, err) < 0)
        return -err->code;
    if (entry.link || !xattr.inode)
        return 0;
    if (erofs_view_xattrs(unpack->view, info, put_xattr, &xattr, err) < 0)
        return err_wrap(err, "%s", path);
    return S_ISREG(info->mode) ? put_contents(unpack, info, xattr.inode, err)
                               : 0;
}

int unifile_apply(const struct unifile *file, struct apply *apply,
                  struct err *err)
{
    struct unpack unpack = {.view = &file->rootfs, .apply = apply};
    bool was_plain = apply->is_plain;
    if (!file->has_rootfs)
        return 0;
    apply_layer(apply);
    apply->is_plain = true;
    int rc = erofs_view_walk(&file->rootfs, put_file, &unpack, err);
    apply->is_plain = was_plain;
    tdestroy(unpack.names, named_free);
    return rc < 0 ? err_wrap(err, "the program's own root file system") : 0;
}
