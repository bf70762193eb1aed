/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a program: what is said of it lies in them, in one line.
 * objs: images/program.c common/elf.c common/err.c common/io.c
 */
#include <stdlib.h>
#include <string.h>

#include "images/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct program program;
    struct err err = {0};
    if (!size)
        return 0;
    program_read(&program, data, size);
    for (unsigned i = 0; i < program.needed_count; i++)
        if (program.needed[i] < (const char *)data ||
            program.needed[i] + strlen(program.needed[i]) >=
                (const char *)data + size)
            abort();
    int rc = program_check(&program, "/a/program", &err);
    if ((rc == 0) != (program.kind == PROGRAM_UNI) ||
        (rc < 0 && (!err.is_refusal || !strstr(err.text, "/a/program"))))
        abort();
    return 0;
}
