/* SPDX-License-Identifier: Apache-2.0 */
/* One guest's memory: decided, then mapped; see guest.h. */
#include "tender/host.h"
#include "tender/guest.h"
#include "uni.h"

#define MEM_DEFAULT (64ull << 20)
/* From here on large pages are worth what the first touch of each costs. */
#define MEM_HUGEPAGE (256ull << 20)

static int plan_arena(struct guest *guest, struct err *err)
{
    uint64_t min = guest->image.note.mem_min;
    uint64_t size = guest->options.mem_size;

    if (!size)
        size = min > MEM_DEFAULT ? min : MEM_DEFAULT;
    if (size > UNI_ARENA_MAX_SIZE)
        return err_refuse(err, "--mem: %lu bytes, at most %llu", size,
                          UNI_ARENA_MAX_SIZE);
    size = page_up(size);
    if (size < min)
        return err_refuse(err, "needs %lu bytes of memory, --mem gives %lu",
                          min, size);
    guest->arena_size = size;
    return gmem_add(&guest->gmem, "arena", UNI_ARENA_ADDR, size,
                    GMEM_READ | GMEM_WRITE, err);
}

static const char *segment_name(uint32_t flags)
{
    return flags & PF_X ? "text" : flags & PF_W ? "data" : "read-only";
}

int guest_plan(struct guest *guest, struct err *err)
{
    struct gmem *gmem = &guest->gmem;

    guest->boot_size = boot_measure(guest) + BOOT_TAIL;
    if (guest->boot_size > UNI_BOOT_MAX_SIZE)
        return err_refuse(err,
                          "arguments and environment are too long: %lu "
                          "bytes, at most %llu",
                          guest->boot_size, UNI_BOOT_MAX_SIZE);
    if (gmem_add(gmem, "hypercalls", UNI_HC_ADDR, UNI_PAGE_SIZE,
                 GMEM_READ | GMEM_EXEC, err) < 0 ||
        gmem_add(gmem, "boot info", UNI_BOOT_ADDR, guest->boot_size, GMEM_READ,
                 err) < 0 ||
        gmem_add(gmem, "upcall stack", UNI_UPCALL_STACK_ADDR,
                 UNI_UPCALL_STACK_SIZE, GMEM_READ | GMEM_WRITE, err) < 0)
        return -err->code;
    for (uint32_t i = 0; i < guest->image.segment_count; i++) {
        const struct elf_segment *segment = &guest->image.segment[i];
        uint32_t access = segment->flags;
        if (access & (PF_X | PF_W))
            access |= PF_R; /* as elf_prot */
        if (gmem_add(gmem, segment_name(access), segment->addr,
                     segment->mem_size, access, err) < 0)
            return -err->code;
    }
    return plan_arena(guest, err);
}

/* File pages, then zeroes: in the last file page, and in pages of their own. */
static int map_segment(const struct elf_segment *segment, int fd, int prot,
                       struct err *err)
{
    uint64_t start = page_down(segment->addr);
    uint64_t file_end = segment->addr + segment->file_size;
    uint64_t end = page_up(segment->addr + segment->mem_size);
    uint64_t anon_start = segment->file_size ? page_up(file_end) : start;

    if (segment->file_size) {
        void *want = (void *)(uintptr_t)start;
        void *got = mmap(want, anon_start - start, prot,
                         MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd,
                         (off_t)page_down(segment->offset));
        if (got == MAP_FAILED || got != want)
            return err_set(err, got == MAP_FAILED ? errno : EEXIST,
                           "map segment %u at %#lx", segment->index, start);
        if (segment->mem_size > segment->file_size && prot & PROT_WRITE)
            memset((void *)(uintptr_t)file_end, 0, anon_start - file_end);
    }
    if (anon_start < end &&
        gmem_map(anon_start, end - anon_start, prot, err) < 0)
        return err_wrap(err, "segment %u", segment->index);
    return 0;
}

int guest_map(struct guest *guest, int image_fd, bool is_own_process,
              struct err *err)
{
    uint64_t low_size = UNI_PAGE_SIZE + page_up(guest->boot_size);

    for (uint32_t i = 0; i < guest->image.segment_count; i++) {
        const struct elf_segment *segment = &guest->image.segment[i];
        int prot = elf_prot(segment->flags);
        if (!is_own_process)
            prot &= ~PROT_EXEC;
        if (map_segment(segment, image_fd, prot, err) < 0)
            return -err->code;
    }
    if (gmem_map(UNI_HC_ADDR, low_size, PROT_READ | PROT_WRITE, err) < 0 ||
        gmem_map(UNI_UPCALL_STACK_ADDR, UNI_UPCALL_STACK_SIZE,
                 PROT_READ | PROT_WRITE, err) < 0 ||
        gmem_map(UNI_ARENA_ADDR, guest->arena_size, PROT_READ | PROT_WRITE,
                 err) < 0)
        return -err->code;
    /* Advice: a kernel without huge pages refuses it, and that is as good. */
    (void)madvise((void *)UNI_ARENA_ADDR, guest->arena_size,
                  guest->arena_size < MEM_HUGEPAGE ? MADV_NOHUGEPAGE
                                                   : MADV_HUGEPAGE);
    guest->boot = (struct uni_boot *)UNI_BOOT_ADDR;
    return 0;
}

int guest_seal(struct guest *guest, bool is_own_process, struct err *err)
{
    int prot = PROT_READ | (is_own_process ? PROT_EXEC : 0);
    if (mprotect((void *)UNI_HC_ADDR, UNI_PAGE_SIZE, prot) < 0 ||
        mprotect((void *)UNI_BOOT_ADDR, page_up(guest->boot_size), PROT_READ) <
            0)
        return err_set(err, errno, "protect the hypercall page");
    return 0;
}
