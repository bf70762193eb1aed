/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO; see vdso.h. Source: man 7 vdso. */
#include "tender/host.h"
#include "tender/gmem.h"
#include "tender/vdso.h"
#include "uni.h"

/* The kernel lays the vDSO's symbols and their names out one after the other,
 * at addresses relative to its start. */
void vdso_find(struct vdso *vdso, uint64_t addr)
{
    const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)addr;
    const Elf64_Dyn *dyn = NULL;
    const Elf64_Sym *symbol = NULL;
    const char *names = NULL;

    *vdso = (struct vdso){0};
    if (!addr)
        return;
    const Elf64_Phdr *phdr = (const Elf64_Phdr *)(addr + ehdr->e_phoff);
    for (uint32_t i = 0; i < ehdr->e_phnum; i++) {
        if (phdr[i].p_type == PT_LOAD)
            vdso->size = page_up(phdr[i].p_memsz);
        if (phdr[i].p_type == PT_DYNAMIC)
            dyn = (const Elf64_Dyn *)(addr + phdr[i].p_vaddr);
    }
    /* Mapped is the whole file, section headers at its end included; and a
     * part of this mapping cannot be unmapped. */
    uint64_t file_size = ehdr->e_shoff + ehdr->e_shnum * ehdr->e_shentsize;
    if (vdso->size < page_up(file_size))
        vdso->size = page_up(file_size);
    for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_SYMTAB)
            symbol = (const Elf64_Sym *)(addr + dyn->d_un.d_ptr);
        if (dyn->d_tag == DT_STRTAB)
            names = (const char *)(addr + dyn->d_un.d_ptr);
    }
    for (; symbol && (const char *)(symbol + 1) <= names; symbol++)
        if (!strcmp(names + symbol->st_name, "__vdso_clock_gettime")) {
            vdso->addr = addr;
            vdso->gettime = addr + symbol->st_value;
        }
}
