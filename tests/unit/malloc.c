/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of libc-port on the libOS's real page allocator: against a model,
 * out of memory, and what it must catch.
 * objs: libc-port/malloc/malloc.c libc-port/malloc/span.c
 * libc-port/malloc/align.c libos/arena.c
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "enter.h"
#include "hold.h"
#include "sys.h"
#include "tests/unit/check.h"
#include "uni_boot.h"
#undef PAGE_SIZE
#include "../../libc-port/malloc/heap.h"

enum { ARENA_SIZE = 64 << 20 };

/* What the heap stands on. */
struct hc_gate hc_gate;
static unsigned works_done;
static long fail_after = -1; /* page calls that still succeed; -1: all */
static struct uni_boot boot_info;

bool libos_work(long rc)
{
    (void)rc;
    CHECK(hc_gate.depth == 0);
    hc_gate.work = 0;
    works_done++;
    return false;
}

_Noreturn void base_assert_failed(const char *what, const char *file, int line)
{
    printf("not ok - %s:%d: %s\n", file, line, what);
    fflush(stdout);
    _exit(1);
}

static bool is_failing(void)
{
    CHECK(hc_gate.depth == HOLD_DEPTH);
    return fail_after >= 0 && fail_after-- == 0 ? (fail_after = 0, true)
                                                : false;
}

void *sys_pages_alloc(size_t size, int zeroed)
{
    return is_failing() ? NULL : arena_alloc(size, zeroed);
}

void sys_pages_free(void *addr, size_t size)
{
    arena_free(addr, size);
}

long sys_pages_grow(void *addr, size_t size, size_t new_size)
{
    return is_failing() ? -ENOMEM : arena_grow(addr, size, new_size);
}

const struct uni_boot *sys_boot(void)
{
    return &boot_info;
}

long sys_write(int fd, const void *buf, size_t len)
{
    return write(fd, buf, len);
}

static size_t arena_used(void)
{
    struct arena_stats stats;
    arena_stats(&stats);
    return stats.used;
}

/* A small generator, so that a failure comes again. */
static uint64_t random_state;
static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407;
    return (uint32_t)((random_state >> 33) * limit >> 31);
}

struct slot {
    unsigned char *ptr;
    size_t size;
    unsigned char seed;
};

static void fill(struct slot *slot)
{
    for (size_t i = 0; i < slot->size; i++)
        slot->ptr[i] = (unsigned char)(slot->seed + i * 7);
}

static bool is_intact(const struct slot *slot, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (slot->ptr[i] != (unsigned char)(slot->seed + i * 7))
            return false;
    return true;
}

static size_t random_size(void)
{
    switch (random_below(16)) {
    case 0:
        return random_below(200000);
    case 1:
    case 2:
        return random_below(40000);
    case 3:
    case 4:
    case 5:
        return random_below(3000);
    default:
        return random_below(200);
    }
}

static void slot_new(struct slot *slot)
{
    size_t align = HEAP_ALIGN;
    slot->size = random_size();
    slot->seed = (unsigned char)random_below(256);
    switch (random_below(4)) {
    case 0:
        slot->ptr = calloc(slot->size, 1);
        for (size_t i = 0; slot->ptr && i < slot->size; i++)
            CHECK(slot->ptr[i] == 0);
        break;
    case 1:
        align = (size_t)1 << random_below(15);
        slot->ptr = memalign(align, slot->size);
        break;
    default:
        slot->ptr = malloc(slot->size);
    }
    if (!slot->ptr) {
        CHECK(errno == ENOMEM);
        return;
    }
    CHECK((uintptr_t)slot->ptr % (align < HEAP_ALIGN ? HEAP_ALIGN : align) ==
          0);
    CHECK(malloc_usable_size(slot->ptr) >= slot->size);
    fill(slot);
}

static void slot_resize(struct slot *slot)
{
    size_t size = random_below(2) ? random_size() + 1
                                  : slot->size + random_below(100) + 1;
    unsigned char *ptr = realloc(slot->ptr, size);
    if (!ptr) {
        CHECK(errno == ENOMEM);
        CHECK(size > slot->size);
        CHECK(is_intact(slot, slot->size));
        return;
    }
    slot->ptr = ptr;
    CHECK((uintptr_t)ptr % HEAP_ALIGN == 0);
    CHECK(is_intact(slot, size < slot->size ? size : slot->size));
    slot->size = size;
    fill(slot);
}

/* Random calls; whatever overlaps or moves wrongly spoils a slot's bytes. */
static void keeps_contents_apart(uint64_t seed, unsigned rounds)
{
    static struct slot slots[600];
    random_state = seed;
    for (unsigned i = 0; i < rounds; i++) {
        struct slot *slot = &slots[random_below(600)];
        if (!slot->ptr) {
            slot_new(slot);
        } else if (random_below(3) == 0) {
            slot_resize(slot);
        } else {
            CHECK(is_intact(slot, slot->size));
            free(slot->ptr);
            slot->ptr = NULL;
        }
        if (failures)
            return;
    }
    for (unsigned i = 0; i < 600; i++) {
        if (slots[i].ptr)
            CHECK(is_intact(&slots[i], slots[i].size));
        free(slots[i].ptr);
        slots[i].ptr = NULL;
    }
}

/* As above while page calls fail now and then. */
static void survives_lack_of_pages(void)
{
    for (unsigned n = 0; n < 150 && !failures; n++) {
        fail_after = n % 25;
        keeps_contents_apart(n + 1000, 700);
        fail_after = -1;
    }
}

static void gives_all_pages_back(void)
{
    (void)malloc_trim(0);
    size_t before = arena_used();
    keeps_contents_apart(77, 8000);
    (void)malloc_trim(0);
    /* What stays: structs of spans, a page for 64 of them. */
    CHECK(arena_used() <= before + (64 << 10));
    CHECK(heap.page_bytes == 0);
    CHECK(heap.large_bytes == 0 && heap.large_count == 0);
}

static size_t count_until_full(size_t size)
{
    void **first = NULL, **ptr;
    size_t count = 0;
    while ((ptr = malloc(size))) {
        *ptr = first;
        first = (void **)ptr;
        count++;
    }
    CHECK(errno == ENOMEM);
    while (first) {
        void **next = *first;
        free(first);
        first = next;
    }
    return count;
}

static void uses_all_memory_again_and_again(void)
{
    static const size_t sizes[] = {16, 40, 100, 1000, 5000, 33000, 300000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        size_t count = count_until_full(sizes[i]);
        CHECK(count * sizes[i] > ARENA_SIZE * 3ul / 4);
        /* Another size in between, so that spans must change hands. */
        CHECK(count_until_full(sizes[i] * 2) > 0);
        size_t again = count_until_full(sizes[i]);
        CHECK(again + again / 50 >= count);
    }
    CHECK(malloc(ARENA_SIZE) == NULL);
    CHECK(malloc(PTRDIFF_MAX) == NULL && errno == ENOMEM);
    CHECK(malloc(SIZE_MAX) == NULL && errno == ENOMEM);
    CHECK(calloc(SIZE_MAX / 2, 4) == NULL && errno == ENOMEM);
    CHECK(reallocarray(NULL, SIZE_MAX / 2, 4) == NULL && errno == ENOMEM);
    CHECK(memalign(SIZE_MAX / 2 + 1, SIZE_MAX) == NULL && errno == ENOMEM);
}

/* The pattern that blows up heaps that cannot reuse: keep one object in 16,
 * of ever other sizes. */
static void reuses_what_is_freed(void)
{
    enum { COUNT = 20000 };
    static void *ptrs[COUNT];
    size_t live = 0;
    (void)malloc_trim(0);
    for (unsigned round = 0; round < 30; round++) {
        size_t size = 24 + round * 40;
        for (unsigned i = 0; i < COUNT / 30; i++)
            ptrs[round * (COUNT / 30) + i] = malloc(size);
        for (unsigned i = 0; i < COUNT / 30; i++) {
            void **slot = &ptrs[round * (COUNT / 30) + i];
            if (i % 16) {
                free(*slot);
                *slot = NULL;
            } else {
                live += size;
            }
        }
    }
    /* One live object holds a whole span; spans of rare classes are small. */
    CHECK(heap.page_bytes < live * 24);
    for (unsigned i = 0; i < COUNT; i++)
        free(ptrs[i]);
    (void)malloc_trim(0);
    CHECK(heap.page_bytes == 0);
}

static void grows_large_blocks_in_place(void)
{
    char *block = malloc(100000);
    unsigned moves = 0;
    for (size_t size = 100000; size < 4000000; size += 30000) {
        char *grown = realloc(block, size);
        moves += grown != block;
        block = grown;
    }
    CHECK(moves <= 2); /* out of the holes, to where there is room */
    char *first = block;
    size_t used = arena_used();
    block = realloc(block, 50000);
    CHECK(block == first);
    CHECK(arena_used() < used - 3000000);
    free(block);
}

static void knows_special_sizes(void)
{
    void *a = malloc(0), *b = malloc(0);
    CHECK(a && b && a != b);
    CHECK(realloc(a, 0) == NULL); /* freed */
    free(b);
    free(NULL);
    CHECK(malloc_usable_size(NULL) == 0);
    void *out = &out;
    CHECK(posix_memalign(&out, 3, 8) == EINVAL);
    CHECK(posix_memalign(&out, 4, 8) == EINVAL);
    errno = 77;
    CHECK(posix_memalign(&out, 64, PTRDIFF_MAX) == ENOMEM);
    CHECK(errno == 77 && out == &out);
    CHECK(memalign(24, 8) == NULL && errno == EINVAL);
    CHECK(posix_memalign(&out, 1 << 16, 100) == 0);
    CHECK((uintptr_t)out % (1 << 16) == 0);
    free(out);
    for (size_t size = 0; size <= CLASS_MAX; size++) {
        unsigned cls = class_of(size);
        CHECK(cls < CLASS_COUNT && class_size[cls] >= size);
        CHECK(cls == 0 || class_size[cls - 1] < size);
    }
}

static void honours_deferred_work(void)
{
    unsigned before = works_done;
    hc_gate.work = 1; /* as if a tick had come inside */
    void *ptr = malloc(10);
    CHECK(works_done == before + 1);
    hc_gate.work = 1;
    free(ptr);
    CHECK(works_done == before + 2);
    hc_gate.work = 1;
    ptr = malloc(1000000);
    CHECK(works_done == before + 3);
    CHECK(hc_gate.depth == 0);
    free(ptr);
}

/* Death tests: what it printed, after SIGABRT. */
static void expect_death(void (*body)(void), const char *line)
{
    int fds[2];
    char text[256] = "";
    fflush(stdout);
    if (pipe(fds) < 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], 2);
        body();
        _exit(0);
    }
    close(fds[1]);
    ssize_t len = read(fds[0], text, sizeof(text) - 1);
    close(fds[0]);
    int status;
    waitpid(pid, &status, 0);
    CHECK(len > 0 && strstr(text, line));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void *volatile victim; /* the compiler shall not see the mistakes */

static void free_twice(void)
{
    victim = malloc(48);
    void *other = malloc(48);
    free(victim);
    free(other);
    free(victim);
}
static void free_large_twice(void)
{
    victim = malloc(100000);
    free(victim);
    free(victim);
}
static void free_inside(void)
{
    victim = malloc(48);
    free((char *)victim + 16);
}
static void free_inside_large(void)
{
    victim = malloc(100000);
    free((char *)victim + 8192);
}
static void free_stack(void)
{
    char here[64];
    victim = here;
    free(victim);
}
static void resize_freed(void)
{
    victim = malloc(50000);
    free(victim);
    victim = realloc(victim, 100);
}
static void write_after_free(void)
{
    victim = malloc(48);
    free(victim);
    memset(victim, 'x', 10);
    (void)malloc(48);
}

static void catches_mistakes(void)
{
    expect_death(free_twice, "heap: freed twice: 0x");
    expect_death(free_large_twice, "or freed before: 0x");
    expect_death(free_inside, "heap: free of what malloc did not give");
    expect_death(free_inside_large, "heap: free of what malloc did not give");
    expect_death(free_stack, "heap: free of what malloc did not give");
    expect_death(resize_freed, "heap: realloc of what malloc did not give");
    expect_death(write_after_free, "heap: written to after free: 0x");
}

int main(void)
{
    void *mem = mmap((void *)0x2000000000, ARENA_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mem == MAP_FAILED)
        return 1;
    boot_info.arena_addr = (uintptr_t)mem;
    boot_info.arena_size = ARENA_SIZE;
    arena_init((uintptr_t)mem, ARENA_SIZE);

    fail_after = 0;
    CHECK(malloc(10) == NULL && errno == ENOMEM);
    fail_after = -1;
    for (uint64_t seed = 1; seed <= 5; seed++)
        keeps_contents_apart(seed, 6000);
    gives_all_pages_back();
    survives_lack_of_pages();
    gives_all_pages_back();
    grows_large_blocks_in_place();
    uses_all_memory_again_and_again();
    reuses_what_is_freed();
    knows_special_sizes();
    honours_deferred_work();
    catches_mistakes();
    printf("%s - malloc\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
