/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image says of itself: two ELF notes in one PT_NOTE (p_align 4,
 * inside a read-only PT_LOAD) with the owner UNI_NOTE_OWNER, both required:
 *   UNI_NT_IMAGE     desc = struct uni_note
 *   UNI_NT_MANIFEST  desc = struct uni_manifest
 * A desc is 4-byte aligned only: copy it out before use. gABI ch. 5.
 *
 * The linker writes both with zeroes where build tools fill in later: the
 * manifest, and the addresses of what they append (root file system, symbols,
 * configuration). For each appended part the link leaves a PT_NULL header
 * (UNI_SPARE_PHDRS of them) that becomes a read-only PT_LOAD.
 */
#ifndef UNI_ABI_NOTE_H
#define UNI_ABI_NOTE_H

#include <stdint.h>

#include "uni_boot.h"

#define UNI_NOTE_OWNER "Septum" /* n_namesz 7, padded to 8 */
#define UNI_NT_IMAGE 1u
#define UNI_NT_MANIFEST 2u
#define UNI_SPARE_PHDRS 16u

enum uni_note_flag {
    /* A `syscall` instruction outside of the hypercall page is an upcall
     * (signal 31, SIGSYS) instead of the guest's end. */
    UNI_NOTE_SYSCALL_UPCALL = 1 << 0,
};
#define UNI_NOTE_FLAGS_ALL 1u /* a tender refuses unknown ones */

struct uni_note {
    uint32_t abi_version;  /* 1..the tender's; link writes */
    uint32_t flags;        /* enum uni_note_flag; build tool writes */
    uint64_t upcall_entry; /* address in an executable segment; link writes */
    uint64_t mem_min;      /* bytes of arena it needs at least; build tool */
    uint64_t stack_size;   /* bytes of main's stack; build tool; 0: 1 MiB */
    uint64_t rootfs_addr;  /* EROFS; build tool; 0: none */
    uint64_t rootfs_size;  /* bytes */
    uint64_t symtab_addr;  /* struct uni_symtab; build tool; 0: none */
    uint64_t symtab_size;  /* bytes */
    uint64_t config_addr;  /* NUL-terminated key=value strings; 0: none */
    uint64_t config_size;  /* bytes; keys in docs/abi.md: arg env cwd ... */
    uint64_t fs_base;      /* 8 bytes, writable segment; link writes; 0: 0 */
};
_Static_assert(sizeof(struct uni_note) == 88, "uni_note: ABI 1");

enum uni_decl_flag {
    UNI_DECL_OPTIONAL = 1 << 0, /* the tender may start without it */
};

struct uni_decl {
    uint32_t cls;            /* enum uni_class: NET, BLOCK or STREAM */
    uint32_t flags;          /* enum uni_decl_flag */
    char name[UNI_NAME_MAX]; /* unique, NUL padded */
};
_Static_assert(sizeof(struct uni_decl) == 32, "uni_decl: ABI 1");

#define UNI_DECL_MAX 16u
struct uni_manifest {
    uint32_t count; /* 0..UNI_DECL_MAX */
    uint32_t pad;   /* 0 */
    struct uni_decl decl[UNI_DECL_MAX];
};
_Static_assert(sizeof(struct uni_manifest) == 520, "uni_manifest: ABI 1");

/* Symbols for backtraces: entries ascending by addr, then the names. */
#define UNI_SYMTAB_MAGIC 0x4d595355u /* "USYM" */
struct uni_symbol {
    uint32_t addr; /* low 32 bits: code is linked below 2 GiB */
    uint32_t size; /* bytes */
    uint32_t name; /* offset of a NUL-terminated name from the table's start */
};
_Static_assert(sizeof(struct uni_symbol) == 12, "uni_symbol: ABI 1");
struct uni_symtab {
    uint32_t magic; /* UNI_SYMTAB_MAGIC */
    uint32_t count; /* of symbols that follow */
    struct uni_symbol symbol[];
};
_Static_assert(sizeof(struct uni_symtab) == 8, "uni_symtab: ABI 1");

#endif
