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
    const char *label; /* linux.mountLabel, or NULL */
    int root_fd;       /* the new root, O_PATH; -1 */
    int empty_fd;      /* a masked directory, source of others; -1 */
    int nowhere_fd;    /* for mounts_vanish(); from mounts_enter() on */
};

/* The root file system and all that "mounts" asks for, devices too. */
int mounts_prepare(struct mounts *mounts, const struct container *container,
                   struct err *err);
/* Masked and read-only paths, the root's own flags. */
int mounts_finish(struct mounts *mounts, struct err *err);
/* pivot_root: the host's files are gone, but for nowhere_fd. */
int mounts_enter(struct mounts *mounts, struct err *err);
/* An empty, read-only directory that no path leads to as root. */
int mounts_vanish(int nowhere_fd, struct err *err);

/* Before init is in a user namespace, which need not reach them: opens what is
 * to be bound (mounts_source.c). What cannot be had is left to the others,
 * which find out why. */
void mounts_take_sources(const struct container *container);
/* Those of id-mapped mounts, mapped; own_ns: the user namespace to be joined,
 * for mounts without maps where the container has none either (idmap.c). */
int mounts_map_ids(const struct container *container, int own_ns,
                   struct err *err);
/* A copy of the mounts there that is mounted nowhere; what happens in it does
 * not reach the host. -1 and errno. */
int mounts_take(const char *path, bool is_recursive);
/* A tree of open_tree(2) to a place; or -errno. */
int mounts_attach(int tree, int to);
/* Of a bind mount; path: 4096 bytes. -ENAMETOOLONG. */
int mounts_source_path(const struct container *container,
                       const struct spec_mount *mount, char *path);

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
/* A tmpfs with the container's label; -errno. */
int mounts_tmpfs(const struct mounts *mounts, int fd, unsigned long flags,
                 const char *options);
/* Whose root may make no device and mount less than root. */
bool mounts_is_in_userns(const struct mounts *mounts);
/* mount(2) on a descriptor. */
int mounts_on(int fd, const char *source, const char *type, unsigned long flags,
              const char *data);

#endif
