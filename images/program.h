/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of program a file is, and so what will run it. */
#ifndef IMAGES_PROGRAM_H
#define IMAGES_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define PROGRAM_NEEDED_MAX 32u

enum personality {
    PROGRAM_UNI,    /* an image for tender(1) */
    PROGRAM_LINUX,  /* an ELF program for Linux on x86-64 */
    PROGRAM_SCRIPT, /* "#!" */
    PROGRAM_OTHER,
};

struct program {
    enum personality kind;
    char interpreter[256]; /* of a Linux program or a script; "" */
    const char *needed[PROGRAM_NEEDED_MAX]; /* shared libraries; in the file */
    unsigned needed_count;
    unsigned machine; /* e_machine of an ELF file */
    char why[200];    /* it is no image, in words; "" */
};

/*
 * Decides by the file's bytes, all of them hostile. This is where the choice
 * between personalities is made: one that is new gets its case here, and in
 * program_check() what is to be done about it.
 */
void program_read(struct program *program, const void *data, uint64_t size);

/* 0 for what can run; else refuses with all that is known of the program. */
int program_check(const struct program *program, const char *path,
                  struct err *err);

#endif
