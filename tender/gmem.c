/* SPDX-License-Identifier: Apache-2.0 */
/* Guest memory; see gmem.h. */
#include "tender/host.h"
#include "tender/gmem.h"
#include "uni.h"

int gmem_add(struct gmem *gmem, const char *name, uint64_t addr, uint64_t size,
             uint32_t access, struct err *err)
{
    uint64_t start = page_down(addr);
    uint64_t end = page_up(addr + size);
    uint32_t pos = gmem->region_count;

    if (pos == GMEM_REGION_MAX)
        return err_refuse(err, "more than %u memory regions", GMEM_REGION_MAX);
    for (; pos > 0; pos--) {
        const struct gmem_region *other = &gmem->region[pos - 1];
        if (other->addr + other->size <= start)
            break;
        if (other->addr < end)
            return err_refuse(err, "%s at %#lx overlaps %s", name, addr,
                              other->name);
    }
    memmove(&gmem->region[pos + 1], &gmem->region[pos],
            (gmem->region_count - pos) * sizeof gmem->region[0]);
    gmem->region[pos] = (struct gmem_region){
        .addr = start, .size = end - start, .access = access, .name = name};
    gmem->region_count++;
    return 0;
}

int gmem_map(uint64_t addr, uint64_t size, int prot, struct err *err)
{
    void *want = (void *)(uintptr_t)addr;
    void *got =
        mmap(want, size, prot,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);
    if (got == MAP_FAILED)
        return err_set(err, errno, "map %lu bytes at %#lx", size, addr);
    if (got != want) { /* a kernel before 4.17 takes the address as a hint */
        (void)munmap(got, size);
        return err_set(err, EEXIST, "map %lu bytes at %#lx", size, addr);
    }
    return 0;
}

void *gmem_find(const struct gmem *gmem, gaddr_t addr, uint64_t len,
                uint32_t access)
{
    uint64_t at = addr.value, end;
    if (__builtin_add_overflow(at, len, &end))
        return NULL;
    for (uint32_t i = 0; i < gmem->region_count && at < end; i++) {
        const struct gmem_region *region = &gmem->region[i];
        if (at < region->addr)
            return NULL;
        if (at - region->addr >= region->size)
            continue;
        if ((region->access & access) != access)
            return NULL;
        at = region->addr + region->size; /* a neighbour may go on */
    }
    return at < end ? NULL : (void *)(uintptr_t)addr.value;
}
