/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads unikernel images: an ELF64 file for x86-64, checked against what the
 * contract (bindings/abi) asks. Everything in the file is hostile. Deciding is
 * elf_parse, a pure function of the file's bytes; nothing is mapped here.
 */
#ifndef COMMON_ELF_H
#define COMMON_ELF_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "uni.h"
#include "uni_note.h"

#define ELF_PHDR_MAX 64u
#define ELF_SCRATCH_SIZE 4096u
#define ELF_HEAD_SIZE 2048u /* bytes of the file that are read at once */

/* A PT_LOAD, checked: see elf_check_segment. */
struct elf_segment {
    uint64_t addr;      /* p_vaddr */
    uint64_t mem_size;  /* bytes, > 0 */
    uint64_t offset;    /* in the file, = addr modulo the page size */
    uint64_t file_size; /* bytes, <= mem_size; within the file */
    uint32_t flags;     /* PF_R | PF_W | PF_X; never W and X */
    uint32_t index;     /* of its program header */
};

struct elf_image {
    uint64_t entry; /* in an executable segment */
    struct uni_note note;
    struct uni_manifest manifest;
    uint32_t segment_count;
    struct elf_segment segment[ELF_PHDR_MAX]; /* ascending addresses */
};

/* Where the file's bytes come from: a buffer with its start, then pread. */
struct elf_source {
    const void *head;
    size_t head_len;
    int fd; /* or -1: the head is all there is */
    uint64_t file_size;
    char (*scratch)[ELF_SCRATCH_SIZE]; /* two, for what is not in the head:
                                          program headers, then notes */
};

/* Fills *image, or refuses with one line that says what and where. */
int elf_parse(struct elf_image *image, const struct elf_source *src,
              struct err *err);

/* The same for an open file. */
int elf_read(struct elf_image *image, int fd, struct err *err);

/*
 * Finds a note in `len` bytes of a PT_NOTE (gABI ch. 5). Returns its desc and
 * sets *desc_len, or NULL when it is not there or the notes are damaged.
 */
const void *elf_note_find(const void *notes, size_t len, const char *owner,
                          uint32_t type, uint32_t *desc_len);

/* The segment that holds all of [addr, addr + size), or NULL. */
const struct elf_segment *elf_segment_at(const struct elf_image *image,
                                         uint64_t addr, uint64_t size);

/* PROT_* of mmap for a segment's PF_* flags. */
int elf_prot(uint32_t flags);

#endif
