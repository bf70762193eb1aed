/* SPDX-License-Identifier: Apache-2.0 */
/* One layer: an archive, as it is stored and what it unpacks to. */
#ifndef IMAGES_LAYER_H
#define IMAGES_LAYER_H

#include "images/apply.h"
#include "images/blob.h"

struct layer {
    struct blob blob;
    struct digest digest;  /* of what is stored; "": not known */
    struct digest diff_id; /* of the archive without compression; "" */
};

/*
 * Reads a layer (tar, plain or compressed with gzip or zstd), checks its
 * digests, and puts its files on the tree. After a failure the tree is of no
 * use.
 */
int layer_apply(const struct layer *layer, struct apply *apply,
                struct err *err);

/*
 * Archives by hand: an archive's files come one after the other. `file` gets
 * each regular file's name and size and a function that reads its contents
 * (0 at the end, -errno with err set).
 */
struct archive;
struct stream;
struct member {
    const char *path;
    const char *link; /* symbolic or hard: where to; no contents then */
    uint64_t size;
    const struct stream *stream;
    struct archive *archive;
};
typedef int member_visit(void *ctx, const struct member *member,
                         struct err *err);
int archive_each(int fd, const char *name, const struct img_limits *limits,
                 member_visit *visit, void *ctx, struct err *err);

/* The contents of the member that is visited, into the spool. */
int member_spool(const struct member *member, struct spool *spool,
                 uint64_t *offset, struct err *err);

#endif
