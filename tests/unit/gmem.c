/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The range check in front of guest memory, and the kvm cage's page tables
 * against the same map, page by page.
 * objs: tender/gmem.c tender/kvm_tables.c common/err.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tender/kvm_machine.h"
#include "uni.h"

static int test_count, failures;

static void ok(int is_ok, const char *name)
{
    test_count++;
    if (!is_ok) {
        printf("not ok %d - %s\n", test_count, name);
        failures++;
    }
}

static int finds(const struct gmem *gmem, uint64_t addr, uint64_t len,
                 uint32_t access)
{
    return gmem_find(gmem, (gaddr_t){addr}, len, access) ==
           (void *)(uintptr_t)addr;
}

static void checks_ranges(const struct gmem *gmem)
{
    ok(finds(gmem, 0x70000000, 1, GMEM_READ), "first_byte");
    ok(finds(gmem, 0x70000fff, 1, GMEM_READ), "last_byte");
    ok(!finds(gmem, 0x6fffffff, 1, GMEM_READ), "byte_before");
    ok(!finds(gmem, 0x6fffffff, 2, GMEM_READ), "reaches_in_from_below");
    ok(!finds(gmem, 0x70000000, 1, GMEM_WRITE), "read_only_is_not_written");
    ok(!finds(gmem, 0x70000000, 1, GMEM_READ | GMEM_WRITE), "all_of_access");
    ok(finds(gmem, 0x70000ffe, 4, GMEM_READ), "goes_on_in_a_neighbour");
    ok(!finds(gmem, 0x70000ffe, 4, GMEM_EXEC), "neighbours_need_it_both");
    ok(finds(gmem, 0x70000000, 0x3000, GMEM_READ), "three_neighbours");
    ok(!finds(gmem, 0x70000000, 0x3001, GMEM_READ), "past_the_last");
    ok(finds(gmem, 0x70002800, 0x800, GMEM_WRITE), "rounded_out_to_a_page");
    ok(!finds(gmem, 0x70000000, ~0ull, GMEM_READ), "wraps");
    ok(!finds(gmem, ~0ull, 2, GMEM_READ), "wraps_from_the_top");
    ok(!finds(gmem, 0x70000000, 1ull << 63, GMEM_READ), "huge");
    ok(!gmem_find(gmem, (gaddr_t){0x123456}, 0, GMEM_WRITE) ||
           finds(gmem, 0x123456, 0, GMEM_WRITE),
       "nothing_is_anywhere");
    ok(finds(gmem, UNI_ARENA_ADDR + (5 << 20), (1 << 20) + 0x3000, GMEM_WRITE),
       "end_of_the_arena");
    ok(!finds(gmem, UNI_ARENA_ADDR + (5 << 20), (1 << 20) + 0x3001, GMEM_READ),
       "past_the_arena");
}

static void refuses_overlaps(struct gmem *gmem)
{
    struct err err;
    uint32_t count = gmem->region_count;
    ok(gmem_add(gmem, "x", 0x70000800, 1, GMEM_READ, &err) < 0 &&
           err.is_refusal,
       "overlap_inside");
    ok(gmem_add(gmem, "x", 0x6ffff000, 0x1001, GMEM_READ, &err) < 0,
       "overlap_from_below");
    ok(gmem_add(gmem, "x", 0x60000000, 1ull << 40, GMEM_READ, &err) < 0,
       "overlap_around");
    ok(gmem->region_count == count, "a_refused_region_is_not_noted");
}

/* What the tables say of an address: enum gmem_access, 0 not mapped. */
static uint32_t walk(const struct kvm_machine *machine, uint64_t cr3,
                     uint64_t addr, int is_user, uint64_t *phys)
{
    uint64_t entry = cr3, rights = ~0ull, never = 0;
    for (int level = 3; level >= 0; level--) {
        uint64_t table = (entry & 0xffffffffff000ull) - KVM_PRIVATE_GPA;
        const uint64_t *entries = (const void *)(machine->area + table);
        entry = entries[addr >> (12 + 9 * level) & 511];
        if (!(entry & 1))
            return 0;
        rights &= entry;
        never |= entry >> 63;
        uint64_t size = 4096ull << (9 * level);
        if (level == 0 || (entry >> 7 & 1)) {
            *phys = (entry & 0xffffffffff000ull & ~(size - 1)) |
                    (addr & (size - 1));
            break;
        }
    }
    if (is_user && !(rights >> 2 & 1))
        return 0;
    return GMEM_READ | (rights >> 1 & 1 ? GMEM_WRITE : 0) |
           (never ? 0 : GMEM_EXEC);
}

static void check_address(const struct kvm_machine *machine, uint64_t cr3,
                          const struct gmem *gmem, uint64_t addr)
{
    uint64_t phys = 0;
    uint32_t has = walk(machine, cr3, addr, 1, &phys), want = 0;
    for (uint32_t access = GMEM_EXEC; access <= GMEM_READ; access <<= 1)
        want |= gmem_find(gmem, (gaddr_t){addr}, 1, access) ? access : 0;
    ok(has == want && (!has || phys == addr), "tables_follow_the_map");
    if (has != want)
        printf("# %#lx: %u, expected %u\n", addr, has, want);
}

static void builds_tables(const struct gmem *gmem)
{
    struct kvm_machine machine = {.area =
                                      calloc(KVM_PRIVATE_PAGES, UNI_PAGE_SIZE)};
    uint64_t cr3 = kvm_tables_build(&machine, gmem), phys = 0;

    for (uint32_t i = 0; i < gmem->region_count; i++) {
        const struct gmem_region *region = &gmem->region[i];
        uint64_t step = region->size > 1 << 24 ? 0x1ff000 : UNI_PAGE_SIZE;
        for (uint64_t at = region->addr - 3 * UNI_PAGE_SIZE;
             at < region->addr + region->size + 3 * UNI_PAGE_SIZE; at += step)
            check_address(&machine, cr3, gmem, at);
        check_address(&machine, cr3, gmem, region->addr + region->size - 1);
        check_address(&machine, cr3, gmem, region->addr + region->size);
    }
    check_address(&machine, cr3, gmem, 0);
    check_address(&machine, cr3, gmem, KVM_PRIVATE_GPA);
    check_address(&machine, cr3, gmem, UNI_ADDR_MAX);
    for (uint64_t page = 0; page < KVM_PAGE_TABLES + 3; page++) {
        uint64_t va = KVM_PRIVATE_VA + page * UNI_PAGE_SIZE;
        ok(!walk(&machine, cr3, va, 1, &phys), "ring_3_cannot_see_ours");
        uint32_t has = walk(&machine, cr3, va, 0, &phys);
        uint32_t want = page == KVM_PAGE_STUBS    ? GMEM_READ | GMEM_EXEC
                        : page == KVM_PAGE_IDT    ? GMEM_READ
                        : page >= KVM_PAGE_TABLES ? 0
                                                  : GMEM_READ | GMEM_WRITE;
        ok(has == want, "ring_0_pages");
    }
    free(machine.area);
}

int main(void)
{
    static struct gmem gmem;
    struct err err;
    const struct {
        uint64_t addr, size;
        uint32_t access;
    } regions[] = {
        {UNI_ARENA_ADDR, (6 << 20) + 0x3000, GMEM_READ | GMEM_WRITE},
        {0x70002000, 0x801, GMEM_READ | GMEM_WRITE},
        {0x70000000, 0x1000, GMEM_READ},
        {0x70001000, 0x1000, GMEM_READ | GMEM_EXEC},
        {UNI_ROOTFS_ADDR + 0x5000, 0x6ff000, GMEM_READ},
        {UNI_HC_ADDR, 0x1000, GMEM_READ | GMEM_EXEC},
        {0x90000000, 0x1000, 0}, /* a segment without rights */
    };
    for (unsigned i = 0; i < sizeof regions / sizeof regions[0]; i++)
        ok(gmem_add(&gmem, "r", regions[i].addr, regions[i].size,
                    regions[i].access, &err) == 0,
           "takes_a_region");
    checks_ranges(&gmem);
    refuses_overlaps(&gmem);
    builds_tables(&gmem);

    /* The largest map there is fits the area. */
    static struct gmem large;
    ok(gmem_add(&large, "arena", UNI_ARENA_ADDR, UNI_ARENA_MAX_SIZE,
                GMEM_READ | GMEM_WRITE, &err) == 0,
       "takes_the_largest_arena");
    for (uint64_t i = 0; i < GMEM_REGION_MAX - 1; i++)
        ok(gmem_add(&large, "s", UNI_IMAGE_ADDR + i * (2ull << 30) - 0x1000,
                    (1ull << 30) + 0x2000, GMEM_READ, &err) == 0 ||
               UNI_IMAGE_ADDR + i * (2ull << 30) >
                   UNI_ARENA_ADDR - (2ull << 30),
           "takes_many_regions");
    builds_tables(&large);
    printf("1..%d\n", test_count);
    return failures != 0;
}
