/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans: see heap.h for what they are. Everything here runs in a critical
 * section of the caller, and is off the fast path: it is entered once for
 * each page of objects, not for each object.
 */
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "libos/hold.h"
#include "libos/sys.h"
#include "uni_boot.h"

#define ROW4(base) (base) * 5 / 4, (base)*6 / 4, (base)*7 / 4, (base)*2
const uint32_t class_size[CLASS_COUNT] = {
    16,         32,         48,         64,         80,
    96,         112,        128,        160,        192,
    224,        256,        ROW4(256),  ROW4(512),  ROW4(1024),
    ROW4(2048), ROW4(4096), ROW4(8192), ROW4(16384)};

/* By size in units of 16 bytes, rounded up. */
const uint8_t class_table[CLASS_TABLE_MAX / HEAP_ALIGN + 1] = {
    0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  8,  9,  9,  10, 10, 11, 11,
    12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15, 16,
    16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 17, 17, 17, 18, 18,
    18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19};

/* Stands for "no span" in heap.current, so that malloc need not ask. */
static struct span span_none;
#define NONE4 &span_none, &span_none, &span_none, &span_none
struct heap heap = {.current = {NONE4, NONE4, NONE4, NONE4, NONE4, NONE4, NONE4,
                                NONE4, NONE4, NONE4}};

/* Enough for a small program: a page less to touch at its start. */
static struct span first_structs[8] __attribute__((aligned(64)));

static size_t round_to_pages(size_t size)
{
    return (size + HEAP_PAGE - 1) & ~(size_t)(HEAP_PAGE - 1);
}

static void structs_add(struct span *spans, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        spans[i].next = heap.free_structs;
        heap.free_structs = &spans[i];
    }
}

static bool heap_init(void)
{
    const struct uni_boot *boot = sys_boot();
    size_t page_count = boot->arena_size >> HEAP_PAGE_SHIFT;
    /* Zeroed memory that was never used costs nothing until touched. */
    heap.map =
        sys_pages_alloc(round_to_pages(page_count * sizeof(heap.map[0])), 1);
    if (!heap.map)
        return false;
    /* Seen as a lock against programs' mistakes, not against an attacker who
     * reads memory: a hash of the boot seed is enough. */
    uint64_t seed;
    memcpy(&seed, boot->seed, sizeof(seed));
    seed ^= (uintptr_t)boot;
    seed = (seed ^ seed >> 31) * 0x9e3779b97f4a7c15ull;
    heap.secret = (seed ^ seed >> 29) | 1;
    heap.map_start = boot->arena_addr;
    heap.map_size = boot->arena_size;
    structs_add(first_structs, sizeof(first_structs) / sizeof(*first_structs));
    return true;
}

static struct span *struct_new(void)
{
    if (!heap.free_structs) {
        struct span *page = sys_pages_alloc(HEAP_PAGE, 0);
        if (!page)
            return NULL;
        structs_add(page, HEAP_PAGE / sizeof(*page));
    }
    struct span *span = heap.free_structs;
    heap.free_structs = span->next;
    return span;
}

static void struct_free(struct span *span)
{
    span->next = heap.free_structs;
    heap.free_structs = span;
}

/* Pages for a span, trying harder when the arena is full. */
static void *pages_new(size_t size, bool zeroed)
{
    void *pages = sys_pages_alloc(size, zeroed);
    if (!pages && span_trim())
        pages = sys_pages_alloc(size, zeroed);
    return pages;
}

static void map_set(const struct span *span, struct span *value)
{
    size_t first = (span->start - heap.map_start) >> HEAP_PAGE_SHIFT;
    size_t count = span->object_size ? span->size >> HEAP_PAGE_SHIFT : 1;
    for (size_t i = 0; i < count; i++)
        heap.map[first + i] = value;
}

/* A class's first spans are small: an idle program has many classes with few
 * objects each, and a small arena no room for 64 KiB of each. */
static size_t span_bytes(unsigned cls)
{
    size_t size = class_size[cls];
    size_t bytes = size <= 512 ? HEAP_PAGE : round_to_pages(size * 8);
    unsigned doublings = heap.span_count[cls];
    bytes <<= doublings < 4 ? doublings : 4;
    if (bytes > SPAN_MAX)
        bytes = SPAN_MAX;
    return round_to_pages(bytes / size * size);
}

static struct span *span_new(unsigned cls)
{
    if (!heap.map_size && !heap_init())
        return NULL;
    struct span *span = struct_new();
    if (!span)
        return NULL;
    size_t bytes = span_bytes(cls);
    void *pages = pages_new(bytes, false);
    if (!pages) {
        struct_free(span);
        return NULL;
    }
    uint32_t size = class_size[cls];
    *span = (struct span){
        .start = (uintptr_t)pages,
        .size = bytes,
        .object_size = size,
        .reciprocal = (uint32_t)(((1ull << 32) + size - 1) / size),
        .cls = cls,
        .capacity = (uint32_t)(bytes / size),
    };
    map_set(span, span);
    heap.page_bytes += bytes;
    if (heap.span_count[cls] < UINT16_MAX)
        heap.span_count[cls]++;
    return span;
}

static void span_release(struct span *span)
{
    if (span->cls != CLASS_LARGE)
        heap.span_count[span->cls]--;
    map_set(span, NULL);
    heap.page_bytes -= span->size;
    sys_pages_free((void *)span->start, span->size);
    struct_free(span);
}

static void partial_add(struct span *span)
{
    struct span **head = &heap.partial[span->cls];
    span->prev = NULL;
    span->next = *head;
    if (*head)
        (*head)->prev = span;
    *head = span;
}

static void partial_remove(struct span *span)
{
    if (span->prev)
        span->prev->next = span->next;
    else
        heap.partial[span->cls] = span->next;
    if (span->next)
        span->next->prev = span->prev;
}

/* Cut about a page's worth of objects, in ascending order. */
static void span_cut(struct span *span)
{
    uint32_t size = span->object_size;
    uint32_t count = size < HEAP_PAGE ? HEAP_PAGE / size : 1;
    if (count > span->capacity - span->cut)
        count = span->capacity - span->cut;

    char *first = (char *)span->start + (size_t)span->cut * size;
    struct object *next = span->free;
    for (uint32_t i = count; i-- > 0;) {
        struct object *object = (struct object *)(first + (size_t)i * size);
        object->next = next;
        object->check = (uintptr_t)next ^ heap.secret;
        next = object;
    }
    span->free = next;
    span->cut += count;
}

bool span_refill(unsigned cls)
{
    struct span *span = heap.current[cls];
    if (span->cut == span->capacity) {
        if (span != &span_none)
            span->live += SPAN_FULL;
        heap.current[cls] = &span_none; /* span_trim may look at it */
        span = heap.partial[cls];
        if (span)
            partial_remove(span);
        else
            span = span_new(cls);
        if (!span)
            return false;
        heap.current[cls] = span;
    }
    if (!span->free)
        span_cut(span);
    return true;
}

static void settle(struct span *span)
{
    if (span->cls == CLASS_LARGE) {
        heap.large_count--;
        heap.large_bytes -= span->size;
        span_release(span);
        return;
    }
    if (span->live < 0) {
        span->live -= SPAN_FULL;
        partial_add(span);
    }
    if (span->live > 0 || span == heap.current[span->cls])
        return;
    if (heap.partial[span->cls] == span && !span->next)
        return;
    partial_remove(span);
    span_release(span);
}

void span_settle(struct span *span)
{
    settle(span);
    hold_leave();
}

bool span_trim(void)
{
    bool found = false;
    for (unsigned cls = 0; cls < CLASS_COUNT; cls++) {
        struct span *span = heap.current[cls];
        if (span != &span_none && span->live == 0) {
            heap.current[cls] = &span_none;
            span_release(span);
            found = true;
        }
        struct span *next;
        for (span = heap.partial[cls]; span; span = next) {
            next = span->next;
            if (span->live == 0) {
                partial_remove(span);
                span_release(span);
                found = true;
            }
        }
    }
    return found;
}

void *span_new_large(size_t size, size_t align, bool zeroed)
{
    if (!heap.map_size && !heap_init())
        return NULL;
    struct span *span = struct_new();
    if (!span)
        return NULL;
    size = round_to_pages(size);
    size_t extra = align > HEAP_PAGE ? align - HEAP_PAGE : 0;
    char *pages = pages_new(size + extra, zeroed);
    if (!pages) {
        struct_free(span);
        return NULL;
    }
    if (extra) { /* cut the aligned part out of the middle */
        size_t head = -(uintptr_t)pages & (align - 1);
        if (head)
            sys_pages_free(pages, head);
        pages += head;
        if (extra > head)
            sys_pages_free(pages + size, extra - head);
    }
    *span = (struct span){
        .start = (uintptr_t)pages,
        .size = size,
        .reciprocal = 1,
        .cls = CLASS_LARGE,
        .live = 1,
        .capacity = 1,
        .cut = 1,
    };
    map_set(span, span);
    heap.page_bytes += size;
    heap.large_bytes += size;
    heap.large_count++;
    return pages;
}

bool span_resize_large(struct span *span, size_t size)
{
    size_t old = span->size;
    size = round_to_pages(size);
    if (size > old && sys_pages_grow((void *)span->start, old, size) < 0)
        return false;
    if (size < old)
        sys_pages_free((char *)span->start + size, old - size);
    span->size = size;
    heap.page_bytes += size - old;
    heap.large_bytes += size - old;
    return true;
}

void heap_die(const char *what, const void *ptr)
{
    static const char digits[] = "0123456789abcdef";
    char line[128] = "heap: ";
    size_t len = strlen(line);
    size_t what_len = strlen(what);
    memcpy(line + len, what, what_len);
    len += what_len;
    memcpy(line + len, ": 0x", 4);
    len += 4;
    int shift = 60;
    while (shift > 0 && !((uintptr_t)ptr >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        line[len++] = digits[(uintptr_t)ptr >> shift & 15];
    line[len++] = '\n';
    hold_leave();
    (void)sys_write(2, line, len); /* dying anyway */
    abort();
}
