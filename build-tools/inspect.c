/* SPDX-License-Identifier: Apache-2.0 */
/* What uni-inspect knows of an image: see inspect.h. */
#include <string.h>

#include "build-tools/inspect.h"

const char *const inspect_part_name[PART_COUNT] = {
    "code",
    "constants",
    "data",
    "root file system",
    "symbols",
    "configuration",
    "debug information",
    "symbol table",
    "rest",
};

const void *inspect_at(const struct inspect *in, uint64_t addr, uint64_t size)
{
    for (uint32_t i = 0; size && i < in->image.segment_count; i++) {
        const struct elf_segment *segment = &in->image.segment[i];
        uint64_t at = addr - segment->addr;
        if (addr >= segment->addr && at < segment->file_size &&
            size <= segment->file_size - at &&
            segment->offset + at <= in->size &&
            size <= in->size - segment->offset - at)
            return in->map + segment->offset + at;
    }
    return NULL;
}

static bool holds(const struct elf_segment *segment, uint64_t addr)
{
    return addr && addr >= segment->addr &&
           addr - segment->addr < segment->mem_size;
}

void inspect_parts(struct inspect *in)
{
    const struct uni_note *note = &in->image.note;
    uint64_t loaded = 0;

    in->zeroed = 0;
    in->part[PART_ROOTFS] = note->rootfs_size;
    in->part[PART_SYMTAB] = note->symtab_size;
    in->part[PART_CONFIG] = note->config_size;
    for (uint32_t i = 0; i < in->image.segment_count; i++) {
        const struct elf_segment *segment = &in->image.segment[i];
        bool is_appended = holds(segment, note->rootfs_addr) ||
                           holds(segment, note->symtab_addr) ||
                           holds(segment, note->config_addr);
        in->zeroed += segment->mem_size - segment->file_size;
        if (is_appended)
            continue;
        in->part[segment->flags & PF_X   ? PART_CODE
                 : segment->flags & PF_W ? PART_DATA
                                         : PART_CONSTANTS] +=
            segment->file_size;
    }
    for (int i = 0; i < PART_REST; i++)
        loaded += in->part[i];
    /* Segments may share bytes of the file. */
    in->part[PART_REST] = loaded < in->size ? in->size - loaded : 0;
}

const char *inspect_config(const struct inspect *in, const char *previous)
{
    const struct uni_note *note = &in->image.note;
    const char *begin = inspect_at(in, note->config_addr, note->config_size);
    if (!begin)
        return NULL;
    const char *end = begin + note->config_size;
    const char *at = previous ? previous + strlen(previous) + 1 : begin;
    return at < end && memchr(at, '\0', (size_t)(end - at)) ? at : NULL;
}

const char *inspect_class(uint32_t cls)
{
    switch (cls) {
    case UNI_CLASS_NET:
        return "net";
    case UNI_CLASS_BLOCK:
        return "block";
    case UNI_CLASS_STREAM:
        return "stream";
    default:
        return "unknown";
    }
}

const char *inspect_flags(uint32_t flags)
{
    static const char *const names[8] = {"---", "--x", "-w-", "-wx",
                                         "r--", "r-x", "rw-", "rwx"};
    return names[flags & 7]; /* PF_X 1, PF_W 2, PF_R 4 */
}

const char *inspect_what(const struct inspect *in,
                         const struct elf_segment *segment)
{
    const struct uni_note *note = &in->image.note;
    if (holds(segment, note->rootfs_addr))
        return "root file system";
    if (holds(segment, note->config_addr) && holds(segment, note->symtab_addr))
        return "configuration, symbols";
    if (holds(segment, note->config_addr))
        return "configuration";
    if (holds(segment, note->symtab_addr))
        return "symbols";
    if (segment->flags & PF_X)
        return "code";
    return segment->flags & PF_W ? "data" : "constants";
}
