/* SPDX-License-Identifier: Apache-2.0 */
/* A .uni file, mapped and checked: its configuration, its root file system. */
#ifndef IMAGES_UNIFILE_H
#define IMAGES_UNIFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/elf.h"
#include "common/erofs_read.h"
#include "images/apply.h"
#include "images/uniconf.h"

struct unifile {
    const char *map;
    uint64_t size;
    struct elf_image image;
    struct uniconf conf;
    bool has_rootfs;
    struct erofs_view rootfs;
};

/* name is for messages; fd may be closed afterwards. */
int unifile_init(struct unifile *file, int fd, const char *name,
                 struct err *err);
int unifile_open(struct unifile *file, const char *path, struct err *err);
void unifile_release(struct unifile *file); /* a zeroed one is fine */

/* Its root file system as one more layer. */
int unifile_apply(const struct unifile *file, struct apply *apply,
                  struct err *err);

#endif
