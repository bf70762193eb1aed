/* SPDX-License-Identifier: Apache-2.0 */
/* One layer, from the archive to the tree: see layer.h. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/io.h"
#include "images/layer.h"
#include "images/progress.h"
#include "images/stream.h"

#define XATTRS_MAX 200 /* of a file */

/* Contents of the entry that the archive stands at, in their place. Holes
 * stay holes. */
static int spool_contents(const struct stream *stream, struct archive *archive,
                          struct spool *spool, uint64_t size, uint64_t *place,
                          struct err *err)
{
    const void *buf;
    la_int64_t offset;
    size_t len;
    int rc;

    *place = spool_take(spool, size);
    while ((rc = archive_read_data_block(archive, &buf, &len, &offset)) ==
           ARCHIVE_OK) {
        if (offset < 0 || (uint64_t)offset > size ||
            len > size - (uint64_t)offset)
            return err_refuse(err, "contents lie outside of the file");
        if (len && stream->is_padded)
            return err_refuse(err, "the archive ends within the file");
        if (len && pwrite_full(spool->fd, buf, len, *place + (uint64_t)offset,
                               err) < 0)
            return -err->code;
    }
    return rc == ARCHIVE_EOF ? 0 : 1; /* 1: the archive knows why not */
}

/* Owner, mode, device, time of an entry, checked. */
static int take_attr(struct archive_entry *entry, struct fs_attr *attr,
                     struct err *err)
{
    int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);
    int64_t size = archive_entry_size(entry);
    dev_t device = archive_entry_rdev(entry);
    bool is_link = archive_entry_hardlink(entry) != NULL;

    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        return err_refuse(err, "owner %ld:%ld", uid, gid);
    *attr = (struct fs_attr){
        .mode = archive_entry_filetype(entry) | archive_entry_perm(entry),
        .uid = (uint32_t)uid,
        .gid = (uint32_t)gid,
        .mtime = archive_entry_mtime(entry),
        .mtime_ns = (uint32_t)archive_entry_mtime_nsec(entry),
        .rdev = device,
        .target = archive_entry_symlink(entry),
    };
    if (is_link)
        return 0;
    switch (attr->mode & S_IFMT) {
    case S_IFREG:
        if (size < 0)
            return err_refuse(err, "a file of %ld bytes", size);
        attr->size = (uint64_t)size;
        break;
    case S_IFLNK:
        if (!attr->target || !*attr->target)
            return err_refuse(err, "symbolic link to nothing");
        attr->mode |= 0777; /* Linux knows no other (man 7 symlink) */
        break;
    case S_IFCHR:
    case S_IFBLK: /* Linux, and EROFS, have 12 and 20 bits for them */
        if (major(device) >= 1u << 12 || minor(device) >= 1u << 20)
            return err_refuse(err, "device %u:%u, at most 4095:1048575",
                              major(device), minor(device));
        break;
    case S_IFDIR:
    case S_IFIFO:
        break;
    default:
        return err_refuse(err, "a file of unknown kind %#o", attr->mode);
    }
    if (attr->mtime_ns > 999999999)
        return err_refuse(err, "a time of %u ns", attr->mtime_ns);
    return 0;
}

static int take_xattrs(struct apply *apply, struct archive_entry *entry,
                       struct fs_inode *inode, struct err *err)
{
    const char *name;
    const void *value;
    size_t len;

    if (archive_entry_xattr_reset(entry) > XATTRS_MAX)
        return err_refuse(err, "%d attributes, at most %d",
                          archive_entry_xattr_count(entry), XATTRS_MAX);
    if (archive_entry_acl_types(entry))
        apply->dropped++;
    while (archive_entry_xattr_next(entry, &name, &value, &len) == ARCHIVE_OK)
        if (name && apply_xattr(apply, inode, name, value, len, err) < 0)
            return -err->code;
    return 0;
}

/* 1: the archive knows what is wrong. */
static int take_entry(struct apply *apply, const struct stream *stream,
                      struct archive *archive, struct archive_entry *from,
                      struct err *err)
{
    struct apply_entry entry = {
        .path = archive_entry_pathname(from),
        .link = archive_entry_hardlink(from),
    };
    struct fs_inode *inode;

    if (!entry.path || !*entry.path)
        return err_refuse(err, "a file without a name");
    if (take_attr(from, &entry.attr, err) < 0)
        return err_wrap(err, "%.200s", entry.path);
    if (apply_entry(apply, &entry, &inode, err) < 0)
        return -err->code;
    if (!inode || entry.link)
        return 0;
    if (take_xattrs(apply, from, inode, err) < 0)
        return err_wrap(err, "%.200s", entry.path);
    if (!S_ISREG(entry.attr.mode))
        return 0;
    uint64_t place = 0;
    int rc = 0;
    if (inode->size)
        rc = spool_contents(stream, archive, &apply->spool, inode->size, &place,
                            err);
    if (rc < 0)
        return err_wrap(err, "%.200s", entry.path);
    inode->data = spool_data(&apply->spool, place, NULL);
    return rc;
}

/* Names that are no UTF-8 come as they are, with a warning. */
static bool is_about_names(struct archive *archive)
{
    const char *text = archive_error_string(archive);
    return text && strstr(text, "can't be converted");
}

static int read_entries(struct stream *stream, struct archive *archive,
                        struct apply *apply, struct err *err)
{
    struct archive_entry *entry;
    int rc;

    if (stream_open(stream, archive, err) < 0)
        return -err->code;
    while ((rc = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
        if (rc != ARCHIVE_OK &&
            !(rc == ARCHIVE_WARN && is_about_names(archive)))
            return stream_error(stream, archive, err);
        rc = take_entry(apply, stream, archive, entry, err);
        if (rc < 0)
            return err_wrap(err, "%s", stream->blob->name);
        if (rc > 0)
            return stream_error(stream, archive, err);
    }
    return 0;
}

static int same_digest(const struct blob *blob, const char *what,
                       const struct digest *want, const struct digest *got,
                       struct err *err)
{
#ifdef UNI_IMAGE_NO_DIGESTS /* a fuzzer would never get past them */
    return 0;
#endif
    if (!*want->text || strcmp(want->text, got->text) == 0)
        return 0;
    return err_refuse(err, "%s: %s is %s, not %s", blob->name, what, got->text,
                      want->text);
}

int layer_apply(const struct layer *layer, struct apply *apply, struct err *err)
{
    struct stream stream;
    struct digest stored, unpacked;
    struct archive *archive = archive_read_new();
    int rc = archive ? 0 : err_set(err, ENOMEM, "libarchive");

    apply_layer(apply);
    if (rc == 0) {
        rc = stream_init(&stream, &layer->blob, apply->limits, &layer->digest,
                         &layer->diff_id, err);
        stream.before = apply->unpacked;
        if (rc == 0)
            rc = read_entries(&stream, archive, apply, err);
        if (rc == 0)
            rc = stream_finish(&stream, &stored, &unpacked, err);
        apply->unpacked += stream.out;
        stream_release(&stream);
    }
    (void)archive_read_free(archive);
    if (rc == 0)
        rc = same_digest(&layer->blob, "digest", &layer->digest, &stored, err);
    if (rc == 0)
        rc = same_digest(&layer->blob, "diff_id", &layer->diff_id, &unpacked,
                         err);
    return rc;
}

int member_spool(const struct member *member, struct spool *spool,
                 uint64_t *offset, struct err *err)
{
    int rc = spool_contents(member->stream, member->archive, spool,
                            member->size, offset, err);
    return rc > 0 ? err_refuse(err, "%.200s: %s", member->path,
                               archive_error_string(member->archive))
                  : rc;
}

static int visit_entry(const struct stream *stream, struct archive *archive,
                       struct archive_entry *entry, member_visit *visit,
                       void *ctx, struct err *err)
{
    struct member member = {
        .path = archive_entry_pathname(entry),
        .link = archive_entry_hardlink(entry),
        .stream = stream,
        .archive = archive,
    };
    int64_t size = archive_entry_size(entry);
    unsigned kind = archive_entry_filetype(entry);
    if (kind == S_IFLNK)
        member.link = archive_entry_symlink(entry);
    if (!member.path || !*member.path || size < 0)
        return err_refuse(err, "a file without name or size");
    member.size = member.link ? 0 : (uint64_t)size;
    return member.link || kind == S_IFREG ? visit(ctx, &member, err) : 0;
}

static int each_member(struct stream *stream, struct archive *archive,
                       member_visit *visit, void *ctx, struct err *err)
{
    struct archive_entry *entry;
    uint64_t count = 0;
    int rc;

    if (stream_open(stream, archive, err) < 0)
        return -err->code;
    while ((rc = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
        if (rc != ARCHIVE_OK)
            return stream_error(stream, archive, err);
        if (++count > stream->limits->entries)
            return err_refuse(err, "%s: more than %lu files",
                              stream->blob->name, stream->limits->entries);
        if (visit_entry(stream, archive, entry, visit, ctx, err) < 0)
            return stream->err->code ? stream_error(stream, archive, err)
                                     : err_wrap(err, "%s", stream->blob->name);
    }
    return 0;
}

int archive_each(int fd, const char *name, const struct img_limits *limits,
                 member_visit *visit, void *ctx, struct err *err)
{
    struct blob blob = {.fd = fd, .size = UINT64_MAX};
    struct stream stream;
    struct stat st;
    struct archive *archive = archive_read_new();

    if (!archive)
        return err_set(err, ENOMEM, "libarchive");
    (void)strncat(blob.name, name, sizeof blob.name - 1);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        blob.size = (uint64_t)st.st_size;
    progress_step(blob.size == UINT64_MAX ? 0 : blob.size, "read archive");
    int rc = stream_init(&stream, &blob, limits, NULL, NULL, err);
    if (rc == 0)
        rc = each_member(&stream, archive, visit, ctx, err);
    if (rc == 0) {
        struct digest stored, unpacked;
        rc = stream_finish(&stream, &stored, &unpacked, err);
    }
    stream_release(&stream);
    (void)archive_read_free(archive);
    return rc;
}
