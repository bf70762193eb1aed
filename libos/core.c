/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ELF core: written front to back through the handle of class CORE, if
 * the tender gave one. Notes as Linux's (gABI ch. 5, man 5 core): registers
 * of each green thread, the faulting one first. What is read-only is in the
 * image and left out; long runs of zero pages take a header and no bytes.
 *
 * Nothing is allocated and little stack is used: the guest may be in any
 * state. Upcalls only leave notes by now.
 */
#include "arena.h"
#include "enter.h"
#include "hc.h"
#include "libos.h"
#include "signal.h"
#include "thread.h"
#include "user.h"

struct ehdr {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
struct nhdr {
    uint32_t namesz, descsz, type;
    char name[8]; /* "CORE" */
};
#define PT_LOAD 1
#define PT_NOTE 4
#define PF_W 2
#define PF_R 4
#define ET_CORE 4
#define EM_X86_64 62

#define NT_PRSTATUS 1
#define NT_FPREGSET 2
#define NT_PRPSINFO 3
#define NT_SIGINFO 0x53494749

/* struct elf_prstatus of x86-64; asm/elf.h, linux/elfcore.h */
struct prstatus {
    int32_t signo, code, error;
    int16_t cursig;
    uint16_t pad;
    uint64_t sigpend, sighold;
    int32_t pid, ppid, pgrp, sid;
    struct linux_timeval times[4];
    uint64_t regs[27];
    int32_t fpvalid, pad2;
};
_Static_assert(sizeof(struct prstatus) == 336, "elf_prstatus");
struct prpsinfo {
    char state, sname, zombie, nice;
    uint32_t pad;
    uint64_t flag;
    uint32_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char fname[16], psargs[80];
};
_Static_assert(sizeof(struct prpsinfo) == 136, "elf_prpsinfo");
#define FP_SIZE 512

/* A piece of memory: its bytes are in the core, or it is all zero. */
struct run {
    uint64_t addr, size;
    bool is_zero;
};
#define RUNS_MAX 512
static struct run runs[RUNS_MAX] COLD_BSS;
static uint32_t run_count;

static struct {
    uint32_t handle;
    bool has_failed;
    uint64_t offset; /* bytes given to put() */
    size_t len;
    uint8_t buf[UNI_PAGE_SIZE];
} out COLD_BSS;

static void write_all(const void *data, size_t len)
{
    const char *at = data;
    while (len && !out.has_failed) {
        size_t n = len < UNI_IO_MAX ? len : UNI_IO_MAX;
        long rc = hc_write(out.handle, at, n);
        if (rc == -LINUX_EINTR)
            continue;
        if (rc <= 0) {
            print_err("septum: writing the core: error %ld\n", -rc);
            out.has_failed = true;
            return;
        }
        at += rc;
        len -= (size_t)rc;
    }
}

static void flush(void)
{
    write_all(out.buf, out.len);
    out.len = 0;
}

static void put(const void *data, size_t len)
{
    const uint8_t *at = data;
    out.offset += len;
    while (len) {
        size_t room = sizeof out.buf - out.len;
        size_t n = len < room ? len : room;
        memcpy(out.buf + out.len, at, n);
        out.len += n;
        at += n;
        len -= n;
        if (out.len == sizeof out.buf)
            flush();
    }
}

static void pad_to_page(void)
{
    static const uint8_t zeros[64];
    while (out.offset % UNI_PAGE_SIZE) {
        size_t left = UNI_PAGE_SIZE - out.offset % UNI_PAGE_SIZE;
        put(zeros, left < sizeof zeros ? left : sizeof zeros);
    }
}

static bool is_zero_page(uint64_t addr)
{
    const uint64_t *word = (const uint64_t *)addr;
    for (size_t i = 0; i < UNI_PAGE_SIZE / 8; i += 4)
        if (word[i] | word[i + 1] | word[i + 2] | word[i + 3])
            return false;
    return true;
}

static bool add_run(uint64_t addr, uint64_t end, bool is_zero)
{
    if (addr == end)
        return true;
    if (run_count == RUNS_MAX)
        return false;
    runs[run_count++] = (struct run){addr, end - addr, is_zero};
    return true;
}

/* Splits [addr, end), in whole pages; runs of fewer than `min` zero pages
 * count as data. False when there are too many pieces. */
static bool add_range(uint64_t addr, uint64_t end, uint64_t min)
{
    uint64_t data = addr; /* start of the piece with bytes */
    while (addr < end) {
        uint64_t zero = addr;
        while (addr < end && is_zero_page(addr))
            addr += UNI_PAGE_SIZE;
        if (addr - zero >= min * UNI_PAGE_SIZE) {
            if (!add_run(data, zero, false) || !add_run(zero, addr, true))
                return false;
            data = addr;
        }
        if (addr < end)
            addr += UNI_PAGE_SIZE;
    }
    return add_run(data, end, false);
}

extern const char __executable_start[];

static bool add_all(uint64_t min)
{
    const struct ehdr *ehdr = (const void *)__executable_start;
    const struct phdr *phdr = (const void *)(__executable_start + ehdr->phoff);
    const uint64_t mask = UNI_PAGE_SIZE - 1;
    struct arena_stats stats;
    run_count = 0;
    if (!add_range(UNI_UPCALL_STACK_ADDR,
                   UNI_UPCALL_STACK_ADDR + UNI_UPCALL_STACK_SIZE, min))
        return false;
    for (unsigned i = 0; i < ehdr->phnum; i++) {
        if (phdr[i].type != PT_LOAD || !(phdr[i].flags & PF_W))
            continue;
        uint64_t end = phdr[i].vaddr + phdr[i].memsz;
        if (!add_range(phdr[i].vaddr & ~mask, (end + mask) & ~mask, min))
            return false;
    }
    arena_stats(&stats);
    uint64_t arena = libos_boot->arena_addr;
    return add_range(arena, arena + stats.high_water, min);
}

static void put_headers(uint64_t notes_size)
{
    struct ehdr ehdr = {.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
                        .type = ET_CORE,
                        .machine = EM_X86_64,
                        .version = 1,
                        .phoff = sizeof ehdr,
                        .ehsize = sizeof ehdr,
                        .phentsize = sizeof(struct phdr),
                        .phnum = (uint16_t)(run_count + 1)};
    uint64_t offset = sizeof ehdr + ehdr.phnum * sizeof(struct phdr);
    put(&ehdr, sizeof ehdr);
    struct phdr note = {
        .type = PT_NOTE, .offset = offset, .filesz = notes_size, .align = 4};
    put(&note, sizeof note);
    offset += notes_size;
    offset = (offset + UNI_PAGE_SIZE - 1) & ~(UNI_PAGE_SIZE - 1);
    for (uint32_t i = 0; i < run_count; i++) {
        struct phdr load = {.type = PT_LOAD,
                            .flags = PF_R | PF_W,
                            .offset = offset,
                            .vaddr = runs[i].addr,
                            .filesz = runs[i].is_zero ? 0 : runs[i].size,
                            .memsz = runs[i].size,
                            .align = UNI_PAGE_SIZE};
        put(&load, sizeof load);
        offset += load.filesz;
    }
}

static void put_note(uint32_t type, const void *desc, uint32_t size)
{
    struct nhdr nhdr = {5, size, type, "CORE"};
    put(&nhdr, sizeof nhdr);
    put(desc, size);
}

static void put_thread(const struct thread *thread,
                       const struct uni_ucontext *context, void *sig_ptr)
{
    const struct uni_regs *r = &context->regs;
    static uint8_t fp[FP_SIZE];
    struct prstatus status = {
        .signo = *(const int *)sig_ptr,
        .cursig = (int16_t) * (const int *)sig_ptr,
        .sigpend = thread->pending.set,
        .sighold = thread->mask,
        .pid = thread->tid,
        .pgrp = 1,
        .sid = 1,
        .regs = {r->r15,    r->r14,
                 r->r13,    r->r12,
                 r->rbp,    r->rbx,
                 r->r11,    r->r10,
                 r->r9,     r->r8,
                 r->rax,    r->rcx,
                 r->rdx,    r->rsi,
                 r->rdi,    UINT64_MAX,
                 r->rip,    0x33,
                 r->rflags, r->rsp,
                 0x2b,      (uintptr_t)thread->thread_pointer,
                 0,         0,
                 0,         0,
                 0},
        .fpvalid = 1,
    };
    memset(fp, 0, sizeof fp);
    fp[0] = 0x7f, fp[1] = 0x03; /* control words at rest */
    fp[24] = 0x80, fp[25] = 0x1f;
    if (r->fpstate)
        (void)user_copy(fp, (const void *)r->fpstate, sizeof fp);
    put_note(NT_PRSTATUS, &status, sizeof status);
    put_note(NT_FPREGSET, fp, sizeof fp);
}

static void put_notes(int sig, const struct uni_siginfo *info,
                      const struct uni_ucontext *context)
{
    struct prpsinfo ps = {.sname = 'R', .pid = 1, .pgrp = 1, .sid = 1};
    struct uni_siginfo made_up = {.signo = sig};
    const char *path = (const char *)libos_boot + libos_boot->argv_off;
    if (libos_boot->argc) {
        const char *name = path;
        for (const char *p = path; *p; p++)
            if (*p == '/')
                name = p + 1;
        memcpy(ps.fname, name, strnlen(name, sizeof ps.fname - 1));
        memcpy(ps.psargs, path, strnlen(path, sizeof ps.psargs - 1));
    }
    put_note(NT_PRPSINFO, &ps, sizeof ps);
    put_note(NT_SIGINFO, info ? info : &made_up, sizeof *info);
    report_each_thread(put_thread, context, &sig);
}

void core_write(int sig, const struct uni_siginfo *info,
                const struct uni_ucontext *context)
{
    int handle = libos_handle(UNI_CLASS_CORE);
    if (handle < 0)
        return;
    out.handle = (uint32_t)handle;
    uint64_t min = 16; /* pages */
    while (!add_all(min))
        min *= 4;
    const uint64_t head = sizeof(struct nhdr);
    put_headers(2 * head + sizeof(struct prpsinfo) + sizeof *info +
                cpu.thread_count *
                    (2 * head + sizeof(struct prstatus) + FP_SIZE));
    put_notes(sig, info, context);
    pad_to_page();
    flush();
    for (uint32_t i = 0; i < run_count; i++)
        if (!runs[i].is_zero)
            write_all((const void *)runs[i].addr, runs[i].size);
    if (!out.has_failed)
        print_err("  core written\n");
}
