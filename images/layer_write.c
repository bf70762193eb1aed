/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container image's one layer: see layer_write.h. It is made as a tree of
 * its own, which is then written name by name in order, so that the same tree
 * gives the same bytes.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/io.h"
#include "images/layer_write.h"
#include "images/paths.h"
#include "images/progress.h"

#define CHUNK ((size_t)1 << 20) /* bytes written at once */

struct sink {
    int fd;
    struct hash stored, unpacked;
    uint64_t size;
    struct archive *packer; /* compresses; or NULL */
    struct err *err;
};

struct writer {
    struct archive *archive;
    struct sink *sink;
    char path[PATH_MAX + 1];
};

static struct fs_attr attr_of(const struct fs_inode *inode)
{
    return (struct fs_attr){
        .mode = inode->mode,
        .uid = inode->uid,
        .gid = inode->gid,
        .mtime = inode->mtime,
        .mtime_ns = inode->mtime_ns,
        .rdev = inode->rdev,
        .size = inode->size,
        .target = inode->target,
        .data = inode->data,
    };
}

static int copy_inode(const struct fs_inode *from, struct fs_inode *dir,
                      const char *name, struct fs_inode **inode,
                      struct err *err)
{
    struct fs_attr attr = attr_of(from);
    if (fstree_add(dir, name, &attr, inode, err) < 0)
        return -err->code;
    for (const struct fs_xattr *x = from->xattrs; x; x = x->next)
        if (fstree_set_xattr(*inode, x->name, x->value, x->value_len, err) < 0)
            return -err->code;
    return 0;
}

static int copy_below(const struct fs_inode *from, struct fs_inode *to,
                      struct err *err)
{
    struct fs_entry **entries;
    int rc = 0;
    if (fstree_sorted(from, &entries, err) < 0)
        return -err->code;
    for (uint32_t i = 0; rc == 0 && i < from->child_count; i++) {
        struct fs_inode *inode = fstree_find(to, entries[i]->name);
        if (!inode)
            rc = copy_inode(entries[i]->inode, to, entries[i]->name, &inode,
                            err);
        if (rc == 0 && S_ISDIR(entries[i]->inode->mode) && S_ISDIR(inode->mode))
            rc = copy_below(entries[i]->inode, inode, err);
    }
    free(entries);
    return rc;
}

/* The folder that a path is in, with the attributes that it has in `tree`. */
static int copy_folders(struct fstree *tree, struct fstree *layer,
                        const char *path, struct path_found *found,
                        struct err *err)
{
    char part[PATH_MAX];
    struct fs_inode *from;
    struct err ignored;

    if (path_find(layer, path, PATH_MAKE, 0, found, err) < 0)
        return err_wrap(err, "%.200s", path);
    for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
        struct path_found made;
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (path_get(tree, part, &from, &ignored) < 0 || !S_ISDIR(from->mode) ||
            path_find(layer, part, 0, 0, &made, &ignored) < 0 || !made.inode ||
            !S_ISDIR(made.inode->mode))
            continue;
        struct fs_attr attr = attr_of(from);
        fstree_set_attr(made.inode, &attr);
    }
    return 0;
}

/* A file or folder of the root file system, if it is there. */
static int copy_path(struct fstree *tree, struct fstree *layer,
                     const char *path, struct err *err)
{
    struct path_found found;
    struct fs_inode *from, *to;
    struct err ignored;
    char clean[PATH_MAX];

    if (path_clean(clean, path, err) < 0)
        return err_wrap(err, "volume");
    if (!*clean || path_get(tree, clean, &from, &ignored) < 0)
        return 0;
    if (copy_folders(tree, layer, clean, &found, err) < 0)
        return -err->code;
    to = found.inode;
    if (!to && copy_inode(from, found.dir, found.name, &to, err) < 0)
        return -err->code;
    if (found.inode && S_ISDIR(to->mode) && S_ISDIR(from->mode)) {
        struct fs_attr attr = attr_of(from);
        fstree_set_attr(to, &attr);
    }
    return S_ISDIR(from->mode) && S_ISDIR(to->mode) ? copy_below(from, to, err)
                                                    : 0;
}

static int open_uni(const struct fs_data *data, struct err *err)
{
    int fd = fcntl(*(const int *)data->ctx, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? err_set(err, errno, "image") : fd;
}

static int build(struct combined *combined, int *uni, struct fstree *layer,
                 struct err *err)
{
    static const char *const users[] = {"/etc/passwd", "/etc/group"};
    struct fstree *tree = &combined->apply.tree;
    json_t *volumes = json_object_get(combined->settings.config, "Volumes");
    const char *path;
    json_t *value;
    struct path_found found;
    struct stat st;

    json_object_foreach(volumes, path,
                        value) if (copy_path(tree, layer, path, err) <
                                   0) return -err->code;
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
        if (copy_path(tree, layer, users[i], err) < 0)
            return -err->code;
    if (fstat(*uni, &st) < 0)
        return err_set(err, errno, "image");
    struct fs_attr attr = {
        .mode = S_IFREG | 0755,
        .mtime = combined->app_mtime,
        .size = (uint64_t)st.st_size,
        .data = {.open = open_uni, .ctx = uni},
    };
    if (copy_folders(tree, layer, combined->settings.program, &found, err) < 0)
        return -err->code;
    if (found.inode)
        return err_refuse(err, "entrypoint %.200s: is something else, too",
                          combined->settings.program);
    return fstree_add(found.dir, found.name, &attr, NULL, err);
}

static la_ssize_t put_stored(struct archive *archive, void *ctx,
                             const void *buf, size_t len)
{
    struct sink *sink = ctx;
    (void)archive;
    hash_update(&sink->stored, buf, len);
    sink->size += len;
    if (write_full(sink->fd, buf, len, sink->err) < 0)
        return -1;
    return (la_ssize_t)len;
}

static la_ssize_t put_unpacked(struct archive *archive, void *ctx,
                               const void *buf, size_t len)
{
    struct sink *sink = ctx;
    hash_update(&sink->unpacked, buf, len);
    if (progress_add(len, sink->err) < 0)
        return -1;
    if (!sink->packer)
        return put_stored(archive, ctx, buf, len);
    return archive_write_data(sink->packer, buf, len) == (la_ssize_t)len
               ? (la_ssize_t)len
               : -1;
}

static int sink_error(const struct sink *sink, struct archive *archive,
                      struct err *err)
{
    const char *text = archive_error_string(archive);
    if (sink->err->code) {
        *err = *sink->err;
        return err_wrap(err, "layer");
    }
    return err_say(err, EIO, "layer: %s", text ? text : "libarchive failed");
}

static int write_contents(struct writer *writer, const struct fs_inode *inode,
                          struct err *err)
{
    auto_free char *buf = malloc(CHUNK);
    if (!buf)
        return err_set(err, ENOMEM, "layer");
    auto_fd int fd = inode->data.open(&inode->data, err);
    if (fd < 0)
        return -err->code;
    for (uint64_t at = 0; at < inode->size;) {
        uint64_t left = inode->size - at;
        size_t len = left < CHUNK ? left : CHUNK;
        if (pread_full(fd, buf, len, inode->data.offset + at, err) < 0)
            return -err->code;
        if (archive_write_data(writer->archive, buf, len) != (la_ssize_t)len)
            return sink_error(writer->sink, writer->archive, err);
        at += len;
    }
    return 0;
}

static int write_entry(struct writer *writer, const struct fs_inode *inode,
                       struct err *err)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return err_set(err, ENOMEM, "layer");
    archive_entry_copy_pathname(entry, writer->path);
    archive_entry_set_filetype(entry, inode->mode & S_IFMT);
    archive_entry_set_perm(entry, inode->mode & 07777);
    archive_entry_set_uid(entry, inode->uid);
    archive_entry_set_gid(entry, inode->gid);
    archive_entry_set_mtime(entry, inode->mtime, (long)inode->mtime_ns);
    archive_entry_set_rdev(entry, inode->rdev);
    archive_entry_set_size(entry,
                           S_ISREG(inode->mode) ? (int64_t)inode->size : 0);
    if (inode->target)
        archive_entry_copy_symlink(entry, inode->target);
    for (const struct fs_xattr *x = inode->xattrs; x; x = x->next)
        archive_entry_xattr_add_entry(entry, x->name, x->value, x->value_len);
    int rc = 0;
    if (archive_write_header(writer->archive, entry) < ARCHIVE_WARN)
        rc = sink_error(writer->sink, writer->archive, err);
    archive_entry_free(entry);
    return rc == 0 && S_ISREG(inode->mode) ? write_contents(writer, inode, err)
                                           : rc;
}

/* Folders before what is in them, by name. */
static int write_below(struct writer *writer, const struct fs_inode *dir,
                       size_t len, struct err *err)
{
    struct fs_entry **entries;
    int rc = 0;
    if (fstree_sorted(dir, &entries, err) < 0)
        return -err->code;
    for (uint32_t i = 0; rc == 0 && i < dir->child_count; i++) {
        const struct fs_inode *inode = entries[i]->inode;
        bool is_dir = S_ISDIR(inode->mode);
        size_t room = sizeof writer->path - len;
        int add = snprintf(writer->path + len, room, "%s%s", entries[i]->name,
                           is_dir ? "/" : "");
        if (add < 0 || (size_t)add >= room)
            rc = err_refuse(err, "%.80s...: path too long", writer->path);
        if (rc == 0)
            rc = write_entry(writer, inode, err);
        if (rc == 0 && is_dir)
            rc = write_below(writer, inode, len + (size_t)add, err);
    }
    free(entries);
    return rc;
}

/* Compression is an "archive" that is nothing but its one member's bytes. */
static int open_packer(struct sink *sink, enum packing packing,
                       struct archive_entry *entry, struct err *err)
{
    sink->packer = archive_write_new();
    if (!sink->packer || !entry)
        return err_set(err, ENOMEM, "layer");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "layer");
    int rc = packing == PACK_ZSTD ? archive_write_add_filter_zstd(sink->packer)
                                  : archive_write_add_filter_gzip(sink->packer);
    if (rc != ARCHIVE_OK ||
        archive_write_set_format_raw(sink->packer) != ARCHIVE_OK ||
        (packing == PACK_GZIP &&
         archive_write_set_options(sink->packer, "gzip:!timestamp") !=
             ARCHIVE_OK) ||
        archive_write_set_bytes_in_last_block(sink->packer, 1) != ARCHIVE_OK ||
        archive_write_open(sink->packer, sink, NULL, put_stored, NULL) !=
            ARCHIVE_OK ||
        archive_write_header(sink->packer, entry) != ARCHIVE_OK)
        return sink_error(sink, sink->packer, err);
    return 0;
}

static int write_tree(struct sink *sink, const struct fstree *tree,
                      struct err *err)
{
    struct writer writer = {.archive = archive_write_new(), .sink = sink};
    struct archive *archive = writer.archive;
    int rc = 0;
    if (!archive)
        return err_set(err, ENOMEM, "layer");
    if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
        archive_write_set_options(archive, "xattrheader=SCHILY") !=
            ARCHIVE_OK ||
        archive_write_set_bytes_per_block(archive, 1 << 20) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(archive, 512) != ARCHIVE_OK ||
        archive_write_open(archive, sink, NULL, put_unpacked, NULL) !=
            ARCHIVE_OK)
        rc = sink_error(sink, archive, err);
    if (rc == 0)
        rc = write_below(&writer, tree->root, 0, err);
    if (rc == 0 && archive_write_close(archive) != ARCHIVE_OK)
        rc = sink_error(sink, archive, err);
    (void)archive_write_free(archive);
    if (rc == 0 && sink->packer &&
        archive_write_close(sink->packer) != ARCHIVE_OK)
        rc = sink_error(sink, sink->packer, err);
    return rc;
}

static int write_sink(struct sink *sink, const struct fstree *tree,
                      enum packing packing, struct new_layer *layer,
                      struct err *err)
{
    struct archive_entry *entry = archive_entry_new();
    int rc = hash_init(&sink->stored, NULL, err);
    if (rc == 0)
        rc = hash_init(&sink->unpacked, NULL, err);
    if (rc == 0 && packing != PACK_NONE)
        rc = open_packer(sink, packing, entry, err);
    if (rc == 0)
        rc = write_tree(sink, tree, err);
    if (sink->packer)
        (void)archive_write_free(sink->packer);
    archive_entry_free(entry);
    if (rc == 0)
        rc = hash_final(&sink->stored, &layer->digest, err);
    if (rc == 0)
        rc = hash_final(&sink->unpacked, &layer->diff_id, err);
    hash_release(&sink->stored);
    hash_release(&sink->unpacked);
    layer->size = sink->size;
    return rc;
}

int layer_write(struct combined *combined, int uni, int output,
                enum packing packing, struct new_layer *layer, struct err *err)
{
    static const struct fs_attr root = {.mode = S_IFDIR | 0755};
    struct err trouble = {0}; /* what a callback of ours failed with */
    struct sink sink = {.fd = output, .err = &trouble};
    struct fstree tree;
    struct stat st;

    if (fstat(uni, &st) < 0)
        return err_set(err, errno, "image");
    if (fstree_init(&tree, &root, err) < 0)
        return -err->code;
    progress_step((uint64_t)st.st_size, "write layer");
    int rc = build(combined, &uni, &tree, err);
    if (rc == 0)
        rc = write_sink(&sink, &tree, packing, layer, err);
    fstree_release(&tree);
    return rc;
}
