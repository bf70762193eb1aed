/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for the libOS itself. The arena is the one writable region the
 * tender gives; pages never touched cost the host nothing, and no page can
 * be given back, so freed ranges are reused lowest address first.
 */
#ifndef LIBOS_ARENA_H
#define LIBOS_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096ul

/* [addr, addr + size), both page aligned; once, at start. */
void arena_init(uintptr_t addr, size_t size);

/* size bytes, rounded up to pages; NULL when there is no room. Memory that
 * was never handed out is zero already and is not touched by `zeroed`. */
void *arena_alloc(size_t size, bool zeroed);
/* For the program's own use: the last pages stay for the libOS, whose calls
 * are to fail one by one then instead of ending the guest. */
bool arena_has_room(size_t size);
void arena_free(void *addr, size_t size);
/* Grow in place. 0 or -ENOMEM. */
int arena_grow(void *addr, size_t size, size_t new_size);
/* A free, given range exactly: 0 or -ENOMEM (for MAP_FIXED). */
int arena_claim(void *addr, size_t size);

struct arena_stats {
    size_t total;      /* bytes */
    size_t used;       /* bytes handed out now */
    size_t high_water; /* bytes from the start that were ever handed out */
};
void arena_stats(struct arena_stats *stats);

/* Small objects of the libOS, 16-byte aligned, zeroed. NULL when full. */
void *kalloc(size_t size);
void kfree(void *ptr); /* NULL is fine */

#endif
