/* SPDX-License-Identifier: Apache-2.0 */
/* Writes unikernel images: see image_pack.h. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/elf.h"
#include "common/image_pack.h"
#include "common/io.h"
#include "common/outfile.h"

#define SECTION_MAX 65000u /* below SHN_LORESERVE, with room for ours */
#define PAGE_UP(x) (((x) + UNI_PAGE_SIZE - 1) & ~(UNI_PAGE_SIZE - 1))

/* The parts that become segments, ascending by address. */
enum { META, ROOTFS, BLOB_COUNT };
enum { SEC_CONFIG, SEC_SYMTAB, SEC_ROOTFS, SEC_COUNT };
static const char *const section_name[SEC_COUNT] = {
    ".septum.config", ".septum.symtab", ".septum.rootfs"};

struct blob {
    uint64_t addr;
    uint64_t size;   /* bytes; 0: not there */
    uint64_t offset; /* in the output */
};

struct section {
    Elf64_Shdr shdr;
    const char *name;
    const void *data; /* to be copied to shdr.sh_offset; NULL: in place */
};

struct pack {
    const struct image_spec *spec;
    const char *map; /* the input */
    uint64_t map_size;
    Elf *elf;
    struct elf_image image;
    struct uni_note note; /* of the output */
    Elf64_Ehdr ehdr;
    Elf64_Phdr phdr[ELF_PHDR_MAX];

    uint64_t core_size; /* bytes at the file's start that stay as they are */
    struct blob blob[BLOB_COUNT];
    const void *config;
    void *symtab; /* owned */
    const void *old_symtab;

    struct section *section;
    uint32_t section_count;
    uint32_t ours[SEC_COUNT]; /* index of the section, or 0 */
    char *names;              /* .shstrtab of the output */
    uint64_t names_size;
    uint64_t shdr_offset;
};

/* The input's bytes at a guest address; elf_read has checked the range. */
static const void *at_addr(const struct pack *pack, uint64_t addr,
                           uint64_t size)
{
    const struct elf_segment *segment =
        size ? elf_segment_at(&pack->image, addr, size) : NULL;
    if (!segment || addr - segment->addr + size > segment->file_size)
        return NULL;
    return pack->map + segment->offset + (addr - segment->addr);
}

static bool is_appended(uint64_t addr)
{
    return addr >= UNI_META_ADDR && addr < UNI_ARENA_ADDR;
}

static int plan_meta(struct pack *pack, struct err *err)
{
    const struct image_spec *spec = pack->spec;
    struct uni_note *note = &pack->note;
    uint64_t symtab_size = note->symtab_size;

    if (spec->set & IMAGE_CONFIG) {
        pack->config = spec->config;
        note->config_size = spec->config_size;
    } else {
        pack->config = at_addr(pack, note->config_addr, note->config_size);
    }
    if (spec->set & IMAGE_SYMTAB) {
        if (image_symtab_new(pack->elf, &pack->symtab, &symtab_size, err) < 0)
            return -err->code;
    } else {
        pack->old_symtab = at_addr(pack, note->symtab_addr, symtab_size);
    }
    if ((note->config_size && !pack->config) ||
        (symtab_size && !pack->symtab && !pack->old_symtab))
        return err_refuse(err, "configuration or symbols are not in the file");
    if (note->config_size > IMAGE_CONFIG_MAX)
        return err_refuse(err, "configuration of %lu bytes, at most %u",
                          note->config_size, IMAGE_CONFIG_MAX);

    note->config_addr = note->config_size ? UNI_META_ADDR : 0;
    uint64_t symtab_at = (note->config_size + 7) & ~7ull;
    note->symtab_addr = symtab_size ? UNI_META_ADDR + symtab_at : 0;
    note->symtab_size = symtab_size;
    pack->blob[META].addr = UNI_META_ADDR;
    pack->blob[META].size =
        symtab_size ? symtab_at + symtab_size : note->config_size;
    return 0;
}

static int plan_blobs(struct pack *pack, struct err *err)
{
    const struct image_spec *spec = pack->spec;
    struct uni_note *note = &pack->note;

    if (plan_meta(pack, err) < 0)
        return -err->code;
    if (spec->set & IMAGE_ROOTFS)
        note->rootfs_size = spec->rootfs.size;
    else if (note->rootfs_size &&
             !at_addr(pack, note->rootfs_addr, note->rootfs_size))
        return err_refuse(err, "root file system is not in the file");
    if (note->rootfs_size > UNI_ARENA_ADDR - UNI_ROOTFS_ADDR)
        return err_refuse(err, "root file system of %lu bytes, at most %llu",
                          note->rootfs_size, UNI_ARENA_ADDR - UNI_ROOTFS_ADDR);
    note->rootfs_addr = note->rootfs_size ? UNI_ROOTFS_ADDR : 0;
    pack->blob[ROOTFS].addr = UNI_ROOTFS_ADDR;
    pack->blob[ROOTFS].size = note->rootfs_size;
    if (spec->set & IMAGE_STACK)
        note->stack_size = spec->stack_size;
    if (spec->set & IMAGE_MEM)
        note->mem_min = spec->mem_min;

    uint64_t offset = pack->core_size;
    for (int i = 0; i < BLOB_COUNT; i++) {
        pack->blob[i].offset = PAGE_UP(offset);
        if (pack->blob[i].size)
            offset = pack->blob[i].offset + pack->blob[i].size;
    }
    pack->shdr_offset = offset; /* for now: where the rest begins */
    return 0;
}

/* Old appended segments become spare headers, new ones take spare headers
 * behind the last PT_LOAD, since those must ascend (gABI ch. 5). */
static int plan_phdrs(struct pack *pack, struct err *err)
{
    unsigned count = pack->ehdr.e_phnum, next = 0;

    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr *phdr = &pack->phdr[i];
        if (phdr->p_type != PT_LOAD)
            continue;
        if (is_appended(phdr->p_vaddr) || !phdr->p_memsz) {
            memset(phdr, 0, sizeof *phdr); /* PT_NULL */
            continue;
        }
        next = i + 1;
        if (phdr->p_offset + phdr->p_filesz > pack->core_size)
            pack->core_size = phdr->p_offset + phdr->p_filesz;
    }
    if (plan_blobs(pack, err) < 0)
        return -err->code;
    for (int b = 0; b < BLOB_COUNT; b++) {
        const struct blob *blob = &pack->blob[b];
        if (!blob->size)
            continue;
        while (next < count && pack->phdr[next].p_type != PT_NULL)
            next++;
        if (next == count)
            return err_refuse(err, "no spare program header for a part at %#lx",
                              blob->addr);
        pack->phdr[next] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = PF_R,
            .p_offset = blob->offset,
            .p_vaddr = blob->addr,
            .p_paddr = blob->addr,
            .p_filesz = blob->size,
            .p_memsz = blob->size,
            .p_align = UNI_PAGE_SIZE,
        };
    }
    return 0;
}

static int read_sections(struct pack *pack, struct err *err)
{
    size_t count, names;
    if (elf_getshdrnum(pack->elf, &count) < 0 ||
        elf_getshdrstrndx(pack->elf, &names) < 0)
        return err_refuse(err, "section headers: %s", elf_errmsg(-1));
    if (count > SECTION_MAX)
        return err_refuse(err, "%zu sections, at most %u", count, SECTION_MAX);
    if (!count)
        return 0; /* allowed: nothing but segments */

    pack->section = calloc(count + SEC_COUNT, sizeof *pack->section);
    if (!pack->section)
        return err_set(err, ENOMEM, "%zu sections", count);
    pack->section_count = (uint32_t)count;
    for (size_t i = 1; i < count; i++) {
        struct section *section = &pack->section[i];
        if (!gelf_getshdr(elf_getscn(pack->elf, i), &section->shdr))
            return err_refuse(err, "section %zu: %s", i, elf_errmsg(-1));
        const Elf64_Shdr *shdr = &section->shdr;
        section->name = elf_strptr(pack->elf, names, shdr->sh_name);
        if (!section->name)
            section->name = "";
        if (shdr->sh_type == SHT_NOBITS || shdr->sh_type == SHT_NULL)
            continue;
        if (shdr->sh_offset > pack->map_size ||
            shdr->sh_size > pack->map_size - shdr->sh_offset)
            return err_refuse(err,
                              "section %zu (%s) ends past the end of the "
                              "file",
                              i, section->name);
    }
    return 0;
}

/* Finds or makes the header of one of our sections. */
static void set_section(struct pack *pack, int which, uint64_t addr,
                        uint64_t size, const struct blob *blob)
{
    uint32_t i = 1;
    while (i < pack->section_count &&
           strcmp(pack->section[i].name, section_name[which]) != 0)
        i++;
    if (i == pack->section_count) {
        if (!size)
            return;
        pack->section_count++;
    }
    struct section *section = &pack->section[i];
    memset(section, 0, sizeof *section);
    section->name = size ? section_name[which] : "";
    if (!size)
        return; /* SHT_NULL: indices of others stay as they are */
    section->shdr.sh_type = SHT_PROGBITS;
    section->shdr.sh_flags = SHF_ALLOC;
    section->shdr.sh_addr = addr;
    section->shdr.sh_offset = blob->offset + (addr - blob->addr);
    section->shdr.sh_size = size;
    section->shdr.sh_addralign = 8;
}

static int build_names(struct pack *pack, struct err *err)
{
    uint64_t size = 1;
    for (uint32_t i = 1; i < pack->section_count; i++)
        size += strlen(pack->section[i].name) + 1;
    pack->names = calloc(1, size);
    if (!pack->names)
        return err_set(err, ENOMEM, "section names");
    uint64_t at = 1;
    for (uint32_t i = 1; i < pack->section_count; i++) {
        size_t len = strlen(pack->section[i].name);
        pack->section[i].shdr.sh_name = len ? (uint32_t)at : 0;
        memcpy(pack->names + at, pack->section[i].name, len);
        at += len ? len + 1 : 0;
    }
    pack->names_size = at;
    return 0;
}

/* New offsets for what is not loaded; the rest has its place. */
static int plan_sections(struct pack *pack, struct err *err)
{
    const struct uni_note *note = &pack->note;
    uint64_t offset = pack->shdr_offset;

    if (read_sections(pack, err) < 0)
        return -err->code;
    if (!pack->section_count)
        return 0;
    set_section(pack, SEC_CONFIG, note->config_addr, note->config_size,
                &pack->blob[META]);
    set_section(pack, SEC_SYMTAB, note->symtab_addr, note->symtab_size,
                &pack->blob[META]);
    set_section(pack, SEC_ROOTFS, note->rootfs_addr, note->rootfs_size,
                &pack->blob[ROOTFS]);
    if (build_names(pack, err) < 0)
        return -err->code;

    for (uint32_t i = 1; i < pack->section_count; i++) {
        struct section *section = &pack->section[i];
        Elf64_Shdr *shdr = &section->shdr;
        if ((shdr->sh_flags & SHF_ALLOC) || shdr->sh_type == SHT_NOBITS ||
            shdr->sh_type == SHT_NULL)
            continue;
        section->data = pack->map + shdr->sh_offset;
        if (i == pack->ehdr.e_shstrndx) {
            section->data = pack->names;
            shdr->sh_size = pack->names_size;
        }
        uint64_t align = shdr->sh_addralign;
        if (align > 1 && align <= UNI_PAGE_SIZE && !(align & (align - 1)))
            offset = (offset + align - 1) & ~(align - 1);
        shdr->sh_offset = offset;
        offset += shdr->sh_size;
    }
    pack->shdr_offset = (offset + 7) & ~7ull;
    return 0;
}

static int write_notes(const struct pack *pack, int fd, struct err *err)
{
    const struct {
        uint32_t type;
        uint32_t size;
        const void *from;
    } notes[] = {
        {UNI_NT_IMAGE, sizeof pack->note, &pack->note},
        {UNI_NT_MANIFEST, sizeof pack->spec->manifest, &pack->spec->manifest},
    };

    for (unsigned i = 0; i < pack->ehdr.e_phnum; i++) {
        const Elf64_Phdr *phdr = &pack->phdr[i];
        if (phdr->p_type != PT_NOTE || phdr->p_offset > pack->map_size ||
            phdr->p_filesz > pack->map_size - phdr->p_offset)
            continue;
        for (unsigned n = 0; n < sizeof notes / sizeof notes[0]; n++) {
            uint32_t len = 0;
            const char *desc =
                elf_note_find(pack->map + phdr->p_offset, phdr->p_filesz,
                              UNI_NOTE_OWNER, notes[n].type, &len);
            if (!desc || len != notes[n].size ||
                (notes[n].type == UNI_NT_MANIFEST &&
                 !(pack->spec->set & IMAGE_MANIFEST)))
                continue;
            if (pwrite_full(fd, notes[n].from, len,
                            (uint64_t)(desc - pack->map), err) < 0)
                return -err->code;
        }
    }
    return 0;
}

static int write_blobs(const struct pack *pack, int fd, struct err *err)
{
    const struct uni_note *note = &pack->note;
    const struct image_spec *spec = pack->spec;
    const struct blob *meta = &pack->blob[META];
    const struct blob *rootfs = &pack->blob[ROOTFS];
    const void *symtab = pack->symtab ? pack->symtab : pack->old_symtab;

    if (note->config_size &&
        pwrite_full(fd, pack->config, note->config_size, meta->offset, err) < 0)
        return -err->code;
    if (note->symtab_size &&
        pwrite_full(fd, symtab, note->symtab_size,
                    meta->offset + (note->symtab_addr - meta->addr), err) < 0)
        return -err->code;
    if (!rootfs->size)
        return 0;
    if (spec->set & IMAGE_ROOTFS)
        return spec->rootfs.write(spec->rootfs.ctx, fd, rootfs->offset, err);
    return pwrite_full(fd,
                       at_addr(pack, pack->image.note.rootfs_addr,
                               pack->image.note.rootfs_size),
                       rootfs->size, rootfs->offset, err);
}

static int write_sections(const struct pack *pack, int fd, struct err *err)
{
    for (uint32_t i = 0; i < pack->section_count; i++) {
        const struct section *section = &pack->section[i];
        if (section->data &&
            pwrite_full(fd, section->data, section->shdr.sh_size,
                        section->shdr.sh_offset, err) < 0)
            return -err->code;
        if (pwrite_full(fd, &section->shdr, sizeof section->shdr,
                        pack->shdr_offset + i * sizeof section->shdr, err) < 0)
            return -err->code;
    }
    return 0;
}

static int write_all(const struct pack *pack, int fd, struct err *err)
{
    Elf64_Ehdr ehdr = pack->ehdr;
    ehdr.e_shoff = pack->section_count ? pack->shdr_offset : 0;
    ehdr.e_shnum = (uint16_t)pack->section_count;
    ehdr.e_shentsize = sizeof(Elf64_Shdr);
    if (!pack->section_count)
        ehdr.e_shstrndx = 0;

    if (pwrite_full(fd, pack->map, pack->core_size, 0, err) < 0 ||
        write_notes(pack, fd, err) < 0 ||
        pwrite_full(fd, &ehdr, sizeof ehdr, 0, err) < 0 ||
        pwrite_full(fd, pack->phdr, ehdr.e_phnum * sizeof pack->phdr[0],
                    ehdr.e_phoff, err) < 0 ||
        write_blobs(pack, fd, err) < 0)
        return -err->code;
    return write_sections(pack, fd, err);
}

/* What is written is an image again, or the input was an odd one: its parts
 * lay in each other. */
static int check_result(int fd, struct err *err)
{
    struct elf_image image;
    return elf_read(&image, fd, err) < 0 ? err_wrap(err, "result") : 0;
}

/* Everything that is read and decided, before the first byte is written. */
static int plan(struct pack *pack, int fd, struct err *err)
{
    if (elf_read(&pack->image, fd, err) < 0)
        return -err->code;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_set(err, errno, "stat");
    pack->map_size = (uint64_t)st.st_size;
    pack->map = mmap(NULL, pack->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (pack->map == MAP_FAILED) {
        pack->map = NULL;
        return err_set(err, errno, "mmap %lu bytes", pack->map_size);
    }
    (void)elf_version(EV_CURRENT);
    pack->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (!pack->elf)
        return err_refuse(err, "%s", elf_errmsg(-1));

    pack->note = pack->image.note;
    memcpy(&pack->ehdr, pack->map, sizeof pack->ehdr);
    uint64_t phdrs_size = pack->ehdr.e_phnum * sizeof pack->phdr[0];
    uint64_t phdrs_end;
    if (pack->ehdr.e_phnum > ELF_PHDR_MAX ||
        __builtin_add_overflow(pack->ehdr.e_phoff, phdrs_size, &phdrs_end) ||
        phdrs_end > pack->map_size)
        return err_refuse(err, "changed while it was read");
    memcpy(pack->phdr, pack->map + pack->ehdr.e_phoff, phdrs_size);
    pack->core_size = phdrs_end;
    if (plan_phdrs(pack, err) < 0)
        return -err->code;
    return plan_sections(pack, err);
}

static void pack_release(struct pack *pack)
{
    free(pack->symtab);
    free(pack->section);
    free(pack->names);
    if (pack->elf)
        (void)elf_end(pack->elf);
    if (pack->map)
        (void)munmap((void *)pack->map, pack->map_size);
}

int image_pack_fd(int input, const char *name, int output,
                  const struct image_spec *spec, struct err *err)
{
    struct pack pack = {.spec = spec};
    int rc = plan(&pack, input, err);
    if (rc < 0)
        rc = err_wrap(err, "%s", name);
    else
        rc = write_all(&pack, output, err);
    if (rc == 0)
        rc = check_result(output, err);
    pack_release(&pack);
    return rc;
}

int image_pack(const char *input, const char *output,
               const struct image_spec *spec, struct err *err)
{
    auto_fd int fd = open(input, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open %s", input);

    struct pack pack = {.spec = spec};
    struct outfile out;
    int rc = plan(&pack, fd, err);
    if (rc < 0) {
        rc = err_wrap(err, "%s", input);
    } else {
        rc = outfile_init(&out, output, 0777, err);
        if (rc == 0) {
            rc = write_all(&pack, out.fd, err);
            if (rc == 0)
                rc = check_result(out.fd, err);
            if (rc == 0)
                rc = outfile_commit(&out, err);
            outfile_release(&out);
        }
        if (rc < 0)
            rc = err_wrap(err, "write %s", output);
    }
    pack_release(&pack);
    return rc;
}
