/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image goes. It appears whole or not at all: files and new layouts
 * under another name first, a layout's index last, an engine gets an archive
 * that is complete.
 */
#ifndef IMAGES_DEST_H
#define IMAGES_DEST_H

#include "images/combine.h"
#include "images/layer_write.h"

struct dest {
    struct place place;
    enum packing packing; /* of the layer */
};

int dest_write(const struct dest *dest, struct combined *combined,
               struct err *err);

/* The parts, for each other: an image whose layer is written. */
struct new_image {
    int layer_fd; /* holds the layer */
    struct new_layer layer;
    enum packing packing;
    char *config; /* documents; owned */
    struct digest config_digest;
    json_t *annotations; /* of the manifest, or NULL */
};

int dest_write_oci(const struct place *place, const struct new_image *image,
                   struct err *err);
/* tag: the image's name in it, or NULL */
int dest_write_archive(int fd, const char *tag, const struct new_image *image,
                       struct err *err);

#endif
