/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images in an archive of `docker save` (moby image/spec/v1.2.md):
 * manifest.json names configuration and layers, which are members of the
 * archive, or links to such. Members come in any order, so they are put aside
 * as they come.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "images/paths.h"
#include "images/source.h"

#define LINKS_MAX 8u /* older engines link equal layers to one */

struct part {
    char *path; /* clean */
    char *link; /* clean, or NULL */
    uint64_t offset, size;
};

struct parts {
    struct source *source;
    void *root; /* <search.h> tree of struct part */
};

static int part_cmp(const void *a, const void *b)
{
    return strcmp(((const struct part *)a)->path,
                  ((const struct part *)b)->path);
}

static void part_free(void *ptr)
{
    struct part *part = ptr;
    free(part->path);
    free(part->link);
    free(part);
}

/* A link's target, seen from the folder that it is in. */
static int clean_link(const char *path, const char *link, char clean[PATH_MAX],
                      struct err *err)
{
    char joined[2 * PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = *link == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
    if (len + strlen(link) >= sizeof joined)
        return err_refuse(err, "%.80s: link to a long path", path);
    memcpy(joined, path, len);
    (void)strcpy(joined + len, link);
    return path_clean(clean, joined, err);
}

static int keep(void *ctx, const struct member *member, struct err *err)
{
    struct parts *parts = ctx;
    char clean[PATH_MAX], link[PATH_MAX];

    if (path_clean(clean, member->path, err) < 0)
        return -err->code;
    struct part *part = calloc(1, sizeof *part);
    if (!part || !(part->path = strdup(clean))) {
        free(part);
        return err_set(err, ENOMEM, "%.80s", clean);
    }
    part->size = member->size;
    struct part **at = tsearch(part, &parts->root, part_cmp);
    if (!at || *at != part) {
        part_free(part);
        return at ? err_refuse(err, "%.200s: twice in the archive", clean)
                  : err_set(err, ENOMEM, "%.80s", clean);
    }
    if (!member->link)
        return member_spool(member, &parts->source->spool, &part->offset, err);
    if (clean_link(clean, member->link, link, err) < 0)
        return -err->code;
    part->link = strdup(link);
    return part->link ? 0 : err_set(err, ENOMEM, "%.80s", clean);
}

static int find_blob(const struct parts *parts, const char *path,
                     struct blob *blob, struct err *err)
{
    char clean[PATH_MAX];
    if (path_clean(clean, path, err) < 0)
        return err_wrap(err, "manifest.json");
    const char *name = clean;
    if (!*clean)
        return err_refuse(err, "manifest.json: a file without a name");
    for (unsigned links = 0; links < LINKS_MAX; links++) {
        const struct part key = {.path = (char *)name};
        struct part *const *found = tfind(&key, &parts->root, part_cmp);
        if (!found)
            return err_refuse(err, "%.200s: not in the archive", name);
        const struct part *part = *found;
        if (part->link) {
            name = part->link;
            continue;
        }
        *blob = (struct blob){.fd = parts->source->spool.fd,
                              .offset = part->offset,
                              .size = part->size};
        (void)strncat(blob->name, path, sizeof blob->name - 1);
        return 0;
    }
    return err_refuse(err, "%.200s: links in circles", path);
}

/* The tag may be left out: "latest". */
static bool is_tagged(const json_t *image, const char *ref)
{
    const json_t *tags = json_object_get(image, "RepoTags"), *tag;
    size_t i, len = strlen(ref);
    if (!ref[0])
        return true;
    json_array_foreach(tags, i, tag)
    {
        const char *text = json_string_value(tag);
        if (text &&
            (strcmp(text, ref) == 0 || (strncmp(text, ref, len) == 0 &&
                                        strcmp(text + len, ":latest") == 0)))
            return true;
    }
    return false;
}

static int choose(const json_t *list, const char *ref, const json_t **image,
                  struct err *err)
{
    const json_t *item;
    size_t i, fits = 0;
    if (!json_is_array(list))
        return err_refuse(err, "manifest.json: expected a list");
    json_array_foreach(list, i, item) if (is_tagged(item, ref ? ref : "") &&
                                          !fits++) *image = item;
    if (!fits)
        return err_refuse(err, "no image %s in the archive", ref ? ref : "");
    if (fits > 1)
        return err_refuse(err,
                          "%zu images in the archive: expected a name "
                          "(docker-archive:FILE:REF)",
                          fits);
    return 0;
}

/* Older archives call it HEX.json, newer ones blobs/sha256/HEX. */
static int check_config_name(const char *path, const struct digest *digest,
                             struct err *err)
{
    const char *slash = strrchr(path, '/'), *hex = digest_hex(digest);
    const char *name = slash ? slash + 1 : path;
    size_t len = strspn(name, "0123456789abcdef");
    if (len != 64 || (name[len] && strcmp(name + len, ".json") != 0) ||
        strncmp(name, hex, 64) == 0)
        return 0;
    return err_refuse(err, "%.200s: digest is %s", path, digest->text);
}

static int take_image(struct source *source, const struct parts *parts,
                      const json_t *image, struct err *err)
{
    struct blob blob;
    const char *config;
    json_t *layers;
    const json_t *layer;
    size_t i;

    if (json_text_of(image, "Config", &config, err) < 0 ||
        json_array_of(image, "Layers", &layers, err) < 0)
        return err_wrap(err, "manifest.json");
    if (find_blob(parts, config, &blob, err) < 0 ||
        blob_json(&blob, &source->config, &source->config_digest, err) < 0 ||
        check_config_name(config, &source->config_digest, err) < 0)
        return -err->code;
    if (json_array_size(layers) > IMG_LAYERS_MAX)
        return err_refuse(err, "%zu layers, at most %u",
                          json_array_size(layers), IMG_LAYERS_MAX);
    source->layers =
        calloc(json_array_size(layers) + 1, sizeof *source->layers);
    if (!source->layers)
        return err_set(err, ENOMEM, "layers");
    json_array_foreach(layers, i, layer)
    {
        const char *path = json_string_value(layer);
        if (find_blob(parts, path ? path : "", &source->layers[i].blob, err) <
            0)
            return -err->code;
        source->layer_count++;
    }
    return source_take_config(source, err);
}

int source_open_archive(struct source *source, int fd, const char *name,
                        const struct img_limits *limits, struct err *err)
{
    struct parts parts = {.source = source};
    struct blob blob;
    json_t *list = NULL;
    const json_t *image = NULL;

    int rc = archive_each(fd, name, limits, keep, &parts, err);
    if (rc == 0) {
        rc = spool_finish(&source->spool, err);
        if (rc == 0)
            rc = find_blob(&parts, "manifest.json", &blob, err);
        if (rc == 0)
            rc = blob_json(&blob, &list, NULL, err);
        if (rc == 0)
            rc = choose(list,
                        source->place.kind == PLACE_ARCHIVE ? source->place.ref
                                                            : NULL,
                        &image, err);
        if (rc == 0)
            rc = take_image(source, &parts, image, err);
        if (rc < 0)
            rc = err_wrap(err, "%s", name);
    }
    json_decref(list);
    tdestroy(parts.root, part_free);
    return rc;
}
