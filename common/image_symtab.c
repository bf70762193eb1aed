/* SPDX-License-Identifier: Apache-2.0 */
/* The table of functions for backtraces (struct uni_symtab). */
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_pack.h"
#include "common/io.h"

#define SYMBOL_MAX (1u << 22) /* of an image's symbol table */

struct func {
    uint32_t addr;
    uint32_t size;
    bool is_global;
    const char *name; /* in libelf's memory */
};

/* By address; of several names for one function the best comes first. */
static int func_cmp(const void *a, const void *b)
{
    const struct func *x = a, *y = b;
    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    if (x->is_global != y->is_global)
        return x->is_global ? -1 : 1;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_code(Elf *elf, const GElf_Sym *sym)
{
    GElf_Shdr shdr;
    unsigned type = GELF_ST_TYPE(sym->st_info);

    if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE ||
        sym->st_value > UINT32_MAX)
        return false;
    if (type == STT_FUNC || type == STT_GNU_IFUNC)
        return true;
    /* Assembly often has labels without a type. */
    return type == STT_NOTYPE && GELF_ST_BIND(sym->st_info) != STB_LOCAL &&
           gelf_getshdr(elf_getscn(elf, sym->st_shndx), &shdr) &&
           (shdr.sh_flags & SHF_EXECINSTR);
}

static size_t collect(Elf *elf, Elf_Data *data, uint32_t strings, size_t count,
                      struct func *funcs)
{
    size_t used = 0;
    for (size_t i = 1; i < count; i++) {
        GElf_Sym sym;
        if (!gelf_getsym(data, (int)i, &sym) || !is_code(elf, &sym))
            continue;
        const char *name = elf_strptr(elf, strings, sym.st_name);
        if (!name || !*name)
            continue;
        funcs[used++] = (struct func){
            .addr = (uint32_t)sym.st_value,
            .size =
                sym.st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)sym.st_size,
            .is_global = GELF_ST_BIND(sym.st_info) != STB_LOCAL,
            .name = name,
        };
    }
    return used;
}

/* Keeps one name an address; a label's size is up to the next function. */
static size_t tidy(struct func *funcs, size_t count)
{
    size_t used = 0;
    qsort(funcs, count, sizeof *funcs, func_cmp);
    for (size_t i = 0; i < count; i++)
        if (!used || funcs[used - 1].addr != funcs[i].addr)
            funcs[used++] = funcs[i];
    for (size_t i = 0; i + 1 < used; i++)
        if (!funcs[i].size)
            funcs[i].size = funcs[i + 1].addr - funcs[i].addr;
    return used;
}

static int encode(const struct func *funcs, size_t count, void **buf,
                  uint64_t *size, struct err *err)
{
    uint64_t total =
        sizeof(struct uni_symtab) + count * sizeof(struct uni_symbol);
    uint64_t name_at = total;
    for (size_t i = 0; i < count; i++)
        total += strlen(funcs[i].name) + 1;
    if (total > UINT32_MAX)
        return err_refuse(err, "symbols of %lu bytes, at most 4 GiB", total);

    struct uni_symtab *table = calloc(1, total);
    if (!table)
        return err_set(err, ENOMEM, "symbols of %lu bytes", total);
    table->magic = UNI_SYMTAB_MAGIC;
    table->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        table->symbol[i].addr = funcs[i].addr;
        table->symbol[i].size = funcs[i].size;
        table->symbol[i].name = (uint32_t)name_at;
        size_t len = strlen(funcs[i].name) + 1;
        memcpy((char *)table + name_at, funcs[i].name, len);
        name_at += len;
    }
    *buf = table;
    *size = total;
    return 0;
}

int image_symtab_new(struct Elf *elf, void **buf, uint64_t *size,
                     struct err *err)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr shdr = {0};

    *buf = NULL;
    *size = 0;
    while ((scn = elf_nextscn(elf, scn)))
        if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
            break;
    Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
    if (!data)
        return 0; /* stripped */

    size_t count = data->d_size / sizeof(Elf64_Sym);
    if (count > SYMBOL_MAX)
        return err_refuse(err, "%zu symbols, at most %u", count, SYMBOL_MAX);
    auto_free struct func *funcs = calloc(count + 1, sizeof *funcs);
    if (!funcs)
        return err_set(err, ENOMEM, "%zu symbols", count);
    count = tidy(funcs, collect(elf, data, shdr.sh_link, count, funcs));
    return count ? encode(funcs, count, buf, size, err) : 0;
}
