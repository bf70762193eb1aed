/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fs base of a guest never changes (docs/architecture.md), so code reads
 * the thread pointer at fs:0 and goes on from there. An object that some other
 * compiler made has %fs:-8 instead, and would share its variables between all
 * threads, and with what lies below the libOS's own cell. Nothing in an object
 * says which it is, and what was meant for another model is rewritten by the
 * linker: so the linked code is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

#include "build-tools/tls_scan.h"
#include "common/io.h"

#define FS_PREFIX 0x64
#define OPCODE_MAX 6 /* bytes between it and ModRM: 66, REX, 0f 38 xx; EVEX */

static bool is_below_fs(const uint8_t *disp32, uint64_t tls_size)
{
    int32_t disp;
    memcpy(&disp, disp32, sizeof disp);
    return disp < 0 && (uint64_t) - (int64_t)disp <= tls_size;
}

/*
 * An address without a base register and a little below 0 (SDM vol. 2 s2.1.5)
 * means nothing but this, wherever in other bytes a 0x64 stands; but lea may
 * compute with one.
 */
static bool is_direct(const uint8_t *at, size_t len, uint64_t tls_size)
{
    for (size_t i = 2; i < 2 + OPCODE_MAX && i + 6 <= len; i++)
        if ((at[i] & 0xc7) == 0x04 && (at[i + 1] & 7) == 5 &&
            at[i - 1] != 0x8d && is_below_fs(at + i + 2, tls_size))
            return true;
    return false;
}

/*
 * mov $-8,%reg, which the linker made of a load from the GOT, and at once
 * %fs:(%reg). With rsp, rbp, r12 and r13 the same bits mean other addresses,
 * %fs:0 among them.
 */
static bool is_by_register(const uint8_t *at, size_t len, uint64_t tls_size)
{
    if (len < 10 || (at[0] & 0xfe) != 0x48 || at[1] != 0xc7 ||
        (at[2] & 0xf8) != 0xc0 || !is_below_fs(at + 3, tls_size) ||
        at[7] != FS_PREFIX)
        return false;
    uint8_t reg = at[2] & 7, rex = (at[8] & 0xf0) == 0x40 ? at[8] : 0;
    size_t i = rex ? 9 : 8;
    i += at[i] == 0x0f && i + 2 < len;
    return reg != 4 && reg != 5 && (rex & 1) == (at[0] & 1) && i + 1 < len &&
           (at[i + 1] & 0xc7) == reg;
}

size_t tls_scan_code(const uint8_t *code, size_t len, uint64_t tls_size)
{
    for (size_t i = 0; i < len; i++) {
        if (code[i] == FS_PREFIX && is_direct(code + i, len - i, tls_size))
            return i;
        if (is_by_register(code + i, len - i, tls_size))
            return i + 7;
    }
    return TLS_SCAN_NONE;
}

/* Bytes of thread-local variables, 0 without any. */
static uint64_t find_tls(Elf *elf)
{
    size_t count;
    GElf_Phdr phdr;
    if (elf_getphdrnum(elf, &count) < 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_TLS)
            return phdr.p_memsz + phdr.p_align;
    return 0;
}

/* The function that an address lies in. */
static const char *find_name(Elf *elf, uint64_t addr)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr shdr = {0};
    GElf_Sym sym;

    while ((scn = elf_nextscn(elf, scn)))
        if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
            break;
    Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
    for (int i = 0; data && gelf_getsym(data, i, &sym); i++)
        if (GELF_ST_TYPE(sym.st_info) == STT_FUNC &&
            addr - sym.st_value < sym.st_size)
            return elf_strptr(elf, shdr.sh_link, sym.st_name);
    return NULL;
}

static int scan_elf(Elf *elf, struct err *err)
{
    uint64_t tls_size = find_tls(elf);
    Elf_Scn *scn = NULL;
    GElf_Shdr shdr;

    while (tls_size && (scn = elf_nextscn(elf, scn))) {
        if (!gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_EXECINSTR) ||
            shdr.sh_type != SHT_PROGBITS)
            continue;
        Elf_Data *data = elf_rawdata(scn, NULL);
        if (!data || !data->d_buf)
            continue;
        size_t at = tls_scan_code(data->d_buf, data->d_size, tls_size);
        if (at == TLS_SCAN_NONE)
            continue;
        const char *name = find_name(elf, shdr.sh_addr + at);
        return err_refuse(err,
                          "%s at %#lx reaches a thread-local variable by its "
                          "distance from fs: compile it with uni-cc, or with "
                          "-mno-tls-direct-seg-refs",
                          name ? name : "code", shdr.sh_addr + at);
    }
    return 0;
}

int tls_scan_file(const char *path, struct err *err)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open");
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (!elf)
        return err_say(err, EIO, "%s", elf_errmsg(-1));
    int rc = scan_elf(elf, err);
    (void)elf_end(elf);
    return rc;
}
