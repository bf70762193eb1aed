/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes unikernel images: takes a linked program or an image, gives it new
 * parts (manifest, configuration, symbols, root file system), and puts the
 * result in the place of the output file in one step.
 *
 * Layout of the result, in the order of file offsets: the program's own
 * segments, byte for byte; the appended segments, page-aligned; everything
 * that is not loaded (symbols, debug information); section headers. Each
 * appended part has a section (.septum.*), too, so that strip(1) and
 * objcopy(1) keep it.
 */
#ifndef COMMON_IMAGE_PACK_H
#define COMMON_IMAGE_PACK_H

#include <stdint.h>

#include "common/err.h"
#include "uni_note.h"

#define IMAGE_CONFIG_MAX (1u << 20) /* bytes of the configuration */

/* Bytes that somebody can write into a file: a root file system. */
struct image_source {
    uint64_t size; /* bytes */
    void *ctx;
    /* Writes all of them at `offset` of fd. */
    int (*write)(void *ctx, int fd, uint64_t offset, struct err *err);
};

enum image_part {
    IMAGE_MANIFEST = 1 << 0,
    IMAGE_CONFIG = 1 << 1,
    IMAGE_SYMTAB = 1 << 2, /* made from the file's .symtab */
    IMAGE_ROOTFS = 1 << 3,
    IMAGE_STACK = 1 << 4, /* stack_size */
    IMAGE_MEM = 1 << 5,   /* mem_min */
    IMAGE_ALL = (1 << 6) - 1,
};

struct image_spec {
    uint32_t set; /* enum image_part: replaced; others stay as they are */
    struct uni_manifest manifest;
    const char *config; /* NUL-terminated key=value strings */
    uint32_t config_size;
    struct image_source rootfs; /* size 0: none */
    uint64_t stack_size;        /* bytes; 0: the libOS's default */
    uint64_t mem_min;           /* bytes */
};

/*
 * Reads `input`, writes `output` (they may be the same file). An output that
 * is no regular file, such as /dev/null, is written to, not replaced.
 */
int image_pack(const char *input, const char *output,
               const struct image_spec *spec, struct err *err);

/* The same from one open file to another, which is empty and is read, too;
 * `name` is for messages. */
int image_pack_fd(int input, const char *name, int output,
                  const struct image_spec *spec, struct err *err);

/*
 * A struct uni_symtab of the functions in an ELF file's .symtab, in a new
 * buffer; *size is 0 when there are none. elf is libelf's.
 */
struct Elf;
int image_symtab_new(struct Elf *elf, void **buf, uint64_t *size,
                     struct err *err);

#endif
