/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's mount namespace, made by init, in this order:
 * mounts_prepare(), hooks, mounts_finish(), mounts_enter(); and before it
 * becomes the tender mounts_vanish(). Every path of the configuration is
 * resolved inside of the root file system (openat2, RESOLVE_IN_ROOT): what
 * the bundle's links point to cannot lead out.
 */
#ifndef RUNNC_MOUNTS_H
#define RUNNC_MOUNTS_H

#include "runnc/runnc.h"
#include "runnc/spec.h"

struct mounts {
    const struct container *container;
    int root_fd;  /* the new root, O_PATH; -1 */
    int empty_fd; /* a masked directory, source of others; -1 */
};

/* The root file system and all that "mounts" asks for, devices too. */
int mounts_prepare(struct mounts *mounts, const struct container *container,
                   struct err *err);
/* Masked and read-only paths, the root's own flags. */
int mounts_finish(struct mounts *mounts, struct err *err);
/* pivot_root: the host's files are gone. */
int mounts_enter(struct mounts *mounts, struct err *err);
/* An empty, read-only directory that is mounted nowhere as root. */
int mounts_vanish(struct err *err);

/* A path in the root: O_PATH descriptor, or -errno. */
int mounts_open(const struct mounts *mounts, const char *path, int flags);
/* The same; what is missing is made, at last a directory or a plain file. */
int mounts_open_or_make(const struct mounts *mounts, const char *path,
                        bool is_dir, struct err *err);
/* Device nodes and links below /dev (mounts_dev.c). */
int mounts_devices(const struct mounts *mounts, struct err *err);
/* One mount of type "cgroup" (mounts_dev.c). */
int mounts_cgroup(const struct mounts *mounts, const struct spec_mount *mount,
                  struct err *err);
/* mount(2) on a descriptor. */
int mounts_on(int fd, const char *source, const char *type, unsigned long flags,
              const char *data);

#endif
