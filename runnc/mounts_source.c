/* SPDX-License-Identifier: Apache-2.0 */
/* What mounts bind, opened before a user namespace is entered, whose root may
 * not reach it (a folder of mode 0700 on the way is enough); see mounts.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/mounts.h"

int mounts_take(const char *path, bool is_recursive)
{
    const unsigned all = is_recursive ? AT_RECURSIVE : 0;
    struct mount_attr attr = {.propagation = MS_SLAVE};
    auto_fd int fd =
        open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | all);
    if (fd < 0 ||
        mount_setattr(fd, "", AT_EMPTY_PATH | all, &attr, sizeof attr) < 0)
        return -1;
    return take_fd(&fd);
}

void mounts_take_sources(const struct container *container)
{
    struct spec *spec = container->spec;
    char path[4096];

    /* The root's own place stays the working directory. */
    spec->root_tree = chdir(container->rootfs) < 0
                          ? 0
                          : 1 + mounts_take(container->rootfs, true);
    for (size_t i = 0; i < spec->mount_count; i++) {
        struct spec_mount *mount = &spec->mounts[i];
        if (mount->is_bind && !mount->is_idmap &&
            mounts_source_path(container, mount, path) == 0)
            mount->source_tree = 1 + mounts_take(path, mount->is_recursive);
    }
}

int mounts_attach(int tree, int to)
{
    return move_mount(tree, "", to, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
               ? -errno
               : 0;
}
