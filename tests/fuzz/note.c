/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search for a note in any bytes: the desc that is found lies within them.
 * The first byte is the type to look for.
 * objs: common/elf.c common/err.c common/io.c
 */
#include <stdlib.h>

#include "common/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const uint8_t *notes = data + 1;
    uint32_t len = 0;
    const uint8_t *desc =
        elf_note_find(notes, size - 1, UNI_NOTE_OWNER, data[0], &len);
    if (desc && (desc < notes || len > size - 1 ||
                 (size_t)(desc - notes) > size - 1 - len))
        abort();
    return 0;
}
