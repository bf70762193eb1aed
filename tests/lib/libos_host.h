/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libOS code needs below it, made of the host: for unit tests of the
 * file side. One thread, so what would block for ever ends with -EINTR.
 */
#ifndef TESTS_LIBOS_HOST_H
#define TESTS_LIBOS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Allocations of the libOS: outstanding ones, and which one is to fail
 * (counted from now on; 0: none). */
extern long host_allocs;
extern size_t host_pages_used, host_pages_total; /* bytes */
void host_fail_alloc(unsigned long nth);
bool host_did_fail(void);

/* A fresh root file system over an EROFS image in memory, or none. */
void host_mount(const void *image, size_t size);
struct inode;
/* The same with a directory of another file system below the image. */
void host_mount_over(const void *image, size_t size, struct inode *base);
/* The same where that is read-only, of an image, too. */
void host_mount_union(const void *image, size_t size, const void *base,
                      size_t base_size);
/* Forgets it: all that is left must be counted in host_allocs. */
void host_unmount(void);

/* Block devices for block.c: bytes as the host's cache has them, and as the
 * disk has them; counts of calls; the n-th pwrite from now on fails. */
struct host_disk {
    uint8_t *cached, *durable;
    size_t size;
    unsigned long reads, writes, syncs;
    unsigned long fail_write;
};
extern struct host_disk host_disk;
void host_disk_init(size_t size, unsigned block_size);

/* Called by wait_sleep(): may make progress for the sleeper; false: EINTR. */
extern bool (*host_on_sleep)(void);

#endif
