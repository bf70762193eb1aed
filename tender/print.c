/* SPDX-License-Identifier: Apache-2.0 */
/* What --dry-run shows: the memory map, the devices, the filter. */
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "tender/filter.h"
#include "tender/print.h"
#include "uni.h"

static const char *const class_names[] = {"console", "net", "block", "stream",
                                          "core"};

void print_map(int fd, const struct guest *guest)
{
    dprintf(fd, "memory map of %s\n", guest->options.image_path);
    for (uint32_t i = 0; i < guest->gmem.region_count; i++) {
        const struct gmem_region *region = &guest->gmem.region[i];
        dprintf(fd, "  %012lx-%012lx %c%c%c %10lu KiB  %s\n", region->addr,
                region->addr + region->size,
                region->access & GMEM_READ ? 'r' : '-',
                region->access & GMEM_WRITE ? 'w' : '-',
                region->access & GMEM_EXEC ? 'x' : '-', region->size / 1024,
                region->name);
    }
    dprintf(fd, "  entry %#lx, upcall entry %#lx\n", guest->image.entry,
            guest->image.note.upcall_entry);
    dprintf(fd, "handles\n  0-2  console\n");
    for (uint32_t i = 0; i < guest->devices.count; i++) {
        const struct uni_device *info = &guest->devices.device[i].info;
        dprintf(fd, "  %u%s%.0u  %s %s", info->handle,
                info->handle_durable != info->handle ? "-" : "",
                info->handle_durable != info->handle ? info->handle_durable : 0,
                class_names[info->cls], info->name);
        if (info->cls == UNI_CLASS_BLOCK)
            dprintf(fd, ", %lu bytes, blocks of %u%s", info->u.block.capacity,
                    info->u.block.block_size,
                    info->flags & UNI_DEVICE_READONLY ? ", read-only" : "");
        if (info->cls == UNI_CLASS_NET)
            dprintf(fd, ", mtu %u, header %u, offloads %#x", info->u.net.mtu,
                    info->u.net.vnet_hdr_len, info->u.net.offloads);
        dprintf(fd, "\n");
    }
}

/* Names of the words of struct seccomp_data. */
static const char *const data_names[] = {
    "nr",         "arch",       "ip.lo",      "ip.hi",
    "args[0].lo", "args[0].hi", "args[1].lo", "args[1].hi",
    "args[2].lo", "args[2].hi", "args[3].lo", "args[3].hi",
    "args[4].lo", "args[4].hi", "args[5].lo", "args[5].hi",
};

static const char *call_name(uint32_t nr)
{
    switch (nr) {
    case SYS_read:
        return "read";
    case SYS_write:
        return "write";
    case SYS_pread64:
        return "pread64";
    case SYS_pwrite64:
        return "pwrite64";
    case SYS_ppoll:
        return "ppoll";
    case SYS_clock_gettime:
        return "clock_gettime";
    case SYS_exit_group:
        return "exit_group";
    case SYS_ioctl:
        return "ioctl";
    case SYS_rt_sigreturn:
        return "rt_sigreturn";
    default:
        return NULL;
    }
}

static void print_return(int fd, uint32_t value)
{
    switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
        dprintf(fd, "return ALLOW");
        break;
    case SECCOMP_RET_KILL_PROCESS:
        dprintf(fd, "return KILL_PROCESS");
        break;
    case SECCOMP_RET_TRAP:
        dprintf(fd, "return TRAP");
        break;
    default:
        dprintf(fd, "return ERRNO %u", value & SECCOMP_RET_DATA);
    }
}

static void print_jump(int fd, uint32_t at, const struct sock_filter *insn,
                       bool is_number)
{
    static const char *const words[] = {"", "==", ">", ">=", "&"};
    const char *name = is_number ? call_name(insn->k) : NULL;
    uint32_t op = BPF_OP(insn->code) >> 4;

    if (op == BPF_JA >> 4) {
        dprintf(fd, "goto %u", at + 1 + insn->k);
        return;
    }
    dprintf(fd, "if A %s ", words[op < 5 ? op : 0]);
    if (BPF_SRC(insn->code) == BPF_X)
        dprintf(fd, "X");
    else if (name)
        dprintf(fd, "%s", name);
    else
        dprintf(fd, "%#x", insn->k);
    dprintf(fd, " goto %u else %u", at + 1 + insn->jt, at + 1 + insn->jf);
}

static void print_insn(int fd, uint32_t at, const struct sock_filter *insn,
                       bool is_number)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
        if (BPF_MODE(insn->code) == BPF_MEM)
            dprintf(fd, "A = M[%u]", insn->k);
        else
            dprintf(fd, "A = %s", data_names[insn->k / 4 % 16]);
        break;
    case BPF_ST:
        dprintf(fd, "M[%u] = A", insn->k);
        break;
    case BPF_ALU:
        dprintf(fd, "A %s= ",
                BPF_OP(insn->code) == BPF_ADD   ? "+"
                : BPF_OP(insn->code) == BPF_SUB ? "-"
                                                : "&");
        if (BPF_SRC(insn->code) == BPF_X)
            dprintf(fd, "X");
        else
            dprintf(fd, "%#x", insn->k);
        break;
    case BPF_MISC:
        dprintf(fd, "X = A");
        break;
    case BPF_RET:
        print_return(fd, insn->k);
        break;
    default:
        print_jump(fd, at, insn, is_number);
    }
}

/* A holds the call's number where the jumps so far lead to this place. */
static void mark_targets(bool *is_number, uint32_t at, bool is_number_now,
                         const struct sock_filter *insn)
{
    uint32_t target[2] = {at + 1 + insn->jt, at + 1 + insn->jf};
    if (BPF_CLASS(insn->code) != BPF_JMP)
        target[0] = target[1] = at + 1;
    else if (BPF_OP(insn->code) == BPF_JA)
        target[0] = target[1] = at + 1 + insn->k;
    if (BPF_CLASS(insn->code) == BPF_RET)
        return;
    for (unsigned i = 0; i < 2; i++)
        if (target[i] < FILTER_MAX && is_number_now)
            is_number[target[i]] = true;
}

void filter_print(int fd, const struct filter *filter)
{
    bool is_number[FILTER_MAX] = {false};
    dprintf(fd, "seccomp filter, %u instructions\n", filter->count);
    for (uint32_t i = 0; i < filter->count; i++) {
        const struct sock_filter *insn = &filter->insn[i];
        bool is_number_now = is_number[i];
        if (BPF_CLASS(insn->code) == BPF_LD)
            is_number_now = BPF_MODE(insn->code) == BPF_ABS &&
                            insn->k == offsetof(struct seccomp_data, nr);
        mark_targets(is_number, i, is_number_now, insn);
        dprintf(fd, "%5u  ", i);
        print_insn(fd, i, insn, is_number_now);
        if (filter->why[i])
            dprintf(fd, "  ; %s", filter->why[i]);
        dprintf(fd, "\n");
    }
}
