/* SPDX-License-Identifier: Apache-2.0 */
/* Block devices as files: block.c (calls), block_cache.c (pages). */
#ifndef LIBOS_BLOCK_H
#define LIBOS_BLOCK_H

#include "file.h"

struct inode;

/* A node /dev/block/NAME for each device of boot info. 0 or -errno. */
int block_init(void);
int block_open(struct inode *inode, struct file *file);
/* Dirty pages to the host, where its own cache holds them; or, `durably`, to
 * the disk. The first error of any device. */
int block_flush_all(bool durably);

#endif
