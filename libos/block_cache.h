/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The write-back cache under block.c, one for all devices. A page is clean
 * (as the host has it) or dirty. What was written to the host and may still
 * be in the host's own cache only is "loose": a bit for each page, kept until
 * the bytes were written again through the durable handle.
 *
 *     dirty --write back--> loose --flush--> on disk
 *     dirty ------------flush--------------> on disk
 *
 * No call here blocks in the libOS's sense, so nothing is half-done when
 * another thread or a timer comes.
 */
#ifndef LIBOS_BLOCK_CACHE_H
#define LIBOS_BLOCK_CACHE_H

#include "base.h"
#include "hc.h"

struct blockdev {
    const struct uni_device *device;
    uint64_t capacity;   /* bytes */
    uint32_t block_size; /* bytes */
    bool is_readonly;
    uint32_t dirty_count; /* pages */
    int error;            /* first failure since the last flush, or 0 */
    uint64_t **loose;     /* blocks of bits, made when one is set; or NULL */
    uint64_t loose_count; /* bits set */
    uint64_t next_page;   /* where a reader in sequence goes on */
    uint32_t window;      /* pages to read at once there */
};

struct cache_page {
    struct cache_page *hash_next;
    struct cache_page *prev, *next; /* least recently used first */
    struct blockdev *dev;
    uint64_t idx;
    char *data; /* PAGE_SIZE bytes */
    bool is_dirty;
};

void cache_init(size_t max_bytes);
/* The page with its bytes, or (is_whole) with any. 0 or -errno. */
int cache_get(struct blockdev *dev, uint64_t idx, bool is_whole,
              struct cache_page **page);
/* The page if it is there and NULL if not. */
struct cache_page *cache_find(struct blockdev *dev, uint64_t idx);
/* Was the page asked for lately? Remembers that it is now. */
bool cache_is_wanted(struct blockdev *dev, uint64_t idx);
void cache_set_dirty(struct cache_page *page);
/* Dirty pages with a byte in [from, to) to the host. */
int cache_write_back(struct blockdev *dev, uint64_t from, uint64_t to);
/* Forgets the pages that lie in [from, to), dirty ones too. Both are page
 * aligned or the device's end. */
void cache_forget(struct blockdev *dev, uint64_t from, uint64_t to);
/* Before [from, to) is written to the host; false: no memory to remember it,
 * so it has to go through the durable handle. */
bool cache_set_loose(struct blockdev *dev, uint64_t from, uint64_t to);
/* All that was ever written is on the disk: 0 or -errno. */
int cache_flush(struct blockdev *dev);
/* hc_pread and hc_pwrite of any length: bytes, short at an error, -errno. */
long cache_pread(struct blockdev *dev, void *buf, size_t len, uint64_t offset);
long cache_pwrite(struct blockdev *dev, const void *buf, size_t len,
                  uint64_t offset, bool durably);

#endif
