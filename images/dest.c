/* SPDX-License-Identifier: Apache-2.0 */
/* Where an image goes: see dest.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/outfile.h"
#include "images/dest.h"
#include "images/engine.h"
#include "images/progress.h"

#define NO_TIME "1970-01-01T00:00:00Z" /* an image from no container image */

static int write_uni(const char *path, struct combined *combined,
                     struct err *err)
{
    struct outfile out;
    if (outfile_init(&out, path, 0777, err) < 0)
        return -err->code;
    int rc = combine_write(combined, out.fd, true, err);
    if (rc == 0)
        rc = outfile_commit(&out, err);
    outfile_release(&out);
    return rc;
}

/* image-spec config.md; what the source says of itself stays. */
static char *make_config(const struct combined *combined,
                         const struct new_layer *layer)
{
    const json_t *from = combined->document;
    const char *created = json_string_value(json_object_get(from, "created"));
    if (!created)
        created = NO_TIME;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:O, s:{s:s, s:[s]}, s:[{s:s, s:s}]}",
                  "architecture", "amd64", "os", "linux", "created", created,
                  "config", combined->settings.config, "rootfs", "type",
                  "layers", "diff_ids", layer->diff_id.text, "history",
                  "created", created, "created_by", "uni-image");
    json_t *author = json_object_get(from, "author");
    if (json && json_is_string(author))
        (void)json_object_set(json, "author", author);
    char *line = json ? json_line(json) : NULL;
    json_decref(json);
    return line;
}

static int make_image(struct combined *combined, enum packing packing,
                      struct new_image *image, struct spool *uni,
                      struct spool *layer, struct err *err)
{
    image->packing = packing;
    image->annotations = (json_t *)combined->annotations;
    if (combine_write(combined, uni->fd, false, err) < 0 ||
        layer_write(combined, uni->fd, layer->fd, packing, &image->layer, err) <
            0)
        return -err->code;
    image->layer_fd = layer->fd;
    image->config = make_config(combined, &image->layer);
    if (!image->config)
        return err_set(err, ENOMEM, "configuration");
    return digest_of(&image->config_digest, image->config,
                     strlen(image->config), err);
}

/* An engine's name for it in full; podman's own images are localhost's. */
static int make_tag(const struct place *place, char *tag, size_t size,
                    struct err *err)
{
    const char *name = place->kind == PLACE_ARCHIVE ? place->ref : place->path;
    const char *slash = strrchr(name, '/');
    bool has_tag = strchr(slash ? slash : name, ':') != NULL;
    bool is_local = place->kind == PLACE_PODMAN && !slash;
    if (strchr(name, '@'))
        return err_refuse(err, "%.200s: expected a name, not a digest", name);
    int len = snprintf(tag, size, "%s%s%s", is_local ? "localhost/" : "", name,
                       has_tag ? "" : ":latest");
    return len < 0 || (size_t)len >= size
               ? err_refuse(err, "%.80s...: name too long", name)
               : 0;
}

static int write_archive(const struct place *place,
                         const struct new_image *image, struct err *err)
{
    char tag[600] = "";
    struct outfile out;

    if (place->ref && make_tag(place, tag, sizeof tag, err) < 0)
        return -err->code;
    if (outfile_init(&out, place->path, 0666, err) < 0)
        return -err->code;
    int rc = dest_write_archive(out.fd, *tag ? tag : NULL, image, err);
    if (rc == 0)
        rc = outfile_commit(&out, err);
    outfile_release(&out);
    return rc;
}

static int write_engine(const struct place *place,
                        const struct new_image *image, struct err *err)
{
    char tag[600];
    struct spool archive;

    if (make_tag(place, tag, sizeof tag, err) < 0 ||
        spool_init(&archive, NULL, err) < 0)
        return -err->code;
    int rc = dest_write_archive(archive.fd, tag, image, err);
    progress_end();
    if (rc == 0)
        rc = engine_load(place, archive.fd, err);
    spool_release(&archive);
    return rc;
}

static int write_image(const struct dest *dest, struct combined *combined,
                       struct err *err)
{
    const struct place *place = &dest->place;
    bool is_file = place->kind == PLACE_OCI || place->kind == PLACE_ARCHIVE;
    const char *near = is_file ? place->path : NULL;
    struct new_image image = {0};
    struct spool uni = {.fd = -1}, layer = {.fd = -1};

    int rc = spool_init(&uni, near, err);
    if (rc == 0)
        rc = spool_init(&layer, near, err);
    if (rc == 0)
        rc = make_image(combined,
                        place->kind == PLACE_OCI ? dest->packing : PACK_NONE,
                        &image, &uni, &layer, err);
    if (rc == 0)
        rc = place->kind == PLACE_OCI       ? dest_write_oci(place, &image, err)
             : place->kind == PLACE_ARCHIVE ? write_archive(place, &image, err)
                                            : write_engine(place, &image, err);
    spool_release(&uni);
    spool_release(&layer);
    free(image.config);
    return rc;
}

int dest_write(const struct dest *dest, struct combined *combined,
               struct err *err)
{
    int rc = dest->place.kind == PLACE_FILE
                 ? write_uni(dest->place.path, combined, err)
                 : write_image(dest, combined, err);
    return rc < 0 ? err_wrap(err, "write %s", dest->place.path) : 0;
}
