/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image loader's decisions: what it takes, what it refuses and how.
 * objs: common/elf.c common/err.c common/io.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/elf.h"
#include "tools/images.h"

static int test_count, failures;

static void ok(int is_ok, const char *name, const char *said)
{
    printf("%sok %d - %s%s%s\n", is_ok ? "" : "not ", ++test_count, name,
           is_ok ? "" : ": ", is_ok ? "" : said);
    failures += !is_ok;
}

static int parse(struct elf_image *image, const void *data, size_t len,
                 struct err *err)
{
    /* An exact copy on the heap: the sanitizer sees a byte too many. */
    void *copy = malloc(len);
    if (!copy)
        abort();
    memcpy(copy, data, len);
    const struct elf_source src = {copy, len, -1, len, NULL};
    int rc = elf_parse(image, &src, err);
    free(copy);
    return rc;
}

static void takes_good_images(void)
{
    static struct image_file file;
    static struct elf_image image;
    struct err err = {.text = ""};

    image_make(&file);
    ok(parse(&image, &file, sizeof file, &err) == 0, "takes_a_good_image",
       err.text);
    ok(image.segment_count == 3 && image.segment[1].addr == IMAGE_TEXT &&
           image.segment[1].flags == (PF_R | PF_X) &&
           image.entry == IMAGE_TEXT && image.note.abi_version == 1,
       "reads_segments_and_note", "");

    /* Any order in the file; ascending in memory. */
    Elf64_Phdr first = file.phdr[0];
    file.phdr[0] = file.phdr[2];
    file.phdr[2] = first;
    ok(parse(&image, &file, sizeof file, &err) == 0 &&
           image.segment[0].addr == UNI_IMAGE_ADDR &&
           image.segment[2].addr == 0x70002000 && image.segment[0].index == 2,
       "sorts_segments", err.text);

    image_make(&file);
    image_declare(&file, 0, UNI_CLASS_BLOCK, "disk-0_a");
    ok(parse(&image, &file, sizeof file, &err) == 0 &&
           image.manifest.count == 1,
       "takes_a_declared_device", err.text);
}

static void refuses_damaged_images(void)
{
    static struct image_file file;
    for (unsigned i = 0; i < IMAGE_DAMAGE_COUNT; i++) {
        const struct image_damage *bad = &image_damages[i];
        struct elf_image image;
        struct err err = {.text = "it took it"};
        image_make(&file);
        bad->damage(&file);
        int rc = parse(&image, &file, sizeof file, &err);
        ok(rc < 0 && err.is_refusal && strstr(err.text, bad->refusal),
           bad->name, err.text);
    }
}

/* Every length: no byte past the end is read, and it ends in a refusal. */
static void refuses_short_files(void)
{
    static struct image_file file;
    struct elf_image image;
    struct err err;
    size_t taken = 0;

    image_make(&file);
    for (size_t len = 0; len < sizeof file; len += len < 0x800 ? 1 : 61)
        taken += parse(&image, &file, len, &err) == 0;
    ok(taken == 0, "refuses_short_files", "it took one");
}

static void reads_files(void)
{
    static struct image_file file;
    static struct elf_image image;
    struct err err = {.text = ""};
    char path[] = "/tmp/elf-test-XXXXXX";
    int fd = mkstemp(path);

    image_make(&file);
    /* Headers and notes beyond what is read at once. */
    file.ehdr.e_phoff = 0x1800;
    memcpy(file.text + 0x800, file.phdr, sizeof file.phdr);
    Elf64_Phdr *note = (Elf64_Phdr *)(file.text + 0x800) + 3;
    note->p_offset = 0x1a00;
    memcpy(file.text + 0xa00, &file.notes, sizeof file.notes);
    memset(&file.notes, 0, sizeof file.notes);
    ok(fd >= 0 && write(fd, &file, sizeof file) == (ssize_t)sizeof file &&
           elf_read(&image, fd, &err) == 0 && image.segment_count == 3,
       "reads_headers_anywhere_in_a_file", err.text);
    close(fd);
    unlink(path);

    int pipes[2];
    ok(pipe(pipes) == 0 && elf_read(&image, pipes[0], &err) < 0 &&
           err.is_refusal,
       "refuses_what_is_no_file", err.text);
}

static void maps_flags_to_protections(void)
{
    static const int want[8] = {
        [0] = PROT_NONE,
        [PF_X] = PROT_READ | PROT_EXEC,
        [PF_W] = PROT_READ | PROT_WRITE,
        [PF_R] = PROT_READ,
        [PF_R | PF_X] = PROT_READ | PROT_EXEC,
        [PF_R | PF_W] = PROT_READ | PROT_WRITE,
    };
    int is_right = 1;
    for (uint32_t flags = 0; flags < 6; flags++)
        if (flags != (PF_W | PF_X))
            is_right &= elf_prot(flags) == want[flags];
    ok(is_right, "maps_flags_to_protections", "");
}

static void finds_notes(void)
{
    const struct {
        Elf64_Nhdr head[2];
        char name[8];
        char desc[4];
    } notes = {{{0, 4, 5}, {4, 0, 0}}, "Sept", "abc"};
    uint32_t len = 0;
    /* An empty note first whose desc is what looks like a header. */
    ok(!elf_note_find(&notes, sizeof notes, "Septum", 5, &len),
       "skips_notes_of_others", "");
    const char *desc = NULL;
    struct {
        Elf64_Nhdr head;
        char name[8];
        char desc[3];
    } __attribute__((packed)) last = {{7, 3, 9}, "Septum", "xyz"};
    desc = elf_note_find(&last, sizeof last, "Septum", 9, &len);
    ok(desc && len == 3 && !memcmp(desc, "xyz", 3),
       "the_last_note_may_lack_its_padding", "");
}

int main(void)
{
    takes_good_images();
    refuses_damaged_images();
    refuses_short_files();
    reads_files();
    maps_flags_to_protections();
    finds_notes();
    printf("1..%d\n", test_count);
    return failures != 0;
}
