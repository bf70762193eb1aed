/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and writes, and cleanup by scope. */
#ifndef COMMON_IO_H
#define COMMON_IO_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* A file descriptor that its scope closes; take_fd hands it on. */
#define auto_fd __attribute__((cleanup(io_close_fd)))
#define auto_free __attribute__((cleanup(io_free_ptr)))

void io_close_fd(int *fd);   /* negative: nothing */
void io_free_ptr(void *ptr); /* ptr: address of the pointer */

/* The value of *fd, which becomes -1. */
int take_fd(int *fd);

/*
 * /dev/null for those of 0, 1 and 2 that are closed. First in main: a file
 * that got one of these numbers would be read and written as a stream.
 */
int io_open_std(struct err *err);

/*
 * All `len` bytes, however many calls it takes; EINTR is retried. 0, or minus
 * errno; a file that ends early is a refusal.
 */
int read_full(int fd, void *buf, size_t len, struct err *err);
int pread_full(int fd, void *buf, size_t len, uint64_t offset, struct err *err);
int write_full(int fd, const void *buf, size_t len, struct err *err);
int pwrite_full(int fd, const void *buf, size_t len, uint64_t offset,
                struct err *err);

#endif
