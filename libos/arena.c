/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page allocator. [base, high) was handed out at some time; its free
 * parts are extents in a treap ordered by address, each node knowing the
 * largest extent below it, so that the lowest one that fits is found in
 * O(log n). [high, end) was never touched: it is one number, and zero.
 *
 * Nodes lie outside of the free memory (an application's stray write there
 * must not lead the libOS astray): a few static ones, then whole pages.
 */
#include "arena.h"
#include "base.h"
#include "linux.h"

struct extent {
    struct extent *left, *right;
    uintptr_t addr;
    size_t size;
    size_t max; /* largest size in this subtree */
    uint32_t prio;
};

static struct {
    uintptr_t base, high, end;
    size_t used;
    struct extent *root;
    struct extent *pool; /* unused nodes, linked by `left` */
    uint32_t random;
    struct extent first_nodes[8];
} arena;

static size_t round_up(size_t size)
{
    return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static size_t max_of(const struct extent *e)
{
    return e ? e->max : 0;
}

static void update(struct extent *e)
{
    size_t max = e->size;
    if (max_of(e->left) > max)
        max = max_of(e->left);
    if (max_of(e->right) > max)
        max = max_of(e->right);
    e->max = max;
}

/* All of a lie below all of b. */
static struct extent *join(struct extent *a, struct extent *b)
{
    if (!a || !b)
        return a ? a : b;
    struct extent *top = a->prio > b->prio ? a : b;
    if (top == a)
        a->right = join(a->right, b);
    else
        b->left = join(a, b->left);
    update(top);
    return top;
}

/* *low gets what lies below addr, *high the rest. */
static void split(struct extent *e, uintptr_t addr, struct extent **low,
                  struct extent **high)
{
    if (!e) {
        *low = *high = NULL;
        return;
    }
    if (e->addr < addr) {
        split(e->right, addr, &e->right, high);
        *low = e;
    } else {
        split(e->left, addr, low, &e->left);
        *high = e;
    }
    update(e);
}

/* The extent with the largest addr <= `addr`. */
static struct extent *find_at_or_below(uintptr_t addr)
{
    struct extent *best = NULL;
    for (struct extent *e = arena.root; e;) {
        if (e->addr <= addr) {
            best = e;
            e = e->right;
        } else {
            e = e->left;
        }
    }
    return best;
}

static struct extent *find_fit(size_t size)
{
    struct extent *e = arena.root;
    if (max_of(e) < size)
        return NULL;
    for (;;) {
        if (max_of(e->left) >= size)
            e = e->left;
        else if (e->size >= size)
            return e;
        else
            e = e->right;
    }
}

/* Recompute `max` from the extent at addr up. */
static void fix_path(struct extent *e, uintptr_t addr)
{
    if (!e)
        return;
    if (addr < e->addr)
        fix_path(e->left, addr);
    else if (addr > e->addr)
        fix_path(e->right, addr);
    update(e);
}

static void set_extent(struct extent *e, uintptr_t addr, size_t size)
{
    /* Stays between its neighbours, so the order holds. */
    e->addr = addr;
    e->size = size;
    fix_path(arena.root, addr);
}

static void remove_extent(struct extent *e)
{
    struct extent *low, *mid, *high;
    split(arena.root, e->addr, &low, &high);
    split(high, e->addr + 1, &mid, &high);
    ASSERT(mid == e);
    arena.root = join(low, high);
    e->left = arena.pool;
    arena.pool = e;
}

static void add_nodes(void *mem, size_t size)
{
    struct extent *e = mem;
    for (; size >= sizeof *e; size -= sizeof *e, e++) {
        e->left = arena.pool;
        arena.pool = e;
    }
}

static void insert_extent(uintptr_t addr, size_t size)
{
    struct extent *e = arena.pool;
    arena.pool = e->left;
    arena.random = arena.random * 1664525u + 1013904223u;
    *e = (struct extent){
        .addr = addr, .size = size, .max = size, .prio = arena.random};
    struct extent *low, *high;
    split(arena.root, addr, &low, &high);
    arena.root = join(join(low, e), high);
}

/* `take` bytes off the front of an extent. */
static void shrink_front(struct extent *e, size_t take)
{
    if (e->size == take)
        remove_extent(e);
    else
        set_extent(e, e->addr + take, e->size - take);
}

void arena_init(uintptr_t addr, size_t size)
{
    memset(&arena, 0, sizeof arena);
    arena.base = arena.high = addr;
    arena.end = addr + size;
    arena.random = 1;
    add_nodes(arena.first_nodes, sizeof arena.first_nodes);
}

/* The free extent that ends where the untouched part begins, or NULL. */
static struct extent *last_extent(void)
{
    struct extent *e = find_at_or_below(arena.end);
    return e && e->addr + e->size == arena.high ? e : NULL;
}

static uintptr_t take(size_t size)
{
    struct extent *e = find_fit(size);
    uintptr_t addr;
    if (e) {
        addr = e->addr;
        shrink_front(e, size);
    } else {
        e = last_extent();
        addr = e ? e->addr : arena.high;
        if (size > arena.end - addr)
            return 0;
        if (e)
            remove_extent(e);
        arena.high = addr + size;
    }
    arena.used += size;
    return addr;
}

void *arena_alloc(size_t size, bool zeroed)
{
    size_t bytes = round_up(size);
    if (!bytes || bytes < size)
        return NULL;
    uintptr_t old_high = arena.high;
    uintptr_t addr = take(bytes);
    if (addr && zeroed && addr < old_high) {
        size_t dirty = old_high - addr;
        memset((void *)addr, 0, dirty < bytes ? dirty : bytes);
    }
    return (void *)addr;
}

/* What the first call that has to do with files needs, and some. */
#define KEPT_MAX (128ul << 10)

bool arena_has_room(size_t size)
{
    size_t total = arena.end - arena.base;
    size_t kept = total / 32 < KEPT_MAX ? total / 32 : KEPT_MAX;
    size_t left = total - arena.used;
    return left >= kept && size <= left - kept;
}

/* At least `count` nodes; from free memory, or else from [addr, ...), a
 * page that is being freed. Returns the bytes taken from there. */
static size_t need_nodes(unsigned count, uintptr_t addr)
{
    for (struct extent *e = arena.pool; e; e = e->left)
        if (!--count)
            return 0;
    uintptr_t page = take(PAGE_SIZE);
    add_nodes((void *)(page ? page : addr), PAGE_SIZE);
    return page ? 0 : PAGE_SIZE;
}

static void give(uintptr_t addr, size_t size)
{
    struct extent *below = find_at_or_below(addr);
    struct extent *above = find_at_or_below(addr + size);
    if (above && above->addr != addr + size)
        above = NULL;
    ASSERT(!below || below->addr + below->size <= addr);
    if (below && below->addr + below->size == addr) {
        size += below->size;
        if (above) {
            size += above->size;
            remove_extent(above);
        }
        set_extent(below, below->addr, size);
    } else if (above) {
        set_extent(above, addr, size + above->size);
    } else {
        insert_extent(addr, size);
    }
}

void arena_free(void *mem, size_t size)
{
    uintptr_t addr = (uintptr_t)mem;
    size = round_up(size);
    if (!mem || !size)
        return;
    ASSERT(addr % PAGE_SIZE == 0 && addr >= arena.base);
    ASSERT(addr <= arena.high && size <= arena.high - addr);
    size_t taken = need_nodes(1, addr);
    if (taken < size)
        give(addr + taken, size - taken);
    arena.used -= size - taken;
}

int arena_grow(void *mem, size_t size, size_t new_size)
{
    uintptr_t end = (uintptr_t)mem + round_up(size);
    size_t bytes = round_up(new_size);
    if (bytes < new_size)
        return -LINUX_ENOMEM;
    if (bytes <= round_up(size))
        return 0;
    return arena_claim((void *)end, bytes - round_up(size));
}

/* [addr, addr + size) with addr at or above `high`. */
static int claim_untouched(uintptr_t addr, size_t size)
{
    if (addr > arena.end || size > arena.end - addr)
        return -LINUX_ENOMEM;
    uintptr_t old_high = arena.high;
    arena.high = addr + size;
    if (addr > old_high)
        give(old_high, addr - old_high);
    arena.used += size;
    return 0;
}

int arena_claim(void *mem, size_t size)
{
    uintptr_t addr = (uintptr_t)mem;
    size = round_up(size);
    if (addr % PAGE_SIZE || !size || addr < arena.base || addr >= arena.end)
        return -LINUX_ENOMEM;
    if (!arena.pool || !arena.pool->left) {
        uintptr_t page = take(PAGE_SIZE);
        if (!page)
            return -LINUX_ENOMEM;
        add_nodes((void *)page, PAGE_SIZE);
    }
    if (addr >= arena.high)
        return claim_untouched(addr, size);

    struct extent *e = find_at_or_below(addr);
    if (!e || addr >= e->addr + e->size)
        return -LINUX_ENOMEM;
    uintptr_t e_end = e->addr + e->size;
    if (size > e_end - addr && (e_end != arena.high || size > arena.end - addr))
        return -LINUX_ENOMEM;
    if (addr > e->addr)
        set_extent(e, e->addr, addr - e->addr);
    else
        remove_extent(e);
    if (size < e_end - addr)
        insert_extent(addr + size, e_end - addr - size);
    else if (addr + size > arena.high)
        arena.high = addr + size;
    arena.used += size;
    return 0;
}

void arena_stats(struct arena_stats *stats)
{
    stats->total = arena.end - arena.base;
    stats->used = arena.used;
    stats->high_water = arena.high - arena.base;
}
