/* SPDX-License-Identifier: Apache-2.0 */
/* A folder as the root file system of an image. */
#ifndef BUILD_TOOLS_ROOTFS_H
#define BUILD_TOOLS_ROOTFS_H

#include "common/erofs_write.h"
#include "common/fstree.h"
#include "common/image_pack.h"

struct rootfs {
    struct fstree tree;
    struct erofs_plan *plan; /* NULL: nothing to release */
};

/* Reads the folder and fills *source, which is usable until the release. */
int rootfs_init(struct rootfs *rootfs, struct image_source *source,
                const char *dir, struct err *err);
void rootfs_release(struct rootfs *rootfs);

#endif
