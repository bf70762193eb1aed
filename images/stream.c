/* SPDX-License-Identifier: Apache-2.0 */
/* A blob without its compression: see stream.h. */
#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/io.h"
#include "images/progress.h"
#include "images/stream.h"

#define CHUNK ((size_t)256 << 10) /* bytes read at once */
#define TAR_BLOCK 512u

/* Of a file at its place, of a pipe (no size) what comes; -1 with an error. */
static ssize_t read_some(struct stream *stream, size_t len)
{
    const struct blob *blob = stream->blob;
    for (;;) {
        ssize_t got = blob->size == UINT64_MAX
                          ? read(blob->fd, stream->buf, len)
                          : pread(blob->fd, stream->buf, len,
                                  (off_t)(blob->offset + stream->in));
        if (got >= 0)
            return got;
        if (errno != EINTR)
            return err_set(stream->err, errno, "read %s", blob->name);
        if (progress_add(0, stream->err) < 0)
            return -1; /* the signal was for us */
    }
}

static la_ssize_t next_stored(struct archive *archive, void *ctx,
                              const void **buf)
{
    struct stream *stream = ctx;
    uint64_t left = stream->blob->size - stream->in;
    size_t want = left < CHUNK ? (size_t)left : CHUNK;
    ssize_t got = want ? read_some(stream, want) : 0;

    (void)archive;
    if (got < 0)
        return -1;
    if (!got && want && stream->blob->size != UINT64_MAX)
        return err_refuse(stream->err, "%s: ends after %lu of %lu bytes",
                          stream->blob->name, stream->in, stream->blob->size);
    hash_update(&stream->stored, stream->buf, (size_t)got);
    stream->in += (uint64_t)got;
    *buf = stream->buf;
    if (progress_add((uint64_t)got, stream->err) < 0)
        return -1;
    return got;
}

static int check_size(struct stream *stream)
{
    const struct img_limits *limits = stream->limits;
    const char *name = stream->blob->name;
    if (stream->before > limits->size ||
        stream->out > limits->size - stream->before)
        return err_refuse(stream->err,
                          "%s: unpacks to more than %lu bytes (see "
                          "--max-size)",
                          name, limits->size);
    if (stream->out > IMG_RATIO_FROM &&
        stream->out / limits->ratio > stream->in)
        return err_refuse(stream->err,
                          "%s: unpacks to more than %lu times its size (see "
                          "--max-ratio)",
                          name, limits->ratio);
    return 0;
}

/* One digest will do for both. */
static bool is_hashed_once(const struct stream *stream)
{
    return !stream->is_packed &&
           strcmp(stream->stored.name, stream->unpacked.name) == 0;
}

/* By zlib, which checks the sums that libarchive does not look at (RFC 1952
 * s2.3.1). What follows the last member is no part of it. */
static la_ssize_t next_gunzipped(struct stream *stream, const void **buf)
{
    struct z_stream_s *gzip = stream->gzip;
    gzip->next_out = stream->out_buf;
    gzip->avail_out = CHUNK;
    while (gzip->avail_out == CHUNK) {
        if (!gzip->avail_in) {
            const void *in;
            la_ssize_t got = next_stored(NULL, stream, &in);
            if (got < 0)
                return -1;
            if (!got && stream->is_between)
                return 0;
            if (!got)
                return err_refuse(stream->err,
                                  "%s: damaged: truncated gzip input",
                                  stream->blob->name);
            gzip->next_in = (unsigned char *)in;
            gzip->avail_in = (unsigned)got;
        }
        if (stream->is_between &&
            (*gzip->next_in != 0x1f || inflateReset(gzip) != Z_OK))
            return 0;
        int rc = inflate(gzip, Z_NO_FLUSH);
        stream->is_between = rc == Z_STREAM_END;
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return err_refuse(stream->err, "%s: damaged: gzip: %s",
                              stream->blob->name,
                              gzip->msg ? gzip->msg : zError(rc));
    }
    *buf = stream->out_buf;
    return (la_ssize_t)(CHUNK - gzip->avail_out);
}

/* Some tools end an archive with the last file's last byte; others read on. */
static la_ssize_t pad(struct stream *stream, const void **buf)
{
    static const unsigned char zeroes[TAR_BLOCK];
    size_t len = stream->out % TAR_BLOCK;
    if (!len || stream->is_padded)
        return 0;
    stream->is_padded = true;
    *buf = zeroes;
    return (la_ssize_t)(TAR_BLOCK - len);
}

static la_ssize_t next_unpacked(struct archive *archive, void *ctx,
                                const void **buf)
{
    struct stream *stream = ctx;
    la_int64_t offset;
    size_t len = 0;

    (void)archive;
    if (stream->err->code)
        return -1;
    if (!stream->raw) {
        la_ssize_t got = stream->gzip ? next_gunzipped(stream, buf)
                                      : next_stored(NULL, stream, buf);
        len = got < 0 ? 0 : (size_t)got;
    } else {
        int rc = archive_read_data_block(stream->raw, buf, &len, &offset);
        if (rc == ARCHIVE_EOF)
            len = 0;
        else if (rc != ARCHIVE_OK && !stream->err->code)
            err_refuse(stream->err, "%s: damaged: %s", stream->blob->name,
                       archive_error_string(stream->raw));
    }
    if (len && !is_hashed_once(stream))
        hash_update(&stream->unpacked, *buf, len);
    stream->out += len;
    if (stream->err->code || check_size(stream) < 0)
        return -1;
    return len ? (la_ssize_t)len : pad(stream, buf);
}

/* The filter for what a blob begins with (RFC 1952 s2.3.1, RFC 8878 s3.1);
 * skippable frames may come before zstd's own. */
static int filter_of(const unsigned char *head, size_t len)
{
    if (len >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        return ARCHIVE_FILTER_GZIP;
    if (len >= 4 &&
        (memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0 ||
         ((head[0] & 0xf0) == 0x50 && !memcmp(head + 1, "\x2a\x4d\x18", 3))))
        return ARCHIVE_FILTER_ZSTD;
    return ARCHIVE_FILTER_NONE;
}

static int open_raw(struct stream *stream, int filter, struct err *err)
{
    struct archive_entry *entry;
    stream->raw = archive_read_new();
    if (!stream->raw)
        return err_set(err, ENOMEM, "libarchive");
    (void)archive_read_support_format_raw(stream->raw);
    (void)archive_read_support_format_empty(stream->raw);
    if (archive_read_append_filter(stream->raw, filter) != ARCHIVE_OK)
        return err_say(err, ENOTSUP, "libarchive: %s",
                       archive_error_string(stream->raw));
    stream->is_packed = true;
    if (archive_read_open(stream->raw, stream, NULL, next_stored, NULL) !=
            ARCHIVE_OK ||
        archive_read_next_header(stream->raw, &entry) < ARCHIVE_WARN)
        return stream_error(stream, stream->raw, err);
    return 0;
}

static int open_gzip(struct stream *stream, struct err *err)
{
    const int window = 15 + 16; /* zlib.h: gzip's header and trailer */
    stream->is_packed = true;
    stream->out_buf = malloc(CHUNK);
    stream->gzip = calloc(1, sizeof *stream->gzip);
    if (!stream->out_buf || !stream->gzip ||
        inflateInit2(stream->gzip, window) != Z_OK)
        return err_set(err, ENOMEM, "%s", stream->blob->name);
#ifdef UNI_IMAGE_NO_DIGESTS
    (void)inflateValidate(stream->gzip, 0);
#endif
    return 0;
}

int stream_init(struct stream *stream, const struct blob *blob,
                const struct img_limits *limits, const struct digest *stored,
                const struct digest *unpacked, struct err *err)
{
    unsigned char head[4];
    ssize_t got = 0;

    *stream = (struct stream){.blob = blob, .limits = limits};
    stream->err = calloc(1, sizeof *stream->err);
    stream->buf = malloc(CHUNK);
    if (!stream->err || !stream->buf)
        return err_set(err, ENOMEM, "%s", blob->name);
    if (hash_init(&stream->stored, stored && *stored->text ? stored : NULL,
                  err) < 0 ||
        hash_init(&stream->unpacked,
                  unpacked && *unpacked->text ? unpacked : NULL, err) < 0)
        return -err->code;
    if (blob->size != UINT64_MAX) /* an engine's pipe is not compressed */
        got = pread(blob->fd, head, blob->size < 4 ? blob->size : 4,
                    (off_t)blob->offset);
    if (got < 0)
        return err_set(err, errno, "read %s", blob->name);
    int filter = filter_of(head, (size_t)got);
    if (filter == ARCHIVE_FILTER_GZIP)
        return open_gzip(stream, err);
    return filter == ARCHIVE_FILTER_NONE ? 0 : open_raw(stream, filter, err);
}

void stream_release(struct stream *stream)
{
    if (stream->raw)
        (void)archive_read_free(stream->raw);
    if (stream->gzip)
        (void)inflateEnd(stream->gzip); /* unpacking loses nothing */
    free(stream->gzip);
    free(stream->out_buf);
    hash_release(&stream->stored);
    hash_release(&stream->unpacked);
    free(stream->buf);
    free(stream->err);
}

int stream_open(struct stream *stream, struct archive *archive, struct err *err)
{
    if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(archive) != ARCHIVE_OK ||
        archive_read_open(archive, stream, NULL, next_unpacked, NULL) !=
            ARCHIVE_OK)
        return stream_error(stream, archive, err);
    return 0;
}

int stream_error(const struct stream *stream, struct archive *archive,
                 struct err *err)
{
    const char *text = archive_error_string(archive);
    if (stream->err->code) {
        *err = *stream->err;
        return -err->code;
    }
    if (archive_errno(archive) == ENOMEM)
        return err_set(err, ENOMEM, "%s", stream->blob->name);
    return err_refuse(err, "%s: damaged: %s", stream->blob->name,
                      text ? text : "libarchive does not say why");
}

int stream_finish(struct stream *stream, struct digest *stored,
                  struct digest *unpacked, struct err *err)
{
    const void *buf;
    la_ssize_t got;
    while ((got = next_unpacked(NULL, stream, &buf)) > 0)
        ;
    /* What may stand behind the compressed part belongs to the blob. */
    while (got == 0 && stream->is_packed && stream->in < stream->blob->size)
        if (next_stored(NULL, stream, &buf) < 0)
            got = -1;
    if (got < 0) {
        *err = *stream->err;
        return -err->code;
    }
    if (hash_final(&stream->stored, stored, err) < 0)
        return -err->code;
    if (!is_hashed_once(stream))
        return hash_final(&stream->unpacked, unpacked, err);
    *unpacked = *stored;
    return 0;
}
