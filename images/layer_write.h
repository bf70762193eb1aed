/* SPDX-License-Identifier: Apache-2.0 */
/* A container image's one layer around a .uni. */
#ifndef IMAGES_LAYER_WRITE_H
#define IMAGES_LAYER_WRITE_H

#include "images/combine.h"
#include "images/digest.h"

enum packing { PACK_NONE, PACK_GZIP, PACK_ZSTD };

struct new_layer {
    struct digest digest, diff_id;
    uint64_t size; /* bytes, as it is stored */
};

/*
 * Writes the layer to `output`: the .uni at the program's path, and of the
 * root file system what engines look at themselves: users, groups, and the
 * volumes' first contents.
 */
int layer_write(struct combined *combined, int uni, int output,
                enum packing packing, struct new_layer *layer, struct err *err);

#endif
