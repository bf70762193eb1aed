/* SPDX-License-Identifier: Apache-2.0 */
/* uni-inspect for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "build-tools/inspect.h"

/* Names from a file must not reach a terminal's control characters. */
static void put_name(const char *name)
{
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
            printf("\\%03o\\%03o", c[0], c[1]); /* UTF-8 of such, too */
            c++;
        } else if (*c < ' ' || *c == 0x7f || *c == '\\') {
            printf("\\%03o", *c);
        } else {
            putchar(*c);
        }
    }
}

/* 12345678 as "11.8 MiB"; a static buffer. */
static const char *human(uint64_t size)
{
    static char text[32];
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)size;
    unsigned unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    (void)snprintf(text, sizeof text,
                   unit && value < 100 ? "%.1f %s" : "%.0f %s", value,
                   units[unit]);
    return text;
}

static void put_note(const struct inspect *in)
{
    const struct uni_note *note = &in->image.note;
    put_name(in->path);
    printf(": Septum image, ABI %u, %s\n", note->abi_version, human(in->size));
    printf("  entry         %#" PRIx64 "\n", in->image.entry);
    printf("  upcall entry  %#" PRIx64 "\n", note->upcall_entry);
    printf("  stack         %s\n",
           note->stack_size ? human(note->stack_size) : "default (1 MiB)");
    printf("  least memory  %s\n", human(note->mem_min));
    if (note->flags & UNI_NOTE_SYSCALL_UPCALL)
        printf("  flags         raw system calls are upcalls\n");
}

static void put_devices(const struct inspect *in)
{
    const struct uni_manifest *manifest = &in->image.manifest;
    printf("\nDevices%s\n", manifest->count ? "" : ": none");
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        printf("  %-6s  %s%s\n", inspect_class(decl->cls), decl->name,
               decl->flags & UNI_DECL_OPTIONAL ? " (optional)" : "");
    }
    const char *text = inspect_config(in, NULL);
    if (text)
        printf("\nConfiguration\n");
    for (; text; text = inspect_config(in, text)) {
        printf("  ");
        put_name(text);
        putchar('\n');
    }
}

static void put_segments(const struct inspect *in)
{
    printf("\nSegments\n  %-14s %12s %12s\n", "address", "memory", "in file");
    for (uint32_t i = 0; i < in->image.segment_count; i++) {
        const struct elf_segment *segment = &in->image.segment[i];
        printf("  %#-14" PRIx64 " %12" PRIu64 " %12" PRIu64 "  %s  %s\n",
               segment->addr, segment->mem_size, segment->file_size,
               inspect_flags(segment->flags), inspect_what(in, segment));
    }
    printf("\nSize of the file by part\n");
    for (int i = 0; i < PART_COUNT; i++)
        if (in->part[i])
            printf("  %-17s %12" PRIu64 "%s\n", inspect_part_name[i],
                   in->part[i], i >= PART_DEBUG ? "  not loaded" : "");
    printf("  %-17s %12" PRIu64 "\n", "total", in->size);
    printf("  %-17s %12" PRIu64 "  not in the file\n", "zeroed memory",
           in->zeroed);
}

static void put_mode(uint32_t mode)
{
    static const char types[] = "?pc?d?b?-?l?s???";
    static const char *const bits[8] = {"---", "--x", "-w-", "-wx",
                                        "r--", "r-x", "rw-", "rwx"};
    printf("%c%s%s%s", types[mode >> 12 & 15], bits[mode >> 6 & 7],
           bits[mode >> 3 & 7], bits[mode & 7]);
    putchar(mode & 07000 ? '+' : ' '); /* set-id or sticky */
}

static int put_file(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    const struct erofs_view *view = ctx;
    time_t seconds = info->mtime;
    struct tm tm;
    char when[64] = "?";

    (void)err;
    put_mode(info->mode);
    if (gmtime_r(&seconds, &tm))
        (void)strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
    printf(" %5u %5u ", info->uid, info->gid);
    if (S_ISCHR(info->mode) || S_ISBLK(info->mode))
        printf("%6u, %5u", info->rdev >> 8 & 0xfff,
               (info->rdev & 0xff) | (info->rdev >> 12 & 0xfff00));
    else
        printf("%13" PRIu64, info->size);
    printf(" %s ", when);
    put_name(path);
    if (S_ISLNK(info->mode)) {
        char target[4096];
        size_t len =
            info->size < sizeof target ? info->size : sizeof target - 1;
        erofs_view_read(view, info, 0, target, len);
        target[len] = '\0';
        printf(" -> ");
        put_name(target);
    }
    putchar('\n');
    return 0;
}

int inspect_text(const struct inspect *in, bool with_files, struct err *err)
{
    const struct uni_note *note = &in->image.note;
    struct erofs_view view;

    put_note(in);
    put_devices(in);
    put_segments(in);
    if (!note->rootfs_size) {
        if (with_files)
            printf("\nRoot file system: none\n");
        return 0;
    }
    const void *base = inspect_at(in, note->rootfs_addr, note->rootfs_size);
    if (!base)
        return err_refuse(err, "root file system is not in the file");
    if (erofs_view_init(&view, base, note->rootfs_size, err) < 0)
        return err_wrap(err, "root file system");
    printf("\nRoot file system: EROFS, %s, %" PRIu64 " inodes\n",
           human(note->rootfs_size), view.inode_count);
    if (with_files && erofs_view_walk(&view, put_file, &view, err) < 0)
        return err_wrap(err, "root file system");
    return 0;
}
