/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter; see filter.h. Source of struct seccomp_data and of what
 * a filter may do: man 2 seccomp, linux/seccomp.h.
 *
 * Its first instruction loads the instruction pointer: when a filter is
 * loaded, the kernel evaluates it for each system call number as far as it
 * looks at nothing else, and so stops at once.
 */
#include "tender/host.h"
#include "tender/filter.h"
#include "filter_calls.h" /* made by filter_gen */
#include "uni.h"

#define LO(field) ((uint32_t)offsetof(struct seccomp_data, field))
#define HI(field) (LO(field) + 4)
#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define JEQ (BPF_JMP | BPF_JEQ | BPF_K)
#define JGT (BPF_JMP | BPF_JGT | BPF_K)
#define JGE (BPF_JMP | BPF_JGE | BPF_K)
#define JSET (BPF_JMP | BPF_JSET | BPF_K)
#define RET (BPF_RET | BPF_K)

static uint32_t emit(struct filter *filter, uint16_t code, uint8_t jt,
                     uint8_t jf, uint32_t k, const char *why)
{
    uint32_t at = filter->count++;
    assert(at < FILTER_MAX);
    filter->insn[at] = (struct sock_filter){code, jt, jf, k};
    if (filter->why)
        filter->why[at] = why;
    return at;
}

static void emit_load(struct filter *filter, uint32_t field, const char *why)
{
    emit(filter, LOAD, 0, 0, field, why);
}

/* Goes on when the comparison holds, otherwise kills the process. */
static void emit_must(struct filter *filter, uint16_t jump, uint32_t k,
                      const char *why)
{
    emit(filter, jump, 1, 0, k, why);
    emit(filter, RET, 0, 0, SECCOMP_RET_KILL_PROCESS, "otherwise kill");
}

static void emit_must_not(struct filter *filter, uint16_t jump, uint32_t k,
                          const char *why)
{
    emit(filter, jump, 0, 1, k, why);
    emit(filter, RET, 0, 0, SECCOMP_RET_KILL_PROCESS, "otherwise kill");
}

/*
 * The vDSO's clock_gettime makes a real call where it cannot read the clock
 * source: it learns that there is none, and the guest uses UNI_CLOCK. Above
 * the guest's addresses nothing but the vDSO is executable, so that the upper
 * half, which comes loaded, tells it.
 */
static void emit_vdso(struct filter *filter, const struct filter_params *params)
{
    if (params->vdso_addr < UNI_ADDR_MAX)
        return;
    emit(filter, JEQ, 0, 3, (uint32_t)(params->vdso_addr >> 32), "the vDSO?");
    emit_load(filter, LO(nr), NULL);
    emit(filter, JEQ, 0, 1, SYS_clock_gettime, "its fallback");
    emit(filter, RET, 0, 0, SECCOMP_RET_ERRNO | ENOSYS,
         "is told that there is none");
}

/* Everything that comes from outside of the hypercall page ends here. */
static void emit_page(struct filter *filter, const struct filter_params *params)
{
    emit_load(filter, HI(instruction_pointer),
              "where does the call come from?");
    emit(filter, JEQ, 0, 4, (uint32_t)(params->page_addr >> 32), NULL);
    emit_load(filter, LO(instruction_pointer), NULL);
    emit(filter, BPF_ALU | BPF_AND | BPF_K, 0, 0, (uint32_t)-UNI_PAGE_SIZE,
         NULL);
    uint32_t inside = emit(filter, JEQ, 0, 0, (uint32_t)params->page_addr,
                           "the hypercall page");
    emit_load(filter, HI(instruction_pointer), NULL);
    emit_vdso(filter, params);
    if (params->has_syscall_upcall) {
        emit_load(filter, LO(arch), NULL);
        emit_must(filter, JEQ, AUDIT_ARCH_X86_64, "x86-64");
        emit_load(filter, LO(nr), NULL);
        emit_must_not(filter, JGE, 0x40000000, "not x32");
        emit(filter, RET, 0, 0, SECCOMP_RET_TRAP, "the image asks for upcalls");
    } else {
        emit(filter, RET, 0, 0, SECCOMP_RET_KILL_PROCESS,
             "from anywhere else: kill");
    }
    filter->insn[inside].jt = (uint8_t)(filter->count - inside - 1);
}

/*
 * Goes on where offset + length does not pass the device's end: a file would
 * grow. X is the length, at most UNI_IO_MAX. Where that cannot carry into the
 * capacity's upper half, the lower halves decide.
 */
static void emit_bound(struct filter *filter, uint64_t capacity)
{
    uint32_t hi = (uint32_t)(capacity >> 32), lo = (uint32_t)capacity;

    emit_load(filter, HI(args[3]), "offset, upper half");
    if (!hi && lo <= UINT32_MAX - UNI_IO_MAX) {
        emit_must(filter, JEQ, 0, "is zero");
        emit_load(filter, LO(args[3]), "offset, lower half");
        emit_must_not(filter, JGT, lo, "in the device");
        emit(filter, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0, NULL);
        emit_must_not(filter, JGT, lo, "end in the device");
        emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, NULL);
        return;
    }
    emit_must_not(filter, JSET, 0x80000000, "not negative");
    emit_load(filter, LO(args[3]), "offset, lower half");
    emit(filter, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0, NULL);
    emit(filter, BPF_ST, 0, 0, 0, "end, lower half");
    emit(filter, BPF_JMP | BPF_JGE | BPF_X, 3, 0, 0, "no carry");
    emit_load(filter, HI(args[3]), NULL);
    emit(filter, BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1, "carry");
    emit(filter, BPF_JMP | BPF_JA, 0, 0, 1, NULL);
    emit_load(filter, HI(args[3]), NULL);
    emit(filter, JGT, 3, 0, hi, "end against the capacity, upper half");
    emit(filter, JEQ, 0, 3, hi, NULL);
    emit(filter, BPF_LD | BPF_MEM, 0, 0, 0, NULL);
    emit(filter, JGT, 0, 1, lo, "lower half");
    emit(filter, RET, 0, 0, SECCOMP_RET_KILL_PROCESS, "past the end: kill");
    emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, NULL);
}

/* The end of libseccomp's part for one call goes on with what comes next. */
static void aim(struct filter *filter, uint32_t marker)
{
    for (uint32_t i = 0; i < filter->count; i++)
        if (filter->insn[i].code == RET && filter->insn[i].k == marker)
            filter->insn[i] = (struct sock_filter){BPF_JMP | BPF_JA, 0, 0,
                                                   filter->count - i - 1};
}

/* The handle was compared from below only: not above the last, and its upper
 * half, which the kernel ignores, must be zero. */
static void emit_handle(struct filter *filter, const struct devices *devices)
{
    emit_load(filter, HI(args[0]), "handle, upper half");
    emit_must(filter, JEQ, 0, "is zero");
    emit_load(filter, LO(args[0]), "handle");
    emit_must_not(filter, JGE, devices->handle_count, "there is none");
}

static void emit_block(struct filter *filter, const struct devices *devices)
{
    aim(filter, FILTER_GO_ON_PREAD);
    emit_handle(filter, devices);
    emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, "reads end by themselves");

    aim(filter, FILTER_GO_ON_PWRITE);
    emit_load(filter, LO(args[2]), "length");
    emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0, NULL);
    emit_handle(filter, devices);
    for (uint32_t i = 0; i < devices->count; i++) {
        const struct uni_device *info = &devices->device[i].info;
        if (info->cls != UNI_CLASS_BLOCK || info->flags & UNI_DEVICE_READONLY)
            continue;
        emit(filter, JEQ, 1, 0, info->handle, NULL);
        uint32_t at = emit(filter, JEQ, 0, 0, info->handle_durable, NULL);
        emit_bound(filter, info->u.block.capacity);
        filter->insn[at].jf = (uint8_t)(filter->count - at - 1);
    }
    emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, "the kernel refuses: EBADF");
}

/* The kvm cage's own process: the machine, and the end of a signal handler. */
static void emit_kvm(struct filter *filter, int vcpu_fd)
{
    emit_load(filter, LO(instruction_pointer), "(spares the load-time check)");
    emit_load(filter, LO(arch), NULL);
    emit_must(filter, JEQ, AUDIT_ARCH_X86_64, "only x86-64 system calls");
    emit_load(filter, LO(nr), NULL);
    emit(filter, JEQ, 0, 1, SYS_rt_sigreturn, "from the signal handler");
    emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, NULL);
    emit(filter, JEQ, 0, 8, SYS_ioctl, NULL);
    emit_load(filter, LO(args[0]), "ioctl: on which file");
    emit_must(filter, JEQ, (uint32_t)vcpu_fd, "the vCPU");
    emit_load(filter, LO(args[1]), NULL);
    emit(filter, JEQ, 2, 0, (uint32_t)KVM_RUN, "run it");
    emit_must(filter, JEQ, (uint32_t)KVM_GET_SREGS, "or read a fault's CR2");
    emit(filter, RET, 0, 0, SECCOMP_RET_ALLOW, NULL);
}

/* libseccomp's program with the first BLOCK handle filled in. */
#define EMIT_CALLS(filter, name, first_block)                                  \
    do {                                                                       \
        uint32_t start = (filter)->count;                                      \
        for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)              \
            emit(filter, name[i].code, name[i].jt, name[i].jf, name[i].k,      \
                 name##_why[i]);                                               \
        for (size_t i = 0; i < sizeof name##_marks; i++)                       \
            (filter)->insn[start + name##_marks[i]].k = first_block;           \
    } while (0)

void filter_build(struct filter *filter, const struct filter_params *params)
{
    const struct devices *devices = params->devices;
    uint32_t first_block = devices->first_block;

    filter->count = 0;
    if (params->page_addr)
        emit_page(filter, params);
    if (params->vcpu_fd >= 0)
        emit_kvm(filter, params->vcpu_fd);
    if (first_block == devices->handle_count) {
        EMIT_CALLS(filter, filter_calls, first_block);
    } else {
        EMIT_CALLS(filter, filter_block_calls, first_block);
        emit_block(filter, devices);
    }
}
