/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers put on top of each other in a file tree (image-spec layer.md). Call
 * apply_init, then for each layer apply_layer and apply_entry for each of its
 * entries, in order; apply_finish; then the tree may be read until
 * apply_release. Names are the archive's, and hostile: nothing outside of the
 * tree and the spool is touched.
 */
#ifndef IMAGES_APPLY_H
#define IMAGES_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/fstree.h"
#include "images/limits.h"
#include "images/spool.h"

struct apply {
    struct fstree tree;
    struct spool spool; /* contents of files */
    const struct img_limits *limits;
    bool is_plain;      /* whiteouts are files like any other */
    uint32_t layer;     /* from 1 */
    uint64_t entries;   /* so far, of all layers, and folders on the way */
    uint64_t file_size; /* bytes */
    uint64_t unpacked;  /* bytes of the layers so far */
    uint64_t meta_size; /* bytes of names, targets, attributes */
    uint64_t dropped;   /* attributes, access lists that it does not hold */
};

/* A file of a layer. */
struct apply_entry {
    const char *path;
    const char *link;    /* another name of what is at this path; or NULL */
    struct fs_attr attr; /* data, target included; data may come later */
};

int apply_init(struct apply *apply, const struct img_limits *limits,
               const char *near, struct err *err);
void apply_release(struct apply *apply);

void apply_layer(struct apply *apply);

/*
 * *inode: what is now at the path, or NULL after a whiteout; to be given
 * attributes (apply_xattr) and contents. Only for a new regular file without
 * `link` does it want contents.
 */
int apply_entry(struct apply *apply, const struct apply_entry *entry,
                struct fs_inode **inode, struct err *err);
int apply_xattr(struct apply *apply, struct fs_inode *inode, const char *name,
                const void *value, size_t len, struct err *err);
int apply_finish(struct apply *apply, struct err *err);

#endif
