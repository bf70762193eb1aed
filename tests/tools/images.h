/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small image that runs (it exits with 7), and images that are damaged, each
 * in one way, with what the loader says to that. For tests/unit/elf.c,
 * tests/cli/refusals.sh and the corpus of tests/fuzz/elf.c.
 */
#ifndef TESTS_IMAGES_H
#define TESTS_IMAGES_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "uni.h"
#include "uni_note.h"

#define IMAGE_TEXT 0x70001000u
#define IMAGE_FILE_SIZE 0x2100u

struct image_notes {
    Elf64_Nhdr image_head;
    char image_owner[8];
    struct uni_note note;
    Elf64_Nhdr manifest_head;
    char manifest_owner[8];
    struct uni_manifest manifest;
} __attribute__((packed));

/* The file: headers and notes, text from 0x1000, data from 0x2000. */
struct image_file {
    Elf64_Ehdr ehdr;
    Elf64_Phdr phdr[4]; /* read-only, text, data, notes */
    struct image_notes notes;
    char pad[0x1000 - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr) -
             sizeof(struct image_notes)];
    unsigned char text[0x1000];
    unsigned char data[0x100];
} __attribute__((packed));
_Static_assert(sizeof(struct image_file) == IMAGE_FILE_SIZE, "layout");

static inline void image_make(struct image_file *file)
{
    static const unsigned char code[] = {
        0xbf, 7,    0, 0, 0, /* mov $7, %edi */
        0xb8, 0,    0, 1, 0, /* mov $UNI_HC_ADDR, %eax */
        0xff, 0xd0,          /* call *%rax */
    };
    memset(file, 0, sizeof *file);
    memcpy(file->ehdr.e_ident, ELFMAG, SELFMAG);
    file->ehdr.e_ident[EI_CLASS] = ELFCLASS64;
    file->ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
    file->ehdr.e_ident[EI_VERSION] = EV_CURRENT;
    file->ehdr.e_type = ET_EXEC;
    file->ehdr.e_machine = EM_X86_64;
    file->ehdr.e_version = EV_CURRENT;
    file->ehdr.e_entry = IMAGE_TEXT;
    file->ehdr.e_phoff = sizeof file->ehdr;
    file->ehdr.e_ehsize = sizeof file->ehdr;
    file->ehdr.e_phentsize = sizeof file->phdr[0];
    file->ehdr.e_phnum = 4;

    const Elf64_Phdr phdrs[4] = {
        {PT_LOAD, PF_R, 0, UNI_IMAGE_ADDR, 0, 0x1000, 0x1000, 0x1000},
        {PT_LOAD, PF_R | PF_X, 0x1000, IMAGE_TEXT, 0, 0x1000, 0x1000, 0x1000},
        {PT_LOAD, PF_R | PF_W, 0x2000, 0x70002000, 0, 0x100, 0x3000, 0x1000},
        {PT_NOTE, PF_R, 0, 0, 0, sizeof file->notes, sizeof file->notes, 4},
    };
    memcpy(file->phdr, phdrs, sizeof phdrs);
    uint64_t at = (uint64_t)((char *)&file->notes - (char *)file);
    file->phdr[3].p_offset = at;
    file->phdr[3].p_vaddr = UNI_IMAGE_ADDR + at;

    file->notes.image_head =
        (Elf64_Nhdr){7, sizeof file->notes.note, UNI_NT_IMAGE};
    memcpy(file->notes.image_owner, UNI_NOTE_OWNER, 7);
    file->notes.note.abi_version = 1;
    file->notes.note.upcall_entry = IMAGE_TEXT + 0x100;
    file->notes.manifest_head =
        (Elf64_Nhdr){7, sizeof file->notes.manifest, UNI_NT_MANIFEST};
    memcpy(file->notes.manifest_owner, UNI_NOTE_OWNER, 7);
    memcpy(file->text, code, sizeof code);
    memcpy(file->text + 0x100, code, sizeof code);
}

/* A statement for each: what is damaged in *f. */
#define IMAGE_DAMAGES(X)                                                       \
    X(magic, f->ehdr.e_ident[0] = 'E', "not an ELF file")                      \
    X(class32, f->ehdr.e_ident[EI_CLASS] = ELFCLASS32, "another machine")      \
    X(big_endian, f->ehdr.e_ident[EI_DATA] = ELFDATA2MSB, "another machine")   \
    X(aarch64, f->ehdr.e_machine = EM_AARCH64, "another machine")              \
    X(ident_version, f->ehdr.e_ident[EI_VERSION] = 2, "ELF version 2")         \
    X(shared, f->ehdr.e_type = ET_DYN, "not a static executable")              \
    X(phentsize, f->ehdr.e_phentsize = 32, "headers of 32 bytes, not 56")      \
    X(no_phdrs, f->ehdr.e_phnum = 0, "0 program headers")                      \
    X(many_phdrs, f->ehdr.e_phnum = 65, "65 program headers")                  \
    X(far_phdrs, f->ehdr.e_phoff = 0x2080, "program headers: lies past")       \
    X(wild_phdrs, f->ehdr.e_phoff = ~0ull - 8, "program headers: lies past")   \
    X(interp, f->phdr[0].p_type = PT_INTERP, "dynamically linked")             \
    X(write_exec, f->phdr[1].p_flags |= PF_W, "1 is writable and executable")  \
    X(overlap, f->phdr[2].p_vaddr = IMAGE_TEXT, "segments 1 and 2 overlap")    \
    X(overlap_bss, f->phdr[0].p_memsz = 0x1001, "segments 0 and 1 overlap")    \
    X(file_larger, f->phdr[2].p_memsz = 0x80, "more bytes in the file")        \
    X(past_file, f->phdr[2].p_filesz = 0x101, "past the end of the file")      \
    X(zeroes, f->phdr[0].p_filesz = 0xf00, "has zeroes in a page of the")      \
    X(wild_offset, f->phdr[2].p_offset = ~0xfffull,                            \
      "past the end of the file")                                              \
    X(too_low, f->phdr[2].p_vaddr = 0x3ff000, "2 (0x3000 bytes at 0x3ff000)")  \
    X(into_arena, f->phdr[2].p_vaddr = UNI_ARENA_ADDR - 0x1000,                \
      "out of range")                                                          \
    X(wraps, f->phdr[2].p_vaddr = ~0xfffull, "out of range")                   \
    X(unaligned, f->phdr[2].p_vaddr += 8, "differ within a page")              \
    X(no_notes, f->phdr[3].p_type = PT_NULL, "has no ABI note")                \
    X(far_notes, f->phdr[3].p_offset = 0x20f0, "note: lies past")              \
    X(owner, f->notes.image_owner[0] = 's', "has no ABI note")                 \
    X(no_manifest, f->notes.manifest_head.n_type = 9, "has no manifest note")  \
    X(namesz, f->notes.image_head.n_namesz = ~0u, "has no ABI note")           \
    X(descsz, f->notes.image_head.n_descsz = 79, "has 79 bytes, not 88")       \
    X(abi_0, f->notes.note.abi_version = 0, "needs ABI 0")                     \
    X(abi_2, f->notes.note.abi_version = 2, "needs ABI 2, this tender has")    \
    X(flags, f->notes.note.flags = 2, "unknown flags 0x2")                     \
    X(entry, f->ehdr.e_entry = 0x70002000,                                     \
      "entry (0x1 bytes at 0x70002000) is in no exec")                         \
    X(upcall, f->notes.note.upcall_entry = 8,                                  \
      "upcall entry (0x1 bytes at 0x8)")                                       \
    X(fs_base, f->notes.note.fs_base = IMAGE_TEXT,                             \
      "fs base (0x8 bytes at 0x70001000) is in no writable")                   \
    X(rootfs, f->notes.note.rootfs_addr = 8, "root file system (0 bytes at")   \
    X(symtab, f->notes.note.symtab_size = 8, "symbol table (0x8 bytes at")     \
    X(config,                                                                  \
      (f->notes.note.config_addr = IMAGE_TEXT + 0xff0,                         \
       f->notes.note.config_size = 0x11),                                      \
      "configuration (0x11 bytes at")                                          \
    X(mem_min, f->notes.note.mem_min = ~0ull, "bytes of memory, at most")      \
    X(decl_count, f->notes.manifest.count = 17, "17 devices, at most 16")      \
    X(decl_name, f->notes.manifest.count = 1, "the name of device 0")          \
    X(decl_upper, image_declare(f, 0, UNI_CLASS_NET, "Eth"), "of device 0")    \
    X(decl_long, memset(image_declare(f, 0, UNI_CLASS_NET, ""), 'a', 24),      \
      "the name of device 0")                                                  \
    X(decl_class, image_declare(f, 0, UNI_CLASS_CORE, "c"), "unknown class 4") \
    X(decl_flags,                                                              \
      (image_declare(f, 0, UNI_CLASS_NET, "c"),                                \
       f->notes.manifest.decl[0].flags = 2),                                   \
      "device c has unknown flags 0x2")                                        \
    X(decl_twice,                                                              \
      (image_declare(f, 0, UNI_CLASS_NET, "a"),                                \
       image_declare(f, 1, UNI_CLASS_BLOCK, "a")),                             \
      "two devices named a")

static inline char *image_declare(struct image_file *f, unsigned idx,
                                  uint32_t cls, const char *name)
{
    f->notes.manifest.count = idx + 1;
    f->notes.manifest.decl[idx].cls = cls;
    strncpy(f->notes.manifest.decl[idx].name, name, UNI_NAME_MAX - 1);
    return f->notes.manifest.decl[idx].name;
}

#define X(NAME, DAMAGE, TEXT)                                                  \
    static inline void image_damage_##NAME(struct image_file *f)               \
    {                                                                          \
        (void)(DAMAGE);                                                        \
    }
IMAGE_DAMAGES(X)
#undef X

static const struct image_damage {
    const char *name;
    void (*damage)(struct image_file *f);
    const char *refusal; /* part of the message */
} image_damages[] = {
#define X(NAME, DAMAGE, TEXT) {#NAME, image_damage_##NAME, TEXT},
    IMAGE_DAMAGES(X)
#undef X
};
#define IMAGE_DAMAGE_COUNT (sizeof image_damages / sizeof image_damages[0])

#endif
