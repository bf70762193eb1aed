/* SPDX-License-Identifier: Apache-2.0 */
/* What uni-inspect knows of an image, and its two ways to show it. */
#ifndef BUILD_TOOLS_INSPECT_H
#define BUILD_TOOLS_INSPECT_H

#include <libelf.h>
#include <stdint.h>

#include "common/elf.h"
#include "common/erofs_read.h"
#include "common/err.h"

/* Bytes of the file by what they are for. */
enum inspect_part {
    PART_CODE,
    PART_CONSTANTS,
    PART_DATA,
    PART_ROOTFS,
    PART_SYMTAB,
    PART_CONFIG,
    PART_DEBUG, /* not loaded, as all that follow */
    PART_NAMES, /* a debugger's symbol table, section names */
    PART_REST,  /* headers, padding */
    PART_COUNT,
};
extern const char *const inspect_part_name[PART_COUNT];

struct inspect {
    const char *path;
    Elf *elf;
    const uint8_t *map;        /* the file */
    uint64_t size;             /* bytes of it */
    struct elf_image image;    /* as libelf reads it */
    uint64_t part[PART_COUNT]; /* bytes */
    uint64_t zeroed;           /* bytes of memory that start as zero */
};

/* Reads an open file, which stays open until inspect_close. It has passed
 * elf_read: what the tender would refuse is not shown. */
int inspect_open(struct inspect *in, int fd, struct err *err);
void inspect_close(struct inspect *in);

/* The file's bytes at a guest address, or NULL. */
const void *inspect_at(const struct inspect *in, uint64_t addr, uint64_t size);

/* Fills the parts that segments and note tell of. */
void inspect_parts(struct inspect *in);

/* Print to stdout. */
int inspect_text(const struct inspect *in, bool with_files, struct err *err);
int inspect_json(const struct inspect *in, struct err *err);

/* One string of the configuration after the other: the first with NULL;
 * NULL after the last or when what remains has no end. */
const char *inspect_config(const struct inspect *in, const char *previous);

/* Names of enum uni_class and of a segment's flags ("r-x"). */
const char *inspect_class(uint32_t cls);
const char *inspect_flags(uint32_t flags);

/* What is in the segment at an address, in a word. */
const char *inspect_what(const struct inspect *in,
                         const struct elf_segment *segment);

#endif
