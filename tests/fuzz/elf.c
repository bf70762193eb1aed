/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image loader with any file: what it takes must be what the tender may
 * map, whatever the file says.
 * objs: common/elf.c common/err.c common/io.c tender/gmem.c
 */
#include <stdlib.h>

#include "common/elf.h"
#include "tender/gmem.h"

static void must(int is_true)
{
    if (!is_true)
        abort();
}

/* What main's next steps rely on. */
static void check(const struct elf_image *image, uint64_t file_size)
{
    static struct gmem gmem;
    struct err err;
    uint64_t last = UNI_IMAGE_MIN;

    gmem.region_count = 0;
    must(image->segment_count <= ELF_PHDR_MAX);
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        must(segment->addr >= last && segment->mem_size > 0);
        last = segment->addr + segment->mem_size;
        must(last > segment->addr && last <= UNI_ARENA_ADDR);
        must(segment->file_size <= segment->mem_size);
        must(segment->offset + segment->file_size <= file_size);
        must((segment->offset ^ segment->addr) % UNI_PAGE_SIZE == 0);
        must((segment->flags & (PF_W | PF_X)) != (PF_W | PF_X));
        must(!(elf_prot(segment->flags) & ~7));
        must(gmem_add(&gmem, "s", segment->addr, segment->mem_size,
                      segment->flags, &err) == 0);
    }
    must(gmem_find(&gmem, (gaddr_t){image->entry}, 1, GMEM_EXEC) != NULL);
    must(gmem_find(&gmem, (gaddr_t){image->note.upcall_entry}, 1, GMEM_EXEC) !=
         NULL);
    must(image->note.rootfs_size == 0 ||
         gmem_find(&gmem, (gaddr_t){image->note.rootfs_addr},
                   image->note.rootfs_size, GMEM_READ) != NULL);
    must(image->manifest.count <= UNI_DECL_MAX);
    for (uint32_t i = 0; i < image->manifest.count; i++)
        must(image->manifest.decl[i].name[UNI_NAME_MAX - 1] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct elf_image image;
    struct err err = {.code = 0};
    const struct elf_source src = {data, size, -1, size, NULL};
    int rc = elf_parse(&image, &src, &err);
    if (rc == 0)
        check(&image, size);
    else
        must(err.code == -rc && err.is_refusal && err.text[0]);
    return 0;
}
