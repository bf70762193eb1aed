/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of program a file is: see program.h. */
#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/elf.h"
#include "images/program.h"

#define PHDRS_MAX 256u
#define DYNAMIC_MAX 4096u /* entries that are looked at */

struct file {
    const char *data;
    uint64_t size;
    Elf64_Ehdr ehdr;
};

static bool get(const struct file *file, uint64_t offset, void *to, size_t len)
{
    if (offset > file->size || len > file->size - offset)
        return false;
    memcpy(to, file->data + offset, len);
    return true;
}

static bool get_phdr(const struct file *file, unsigned index, Elf64_Phdr *phdr)
{
    uint64_t offset;
    return !__builtin_add_overflow(file->ehdr.e_phoff,
                                   (uint64_t)index * sizeof *phdr, &offset) &&
           get(file, offset, phdr, sizeof *phdr);
}

/* It says that it is an image, so what elf_parse found wrong is the trouble. */
static bool has_note(const struct file *file)
{
    Elf64_Phdr phdr;
    uint32_t len;
    for (unsigned i = 0; i < file->ehdr.e_phnum && i < PHDRS_MAX; i++)
        if (get_phdr(file, i, &phdr) && phdr.p_type == PT_NOTE &&
            phdr.p_offset <= file->size &&
            phdr.p_filesz <= file->size - phdr.p_offset &&
            elf_note_find(file->data + phdr.p_offset, phdr.p_filesz,
                          UNI_NOTE_OWNER, UNI_NT_IMAGE, &len))
            return true;
    return false;
}

/* A string in the file, with its NUL; or NULL. */
static const char *text_at(const struct file *file, uint64_t offset)
{
    if (offset >= file->size ||
        !memchr(file->data + offset, '\0', file->size - offset))
        return NULL;
    return file->data + offset;
}

/* The place in the file of an address in memory (gABI ch. 5). */
static bool find_addr(const struct file *file, uint64_t addr, uint64_t *offset)
{
    Elf64_Phdr phdr;
    for (unsigned i = 0; i < file->ehdr.e_phnum && i < PHDRS_MAX; i++)
        if (get_phdr(file, i, &phdr) && phdr.p_type == PT_LOAD &&
            addr >= phdr.p_vaddr && addr - phdr.p_vaddr < phdr.p_filesz)
            return !__builtin_add_overflow(phdr.p_offset, addr - phdr.p_vaddr,
                                           offset);
    return false;
}

/* Calls it for DT_NEEDED, after DT_STRTAB is known. */
static void read_dynamic(struct program *program, const struct file *file,
                         const Elf64_Phdr *phdr)
{
    uint64_t strings = 0, at;
    bool has_strings = false;
    Elf64_Dyn dyn;
    for (int pass = 0; pass < 2; pass++)
        for (uint64_t i = 0; i < DYNAMIC_MAX && i < phdr->p_filesz / sizeof dyn;
             i++) {
            if (__builtin_add_overflow(phdr->p_offset, i * sizeof dyn, &at) ||
                !get(file, at, &dyn, sizeof dyn) || dyn.d_tag == DT_NULL)
                break;
            if (pass == 0 && dyn.d_tag == DT_STRTAB)
                has_strings = find_addr(file, dyn.d_un.d_ptr, &strings);
            const char *name = NULL;
            if (pass == 1 && dyn.d_tag == DT_NEEDED && has_strings &&
                !__builtin_add_overflow(strings, dyn.d_un.d_val, &at))
                name = text_at(file, at);
            if (name && program->needed_count < PROGRAM_NEEDED_MAX)
                program->needed[program->needed_count++] = name;
        }
}

static void read_linux(struct program *program, const struct file *file)
{
    Elf64_Phdr phdr;
    for (unsigned i = 0; i < file->ehdr.e_phnum && i < PHDRS_MAX; i++) {
        if (!get_phdr(file, i, &phdr))
            break;
        const char *text =
            phdr.p_type == PT_INTERP ? text_at(file, phdr.p_offset) : NULL;
        if (text)
            (void)snprintf(program->interpreter, sizeof program->interpreter,
                           "%s", text);
        if (phdr.p_type == PT_DYNAMIC)
            read_dynamic(program, file, &phdr);
    }
}

static void read_script(struct program *program, const struct file *file)
{
    char line[256] = "";
    size_t len =
        file->size - 2 < sizeof line - 1 ? file->size - 2 : sizeof line - 1;
    memcpy(line, file->data + 2, len);
    const char *name = line + strspn(line, " \t");
    (void)snprintf(program->interpreter, sizeof program->interpreter, "%.*s",
                   (int)strcspn(name, "\n"), name);
}

void program_read(struct program *program, const void *data, uint64_t size)
{
    struct file file = {.data = data, .size = size};
    struct elf_image image;
    struct err err;
    char scratch[2][ELF_SCRATCH_SIZE];
    struct elf_source source = {.head = data,
                                .head_len = size,
                                .fd = -1,
                                .file_size = size,
                                .scratch = scratch};

    *program = (struct program){.kind = PROGRAM_OTHER};
    if (size >= 2 && memcmp(data, "#!", 2) == 0) {
        program->kind = PROGRAM_SCRIPT;
        read_script(program, &file);
        return;
    }
    if (!get(&file, 0, &file.ehdr, sizeof file.ehdr) ||
        memcmp(file.ehdr.e_ident, ELFMAG, SELFMAG) != 0)
        return;
    program->machine = file.ehdr.e_machine;
    if (file.ehdr.e_ident[EI_CLASS] != ELFCLASS64 ||
        file.ehdr.e_machine != EM_X86_64)
        return;
    if (elf_parse(&image, &source, &err) == 0) {
        program->kind = PROGRAM_UNI;
        return;
    }
    if (has_note(&file)) {
        (void)snprintf(program->why, sizeof program->why, "%.199s", err.text);
        return;
    }
    program->kind = PROGRAM_LINUX;
    read_linux(program, &file);
}

/* "interpreter /lib64/ld.so.2, needs libc.so.6 libm.so.6" */
static void describe(const struct program *program, char *text, size_t size)
{
    int len =
        program->interpreter[0]
            ? snprintf(text, size, "interpreter %.100s", program->interpreter)
            : snprintf(text, size, "static");
    for (unsigned i = 0; i < program->needed_count && len >= 0; i++) {
        if ((size_t)len + 50 >= size) {
            (void)snprintf(text + len, size - (size_t)len, " ...");
            return;
        }
        len += snprintf(text + len, size - (size_t)len, "%s%.40s",
                        i ? " " : ", needs ", program->needed[i]);
    }
}

int program_check(const struct program *program, const char *path,
                  struct err *err)
{
    char text[300];
    switch (program->kind) {
    case PROGRAM_UNI:
        return 0;
    case PROGRAM_LINUX:
        describe(program, text, sizeof text);
        return err_refuse(err,
                          "%.100s is a Linux program (%s): the linux "
                          "personality is not built yet, only .uni images run",
                          path, text);
    case PROGRAM_SCRIPT:
        return err_refuse(err,
                          "%.100s is a script for %.100s: expected a .uni "
                          "image",
                          path, program->interpreter);
    case PROGRAM_OTHER:
        break;
    }
    if (program->why[0])
        return err_refuse(err, "%.100s: %s", path, program->why);
    return program->machine != EM_NONE
               ? err_refuse(err,
                            "%.100s is an ELF file for machine %u, expected "
                            "a .uni image for x86-64 (64 bits)",
                            path, program->machine)
               : err_refuse(err, "%.100s: expected a .uni image", path);
}
