/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the network stack. Size classes, four to a doubling; small ones
 * are cut from chunks and stay in their class for good, large ones are pages
 * of the arena and go back to it when their class has enough of them free.
 * Free blocks are taken last in, first out: the warm ones first. Nothing is
 * touched before it is used.
 */
#include "arena.h"
#include "net.h"
#include "base.h"

#define CLASS_COUNT 56u
#define CLASS_MIN_SHIFT 6u /* smallest block: 64 bytes, header included */
#define SMALL_MAX 8192u    /* larger blocks are pages of their own */
#define CHUNK_SIZE 65536u
#define LARGE_KEEP 8u /* free large blocks kept per class */

struct block {
    uint32_t class_idx;
    uint32_t magic;
    struct block *next; /* while free */
};
_Static_assert(sizeof(struct block) == 16, "payload stays aligned");
#define BLOCK_USED 0x7365756eu
#define BLOCK_FREE 0x65657266u

static struct {
    struct block *free;
    uint32_t free_count;
} classes[CLASS_COUNT];
static uint8_t *chunk, *chunk_end;
static size_t used, limit = SIZE_MAX;

static uint32_t class_size(uint32_t idx)
{
    uint32_t base = 1u << (CLASS_MIN_SHIFT + idx / 4);

    return base + base / 4 * (idx % 4);
}

/* The smallest class of at least `size` bytes; size >= 64. */
static uint32_t class_of(size_t size)
{
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(size);
    uint32_t idx = (shift - CLASS_MIN_SHIFT) * 4;
    size_t rest = size - (1ull << shift);
    uint32_t step = 1u << (shift - 2);

    return idx + (uint32_t)((rest + step - 1) / step);
}

void net_mem_init(size_t arena_size)
{
    limit = arena_size / 2;
}

bool net_mem_is_tight(void)
{
    return used > limit - limit / 4;
}

size_t net_mem_used(void)
{
    return used;
}

static struct block *block_new(uint32_t size)
{
    if (size > SMALL_MAX)
        return arena_alloc(size, false);
    if ((size_t)(chunk_end - chunk) < size) {
        uint8_t *fresh = arena_alloc(CHUNK_SIZE, false);

        if (!fresh)
            return NULL;
        chunk = fresh; /* what was left of the old one is lost: < 8 KiB */
        chunk_end = fresh + CHUNK_SIZE;
    }
    struct block *block = (struct block *)chunk;
    chunk += size;
    return block;
}

void *net_malloc(size_t size)
{
    if (size > (1u << 20))
        return NULL;
    size += sizeof(struct block);
    uint32_t idx = size <= 64 ? 0 : class_of(size);
    uint32_t full = class_size(idx);
    if (used + full > limit)
        return NULL;

    struct block *block = classes[idx].free;
    if (block) {
        classes[idx].free = block->next;
        classes[idx].free_count--;
    } else {
        block = block_new(full);
        if (!block)
            return NULL;
        block->class_idx = idx;
    }
    block->magic = BLOCK_USED;
    used += full;
    return block + 1;
}

void *net_calloc(size_t count, size_t size)
{
    size_t len;
    void *ptr;

    if (__builtin_mul_overflow(count, size, &len))
        return NULL;
    ptr = net_malloc(len);
    if (ptr)
        memset(ptr, 0, len);
    return ptr;
}

void net_free(void *ptr)
{
    if (!ptr)
        return;
    struct block *block = (struct block *)ptr - 1;
    if (block->magic != BLOCK_USED)
        net_assert_fail("net_free: not a used block", __FILE__, __LINE__);
    uint32_t idx = block->class_idx;
    uint32_t size = class_size(idx);

    used -= size;
    block->magic = BLOCK_FREE;
    if (size > SMALL_MAX && classes[idx].free_count >= LARGE_KEEP) {
        arena_free(block, size);
        return;
    }
    block->next = classes[idx].free;
    classes[idx].free = block;
    classes[idx].free_count++;
}
