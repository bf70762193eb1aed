/* SPDX-License-Identifier: Apache-2.0 */
/* An archive for `docker load` (moby image/spec/v1.2.md): see dest.h. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "images/dest.h"
#include "images/progress.h"

#define CHUNK ((size_t)1 << 20)

static int failed(struct archive *archive, struct err *err)
{
    int code = archive_errno(archive);
    const char *text = archive_error_string(archive);
    return err_say(err, code > 0 ? code : EIO, "archive: %s",
                   text ? text : "libarchive failed");
}

static int put_header(struct archive *archive, const char *path, uint64_t size,
                      struct err *err)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return err_set(err, ENOMEM, "archive");
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, (int64_t)size);
    int rc = archive_write_header(archive, entry);
    archive_entry_free(entry);
    return rc < ARCHIVE_WARN ? failed(archive, err) : 0;
}

static int put_text(struct archive *archive, const char *path, const char *text,
                    struct err *err)
{
    size_t len = strlen(text);
    if (put_header(archive, path, len, err) < 0)
        return -err->code;
    return archive_write_data(archive, text, len) == (la_ssize_t)len
               ? 0
               : failed(archive, err);
}

static int put_layer(struct archive *archive, const char *path,
                     const struct new_image *image, struct err *err)
{
    uint64_t size = image->layer.size;
    auto_free char *buf = malloc(CHUNK);
    if (!buf)
        return err_set(err, ENOMEM, "archive");
    if (put_header(archive, path, size, err) < 0)
        return -err->code;
    for (uint64_t at = 0; at < size;) {
        size_t len = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        if (pread_full(image->layer_fd, buf, len, at, err) < 0)
            return err_wrap(err, "layer");
        if (archive_write_data(archive, buf, len) != (la_ssize_t)len)
            return failed(archive, err);
        if (progress_add(len, err) < 0)
            return -err->code;
        at += len;
    }
    return 0;
}

static int put_all(struct archive *archive, const char *tag,
                   const struct new_image *image, struct err *err)
{
    char config[DIGEST_SIZE + 8], layer[DIGEST_SIZE + 8];
    (void)snprintf(config, sizeof config, "%s.json",
                   digest_hex(&image->config_digest));
    (void)snprintf(layer, sizeof layer, "%s.tar",
                   digest_hex(&image->layer.diff_id));
    json_t *tags = tag ? json_pack("[s]", tag) : json_null();
    json_t *list = json_pack("[{s:s, s:o, s:[s]}]", "Config", config,
                             "RepoTags", tags, "Layers", layer);
    char *manifest = list ? json_line(list) : NULL;
    json_decref(list);
    if (!manifest)
        return err_set(err, ENOMEM, "manifest.json");
    int rc = put_layer(archive, layer, image, err);
    if (rc == 0)
        rc = put_text(archive, config, image->config, err);
    if (rc == 0)
        rc = put_text(archive, "manifest.json", manifest, err);
    free(manifest);
    return rc;
}

int dest_write_archive(int fd, const char *tag, const struct new_image *image,
                       struct err *err)
{
    struct archive *archive = archive_write_new();
    int rc = 0;
    if (!archive)
        return err_set(err, ENOMEM, "archive");
    progress_step(image->layer.size, "write archive");
    if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(archive, 1 << 20) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(archive, 512) != ARCHIVE_OK ||
        archive_write_open_fd(archive, fd) != ARCHIVE_OK)
        rc = failed(archive, err);
    if (rc == 0)
        rc = put_all(archive, tag, image, err);
    if (rc == 0 && archive_write_close(archive) != ARCHIVE_OK)
        rc = failed(archive, err);
    (void)archive_write_free(archive);
    return rc;
}
