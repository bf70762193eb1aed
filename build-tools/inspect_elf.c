/* SPDX-License-Identifier: Apache-2.0 */
/* An image read by libelf: see inspect.h. */
#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "build-tools/inspect.h"

static void add_segment(struct elf_image *image, const GElf_Phdr *phdr,
                        uint32_t index)
{
    uint32_t pos = image->segment_count;

    if (pos == ELF_PHDR_MAX || !phdr->p_memsz)
        return;
    for (; pos > 0 && image->segment[pos - 1].addr > phdr->p_vaddr; pos--)
        image->segment[pos] = image->segment[pos - 1];
    image->segment[pos] = (struct elf_segment){
        .addr = phdr->p_vaddr,
        .mem_size = phdr->p_memsz,
        .offset = phdr->p_offset,
        .file_size = phdr->p_filesz,
        .flags = phdr->p_flags & (PF_R | PF_W | PF_X),
        .index = index,
    };
    image->segment_count++;
}

static void take_note(struct elf_image *image, const GElf_Nhdr *nhdr,
                      const char *owner, const void *desc)
{
    if (nhdr->n_namesz != sizeof UNI_NOTE_OWNER ||
        memcmp(owner, UNI_NOTE_OWNER, sizeof UNI_NOTE_OWNER) != 0)
        return;
    if (nhdr->n_type == UNI_NT_IMAGE && nhdr->n_descsz == sizeof image->note)
        memcpy(&image->note, desc, sizeof image->note);
    if (nhdr->n_type == UNI_NT_MANIFEST &&
        nhdr->n_descsz == sizeof image->manifest)
        memcpy(&image->manifest, desc, sizeof image->manifest);
}

static void read_notes(struct inspect *in, const GElf_Phdr *phdr)
{
    Elf_Data *data =
        elf_getdata_rawchunk(in->elf, (int64_t)phdr->p_offset, phdr->p_filesz,
                             phdr->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    size_t at = 0, owner_at, desc_at;
    GElf_Nhdr nhdr;

    while (data &&
           (at = gelf_getnote(data, at, &nhdr, &owner_at, &desc_at)) > 0)
        take_note(&in->image, &nhdr, (const char *)data->d_buf + owner_at,
                  (const char *)data->d_buf + desc_at);
}

/* What a debugger reads and nobody maps. */
static void add_sections(struct inspect *in)
{
    size_t names;
    Elf_Scn *scn = NULL;

    if (elf_getshdrstrndx(in->elf, &names) < 0)
        return;
    while ((scn = elf_nextscn(in->elf, scn))) {
        GElf_Shdr shdr;
        if (!gelf_getshdr(scn, &shdr) || shdr.sh_flags & SHF_ALLOC ||
            shdr.sh_type == SHT_NOBITS || shdr.sh_size > in->size)
            continue;
        const char *name = elf_strptr(in->elf, names, shdr.sh_name);
        if (name && strncmp(name, ".debug", 6) == 0)
            in->part[PART_DEBUG] += shdr.sh_size;
        else if (shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_STRTAB)
            in->part[PART_NAMES] += shdr.sh_size;
    }
}

int inspect_open(struct inspect *in, int fd, struct err *err)
{
    GElf_Ehdr ehdr;
    size_t count, size;

    (void)elf_version(EV_CURRENT);
    in->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    in->map = (const uint8_t *)elf_rawfile(in->elf, &size);
    if (!in->map || !gelf_getehdr(in->elf, &ehdr) ||
        elf_getphdrnum(in->elf, &count) < 0)
        return err_say(err, EINVAL, "libelf: %s", elf_errmsg(-1));
    in->size = size;
    in->image.entry = ehdr.e_entry;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr phdr;
        if (!gelf_getphdr(in->elf, (int)i, &phdr))
            return err_say(err, EINVAL, "libelf: %s", elf_errmsg(-1));
        if (phdr.p_type == PT_LOAD)
            add_segment(&in->image, &phdr, (uint32_t)i);
        else if (phdr.p_type == PT_NOTE)
            read_notes(in, &phdr);
    }
    add_sections(in);
    return 0;
}

void inspect_close(struct inspect *in)
{
    if (in->elf)
        (void)elf_end(in->elf);
}
