/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an archive, and finding them in a tree that is its own world. */
#ifndef IMAGES_PATHS_H
#define IMAGES_PATHS_H

#include <limits.h>

#include "common/err.h"
#include "common/fstree.h"

/*
 * A name of an archive without "/", "." and ".." in it, "" for the root.
 * Refused: what leads above the root, a path of PATH_MAX bytes or more, a
 * name that no file system holds.
 */
int path_clean(char clean[PATH_MAX], const char *name, struct err *err);

enum path_flag {
    PATH_MAKE = 1 << 0,   /* folders on the way that are missing */
    PATH_FOLLOW = 1 << 1, /* a symbolic link at the end, too */
};

struct path_found {
    struct fs_inode *dir;       /* folder that it is in; the root's is itself */
    char name[FS_NAME_MAX + 1]; /* "" for the root itself */
    struct fs_inode *inode;     /* NULL: no such name in dir */
    unsigned made;              /* folders on the way */
};

/*
 * Finds a path as if the tree were all there is: links are followed inside,
 * ".." of the root is the root. Folders are made, and those on the way marked,
 * with `mark`. -ENOENT when a folder on the way is missing (the last name may
 * be), -ENOTDIR, -ELOOP.
 */
int path_find(struct fstree *tree, const char *path, unsigned flags,
              uint32_t mark, struct path_found *found, struct err *err);

/* The same, of what has to be there. */
int path_get(struct fstree *tree, const char *path, struct fs_inode **inode,
             struct err *err);

/* Makes a folder with what is missing on the way to it. *left: how many it may
 * make, less those that it has made. */
int path_make_dir(struct fstree *tree, const char *path, uint64_t *left,
                  struct err *err);

#endif
