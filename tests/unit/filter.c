/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter, evaluated instruction by instruction: what it allows is
 * exactly the seven calls with the arguments of the contract.
 * objs: tender/filter.c common/err.c
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "tender/filter.h"
#include "tender/hcpage.h"
#include "uni.h"

#define KILL SECCOMP_RET_KILL_PROCESS
#define ALLOW SECCOMP_RET_ALLOW
#define VDSO 0x7ffff7fc1000ull

static struct sock_filter insns[FILTER_MAX];
static struct filter filter = {.insn = insns};
static int test_count, failures;

/* Classic BPF as the kernel's bpf(4) man page of the BSDs has it; a program
 * that leaves its bounds ends the test. */
static uint32_t evaluate(const struct seccomp_data *data)
{
    uint32_t a = 0, x = 0, memory[16] = {0};
    for (uint32_t at = 0; at < filter.count; at++) {
        const struct sock_filter *in = &insns[at];
        uint32_t operand = BPF_SRC(in->code) == BPF_X ? x : in->k;
        int taken = 0;
        switch (BPF_CLASS(in->code)) {
        case BPF_LD:
            if (BPF_MODE(in->code) == BPF_MEM)
                a = memory[in->k & 15];
            else if (in->k % 4 == 0 && in->k < sizeof *data)
                memcpy(&a, (const char *)data + in->k, sizeof a);
            else
                abort();
            continue;
        case BPF_ST:
            memory[in->k & 15] = a;
            continue;
        case BPF_MISC:
            x = a;
            continue;
        case BPF_ALU:
            if (BPF_OP(in->code) == BPF_ADD)
                a += operand;
            else if (BPF_OP(in->code) == BPF_SUB)
                a -= operand;
            else if (BPF_OP(in->code) == BPF_AND)
                a &= operand;
            else
                abort();
            continue;
        case BPF_RET:
            return in->k;
        case BPF_JMP:
            if (BPF_OP(in->code) == BPF_JA) {
                at += in->k;
                continue;
            }
            taken = BPF_OP(in->code) == BPF_JEQ   ? a == operand
                    : BPF_OP(in->code) == BPF_JGT ? a > operand
                    : BPF_OP(in->code) == BPF_JGE ? a >= operand
                                                  : (a & operand) != 0;
            at += taken ? in->jt : in->jf;
            continue;
        default:
            abort();
        }
    }
    abort();
}

static void is(const char *name, uint32_t want, uint64_t ip, int nr,
               uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
    const struct seccomp_data data = {
        nr, AUDIT_ARCH_X86_64, ip, {a0, a1, a2, a3, 5, 6}};
    uint32_t got = evaluate(&data);
    test_count++;
    if (got == want)
        return;
    printf("not ok %d - %s: call %d (%#lx, %#lx, %#lx, %#lx) from %#lx: %#x, "
           "expected %#x\n",
           test_count, name, nr, a0, a1, a2, a3, ip, got, want);
    failures++;
}

#define PAGE (UNI_HC_ADDR + 0x40)

static void check_calls(uint64_t first_block, uint64_t ip)
{
    const uint64_t high = 1ull << 32;
    const uint64_t no_mask = UNI_HC_ADDR + HCPAGE_NO_MASK;
    is("exit", ALLOW, ip, SYS_exit_group, 1, 2, 3, 4);
    for (uint64_t id = 0; id < 20; id++)
        is("clock", id <= 1 ? ALLOW : KILL, ip, SYS_clock_gettime, id, 2, 3, 4);
    is("clock, upper half", KILL, ip, SYS_clock_gettime, high, 2, 3, 4);
    for (uint64_t n = 0; n < 70; n++)
        is("poll", n <= UNI_POLL_MAX ? ALLOW : KILL, ip, SYS_ppoll, 1, n, 3,
           no_mask);
    is("poll, upper half", KILL, ip, SYS_ppoll, 1, high, 3, no_mask);
    is("poll with a mask", KILL, ip, SYS_ppoll, 1, 1, 3, 0x2000000000);
    is("poll with a mask", KILL, ip, SYS_ppoll, 1, 1, 3, 1);
    is("poll without one", ALLOW, ip, SYS_ppoll, 1, 1, 3, 0);
    static const int calls[] = {SYS_read, SYS_write};
    for (unsigned i = 0; i < 2; i++) {
        for (uint64_t fd = 0; fd < 64; fd++)
            is("read, write", fd < first_block ? ALLOW : KILL, ip, calls[i], fd,
               2, UNI_IO_MAX, ~0ull);
        is("handle, upper half", KILL, ip, calls[i], high, 2, 1, 0);
        is("handle -1", KILL, ip, calls[i], ~0ull, 2, 1, 0);
        is("length", ALLOW, ip, calls[i], 1, 2, 0, 0);
        is("length", KILL, ip, calls[i], 1, 2, UNI_IO_MAX + 1, 0);
        is("length, upper half", KILL, ip, calls[i], 1, 2, high, 0);
    }
}

/* All others, x32 and other architectures. */
static void check_rest(uint64_t ip)
{
    static const int seven[] = {SYS_exit_group, SYS_clock_gettime, SYS_ppoll,
                                SYS_read,       SYS_write,         SYS_pread64,
                                SYS_pwrite64};
    for (int nr = -1; nr < 1024; nr++) {
        int is_ours = 0;
        for (unsigned i = 0; i < 7; i++)
            is_ours |= seven[i] == nr;
        if (!is_ours)
            is("another call", KILL, ip, nr, 0, 0, 0, 0);
        is("x32", KILL, ip, nr | 0x40000000, 0, 0, 0, 0);
        struct seccomp_data data = {nr, AUDIT_ARCH_I386, ip, {0}};
        test_count++;
        if (evaluate(&data) != KILL) {
            printf("not ok %d - i386 call %d\n", test_count, nr);
            failures++;
        }
    }
}

static void check_outside(uint32_t want)
{
    static const uint64_t places[] = {0,
                                      UNI_HC_ADDR - 1,
                                      UNI_HC_ADDR + UNI_PAGE_SIZE,
                                      0x70001234,
                                      UNI_HC_ADDR + (1ull << 32),
                                      UNI_ARENA_ADDR,
                                      VDSO - (1ull << 32),
                                      VDSO + (1ull << 32),
                                      ~0ull};
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        is("from outside", want, places[i], SYS_exit_group, 0, 0, 0, 0);
        is("from outside", want, places[i], SYS_read, 0, 0, 0, 0);
        is("from outside", want, places[i], SYS_clock_gettime, 0, 0, 0, 0);
        is("from outside", want, places[i], 39, 0, 0, 0, 0);
        is("x32 from outside", KILL, places[i], 0x40000000, 0, 0, 0, 0);
    }
    is("vDSO", SECCOMP_RET_ERRNO | ENOSYS, VDSO, SYS_clock_gettime, 0, 0, 0, 0);
    /* Its upper half tells it: nothing else up there is executable. */
    is("vDSO", SECCOMP_RET_ERRNO | ENOSYS, VDSO + 0x1fff, SYS_clock_gettime, 9,
       0, 0, 0);
    is("vDSO", want, VDSO + 0x10, SYS_exit_group, 0, 0, 0, 0);
    is("vDSO", want, VDSO + 0x10, SYS_write, 1, 0, 0, 0);
}

static void add_block(struct devices *devices, uint64_t capacity,
                      int is_readonly)
{
    struct uni_device *info = &devices->device[devices->count++].info;
    memset(info, 0, sizeof *info);
    info->cls = UNI_CLASS_BLOCK;
    info->u.block.capacity = capacity;
    info->flags = is_readonly ? UNI_DEVICE_READONLY : 0;
    info->handle = devices->handle_count++;
    info->handle_durable = is_readonly ? info->handle : devices->handle_count++;
}

static void check_block(const struct devices *devices)
{
    const uint64_t high = 1ull << 32;
    for (uint64_t fd = 0; fd < 64; fd++) {
        int is_block = fd >= devices->first_block && fd < devices->handle_count;
        is("pread", is_block ? ALLOW : KILL, PAGE, SYS_pread64, fd, 2,
           UNI_IO_MAX, 1ull << 62);
        is("pwrite", is_block ? ALLOW : KILL, PAGE, SYS_pwrite64, fd, 2, 0, 0);
    }
    is("upper half", KILL, PAGE, SYS_pread64, high | devices->first_block, 2, 1,
       0);
    is("upper half", KILL, PAGE, SYS_pwrite64, high | devices->first_block, 2,
       1, 0);
    is("length", KILL, PAGE, SYS_pread64, devices->first_block, 2,
       UNI_IO_MAX + 1, 0);
    is("length", KILL, PAGE, SYS_pread64, devices->first_block, 2, high, 0);

    static const uint64_t lens[] = {0, 1, 512, 4096, UNI_IO_MAX};
    for (uint32_t i = 0; i < devices->count; i++) {
        const struct uni_device *info = &devices->device[i].info;
        uint64_t capacity = info->u.block.capacity;
        if (info->cls != UNI_CLASS_BLOCK)
            continue;
        const uint64_t offsets[] = {0,
                                    1,
                                    511,
                                    capacity,
                                    capacity - 1,
                                    capacity - 512,
                                    capacity + 1,
                                    capacity ^ high,
                                    high - 512,
                                    high,
                                    high - 1,
                                    capacity - UNI_IO_MAX,
                                    1ull << 63,
                                    ~0ull,
                                    ~0ull - 511,
                                    (1ull << 63) - 1};
        for (unsigned j = 0; j < sizeof offsets / sizeof offsets[0]; j++)
            for (unsigned k = 0; k < sizeof lens / sizeof lens[0]; k++) {
                uint64_t end;
                int fits = !(offsets[j] >> 63) &&
                           !__builtin_add_overflow(offsets[j], lens[k], &end) &&
                           end <= capacity;
                uint32_t want = fits || info->flags ? ALLOW : KILL;
                is("end", want, PAGE, SYS_pwrite64, info->handle, 2, lens[k],
                   offsets[j]);
                is("end", want, PAGE, SYS_pwrite64, info->handle_durable, 2,
                   lens[k], offsets[j]);
            }
    }
}

int main(void)
{
    struct devices devices = {.first_block = 5, .handle_count = 5};
    struct filter_params params = {.devices = &devices,
                                   .page_addr = UNI_HC_ADDR,
                                   .vdso_addr = VDSO,
                                   .vcpu_fd = -1};

    filter_build(&filter, &params);
    check_calls(5, PAGE);
    check_rest(PAGE);
    check_outside(KILL);
    is("no block device", KILL, PAGE, SYS_pread64, 5, 0, 0, 0);
    is("no block device", KILL, PAGE, SYS_pwrite64, 1ull << 32, 0, 0, 0);

    params.has_syscall_upcall = 1;
    filter_build(&filter, &params);
    check_calls(5, PAGE);
    check_rest(PAGE);
    check_outside(SECCOMP_RET_TRAP);

    add_block(&devices, 1 << 20, 0);
    add_block(&devices, 6ull << 32, 0);
    add_block(&devices, 4096, 1);
    add_block(&devices, (3ull << 32) + 512, 0);
    params.has_syscall_upcall = 0;
    filter_build(&filter, &params);
    check_calls(5, PAGE);
    check_rest(PAGE);
    check_outside(KILL);
    check_block(&devices);
    while (devices.count < DEVICE_MAX)
        add_block(&devices, 4096ull << devices.count, 0);
    filter_build(&filter, &params);
    check_block(&devices);

    /* The kvm cage's own process. */
    devices = (struct devices){.first_block = 5, .handle_count = 5};
    params = (struct filter_params){.devices = &devices, .vcpu_fd = 9};
    filter_build(&filter, &params);
    check_calls(5, 0x555555555000);
    is("run", ALLOW, 1, SYS_ioctl, 9, (uint32_t)KVM_RUN, 0, 0);
    is("CR2", ALLOW, 1, SYS_ioctl, 9, (uint32_t)KVM_GET_SREGS, 3, 0);
    is("another ioctl", KILL, 1, SYS_ioctl, 9, (uint32_t)KVM_SET_SREGS, 3, 0);
    is("another file", KILL, 1, SYS_ioctl, 8, (uint32_t)KVM_RUN, 0, 0);
    is("handler's end", ALLOW, 1, SYS_rt_sigreturn, 0, 0, 0, 0);
    is("another call", KILL, 1, SYS_openat, 0, 0, 0, 0);
    is("another call", KILL, 1, SYS_mmap, 0, 0, 0, 0);

    printf("1..%d\n", test_count);
    return failures != 0;
}
