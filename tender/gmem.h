/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory: the map that is fixed at launch. Guest addresses are the
 * tender's own (design: one address, three spaces), but only gmem_ptr may
 * turn one into a pointer, after it has checked the whole range.
 */
#ifndef TENDER_GMEM_H
#define TENDER_GMEM_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "uni.h"

typedef struct {
    uint64_t value;
} gaddr_t;

enum gmem_access {
    GMEM_EXEC = 1 << 0, /* PF_X */
    GMEM_WRITE = 1 << 1,
    GMEM_READ = 1 << 2,
};

static inline uint64_t page_down(uint64_t value)
{
    return value & ~(UNI_PAGE_SIZE - 1);
}

static inline uint64_t page_up(uint64_t value)
{
    return page_down(value + UNI_PAGE_SIZE - 1);
}

#define GMEM_REGION_MAX 72u

struct gmem_region {
    uint64_t addr;    /* page aligned */
    uint64_t size;    /* bytes, page aligned, > 0 */
    uint32_t access;  /* enum gmem_access */
    const char *name; /* for people */
};

struct gmem {
    uint32_t region_count;
    struct gmem_region region[GMEM_REGION_MAX]; /* ascending, disjoint */
};

/* Notes a region (rounded out to pages) that is or will be mapped. */
int gmem_add(struct gmem *gmem, const char *name, uint64_t addr, uint64_t size,
             uint32_t access, struct err *err);

/* Anonymous zeroed pages at addr for a region that gmem_add noted. */
int gmem_map(uint64_t addr, uint64_t size, int prot, struct err *err);

/*
 * All of [addr, addr + len) with `access`: the pointer, otherwise NULL. Pure.
 * len may be 0: any address will do then.
 */
void *gmem_find(const struct gmem *gmem, gaddr_t addr, uint64_t len,
                uint32_t access);

#endif
