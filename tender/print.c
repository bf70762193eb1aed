/* SPDX-License-Identifier: Apache-2.0 */
/* What --dry-run shows: the memory map, the devices, the filter. */
#include "tender/host.h"
#include "tender/filter.h"
#include "tender/print.h"
#include "uni.h"

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
                device_class_name(info->cls), info->name);
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

/* A word of struct seccomp_data, linux/seccomp.h. */
static void print_load(int fd, uint32_t offset)
{
    static const char fields[][5] = {"nr", "arch", "ip"};
    uint32_t word = offset / 4;
    const char *half = word < 2 ? "" : word % 2 ? ".hi" : ".lo";
    if (word < 4)
        dprintf(fd, "A = %s%s", fields[word < 2 ? word : 2], half);
    else
        dprintf(fd, "A = args[%u]%s", word / 2 - 2, half);
}

static void print_return(int fd, uint32_t value)
{
    uint32_t action = value & SECCOMP_RET_ACTION_FULL;
    dprintf(fd, "return %s",
            action == SECCOMP_RET_ALLOW          ? "ALLOW"
            : action == SECCOMP_RET_KILL_PROCESS ? "KILL_PROCESS"
            : action == SECCOMP_RET_TRAP         ? "TRAP"
                                                 : "ERRNO");
}

static void print_insn(int fd, uint32_t at, const struct sock_filter *insn)
{
    static const char operators[][3] = {"", "==", ">", ">=", "&"};
    char operand[12] = "X";
    if (BPF_SRC(insn->code) == BPF_K)
        snprintf(operand, sizeof operand, "%#x", insn->k);
    switch (insn->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        print_load(fd, insn->k);
        break;
    case BPF_LD | BPF_MEM:
        dprintf(fd, "A = M[%u]", insn->k);
        break;
    case BPF_ST:
        dprintf(fd, "M[%u] = A", insn->k);
        break;
    case BPF_MISC | BPF_TAX:
        dprintf(fd, "X = A");
        break;
    case BPF_RET | BPF_K:
        print_return(fd, insn->k);
        break;
    case BPF_JMP | BPF_JA:
        dprintf(fd, "goto %u", at + 1 + insn->k);
        break;
    default:
        if (BPF_CLASS(insn->code) == BPF_ALU)
            dprintf(fd, "A %c= %s", "+-   &"[BPF_OP(insn->code) >> 4 & 7],
                    operand);
        else
            dprintf(fd, "if A %s %s goto %u else %u",
                    operators[BPF_OP(insn->code) >> 4 & 7], operand,
                    at + 1 + insn->jt, at + 1 + insn->jf);
    }
}

void filter_print(int fd, const struct filter_params *params)
{
    static struct sock_filter insns[FILTER_MAX];
    static const char *why[FILTER_MAX];
    struct filter filter = {.insn = insns, .why = why};

    filter_build(&filter, params);
    dprintf(fd, "seccomp filter, %u instructions\n", filter.count);
    for (uint32_t i = 0; i < filter.count; i++) {
        dprintf(fd, "%5u  ", i);
        print_insn(fd, i, &insns[i]);
        if (why[i] && *why[i])
            dprintf(fd, "  ; %s", why[i]);
        dprintf(fd, "\n");
    }
}
