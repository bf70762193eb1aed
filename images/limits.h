/* SPDX-License-Identifier: Apache-2.0 */
/* How much an image may ask for; options raise it. */
#ifndef IMAGES_LIMITS_H
#define IMAGES_LIMITS_H

#include <stdint.h>

struct img_limits {
    uint64_t size;    /* bytes of all layers unpacked, and of their files */
    uint64_t entries; /* of all layers */
    uint64_t ratio;   /* bytes unpacked for one that is stored */
};

#define IMG_SIZE_DEFAULT (16ull << 30)
#define IMG_ENTRIES_DEFAULT 1000000ull
#define IMG_RATIO_DEFAULT 250ull
#define IMG_RATIO_FROM (64ull << 20) /* bytes; less may have any ratio */
#define IMG_JSON_MAX (8ull << 20)    /* bytes of a document */
#define IMG_LAYERS_MAX 500u          /* each may hold a descriptor */
#define IMG_META_PER_ENTRY 1024u     /* bytes of names, targets, attributes */

#endif
