/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing: parts are added, replaced, kept and taken away. What is no image
 * is refused, and the output is whole or not there.
 * objs: common/image_pack.c common/image_symtab.c common/outfile.c
 * objs: common/elf.c common/err.c common/io.c
 * libs: -lelf
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/elf.h"
#include "common/image_pack.h"
#include "common/io.h"
#define CHECK_WHY err.text
#include "tests/unit/check.h"

static struct err err;

#define PHDRS 6
struct note_head {
    uint32_t name_len, desc_len, type;
    char name[8];
};

/* A linked program: constants with the notes, a page of code, no sections. */
struct program {
    Elf64_Ehdr ehdr;
    Elf64_Phdr phdr[PHDRS];
    struct note_head image_head;
    struct uni_note image;
    struct note_head manifest_head;
    struct uni_manifest manifest;
} __attribute__((packed));

static struct program program(void)
{
    struct program p = {
        .ehdr = {.e_ident = ELFMAG,
                 .e_type = ET_EXEC,
                 .e_machine = EM_X86_64,
                 .e_version = EV_CURRENT,
                 .e_entry = 0x70001000,
                 .e_phoff = offsetof(struct program, phdr),
                 .e_ehsize = sizeof(Elf64_Ehdr),
                 .e_phentsize = sizeof(Elf64_Phdr),
                 .e_phnum = PHDRS},
        .phdr = {{.p_type = PT_LOAD,
                  .p_flags = PF_R,
                  .p_vaddr = 0x70000000,
                  .p_filesz = sizeof p,
                  .p_memsz = sizeof p},
                 {.p_type = PT_LOAD,
                  .p_flags = PF_R | PF_X,
                  .p_vaddr = 0x70001000,
                  .p_offset = 4096,
                  .p_filesz = 100,
                  .p_memsz = 100},
                 {.p_type = PT_NOTE,
                  .p_flags = PF_R,
                  .p_offset = offsetof(struct program, image_head),
                  .p_filesz = sizeof p - offsetof(struct program, image_head)}},
        .image_head = {7, sizeof p.image, UNI_NT_IMAGE, UNI_NOTE_OWNER},
        .image = {.abi_version = 1, .upcall_entry = 0x70001010},
        .manifest_head = {7, sizeof p.manifest, UNI_NT_MANIFEST,
                          UNI_NOTE_OWNER},
    };
    p.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
    p.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
    p.ehdr.e_ident[EI_VERSION] = EV_CURRENT;
    return p;
}

static void put_program(const struct program *p)
{
    int fd = open("in", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char code[100] = "code";
    CHECK(pwrite_full(fd, p, sizeof *p, 0, &err) == 0);
    CHECK(pwrite_full(fd, code, sizeof code, 4096, &err) == 0);
    close(fd);
}

static int write_rootfs(void *ctx, int fd, uint64_t offset, struct err *e)
{
    return pwrite_full(fd, ctx, strlen(ctx), offset, e);
}

/* The bytes of a part of "out", which is at a guest address. */
static bool holds(uint64_t addr, const char *text, uint64_t size)
{
    struct elf_image image;
    char buf[64] = {0};
    int fd = open("out", O_RDONLY);
    bool good = elf_read(&image, fd, &err) == 0;
    const struct elf_segment *s =
        good ? elf_segment_at(&image, addr, size) : NULL;
    good = s && s->flags == PF_R &&
           pread(fd, buf, size, (off_t)(s->offset + addr - s->addr)) ==
               (ssize_t)size &&
           memcmp(buf, text, size) == 0;
    close(fd);
    return good;
}

static struct elf_image read_out(void)
{
    struct elf_image image = {0};
    int fd = open("out", O_RDONLY);
    CHECK(elf_read(&image, fd, &err) == 0);
    close(fd);
    return image;
}

static char rootfs_text[] = "a root file system";
static const struct image_spec full = {
    .set = IMAGE_ALL,
    .manifest = {.count = 1, .decl = {{UNI_CLASS_NET, 0, "eth0"}}},
    .config = "env=A=b\0arg=c",
    .config_size = 14,
    .rootfs = {sizeof rootfs_text - 1, rootfs_text, write_rootfs},
    .stack_size = 2 << 20,
    .mem_min = 4 << 20,
};

static void parts_are_added(void)
{
    struct program p = program();
    put_program(&p);
    CHECK(image_pack("in", "out", &full, &err) == 0);
    struct elf_image image = read_out();
    CHECK(image.segment_count == 4 && image.note.stack_size == 2 << 20);
    CHECK(image.note.mem_min == 4 << 20 && image.manifest.count == 1);
    CHECK(image.note.config_addr == UNI_META_ADDR);
    CHECK(holds(image.note.config_addr, full.config, 14));
    CHECK(holds(UNI_ROOTFS_ADDR, rootfs_text, sizeof rootfs_text - 1));
    CHECK(holds(0x70000000 + offsetof(struct program, manifest_head),
                (const char *)&p.manifest_head, sizeof p.manifest_head));
}

static void parts_are_kept_and_replaced(void)
{
    static char other[] = "another one";
    struct image_spec spec = {
        .set = IMAGE_ROOTFS,
        .rootfs = {sizeof other - 1, other, write_rootfs},
    };
    struct program p = program();
    put_program(&p);
    CHECK(image_pack("in", "out", &full, &err) == 0);
    CHECK(image_pack("out", "out", &spec, &err) == 0);
    struct elf_image image = read_out();
    CHECK(image.segment_count == 4 && image.manifest.count == 1);
    CHECK(image.note.stack_size == 2 << 20);
    CHECK(holds(image.note.config_addr, full.config, 14));
    CHECK(image.note.rootfs_size == sizeof other - 1);
    CHECK(holds(UNI_ROOTFS_ADDR, other, sizeof other - 1));

    spec.rootfs.size = 0; /* none */
    CHECK(image_pack("out", "out", &spec, &err) == 0);
    image = read_out();
    CHECK(image.segment_count == 3 && image.note.rootfs_addr == 0);
    CHECK(holds(image.note.config_addr, full.config, 14));
}

/* Adding and taking away gives the same file as never adding. */
static void nothing_is_left_behind(void)
{
    struct image_spec none = {.set = IMAGE_ALL};
    struct program p = program();
    char *map[2];
    struct stat st[2];

    put_program(&p);
    CHECK(image_pack("in", "out", &none, &err) == 0);
    CHECK(image_pack("in", "out2", &full, &err) == 0);
    CHECK(image_pack("out2", "out2", &none, &err) == 0);
    const char *names[] = {"out", "out2"};
    for (int i = 0; i < 2; i++) {
        int fd = open(names[i], O_RDONLY);
        fstat(fd, &st[i]);
        map[i] = malloc((size_t)st[i].st_size);
        CHECK(read_full(fd, map[i], (size_t)st[i].st_size, &err) == 0);
        close(fd);
    }
    CHECK(st[0].st_size == st[1].st_size &&
          memcmp(map[0], map[1], (size_t)st[0].st_size) == 0);
    free(map[0]);
    free(map[1]);
    unlink("out2");
}

static void too_few_spare_headers_are_refused(void)
{
    struct program p = program();
    for (int i = 4; i < PHDRS; i++)
        p.phdr[i].p_type = PT_GNU_STACK; /* one spare is left */
    put_program(&p);
    unlink("out");
    CHECK(image_pack("in", "out", &full, &err) < 0);
    CHECK(strstr(err.text, "no spare program header"));
    CHECK(access("out", F_OK) < 0);
}

static int fail_write(void *ctx, int fd, uint64_t offset, struct err *e)
{
    (void)ctx, (void)fd, (void)offset;
    return err_say(e, EIO, "disk on fire");
}

static void failures_leave_the_old_output(void)
{
    struct image_spec spec = full;
    struct program p = program();
    char text[4] = "";
    int fd = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(write_full(fd, "old", 3, &err) == 0);
    close(fd);

    put_program(&p);
    spec.rootfs.write = fail_write;
    CHECK(image_pack("in", "out", &spec, &err) == -EIO);
    fd = open("out", O_RDONLY);
    CHECK(read_full(fd, text, 3, &err) == 0 && strcmp(text, "old") == 0);
    close(fd);
    CHECK(system("test $(ls | wc -l) = 2") == 0); /* in, out */
}

static void special_outputs_are_not_replaced(void)
{
    struct stat st;
    struct program p = program();
    put_program(&p);
    CHECK(image_pack("in", "/dev/null", &full, &err) == 0);
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

/* Each byte of headers and notes damaged: refused or packed, never a fault. */
static void damaged_programs_are_survived(void)
{
    static const uint8_t values[] = {0, 1, 0x40, 0x7f, 0xff};
    struct program good = program();
    for (size_t at = 0; at < sizeof good; at++) {
        if (at > offsetof(struct program, manifest) + 64)
            break;
        for (size_t v = 0; v < sizeof values; v++) {
            struct program p = good;
            ((uint8_t *)&p)[at] = values[v];
            put_program(&p);
            (void)image_pack("in", "out", &full, &err);
        }
    }
}

int main(void)
{
    char dir[] = "pack.XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    parts_are_added();
    parts_are_kept_and_replaced();
    nothing_is_left_behind();
    too_few_spare_headers_are_refused();
    failures_leave_the_old_output();
    special_outputs_are_not_replaced();
    damaged_programs_are_survived();
    unlink("in");
    unlink("out");
    if (chdir("..") < 0 || rmdir(dir) < 0)
        printf("not ok - files are left\n"), failures++;
    printf("%s - image_pack\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
