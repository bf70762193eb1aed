/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small objects of the libOS. A slab is a page of objects of one size with a
 * header; what is larger than KMAX has pages of its own with the same header
 * in front. kfree() finds the header by rounding down.
 */
#include "arena.h"
#include "base.h"

#define KMAX 1344u
#define SLAB_MAGIC 0x42414c53u
#define LARGE_MAGIC 0x4752414cu

struct slab {
    uint32_t magic;
    uint16_t class_idx;
    uint16_t used;            /* objects handed out */
    struct slab *prev, *next; /* slabs of a class with room */
    void *free;               /* first free object; each starts with the next */
    size_t size;              /* large: bytes of pages */
    uint32_t fresh;           /* offset of the first object never handed out */
    uint32_t pad[5];
};
_Static_assert(sizeof(struct slab) == 64, "objects stay 16-byte aligned");

/* 4032 bytes behind the header: little is left over in each. */
static const uint16_t class_size[] = {32,  48,  64,  96,  128, 192,
                                      256, 400, 576, 800, 1344};
#define CLASS_COUNT (sizeof class_size / sizeof class_size[0])
static struct slab *partial[CLASS_COUNT];

static void unlink_slab(struct slab *slab)
{
    if (slab->prev)
        slab->prev->next = slab->next;
    else
        partial[slab->class_idx] = slab->next;
    if (slab->next)
        slab->next->prev = slab->prev;
    slab->prev = slab->next = NULL;
}

static void link_slab(struct slab *slab)
{
    struct slab **head = &partial[slab->class_idx];
    slab->prev = NULL;
    slab->next = *head;
    if (*head)
        (*head)->prev = slab;
    *head = slab;
}

static bool is_full(const struct slab *slab)
{
    return !slab->free && slab->fresh + class_size[slab->class_idx] > PAGE_SIZE;
}

static void *alloc_large(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct slab))
        return NULL;
    struct slab *slab = arena_alloc(sizeof *slab + size, true);
    if (!slab)
        return NULL;
    slab->magic = LARGE_MAGIC;
    slab->size = sizeof *slab + size;
    return slab + 1;
}

static struct slab *slab_new(unsigned class_idx)
{
    struct slab *slab = arena_alloc(PAGE_SIZE, false);
    if (!slab)
        return NULL;
    *slab = (struct slab){.magic = SLAB_MAGIC,
                          .class_idx = (uint16_t)class_idx,
                          .fresh = sizeof *slab};
    link_slab(slab);
    return slab;
}

/* A class without a page takes the next one's room: a program with few objects
 * needs fewer pages. */
static struct slab *slab_with_room(unsigned idx)
{
    if (partial[idx])
        return partial[idx];
    if (idx + 1 < CLASS_COUNT && partial[idx + 1])
        return partial[idx + 1];
    return slab_new(idx);
}

void *kalloc(size_t size)
{
    if (size > KMAX)
        return alloc_large(size);
    unsigned idx = 0;
    while (class_size[idx] < size)
        idx++;
    struct slab *slab = slab_with_room(idx);
    if (!slab)
        return NULL;
    void *obj = slab->free;
    if (obj) {
        slab->free = *(void **)obj;
    } else {
        obj = (char *)slab + slab->fresh;
        slab->fresh += class_size[slab->class_idx];
    }
    slab->used++;
    if (is_full(slab))
        unlink_slab(slab);
    return memset(obj, 0, class_size[idx]);
}

void kfree(void *ptr)
{
    if (!ptr)
        return;
    struct slab *slab = (struct slab *)((uintptr_t)ptr & ~(PAGE_SIZE - 1));
    if (slab->magic == LARGE_MAGIC) {
        ASSERT(ptr == slab + 1);
        slab->magic = 0;
        arena_free(slab, slab->size);
        return;
    }
    ASSERT(slab->magic == SLAB_MAGIC && slab->used > 0);
    bool was_full = is_full(slab);
    *(void **)ptr = slab->free;
    slab->free = ptr;
    slab->used--;
    if (was_full)
        link_slab(slab);
    /* Keep one empty slab of a class; give back the others. */
    if (!slab->used && (slab->next || slab->prev)) {
        unlink_slab(slab);
        slab->magic = 0;
        arena_free(slab, PAGE_SIZE);
    }
}
