/* SPDX-License-Identifier: Apache-2.0 */
/* What assembly and C must agree on, and the poll that no signal escapes. */
#include "asm.h"
#include "hc.h"
#include "upcall.h"

#define AT(type, field, offset)                                                \
    _Static_assert(__builtin_offsetof(type, field) == (offset),                \
                   #type "." #field " in asm.h")

_Static_assert(UNI_HC_ADDR == 0x10000 && UNI_HC_STRIDE == 128, "calls.S");
_Static_assert(sizeof(struct uni_note) == NOTE_SIZE, "asm.h");
_Static_assert(sizeof(struct uni_manifest) == MANIFEST_SIZE, "asm.h");
_Static_assert(sizeof(struct uni_ucontext) == UC_SIZE, "asm.h");
AT(struct uni_note, stack_size, NOTE_STACK_SIZE);
AT(struct uni_note, fs_base, NOTE_FS_BASE);
_Static_assert(NOTE_FS_BASE + 8 == NOTE_SIZE, "entry.S: the note's last");
AT(struct hc_fs, stack_guard, 0x28); /* gcc's -fstack-protector */
AT(struct uni_boot, arena_addr, BOOT_ARENA_ADDR);
AT(struct uni_boot, arena_size, BOOT_ARENA_SIZE);
AT(struct uni_ucontext, regs.r8, UC_R8);
AT(struct uni_ucontext, regs.r15, UC_R15);
AT(struct uni_ucontext, regs.rdi, UC_RDI);
AT(struct uni_ucontext, regs.rbx, UC_RBX);
AT(struct uni_ucontext, regs.rdx, UC_RDX);
AT(struct uni_ucontext, regs.rcx, UC_RCX);
AT(struct uni_ucontext, regs.rsp, UC_RSP);
AT(struct uni_ucontext, regs.rip, UC_RIP);
AT(struct uni_ucontext, regs.rflags, UC_RFLAGS);
AT(struct uni_ucontext, regs.fpstate, UC_FPSTATE);
AT(struct uni_ucontext, regs.reserved, UC_SCRATCH);
AT(struct hc_gate, work, 4);

struct hc_gate hc_gate = {.depth = 1};
struct hc_fs hc_fs;
uint32_t upcall_fpsize = 576;
uint32_t upcall_has_xsave;

extern const char hc_poll_begin[], hc_poll_end[], hc_poll_abort[];

uint64_t hc_poll_interrupt(const struct uni_boot *boot, uint64_t rip)
{
    if (rip >= (uintptr_t)hc_poll_begin && rip < (uintptr_t)hc_poll_end)
        return (uintptr_t)hc_poll_abort;
    /* No boot yet: a tick of the very first instructions. */
    if (boot && rip >= boot->poll_begin && rip <= boot->poll_commit)
        return boot->poll_abort;
    return rip;
}
