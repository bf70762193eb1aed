/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables of the kvm cage (SDM vol. 3 s4.5): 2 MiB pages where a region
 * covers one whole, 4 KiB elsewhere. What no region covers is not present.
 */
#include "tender/host.h"
#include "tender/kvm_machine.h"
#include "uni.h"

#define PTE_P (1ull << 0)
#define PTE_W (1ull << 1)
#define PTE_U (1ull << 2)
#define PTE_A (1ull << 5) /* accessed and dirty: nothing is written back */
#define PTE_D (1ull << 6)
#define PTE_PS (1ull << 7)
#define PTE_NX (1ull << 63)
#define LARGE (2ull << 20)
#define ADDR_MASK 0x000ffffffffff000ull
#define TABLE (PTE_P | PTE_W | PTE_U | PTE_A)

static uint64_t new_table(struct kvm_machine *machine)
{
    assert(machine->page_count < KVM_PRIVATE_PAGES);
    return KVM_PRIVATE_GPA + machine->page_count++ * UNI_PAGE_SIZE;
}

/* The entry for addr in a table of the given level (3: PML4, 0: PT). */
static uint64_t *entry_of(struct kvm_machine *machine, uint64_t table,
                          uint64_t addr, unsigned level)
{
    uint64_t *entries =
        (uint64_t *)(machine->area + ((table & ADDR_MASK) - KVM_PRIVATE_GPA));
    return &entries[addr >> (12 + 9 * level) & 511];
}

/* Walks down to `level`, making the tables on the way. */
static uint64_t *walk(struct kvm_machine *machine, uint64_t root, uint64_t addr,
                      unsigned level)
{
    uint64_t table = root;
    for (unsigned at = 3; at > level; at--) {
        uint64_t *entry = entry_of(machine, table, addr, at);
        if (!*entry)
            *entry = new_table(machine) | TABLE;
        table = *entry;
    }
    return entry_of(machine, table, addr, level);
}

static void map(struct kvm_machine *machine, uint64_t root,
                const struct gmem_region *region)
{
    uint64_t at = region->addr, end = region->addr + region->size;
    uint64_t flags = PTE_P | PTE_U | PTE_A | PTE_D;

    if (region->access & GMEM_WRITE)
        flags |= PTE_W;
    if (!(region->access & GMEM_EXEC))
        flags |= PTE_NX;
    while (at < end) {
        bool is_large = !(at & (LARGE - 1)) && end - at >= LARGE;
        *walk(machine, root, at, is_large) =
            at | flags | (is_large ? PTE_PS : 0);
        at += is_large ? LARGE : UNI_PAGE_SIZE;
    }
}

uint64_t kvm_tables_build(struct kvm_machine *machine, const struct gmem *gmem)
{
    static const uint64_t private_flags[KVM_PAGE_TABLES] = {
        [KVM_PAGE_GDT] = PTE_W | PTE_NX, /* the processor marks the TSS busy */
        [KVM_PAGE_IDT] = PTE_NX,
        [KVM_PAGE_STUBS] = 0,
        [KVM_PAGE_STACK] = PTE_W | PTE_NX,
    };
    machine->page_count = KVM_PAGE_TABLES;
    uint64_t root = new_table(machine);

    for (uint32_t i = 0; i < gmem->region_count; i++)
        if (gmem->region[i].access)
            map(machine, root, &gmem->region[i]);
    for (uint64_t i = 0; i < KVM_PAGE_TABLES; i++)
        *walk(machine, root, KVM_PRIVATE_VA + i * UNI_PAGE_SIZE, 0) =
            (KVM_PRIVATE_GPA + i * UNI_PAGE_SIZE) | private_flags[i] | PTE_P |
            PTE_A | PTE_D;
    return root;
}
