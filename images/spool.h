/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A nameless temporary file that contents are put in one after the other,
 * until they are written to where they belong.
 */
#ifndef IMAGES_SPOOL_H
#define IMAGES_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/fstree.h"

struct spool {
    int fd;
    uint64_t end; /* bytes that are given away */
};

/* In the folder of `near`, where the result will be, so that bytes can be
 * shared; else, or with NULL, in $TMPDIR or /tmp. */
int spool_init(struct spool *spool, const char *near, struct err *err);
void spool_release(struct spool *spool); /* fd -1 is fine */

/* Gives away `size` bytes, all zero at first: their offset. */
uint64_t spool_take(struct spool *spool, uint64_t size);
/* The file ends where what was given away ends. */
int spool_finish(struct spool *spool, struct err *err);

/* Contents for a file tree: `size` bytes at an offset of it. */
struct fs_data spool_data(struct spool *spool, uint64_t offset,
                          const char *path);

#endif
