/* SPDX-License-Identifier: Apache-2.0 */
/* A folder as the root file system of an image: see rootfs.h. */
#include "build-tools/rootfs.h"

static int write_plan(void *ctx, int fd, uint64_t offset, struct err *err)
{
    return erofs_plan_write(ctx, fd, offset, err);
}

int rootfs_init(struct rootfs *rootfs, struct image_source *source,
                const char *dir, struct err *err)
{
    if (fstree_scan(&rootfs->tree, dir, err) < 0)
        return -err->code;
    if (erofs_plan_new(&rootfs->plan, &rootfs->tree, err) < 0) {
        fstree_release(&rootfs->tree);
        return err_wrap(err, "%s", dir);
    }
    *source = (struct image_source){
        .size = erofs_plan_size(rootfs->plan),
        .ctx = rootfs->plan,
        .write = write_plan,
    };
    return 0;
}

void rootfs_release(struct rootfs *rootfs)
{
    if (!rootfs->plan)
        return;
    erofs_plan_free(rootfs->plan);
    rootfs->plan = NULL;
    fstree_release(&rootfs->tree);
}
