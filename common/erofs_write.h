/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a file tree as an EROFS file system. First everything gets its
 * place (erofs_plan_new), so the size is known; then the bytes are written,
 * from the front to the back. The same tree gives the same bytes.
 *
 * Files of a page or more lie in whole, contiguous blocks, so that a page of
 * a file is a page of the image; smaller ones lie behind their inode.
 */
#ifndef COMMON_EROFS_WRITE_H
#define COMMON_EROFS_WRITE_H

#include <stdint.h>

#include "common/err.h"
#include "common/fstree.h"

struct erofs_plan;

/* The tree has to live, unchanged, as long as the plan. */
int erofs_plan_new(struct erofs_plan **plan, struct fstree *tree,
                   struct err *err);
void erofs_plan_free(struct erofs_plan *plan);

/* Bytes of the file system, a multiple of 4096. */
uint64_t erofs_plan_size(const struct erofs_plan *plan);

/* Writes it at `offset` of a file that holds zeroes or nothing there. */
int erofs_plan_write(const struct erofs_plan *plan, int fd, uint64_t offset,
                     struct err *err);

#endif
