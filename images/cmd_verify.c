/* SPDX-License-Identifier: Apache-2.0 */
/* uni-image verify: all that can be checked without running it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "images/commands.h"
#include "images/progress.h"
#include "images/unifile.h"

#define CHUNK ((size_t)1 << 20)

static int check_xattr(void *ctx, const char *name, const void *value,
                       size_t len, struct err *err)
{
    (void)ctx, (void)name, (void)value, (void)len, (void)err;
    return 0;
}

/* Its parts lie in the image, or erofs_view_inode had refused it. */
static int check_file(void *ctx, const char *path,
                      const struct erofs_info *info, struct err *err)
{
    struct unifile *file = ctx;
    if (S_ISLNK(info->mode) && (!info->size || info->size > FS_TARGET_MAX))
        return err_refuse(err, "%s: link of %lu bytes", path, info->size);
    if (erofs_view_xattrs(&file->rootfs, info, check_xattr, NULL, err) < 0)
        return err_wrap(err, "%s", path);
    return 0;
}

static int check_digest(const struct unifile *file, const char *want,
                        struct digest *digest, struct err *err)
{
    struct digest parsed;
    struct hash hash;
    if (want && digest_parse(&parsed, want, err) < 0)
        return err_say(err, EINVAL,
                       "--digest: expected sha256: or sha512: "
                       "and hex");
    if (hash_init(&hash, want ? &parsed : NULL, err) < 0)
        return -err->code;
    for (uint64_t at = 0; at < file->size;) {
        uint64_t left = file->size - at;
        size_t len = left < CHUNK ? left : CHUNK;
        hash_update(&hash, file->map + at, len);
        at += len;
        if (progress_add(len, err) < 0) {
            hash_release(&hash);
            return -err->code;
        }
    }
    if (hash_final(&hash, digest, err) < 0)
        return -err->code;
    if (want && strcmp(digest->text, parsed.text) != 0)
        return err_refuse(err, "digest is %s, not %s", digest->text,
                          parsed.text);
    return 0;
}

static int verify_uni(const char *path, const char *want, struct digest *digest,
                      struct err *err)
{
    struct unifile file;
    int rc = unifile_open(&file, path, err);
    if (rc < 0)
        return rc;
    progress_step(file.size, "verify");
    if (file.has_rootfs &&
        (erofs_view_check(&file.rootfs, err) < 0 ||
         erofs_view_walk(&file.rootfs, check_file, &file, err) < 0))
        rc = err_wrap(err, "%s: root file system", path);
    if (rc == 0 && check_digest(&file, want, digest, err) < 0)
        rc = err_wrap(err, "%s", path);
    unifile_release(&file);
    return rc;
}

/* Layers are read and put on top of each other, for their digests and all
 * that convert would refuse. */
static int verify_container(const struct source *source, const char *want,
                            const struct img_limits *limits, struct err *err)
{
    struct apply apply;
    const char *own = source->manifest_digest.text;
    if (want && strcmp(want, *own ? own : source->config_digest.text) != 0)
        return err_refuse(err, "digest is %s, not %.160s",
                          *own ? own : source->config_digest.text, want);
    int rc = apply_init(&apply, limits, NULL, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < source->layer_count; i++) {
        progress_step(source->layers[i].blob.size, "layer %zu of %zu", i + 1,
                      source->layer_count);
        rc = layer_apply(&source->layers[i], &apply, err);
        if (rc < 0)
            rc = err_wrap(err, "layer %zu", i + 1);
    }
    if (rc == 0)
        rc = apply_finish(&apply, err);
    apply_release(&apply);
    return rc;
}

static int verify(const struct options *options, const char *name,
                  struct err *err)
{
    struct source source;
    struct digest digest;
    int rc = source_open(&source, name, NULL, &options->limits, err);
    if (rc == 0 && source.uni_fd >= 0) {
        rc = verify_uni(source.place.path, options->digest, &digest, err);
    } else if (rc == 0) {
        rc = verify_container(&source, options->digest, &options->limits, err);
        if (rc < 0)
            rc = err_wrap(err, "%s", name);
        digest = *source.manifest_digest.text ? source.manifest_digest
                                              : source.config_digest;
    }
    progress_end();
    if (rc == 0) {
        printf("%s ", digest.text);
        print_safe(name);
        printf("\n");
    }
    source_release(&source);
    return rc;
}

int cmd_verify(const struct options *options, struct err *err)
{
    for (int i = 0; i < options->arg_count; i++)
        if (verify(options, options->args[i], err) < 0)
            return -err->code;
    return 0;
}
