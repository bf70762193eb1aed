/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap's structures.
 *
 * A span is a run of pages cut into objects of one size class (up to
 * CLASS_MAX bytes), or one large object. The page map gives, for the address
 * of any object, its span; free() trusts nothing else. Free objects of a span
 * are a list through the objects themselves. A span is cut lazily, a page at
 * a time, so that memory nobody asked for is not touched.
 *
 * A class's spans: the current one, which malloc takes from; those with free
 * objects, on the `partial` list; full ones, on no list. A span without a
 * live object goes back to the arena unless it is the current one or the
 * only partial one (a loop around the border shall not thrash).
 *
 * All of it is changed between hold_enter() and hold_leave() only.
 */
#ifndef LIBC_MALLOC_HEAP_H
#define LIBC_MALLOC_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef UNI_HOST_TEST
#define malloc heap_malloc
#define free heap_free
#define calloc heap_calloc
#define realloc heap_realloc
#define reallocarray heap_reallocarray
#define memalign heap_memalign
#define aligned_alloc heap_aligned_alloc
#define posix_memalign heap_posix_memalign
#define valloc heap_valloc
#define pvalloc heap_pvalloc
#define malloc_usable_size heap_malloc_usable_size
#define malloc_trim heap_malloc_trim
#define mallinfo heap_mallinfo
#endif

/* Names that no program can collide with. */
#define HEAP_PRIVATE(name) __asm__("__libc_heap_" #name)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum {
    HEAP_PAGE_SHIFT = 12,
    HEAP_PAGE = 1 << HEAP_PAGE_SHIFT,
    HEAP_ALIGN = 16,        /* of every object; x86-64 psABI, max_align_t */
    CLASS_COUNT = 40,       /* class_size[] in span.c */
    CLASS_LARGE = 255,      /* cls of a span that is one large object */
    CLASS_TABLE_MAX = 1024, /* bytes; up to here class_table[] decides */
    CLASS_MAX = 32768,      /* bytes; larger objects are spans of their own */
    SPAN_MAX = 65536,       /* bytes of a span of small objects; the 32-bit
                               arithmetic of span_owns() needs <= 2^16 */
};

/* A free object. */
struct object {
    struct object *next;
    uintptr_t check; /* next ^ heap.secret; an allocated one has 0 here until
                        its owner writes something else */
};

struct span {
    struct object *free;
    int32_t live;             /* objects handed out; SPAN_FULL is added while
                                 the span is full and on no list */
    uint32_t reciprocal;      /* 2^32 / object_size, rounded up; large: 1 */
    uintptr_t start;          /* address, page aligned */
    uint32_t object_size;     /* bytes; large: 0 */
    uint32_t cls;             /* index of a class, or CLASS_LARGE */
    uint32_t cut;             /* objects cut so far */
    uint32_t capacity;        /* objects that fit */
    size_t size;              /* bytes, whole pages */
    struct span *prev, *next; /* on the partial list, or a free struct */
};
_Static_assert(sizeof(struct span) == 64, "one cache line");
#define SPAN_FULL INT32_MIN

struct heap {
    struct span *current[CLASS_COUNT]; /* never NULL: span_none at first */
    struct span *partial[CLASS_COUNT];
    uint16_t span_count[CLASS_COUNT]; /* capped: decides the next one's size */
    struct span **map;                /* of the arena's pages */
    uintptr_t map_start;              /* address of the first page */
    uintptr_t map_size;               /* bytes of the arena; 0: no heap yet */
    uintptr_t secret;
    struct span *free_structs;
    size_t page_bytes;  /* in all spans */
    size_t large_bytes; /* in large ones */
    size_t large_count;
};
extern struct heap heap HEAP_PRIVATE(state);
extern const uint32_t class_size[CLASS_COUNT] HEAP_PRIVATE(class_size);
extern const uint8_t
    class_table[CLASS_TABLE_MAX / HEAP_ALIGN + 1] HEAP_PRIVATE(class_table);

/* Class of a size up to CLASS_MAX. Above the table four classes share each
 * power of two: the two bits after the leading one choose. */
static inline unsigned class_of(size_t size)
{
    if (likely(size <= CLASS_TABLE_MAX))
        return class_table[(size + HEAP_ALIGN - 1) / HEAP_ALIGN];
    unsigned log = 63 - (unsigned)__builtin_clzl(size - 1);
    return (log - 10) * 4 + (unsigned)((size - 1) >> (log - 2) & 3) +
           CLASS_COUNT - 20;
}

/* Is address where an object of the span starts? n * c mod 2^32 < c holds for
 * multiples of d only, with c = ceil(2^32 / d) and n, d < 2^16. */
static inline bool span_owns(const struct span *span, uintptr_t address)
{
    uint32_t offset = (uint32_t)(address - span->start);
    return offset * span->reciprocal < span->reciprocal;
}

/* The span of an object, or NULL when this address is none. */
static inline struct span *span_of(const void *ptr)
{
    uintptr_t address = (uintptr_t)ptr;
    if (unlikely(address - heap.map_start >= heap.map_size))
        return NULL;
    struct span *span = heap.map[(address - heap.map_start) >> HEAP_PAGE_SHIFT];
    if (unlikely(!span || !span_owns(span, address)))
        return NULL;
    return span;
}

static inline size_t span_object_size(const struct span *span)
{
    return span->object_size ? span->object_size : span->size;
}

/*
 * span.c; the caller is in a critical section.
 */

/* Make an object of cls free in heap.current[cls]. False: out of memory. */
bool span_refill(unsigned cls) HEAP_PRIVATE(refill);
/* After live has become 0 or less than 0: the span was full, or is empty.
 * Leaves the critical section. */
void span_settle(struct span *span) HEAP_PRIVATE(settle);
/* Give back every span without a live object. True if there was one. */
bool span_trim(void) HEAP_PRIVATE(trim);
/* One large object; size > 0 is rounded up to pages, align >= HEAP_PAGE. */
void *span_new_large(size_t size, size_t align, bool zeroed)
    HEAP_PRIVATE(new_large);
/* Resize in place: true if it could. */
bool span_resize_large(struct span *span, size_t size)
    HEAP_PRIVATE(resize_large);

/* Ends the program with one line. Leaves the critical section first. */
_Noreturn void heap_die(const char *what, const void *ptr) HEAP_PRIVATE(die);

void *malloc(size_t size);
void free(void *ptr);
void *calloc(size_t count, size_t size);
void *realloc(void *ptr, size_t size);
void *reallocarray(void *ptr, size_t count, size_t size);
void *memalign(size_t align, size_t size);
void *aligned_alloc(size_t align, size_t size);
int posix_memalign(void **out, size_t align, size_t size);
void *valloc(size_t size);
void *pvalloc(size_t size);
size_t malloc_usable_size(void *ptr);
int malloc_trim(size_t pad);

#endif
