/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO; see vdso.h. Sources: man 7 vdso, gABI ch. 5 "Hash Table". */
#include <elf.h>
#include <string.h>

#include "tender/vdso.h"
#include "uni.h"

struct tables {
    const Elf64_Sym *symbol;
    const char *string;
    const uint32_t *gnu_hash; /* or NULL */
    const uint32_t *hash;     /* or NULL */
};

/* The vDSO is linked at 0, or prelinked: `bias` is added to its addresses. */
static void read_dynamic(struct tables *tables, const Elf64_Dyn *dyn,
                         uint64_t bias)
{
    for (; dyn->d_tag != DT_NULL; dyn++) {
        const void *at = (const void *)(bias + dyn->d_un.d_ptr);
        if (dyn->d_tag == DT_SYMTAB)
            tables->symbol = at;
        else if (dyn->d_tag == DT_STRTAB)
            tables->string = at;
        else if (dyn->d_tag == DT_GNU_HASH)
            tables->gnu_hash = at;
        else if (dyn->d_tag == DT_HASH)
            tables->hash = at;
    }
}

/* Entries of the symbol table: the GNU hash table does not say it, its last
 * chain does. */
static uint32_t count_symbols(const struct tables *tables)
{
    if (tables->hash)
        return tables->hash[1];
    if (!tables->gnu_hash)
        return 0;
    uint32_t bucket_count = tables->gnu_hash[0];
    uint32_t first = tables->gnu_hash[1];
    uint32_t bloom_size = tables->gnu_hash[2];
    const uint32_t *bucket = tables->gnu_hash + 4 + 2 * bloom_size;
    const uint32_t *chain = bucket + bucket_count;
    uint32_t last = 0;
    for (uint32_t i = 0; i < bucket_count; i++)
        if (bucket[i] > last)
            last = bucket[i];
    if (last < first)
        return first;
    while (!(chain[last - first] & 1))
        last++;
    return last + 1;
}

void vdso_find(struct vdso *vdso, uint64_t addr)
{
    const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)addr;
    struct tables tables = {0};
    uint64_t bias = addr, size = 0;
    const Elf64_Dyn *dyn = NULL;

    *vdso = (struct vdso){0};
    if (!addr)
        return;
    const Elf64_Phdr *phdr = (const Elf64_Phdr *)(addr + ehdr->e_phoff);
    for (uint32_t i = 0; i < ehdr->e_phnum; i++) {
        if (phdr[i].p_type == PT_LOAD) {
            bias = addr + phdr[i].p_offset - phdr[i].p_vaddr;
            size = phdr[i].p_offset + phdr[i].p_memsz;
        } else if (phdr[i].p_type == PT_DYNAMIC) {
            dyn = (const Elf64_Dyn *)(addr + phdr[i].p_offset);
        }
    }
    if (!dyn || !size)
        return;
    read_dynamic(&tables, dyn, bias);
    for (uint32_t i = count_symbols(&tables); i-- > 1;)
        if (!strcmp(tables.string + tables.symbol[i].st_name,
                    "__vdso_clock_gettime")) {
            vdso->addr = addr;
            vdso->size = (size + UNI_PAGE_SIZE - 1) & ~(UNI_PAGE_SIZE - 1);
            vdso->gettime = bias + tables.symbol[i].st_value;
        }
}
