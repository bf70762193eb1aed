/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page allocator and the small objects on it, against a plain model.
 * objs: libos/arena.c libos/kalloc.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "libos/arena.h"
#include "libos/base.h"
#include "tests/unit/check.h"

enum { PAGES = 2048, BLOCKS = 300, ROUNDS = 60000 };

void base_assert_failed(const char *what, const char *file, int line)
{
    printf("not ok - %s, %s:%d\n", what, file, line);
    exit(1);
}

static char *base;
static unsigned char owner[PAGES + 1]; /* 0: free; otherwise a block's mark */

struct block {
    char *addr;
    size_t pages;
};

static void reset(void)
{
    if (base)
        munmap(base, PAGES * PAGE_SIZE);
    base = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    arena_init((uintptr_t)base, PAGES * PAGE_SIZE);
    memset(owner, 0, sizeof owner);
}

static size_t page_of(const char *addr)
{
    return (size_t)(addr - base) / PAGE_SIZE;
}

static bool is_all(const char *addr, size_t len, char byte)
{
    for (size_t i = 0; i < len; i++)
        if (addr[i] != byte)
            return false;
    return true;
}

static void own(char *addr, size_t pages, unsigned char mark)
{
    for (size_t i = 0; i < pages; i++) {
        if (mark)
            CHECK(!owner[page_of(addr) + i]);
        owner[page_of(addr) + i] = mark;
    }
    if (mark)
        memset(addr, mark, pages * PAGE_SIZE);
}

static void check_block(const struct block *b, unsigned char mark)
{
    CHECK(is_all(b->addr, b->pages * PAGE_SIZE, (char)mark));
}

/* Random calls: blocks never overlap, keep their bytes, are zero if asked. */
static void agrees_with_model(void)
{
    static struct block blocks[BLOCKS];
    reset();
    memset(blocks, 0, sizeof blocks);
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        int idx = rand() % BLOCKS;
        unsigned char mark = (unsigned char)(1 + idx % 250);
        struct block *b = &blocks[idx];
        size_t pages = 1 + (size_t)(rand() % (rand() % 8 ? 8 : 64));
        if (!b->addr) {
            bool zeroed = rand() % 2;
            char *addr = arena_alloc(pages * PAGE_SIZE - 5, zeroed);
            if (!addr)
                continue;
            CHECK(!zeroed || is_all(addr, pages * PAGE_SIZE, 0));
            *b = (struct block){addr, pages};
            own(addr, pages, mark);
        } else if (rand() % 4 == 0) {
            int rc = arena_grow(b->addr, b->pages * PAGE_SIZE,
                                (b->pages + pages) * PAGE_SIZE);
            if (rc == 0) {
                own(b->addr + b->pages * PAGE_SIZE, pages, mark);
                b->pages += pages;
            }
        } else {
            check_block(b, mark);
            own(b->addr, b->pages, 0);
            arena_free(b->addr, b->pages * PAGE_SIZE);
            b->addr = NULL;
        }
    }
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].addr)
            arena_free(blocks[i].addr, blocks[i].pages * PAGE_SIZE);
    struct arena_stats stats;
    arena_stats(&stats);
    CHECK(stats.total == PAGES * PAGE_SIZE);
    CHECK(stats.used < 32 * PAGE_SIZE); /* its own nodes */
    CHECK(stats.high_water <= stats.total);
}

static void reuses_lowest_address_first(void)
{
    reset();
    char *p[8];
    for (int i = 0; i < 8; i++)
        p[i] = arena_alloc(2 * PAGE_SIZE, false);
    arena_free(p[5], 2 * PAGE_SIZE);
    arena_free(p[1], 2 * PAGE_SIZE);
    arena_free(p[3], 2 * PAGE_SIZE);
    CHECK(arena_alloc(PAGE_SIZE, false) == p[1]);
    CHECK(arena_alloc(2 * PAGE_SIZE, false) == p[3]);
    CHECK(arena_alloc(PAGE_SIZE, false) == p[1] + PAGE_SIZE);
    CHECK(arena_alloc(PAGE_SIZE, false) == p[5]);
}

static void merges_with_both_neighbours_and_the_rest(void)
{
    reset();
    char *a = arena_alloc(PAGE_SIZE, false);
    char *b = arena_alloc(PAGE_SIZE, false);
    char *c = arena_alloc(PAGE_SIZE, false);
    arena_free(a, PAGE_SIZE);
    arena_free(c, PAGE_SIZE);
    arena_free(b, PAGE_SIZE);
    CHECK(arena_alloc(PAGES * PAGE_SIZE, true) == a);
    CHECK(is_all(a, 4 * PAGE_SIZE, 0));
    CHECK(!arena_alloc(1, false));
    arena_free(a, PAGES * PAGE_SIZE);
    CHECK(arena_alloc(1, false) == a);
}

static void claims_exact_ranges(void)
{
    reset();
    char *at = base + 100 * PAGE_SIZE;
    CHECK(arena_claim(at, 10 * PAGE_SIZE) == 0); /* untouched memory */
    CHECK(arena_claim(at + 9 * PAGE_SIZE, PAGE_SIZE) < 0);
    CHECK(arena_claim(at - PAGE_SIZE, 2 * PAGE_SIZE) < 0);
    CHECK(arena_claim(at - PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(arena_claim(base + 50 * PAGE_SIZE, PAGE_SIZE) == 0); /* middle */
    CHECK(arena_claim(base + (PAGES - 1) * PAGE_SIZE, 2 * PAGE_SIZE) < 0);
    CHECK(arena_claim(base + 1, PAGE_SIZE) < 0);
    CHECK(arena_claim(base - PAGE_SIZE, PAGE_SIZE) < 0);
    arena_free(at, 10 * PAGE_SIZE);
    CHECK(arena_claim(at + 5 * PAGE_SIZE, 20 * PAGE_SIZE) == 0); /* both */
}

static void refuses_what_does_not_fit(void)
{
    reset();
    CHECK(!arena_alloc((PAGES + 1) * PAGE_SIZE, false));
    CHECK(!arena_alloc(SIZE_MAX, false));
    CHECK(!arena_alloc(SIZE_MAX - 100, true));
    CHECK(!arena_alloc(0, false));
    char *a = arena_alloc(PAGE_SIZE, false);
    CHECK(arena_grow(a, PAGE_SIZE, SIZE_MAX - 10) < 0);
    CHECK(arena_grow(a, PAGE_SIZE, 10) == 0);
}

/* Every second page is free and there is no room for nodes elsewhere. */
static void survives_full_fragmentation(void)
{
    reset();
    static char *pages[PAGES];
    size_t count = 0;
    while (count < PAGES && (pages[count] = arena_alloc(PAGE_SIZE, false)))
        count++;
    CHECK(count == PAGES);
    size_t freed = 0, again = 0;
    for (size_t i = 0; i < count; i += 2, freed++)
        arena_free(pages[i], PAGE_SIZE);
    CHECK(!arena_alloc(2 * PAGE_SIZE, false));
    while (arena_alloc(PAGE_SIZE, false))
        again++;
    CHECK(again > freed * 9 / 10);
}

static void small_objects_are_zeroed_aligned_and_apart(void)
{
    enum { OBJS = 3000 };
    static struct {
        unsigned char *ptr;
        size_t size;
    } objs[OBJS];
    reset();
    kfree(NULL);
    srand(3);
    for (int round = 0; round < 40000; round++) {
        int i = rand() % OBJS;
        if (objs[i].ptr) {
            CHECK(is_all((char *)objs[i].ptr, objs[i].size, (char)(i | 1)));
            kfree(objs[i].ptr);
            objs[i].ptr = NULL;
            continue;
        }
        size_t size = (size_t)(rand() % (rand() % 50 ? 300 : 6000));
        unsigned char *ptr = kalloc(size);
        if (!ptr)
            continue;
        CHECK((uintptr_t)ptr % 16 == 0);
        CHECK(is_all((char *)ptr, size, 0));
        memset(ptr, i | 1, size);
        objs[i].ptr = ptr;
        objs[i].size = size;
    }
    for (int i = 0; i < OBJS; i++)
        kfree(objs[i].ptr);
    struct arena_stats stats;
    arena_stats(&stats);
    CHECK(stats.used < 40 * PAGE_SIZE);
    CHECK(!kalloc(SIZE_MAX - 8));
}

int main(void)
{
    agrees_with_model();
    reuses_lowest_address_first();
    merges_with_both_neighbours_and_the_rest();
    claims_exact_ranges();
    refuses_what_does_not_fit();
    survives_full_fragmentation();
    small_objects_are_zeroed_aligned_and_apart();
    return failures != 0;
}
