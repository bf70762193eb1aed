/* SPDX-License-Identifier: Apache-2.0 */
/* uni-inspect for programs: one JSON object (RFC 8259). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "build-tools/inspect.h"

/* Length of the valid UTF-8 sequence at c, or 0 (RFC 3629 s4). */
static int utf8_len(const unsigned char *c)
{
    if (c[0] < 0x80)
        return 1;
    int len = c[0] >= 0xf0 && c[0] < 0xf5   ? 4
              : c[0] >= 0xe0 && c[0] < 0xf0 ? 3
              : c[0] >= 0xc2 && c[0] < 0xe0 ? 2
                                            : 0;
    for (int i = 1; i < len; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return 0;
    return len;
}

/* Bytes that are no UTF-8 become U+DC80 to U+DCFF, as in PEP 383. */
static void put_string(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        int len = utf8_len(c);
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < ' ' || *c == 0x7f)
            printf("\\u%04x", *c);
        else if (!len)
            printf("\\udc%02x", *c);
        else
            printf("%.*s", len, (const char *)c);
        c += len ? len : 1;
    }
    putchar('"');
}

static void put_devices(const struct inspect *in)
{
    const struct uni_manifest *manifest = &in->image.manifest;
    printf(",\n  \"devices\": [");
    for (uint32_t i = 0; i < manifest->count; i++)
        printf("%s\n    {\"class\": \"%s\", \"name\": \"%s\", "
               "\"optional\": %s}",
               i ? "," : "", inspect_class(manifest->decl[i].cls),
               manifest->decl[i].name,
               manifest->decl[i].flags & UNI_DECL_OPTIONAL ? "true" : "false");
    printf("],\n  \"config\": [");
    const char *comma = "\n    ";
    for (const char *text = inspect_config(in, NULL); text;
         text = inspect_config(in, text)) {
        printf("%s", comma);
        put_string(text);
        comma = ",\n    ";
    }
    printf("]");
}

static void put_segments(const struct inspect *in)
{
    printf(",\n  \"segments\": [");
    for (uint32_t i = 0; i < in->image.segment_count; i++) {
        const struct elf_segment *segment = &in->image.segment[i];
        printf("%s\n    {\"addr\": %" PRIu64 ", \"mem_size\": %" PRIu64
               ", \"offset\": %" PRIu64 ", \"file_size\": %" PRIu64
               ", \"flags\": \"%s\", \"what\": \"%s\"}",
               i ? "," : "", segment->addr, segment->mem_size, segment->offset,
               segment->file_size, inspect_flags(segment->flags),
               inspect_what(in, segment));
    }
    printf("],\n  \"parts\": {");
    for (int i = 0; i < PART_COUNT; i++)
        printf("%s\"%s\": %" PRIu64, i ? ", " : "", inspect_part_name[i],
               in->part[i]);
    printf("}");
}

struct files {
    const struct erofs_view *view;
    const char *comma;
};

static int put_file(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    struct files *files = ctx;

    (void)err;
    printf("%s\n    {\"path\": ", files->comma);
    put_string(path);
    printf(", \"inode\": %" PRIu64 ", \"mode\": %u, \"uid\": %u, \"gid\": %u, "
           "\"links\": %u, \"size\": %" PRIu64 ", \"mtime\": %" PRId64
           ", \"mtime_ns\": %u",
           info->nid, info->mode, info->uid, info->gid, info->nlink, info->size,
           info->mtime, info->mtime_ns);
    if (S_ISCHR(info->mode) || S_ISBLK(info->mode))
        printf(", \"rdev\": %u", info->rdev);
    if (S_ISLNK(info->mode)) {
        char target[4096];
        size_t len =
            info->size < sizeof target ? info->size : sizeof target - 1;
        erofs_view_read(files->view, info, 0, target, len);
        target[len] = '\0';
        printf(", \"target\": ");
        put_string(target);
    }
    printf("}");
    files->comma = ",";
    return 0;
}

int inspect_json(const struct inspect *in, struct err *err)
{
    const struct uni_note *note = &in->image.note;

    printf("{\n  \"path\": ");
    put_string(in->path);
    printf(",\n  \"size\": %" PRIu64 ",\n  \"abi\": %u,\n  \"flags\": %u,\n"
           "  \"entry\": %" PRIu64 ",\n  \"upcall_entry\": %" PRIu64 ",\n"
           "  \"stack_size\": %" PRIu64 ",\n  \"mem_min\": %" PRIu64 ",\n"
           "  \"zeroed\": %" PRIu64,
           in->size, note->abi_version, note->flags, in->image.entry,
           note->upcall_entry, note->stack_size, note->mem_min, in->zeroed);
    put_devices(in);
    put_segments(in);
    printf(",\n  \"files\": [");
    const void *base = inspect_at(in, note->rootfs_addr, note->rootfs_size);
    if (note->rootfs_size && !base)
        return err_refuse(err, "root file system is not in the file");
    if (base) {
        struct erofs_view view;
        struct files files = {.view = &view, .comma = ""};
        if (erofs_view_init(&view, base, note->rootfs_size, err) < 0 ||
            erofs_view_walk(&view, put_file, &files, err) < 0)
            return err_wrap(err, "root file system");
    }
    printf("]\n}\n");
    return 0;
}
