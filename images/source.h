/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image comes from: an OCI layout, an archive, an engine, or a .uni
 * file. All of it is hostile; what is here after source_open has the right
 * form, and documents have the digests that led to them. Layers are checked
 * as they are read (layer_apply).
 */
#ifndef IMAGES_SOURCE_H
#define IMAGES_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "images/layer.h"
#include "images/limits.h"
#include "images/spool.h"

enum place_kind {
    PLACE_FILE, /* a .uni */
    PLACE_OCI,
    PLACE_ARCHIVE,
    PLACE_DOCKER,
    PLACE_PODMAN,
};

/* A command line's "oci:DIR:REF" taken apart. */
struct place {
    enum place_kind kind;
    char *path; /* file, folder, or an engine's name for it */
    char *ref;  /* name of the image in it, or NULL */
};

int place_parse(struct place *place, const char *text, struct err *err);
void place_release(struct place *place);

struct source {
    struct place place;
    json_t *config;      /* the image's configuration; NULL for a .uni */
    json_t *annotations; /* the manifest's, or NULL */
    struct digest manifest_digest, config_digest; /* "": there is none */
    struct layer *layers;
    size_t layer_count;
    int uni_fd; /* of a .uni, or -1 */

    struct spool spool; /* members of an archive */
    int *fds;           /* blobs that are files of their own */
    size_t fd_count;
};

/* near: where the result will be, or NULL. */
int source_open(struct source *source, const char *text, const char *near,
                const struct img_limits *limits, struct err *err);
void source_release(struct source *source);

/* Does a descriptor of an index say that it runs here, or nothing of it? */
bool descriptor_is_ours(const json_t *descriptor);

/* The parts, for each other. */
int source_open_oci(struct source *source, struct err *err);
int source_open_archive(struct source *source, int fd, const char *name,
                        const struct img_limits *limits, struct err *err);
int source_open_engine(struct source *source, const struct img_limits *limits,
                       struct err *err);
/* Layers get what the configuration's rootfs says of them; for linux/amd64. */
int source_take_config(struct source *source, struct err *err);

#endif
