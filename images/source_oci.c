/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images in an OCI layout (image-spec image-layout.md): from index.json by
 * descriptors to a manifest, its configuration and its layers. A descriptor's
 * size and digest hold, or the image is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "images/source.h"

#define INDEX_DEPTH_MAX 4u
#define MANIFESTS_MAX 1000u
#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."
#define REF_NAME "org.opencontainers.image.ref.name"

struct descriptor {
    const char *type;
    struct digest digest;
    uint64_t size; /* bytes */
};

/* image-spec media-types.md; docker's registry, "Image Manifest V 2, 2". */
static const char *const manifest_types[] = {
    OCI "manifest.v1+json", DOCKER "distribution.manifest.v2+json", NULL};
static const char *const index_types[] = {
    OCI "index.v1+json", DOCKER "distribution.manifest.list.v2+json", NULL};
static const char *const config_types[] = {
    OCI "config.v1+json", DOCKER "container.image.v1+json", NULL};
static const char *const layer_types[] = {
    OCI "layer.v1.tar",
    OCI "layer.v1.tar+gzip",
    OCI "layer.v1.tar+zstd",
    OCI "layer.nondistributable.v1.tar",
    OCI "layer.nondistributable.v1.tar+gzip",
    OCI "layer.nondistributable.v1.tar+zstd",
    DOCKER "image.rootfs.diff.tar",
    DOCKER "image.rootfs.diff.tar.gzip",
    DOCKER "image.rootfs.diff.tar.zstd",
    DOCKER "image.rootfs.foreign.diff.tar.gzip",
    NULL};

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

/* A regular file below the layout, whatever links there are. */
static int open_file(struct source *source, const char *path, struct blob *blob,
                     struct err *err)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, /* no FIFO holds us */
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    struct stat st;
    auto_fd int dir =
        open(source->place.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_set(err, errno, "open folder %s", source->place.path);
    auto_fd int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "open %s/%s", source->place.path, path);
    if (!S_ISREG(st.st_mode))
        return err_refuse(err, "%s/%s: no regular file", source->place.path,
                          path);
    int *fds = reallocarray(source->fds, source->fd_count + 1, sizeof *fds);
    if (!fds)
        return err_set(err, ENOMEM, "%s", path);
    source->fds = fds;
    *blob = (struct blob){.fd = take_fd(&fd), .size = (uint64_t)st.st_size};
    fds[source->fd_count++] = blob->fd;
    (void)snprintf(blob->name, sizeof blob->name, "%s", path);
    return 0;
}

/* image-spec descriptor.md */
static int read_descriptor(const json_t *json, struct descriptor *d,
                           struct err *err)
{
    const char *digest;
    const json_t *size = json_object_get(json, "size");
    if (json_text_of(json, "mediaType", &d->type, err) < 0 ||
        json_text_of(json, "digest", &digest, err) < 0)
        return err_wrap(err, "descriptor");
    if (!json_is_integer(size) || json_integer_value(size) < 0)
        return err_refuse(err, "descriptor: \"size\": expected bytes");
    d->size = (uint64_t)json_integer_value(size);
    return digest_parse(&d->digest, digest, err);
}

static int open_blob(struct source *source, const struct descriptor *d,
                     struct blob *blob, struct err *err)
{
    char path[DIGEST_SIZE + 16];
    (void)snprintf(path, sizeof path, "blobs/%s", d->digest.text);
    *strchr(path, ':') = '/';
    if (open_file(source, path, blob, err) < 0)
        return -err->code;
    if (blob->size != d->size)
        return err_refuse(err, "%s: %lu bytes, its descriptor says %lu", path,
                          blob->size, d->size);
    return 0;
}

static int load(struct source *source, const struct descriptor *d,
                json_t **json, struct err *err)
{
    struct blob blob;
    struct digest digest;
    if (open_blob(source, d, &blob, err) < 0)
        return -err->code;
    if (strncmp(d->digest.text, "sha256:", 7) != 0)
        return err_refuse(err, "%s: expected sha256 for a document", blob.name);
    if (blob_json(&blob, json, &digest, err) < 0)
        return -err->code;
    if (strcmp(digest.text, d->digest.text) != 0) {
        json_decref(*json);
        *json = NULL;
        return err_refuse(err, "%s: digest is %s", blob.name, digest.text);
    }
    return 0;
}

bool descriptor_is_ours(const json_t *descriptor)
{
    const json_t *platform = json_object_get(descriptor, "platform");
    const char *os = json_string_value(json_object_get(platform, "os"));
    const char *machine =
        json_string_value(json_object_get(platform, "architecture"));
    return !platform || (os && machine && strcmp(os, "linux") == 0 &&
                         strcmp(machine, "amd64") == 0);
}

static bool is_named(const json_t *descriptor, const char *ref)
{
    const json_t *notes = json_object_get(descriptor, "annotations");
    const char *name = json_string_value(json_object_get(notes, REF_NAME));
    return !ref || (name && strcmp(name, ref) == 0);
}

static const char *name_in(const json_t *descriptor)
{
    const json_t *notes = json_object_get(descriptor, "annotations");
    const char *name = json_string_value(json_object_get(notes, REF_NAME));
    return name ? name : "(no name)";
}

/* What there is to choose from, as far as it fits on a line. */
static void list_images(const json_t *list, bool has_names, char *text,
                        size_t size)
{
    size_t used = 0, i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const json_t *platform = json_object_get(item, "platform");
        const char *os = json_string_value(json_object_get(platform, "os"));
        const char *machine =
            json_string_value(json_object_get(platform, "architecture"));
        int len = has_names
                      ? snprintf(text + used, size - used, " %s", name_in(item))
                      : snprintf(text + used, size - used, " %s/%s",
                                 os ? os : "?", machine ? machine : "?");
        if (len < 0 || used + (size_t)len >= size)
            break;
        used += (size_t)len;
    }
    text[used] = '\0';
}

static int none_fits(const json_t *list, const char *ref, struct err *err)
{
    char images[300];
    list_images(list, ref != NULL, images, sizeof images);
    return ref ? err_refuse(err, "no image %s; there are:%s", ref, images)
               : err_refuse(err, "no image for linux/amd64; there are:%s",
                            images);
}

static int several_fit(const json_t *list, struct err *err)
{
    char images[300];
    list_images(list, true, images, sizeof images);
    return err_refuse(err,
                      "several images: expected a name (oci:DIR:REF); there "
                      "are:%s",
                      images);
}

static const char *digest_in(const json_t *descriptor)
{
    const char *text = json_string_value(json_object_get(descriptor, "digest"));
    return text ? text : "";
}

/* The image of an index that is asked for and runs here. Of an image for
 * several machines the first will do; in a layout each is another image. */
static int choose(const json_t *index, const char *ref, bool is_layout,
                  const json_t **chosen, struct err *err)
{
    json_t *list;
    const json_t *item;
    size_t i, fits = 0;

    if (json_array_of(index, "manifests", &list, err) < 0)
        return -err->code;
    if (json_array_size(list) > MANIFESTS_MAX)
        return err_refuse(err, "%zu images, at most %u", json_array_size(list),
                          MANIFESTS_MAX);
    json_array_foreach(list, i, item)
    {
        if (!is_named(item, ref) || !descriptor_is_ours(item))
            continue;
        if (!fits++)
            *chosen = item;
        else if (strcmp(digest_in(*chosen), digest_in(item)) != 0 &&
                 (!json_object_get(item, "platform") || (is_layout && !ref)))
            return several_fit(list, err);
    }
    return fits ? 0 : none_fits(list, ref, err);
}

static int take_layers(struct source *source, const json_t *manifest,
                       struct err *err)
{
    json_t *list;
    const json_t *item;
    size_t i;

    if (json_array_of(manifest, "layers", &list, err) < 0)
        return -err->code;
    if (json_array_size(list) > IMG_LAYERS_MAX)
        return err_refuse(err, "%zu layers, at most %u", json_array_size(list),
                          IMG_LAYERS_MAX);
    source->layers = calloc(json_array_size(list) + 1, sizeof *source->layers);
    if (!source->layers)
        return err_set(err, ENOMEM, "layers");
    json_array_foreach(list, i, item)
    {
        struct descriptor d;
        struct layer *layer = &source->layers[i];
        if (read_descriptor(item, &d, err) < 0)
            return err_wrap(err, "layer %zu", i + 1);
        if (!is_one_of(d.type, layer_types))
            return err_refuse(err, "layer %zu: unknown kind %.100s", i + 1,
                              d.type);
        if (open_blob(source, &d, &layer->blob, err) < 0)
            return -err->code;
        layer->digest = d.digest;
        source->layer_count++;
    }
    return 0;
}

static int take_manifest(struct source *source, const json_t *manifest,
                         struct err *err)
{
    struct descriptor d;
    json_t *notes;

    if (json_object_of(manifest, "annotations", &notes, err) < 0 ||
        read_descriptor(json_object_get(manifest, "config"), &d, err) < 0)
        return err_wrap(err, "manifest");
    if (!is_one_of(d.type, config_types))
        return err_refuse(
            err, "no container image: its configuration is %.100s", d.type);
    if (load(source, &d, &source->config, err) < 0)
        return -err->code;
    source->annotations = json_incref(notes);
    source->config_digest = d.digest;
    if (take_layers(source, manifest, err) < 0)
        return -err->code;
    return source_take_config(source, err);
}

/* From an index down to a manifest; takes `index`. */
static int descend(struct source *source, json_t *index, const char *ref,
                   unsigned depth, struct err *err)
{
    struct descriptor d;
    const json_t *chosen = NULL;
    json_t *json = NULL;
    int rc = choose(index, ref, depth == 0, &chosen, err);
    if (rc == 0)
        rc = read_descriptor(chosen, &d, err);
    if (rc == 0)
        rc = load(source, &d, &json, err);
    if (rc == 0 && is_one_of(d.type, manifest_types)) {
        source->manifest_digest = d.digest;
        rc = take_manifest(source, json, err);
    } else if (rc == 0 && is_one_of(d.type, index_types)) {
        if (depth == INDEX_DEPTH_MAX) {
            rc = err_refuse(err, "an index in an index, %u deep", depth);
        } else {
            rc = descend(source, json, NULL, depth + 1, err);
            json = NULL;
        }
    } else if (rc == 0) {
        rc = err_refuse(err, "%.100s is no image that is known here", d.type);
    }
    json_decref(json);
    json_decref(index);
    return rc;
}

int source_open_oci(struct source *source, struct err *err)
{
    struct blob blob;
    json_t *json;
    const char *version;

    if (open_file(source, "oci-layout", &blob, err) < 0)
        return -err->code;
    if (blob_json(&blob, &json, NULL, err) < 0)
        return err_wrap(err, "%s", source->place.path);
    int rc = json_text_of(json, "imageLayoutVersion", &version, err);
    if (rc == 0 && strncmp(version, "1.", 2) != 0)
        rc = err_refuse(err, "oci-layout: version %.20s, expected 1", version);
    json_decref(json);
    if (rc == 0)
        rc = open_file(source, "index.json", &blob, err);
    if (rc == 0)
        rc = blob_json(&blob, &json, NULL, err);
    if (rc == 0)
        rc = descend(source, json, source->place.ref, 0, err);
    return rc < 0 ? err_wrap(err, "%s", source->place.path) : 0;
}
