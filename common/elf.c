/* SPDX-License-Identifier: Apache-2.0 */
/* Reads unikernel images; see elf.h. Sources: gABI ch. 4 and 5. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/elf.h"
#include "common/io.h"

#define PAGE_MASK (UNI_PAGE_SIZE - 1)
_Static_assert(ELF_PHDR_MAX * sizeof(Elf64_Phdr) <= ELF_SCRATCH_SIZE,
               "program headers fit the scratch");

/* The bytes at an offset, in the head or the given scratch; len fits that.
 * Program headers are in slot 0 while notes are read to slot 1. */
static const void *source_at(const struct elf_source *src, uint64_t offset,
                             uint64_t len, unsigned slot, struct err *err)
{
    uint64_t end;
    if (__builtin_add_overflow(offset, len, &end) || end > src->file_size) {
        err_refuse(err, "lies past the end of the file");
        return NULL;
    }
    if (end <= src->head_len)
        return (const char *)src->head + offset;
    char *scratch = src->scratch[slot];
    return pread_full(src->fd, scratch, len, offset, err) < 0 ? NULL : scratch;
}

static int check_ehdr(const Elf64_Ehdr *ehdr, struct err *err)
{
    const unsigned char *ident = ehdr->e_ident;
    if (memcmp(ident, ELFMAG, SELFMAG))
        return err_refuse(err, "not an ELF file");
    if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB ||
        ehdr->e_machine != EM_X86_64)
        return err_refuse(err,
                          "is for another machine (class %u, data %u, "
                          "machine %u), not ELF64 for x86-64",
                          ident[EI_CLASS], ident[EI_DATA], ehdr->e_machine);
    if (ident[EI_VERSION] != EV_CURRENT)
        return err_refuse(err, "ELF version %u, not 1", ident[EI_VERSION]);
    if (ehdr->e_type != ET_EXEC)
        return err_refuse(err,
                          "ELF type %u is not a static executable at "
                          "fixed addresses (type 2)",
                          ehdr->e_type);
    if (ehdr->e_phentsize != sizeof(Elf64_Phdr))
        return err_refuse(err, "program headers of %u bytes, not 56",
                          ehdr->e_phentsize);
    if (ehdr->e_phnum == 0 || ehdr->e_phnum > ELF_PHDR_MAX)
        return err_refuse(err, "%u program headers, not 1 to %u", ehdr->e_phnum,
                          ELF_PHDR_MAX);
    return 0;
}

static int check_segment(const Elf64_Phdr *phdr, uint32_t index,
                         uint64_t file_size, struct err *err)
{
    uint64_t addr = phdr->p_vaddr, size = phdr->p_memsz, end, file_end;
    if ((phdr->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
        return err_refuse(err, "segment %u is writable and executable", index);
    if (phdr->p_filesz > size)
        return err_refuse(err,
                          "segment %u has more bytes in the file (%#lx) "
                          "than in memory (%#lx)",
                          index, phdr->p_filesz, size);
    if (__builtin_add_overflow(phdr->p_offset, phdr->p_filesz, &file_end) ||
        file_end > file_size)
        return err_refuse(err,
                          "segment %u (%#lx bytes at offset %#lx) ends "
                          "past the end of the file (%#lx bytes)",
                          index, phdr->p_filesz, phdr->p_offset, file_size);
    if (addr < UNI_IMAGE_MIN || __builtin_add_overflow(addr, size, &end) ||
        end > UNI_ARENA_ADDR)
        return err_refuse(err,
                          "segment %u (%#lx bytes at %#lx) is out of "
                          "range: %#llx to %#llx",
                          index, size, addr, UNI_IMAGE_MIN, UNI_ARENA_ADDR);
    if ((addr ^ phdr->p_offset) & PAGE_MASK)
        return err_refuse(err,
                          "segment %u: address %#lx and offset %#lx "
                          "differ within a page",
                          index, addr, phdr->p_offset);
    if (phdr->p_filesz && phdr->p_filesz < size && (file_end & PAGE_MASK) &&
        !(phdr->p_flags & PF_W))
        return err_refuse(err,
                          "segment %u is not writable, and has zeroes in a "
                          "page of the file",
                          index);
    return 0;
}

/* Keeps the list ascending; two segments may not meet within a page. */
static int add_segment(struct elf_image *image, const Elf64_Phdr *phdr,
                       uint32_t index, struct err *err)
{
    struct elf_segment segment = {phdr->p_vaddr,
                                  phdr->p_memsz,
                                  phdr->p_offset,
                                  phdr->p_filesz,
                                  phdr->p_flags & (PF_R | PF_W | PF_X),
                                  index};
    uint64_t first = segment.addr & ~PAGE_MASK;
    uint64_t last = (segment.addr + segment.mem_size - 1) | PAGE_MASK;
    uint32_t pos = image->segment_count;

    for (; pos > 0; pos--) {
        const struct elf_segment *other = &image->segment[pos - 1];
        if (((other->addr + other->mem_size - 1) | PAGE_MASK) < first)
            break;
        if ((other->addr & ~PAGE_MASK) <= last)
            return err_refuse(err, "segments %u and %u overlap", other->index,
                              index);
    }
    memmove(&image->segment[pos + 1], &image->segment[pos],
            (image->segment_count - pos) * sizeof segment);
    image->segment[pos] = segment;
    image->segment_count++;
    return 0;
}

const void *elf_note_find(const void *notes, size_t len, const char *owner,
                          uint32_t type, uint32_t *desc_len)
{
    const char *at = notes;
    size_t owner_len = strlen(owner) + 1;

    while (len >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr nhdr;
        memcpy(&nhdr, at, sizeof nhdr);
        at += sizeof nhdr;
        len -= sizeof nhdr;

        uint64_t name_size = ((uint64_t)nhdr.n_namesz + 3) & ~3ull;
        uint64_t desc_size = ((uint64_t)nhdr.n_descsz + 3) & ~3ull;
        if (name_size + nhdr.n_descsz > len)
            return NULL;
        if (nhdr.n_type == type && nhdr.n_namesz == owner_len &&
            !memcmp(at, owner, owner_len)) {
            *desc_len = nhdr.n_descsz;
            return at + name_size;
        }
        if (name_size + desc_size > len)
            return NULL; /* only the last desc may lack its padding */
        at += name_size + desc_size;
        len -= name_size + desc_size;
    }
    return NULL;
}

/* Copies the Septum notes out of one PT_NOTE; *found collects 1 and 2. */
static int read_notes(struct elf_image *image, const struct elf_source *src,
                      const Elf64_Phdr *phdr, unsigned *found, struct err *err)
{
    const struct {
        uint32_t type;
        uint32_t size;
        void *to;
    } want[] = {
        {UNI_NT_IMAGE, sizeof image->note, &image->note},
        {UNI_NT_MANIFEST, sizeof image->manifest, &image->manifest},
    };
    if (phdr->p_filesz > ELF_SCRATCH_SIZE)
        return 0; /* not ours: ours are small */
    const void *notes = source_at(src, phdr->p_offset, phdr->p_filesz, 1, err);
    if (!notes)
        return err_wrap(err, "note");

    for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
        uint32_t len = 0;
        const void *desc = elf_note_find(notes, phdr->p_filesz, UNI_NOTE_OWNER,
                                         want[i].type, &len);
        if (!desc)
            continue;
        if (len != want[i].size)
            return err_refuse(err, "ABI note %u has %u bytes, not %u",
                              want[i].type, len, want[i].size);
        memcpy(want[i].to, desc, len);
        *found |= want[i].type;
    }
    return 0;
}

/* Parts of the image that the note names; those without a size are absent. */
static int check_parts(const struct elf_image *image, struct err *err)
{
    const struct uni_note *note = &image->note;
    const struct {
        const char *name;
        uint64_t addr, size;
        uint32_t flag;
    } parts[] = {
        {"entry", image->entry, 1, PF_X},
        {"upcall entry", note->upcall_entry, 1, PF_X},
        {"root file system", note->rootfs_addr, note->rootfs_size, PF_R},
        {"symbol table", note->symtab_addr, note->symtab_size, PF_R},
        {"configuration", note->config_addr, note->config_size, PF_R},
        {"fs base", note->fs_base, note->fs_base ? 8 : 0, PF_W}};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct elf_segment *segment =
            elf_segment_at(image, parts[i].addr, parts[i].size);
        if ((parts[i].addr || parts[i].size) &&
            (!segment || !(segment->flags & parts[i].flag)))
            return err_refuse(err,
                              "%s (%#lx bytes at %#lx) is in no %s segment",
                              parts[i].name, parts[i].size, parts[i].addr,
                              parts[i].flag == PF_X   ? "executable"
                              : parts[i].flag == PF_W ? "writable"
                                                      : "readable");
    }
    return 0;
}

static int check_note(const struct elf_image *image, struct err *err)
{
    const struct uni_note *note = &image->note;
    if (note->abi_version == 0 || note->abi_version > UNI_ABI_VERSION)
        return err_refuse(err, "needs ABI %u, this tender has ABI %u",
                          note->abi_version, UNI_ABI_VERSION);
    if (note->flags & ~UNI_NOTE_FLAGS_ALL)
        return err_refuse(err, "note: unknown flags %#x",
                          note->flags & ~UNI_NOTE_FLAGS_ALL);
    if (note->mem_min > UNI_ARENA_MAX_SIZE)
        return err_refuse(err, "needs %lu bytes of memory, at most %llu exist",
                          note->mem_min, UNI_ARENA_MAX_SIZE);
    return check_parts(image, err);
}

/* [a-z0-9_-]{1,23}, NUL padded. */
static bool is_name(const char name[UNI_NAME_MAX])
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    static const char padding[UNI_NAME_MAX];
    size_t len = strnlen(name, UNI_NAME_MAX);
    return len > 0 && len < UNI_NAME_MAX && strspn(name, allowed) == len &&
           !memcmp(name + len, padding, UNI_NAME_MAX - len);
}

static int check_manifest(const struct uni_manifest *manifest, struct err *err)
{
    if (manifest->count > UNI_DECL_MAX)
        return err_refuse(err, "manifest: %u devices, at most %u",
                          manifest->count, UNI_DECL_MAX);
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        if (!is_name(decl->name))
            return err_refuse(err,
                              "manifest: the name of device %u is not 1 "
                              "to %u of a-z 0-9 _ -",
                              i, UNI_NAME_MAX - 1);
        if (decl->cls < UNI_CLASS_NET || decl->cls > UNI_CLASS_STREAM)
            return err_refuse(err, "manifest: device %s has unknown class %u",
                              decl->name, decl->cls);
        if (decl->flags & ~(uint32_t)UNI_DECL_OPTIONAL)
            return err_refuse(err, "manifest: device %s has unknown flags %#x",
                              decl->name, decl->flags);
        for (uint32_t j = 0; j < i; j++)
            if (!memcmp(decl->name, manifest->decl[j].name, UNI_NAME_MAX))
                return err_refuse(err, "manifest: two devices named %s",
                                  decl->name);
    }
    return 0;
}

static int parse_phdrs(struct elf_image *image, const struct elf_source *src,
                       const char *phdrs, unsigned count, struct err *err)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr phdr; /* a copy: the file's may lie at any address */
        memcpy(&phdr, phdrs + i * sizeof phdr, sizeof phdr);
        int rc = 0;
        if (phdr.p_type == PT_INTERP)
            return err_refuse(err, "is dynamically linked, not static");
        if (phdr.p_type == PT_NOTE)
            rc = read_notes(image, src, &phdr, &found, err);
        if (phdr.p_type == PT_LOAD && phdr.p_memsz) {
            rc = check_segment(&phdr, i, src->file_size, err);
            if (!rc)
                rc = add_segment(image, &phdr, i, err);
        }
        if (rc < 0)
            return rc;
    }
    if (found != (UNI_NT_IMAGE | UNI_NT_MANIFEST))
        return err_refuse(
            err, "has no %s note of owner %s: not a unikernel image",
            found & UNI_NT_IMAGE ? "manifest" : "ABI", UNI_NOTE_OWNER);
    return 0;
}

int elf_parse(struct elf_image *image, const struct elf_source *src,
              struct err *err)
{
    Elf64_Ehdr ehdr;

    if (src->file_size < sizeof ehdr)
        return err_refuse(err, "not an ELF file: only %lu bytes",
                          src->file_size);
    const void *at = source_at(src, 0, sizeof ehdr, 0, err);
    if (!at)
        return err_wrap(err, "ELF header");
    memcpy(&ehdr, at, sizeof ehdr);
    if (check_ehdr(&ehdr, err) < 0)
        return -err->code;
    const char *phdrs =
        source_at(src, ehdr.e_phoff, ehdr.e_phnum * sizeof(Elf64_Phdr), 0, err);
    if (!phdrs)
        return err_wrap(err, "program headers");

    image->entry = ehdr.e_entry;
    image->segment_count = 0;
    if (parse_phdrs(image, src, phdrs, ehdr.e_phnum, err) < 0 ||
        check_note(image, err) < 0 || check_manifest(&image->manifest, err) < 0)
        return -err->code;
    return 0;
}

int elf_read(struct elf_image *image, int fd, struct err *err)
{
    struct stat st;
    char head[ELF_HEAD_SIZE];
    static char scratch[2][ELF_SCRATCH_SIZE]; /* most files do without */

    if (fstat(fd, &st) < 0)
        return err_set(err, errno, "stat");
    if (!S_ISREG(st.st_mode))
        return err_refuse(err, "not an ELF file: not a regular file");

    struct elf_source src = {
        .head = head,
        .head_len = sizeof head,
        .fd = fd,
        .file_size = (uint64_t)st.st_size,
        .scratch = scratch,
    };
    if (src.file_size < src.head_len)
        src.head_len = src.file_size;
    if (pread_full(fd, head, src.head_len, 0, err) < 0)
        return -err->code;
    return elf_parse(image, &src, err);
}

const struct elf_segment *elf_segment_at(const struct elf_image *image,
                                         uint64_t addr, uint64_t size)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        if (addr >= segment->addr && addr - segment->addr < segment->mem_size &&
            size <= segment->mem_size - (addr - segment->addr))
            return segment;
    }
    return NULL;
}

int elf_prot(uint32_t flags)
{
    int prot = PROT_NONE;
    if (flags & (PF_R | PF_X)) /* x86-64 pages that execute are readable */
        prot |= PROT_READ;
    if (flags & PF_W)
        prot |= PROT_READ | PROT_WRITE;
    if (flags & PF_X)
        prot |= PROT_EXEC;
    return prot;
}
