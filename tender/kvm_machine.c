/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the virtual machine; see kvm_machine.h. Sources: KVM's api.rst in the
 * kernel's documentation, SDM vol. 3.
 */
#include "tender/host.h"
#include "tender/hcpage.h"
#include "tender/kvm_machine.h"
#include "uni.h"

#define CPUID_MAX 256u /* entries of KVM_GET_SUPPORTED_CPUID */

#define CR0_VALUE 0x80050033ull /* PG AM WP NE ET MP PE, SDM vol. 3 s2.5 */
#define CR4_PAE (1ull << 5)
#define CR4_OSFXSR (1ull << 9)
#define CR4_OSXMMEXCPT (1ull << 10)
/* Intel's processors enter a guest only with a busy TSS (SDM vol. 3 s26.3.1.2);
 * QEMU's emulation of AMD's finds the port bitmap only of one that is not. */
#define TSS_AVAILABLE 9
#define TSS_BUSY 11
#define CR4_OSXSAVE (1ull << 18)
#define EFER_VALUE 0xd01ull /* SCE LME LMA NXE, SDM vol. 3 s2.2.1 */
#define MSR_STAR 0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_SFMASK 0xc0000084u
#define SFMASK_VALUE 0x47700ull /* as Linux: TF IF DF IOPL NT AC off */
#define KERNEL_CS 0x08
#define KERNEL_SS 0x10
#define TSS_SELECTOR 0x40
#define TSS_OFFSET 0x80 /* in the page of the GDT */
#define TSS_RSP0 4
#define TSS_IOMAP_BASE 102
#define TSS_SIZE 104
#define IOMAP_SIZE (KVM_PORT_PROBE / 8 + 1)
#define CPUID_AUTH 0x68747541u /* "Auth", of AuthenticAMD */
#define XCR0_AMX (3ull << 17)  /* both bits or none */

struct cpuid_data {
    struct kvm_cpuid2 head;
    struct kvm_cpuid_entry2 entry[CPUID_MAX];
};

/* One ioctl that must not fail; `what` is for people. */
static int must(int fd, unsigned long request, const void *arg,
                const char *what, struct err *err)
{
    int rc = ioctl(fd, request, arg);
    return rc < 0 ? err_set(err, errno, "kvm: %s", what) : rc;
}

static int set_slot(const struct kvm_machine *machine, uint32_t slot,
                    uint64_t gpa, uint64_t size, const void *memory,
                    bool is_readonly, struct err *err)
{
    const struct kvm_userspace_memory_region region = {
        slot, is_readonly ? KVM_MEM_READONLY : 0, gpa, size, (uint64_t)memory};
    return must(machine->vm_fd, KVM_SET_USER_MEMORY_REGION, &region,
                "memory slot", err);
}

static int set_memory(struct kvm_machine *machine, const struct gmem *gmem,
                      struct err *err)
{
    uint64_t size = KVM_PRIVATE_PAGES * UNI_PAGE_SIZE;
    void *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED)
        return err_set(err, errno, "kvm: map page tables");
    (void)madvise(area, size, MADV_NOHUGEPAGE); /* advice */
    machine->area = area;
    for (uint32_t i = 0; i < gmem->region_count; i++) {
        const struct gmem_region *region = &gmem->region[i];
        if (set_slot(machine, i, region->addr, region->size,
                     (void *)(uintptr_t)region->addr,
                     !(region->access & GMEM_WRITE), err) < 0)
            return -err->code;
    }
    return set_slot(machine, gmem->region_count, KVM_PRIVATE_GPA, size, area,
                    false, err);
}

static char *private_page(const struct kvm_machine *machine, unsigned page)
{
    return machine->area + page * UNI_PAGE_SIZE;
}

struct kvm_exception *kvm_machine_exception(struct kvm_machine *machine)
{
    return (struct kvm_exception *)(private_page(machine, KVM_PAGE_STACK) +
                                    UNI_PAGE_SIZE -
                                    sizeof(struct kvm_exception));
}

/* GDT and TSS: SDM vol. 3 s3.4.5, s7.7; I/O permission map: vol. 1 s19.5.2. */
static void write_gdt(const struct kvm_machine *machine)
{
    char *page = private_page(machine, KVM_PAGE_GDT);
    uint64_t *gdt = (uint64_t *)page;
    char *tss = page + TSS_OFFSET;
    uint64_t tss_va = KVM_PRIVATE_VA + TSS_OFFSET;
    uint64_t stack_va = KVM_PRIVATE_VA + (KVM_PAGE_STACK + 1) * UNI_PAGE_SIZE;
    uint16_t iomap_base = TSS_SIZE;
    uint64_t limit = TSS_SIZE + IOMAP_SIZE; /* the map, and one byte of ones */

    gdt[KERNEL_CS / 8] = 0x00af9b000000ffffull;
    gdt[KERNEL_SS / 8] = 0x00cf93000000ffffull;
    gdt[KVM_USER_SS / 8] = 0x00cff3000000ffffull;
    gdt[KVM_USER_CS / 8] = 0x00affb000000ffffull;
    gdt[TSS_SELECTOR / 8] = limit | (tss_va & 0xffffff) << 16 | 0x8bull << 40 |
                            (tss_va >> 24 & 0xff) << 56;
    gdt[TSS_SELECTOR / 8 + 1] = tss_va >> 32;

    memcpy(tss + TSS_RSP0, &stack_va, sizeof stack_va);
    memcpy(tss + TSS_IOMAP_BASE, &iomap_base, sizeof iomap_base);
    memset(tss + TSS_SIZE, 0xff, IOMAP_SIZE + 1);
    for (unsigned port = KVM_PORT; port <= KVM_PORT_PROBE; port++)
        tss[TSS_SIZE + port / 8] &= (char)~(1u << (port % 8));
}

/* IDT: SDM vol. 3 s6.14.1. `int3` alone is open to ring 3. */
static void write_idt(const struct kvm_machine *machine)
{
    uint64_t *idt = (uint64_t *)private_page(machine, KVM_PAGE_IDT);
    uint64_t stubs_va = KVM_PRIVATE_VA + KVM_PAGE_STUBS * UNI_PAGE_SIZE;

    for (uint64_t vector = 0; vector < 32; vector++) {
        uint64_t stub = stubs_va + vector * 16;
        uint64_t type = vector == 3 ? 0xee : 0x8e;
        idt[2 * vector] = (stub & 0xffff) | KERNEL_CS << 16 | type << 40 |
                          (stub >> 16 & 0xffff) << 48;
        idt[2 * vector + 1] = stub >> 32;
    }
    memcpy(private_page(machine, KVM_PAGE_STUBS), kvm_stubs,
           (size_t)(kvm_stubs_end - kvm_stubs));
}

/* The processor's features as KVM offers them. */
static int set_cpuid(struct kvm_machine *machine, struct err *err)
{
    static struct cpuid_data data; /* not initialised: that were file pages */
    bool has_xsave = false;

    data.head.nent = CPUID_MAX;
    if (must(machine->kvm_fd, KVM_GET_SUPPORTED_CPUID, &data,
             "processor features", err) < 0 ||
        must(machine->vcpu_fd, KVM_SET_CPUID2, &data, "processor features",
             err) < 0)
        return -err->code;
    for (uint32_t i = 0; i < data.head.nent; i++) {
        const struct kvm_cpuid_entry2 *entry = &data.entry[i];
        if (entry->function == 0)
            machine->is_amd = entry->ebx == CPUID_AUTH;
        if (entry->function == 1)
            has_xsave = entry->ecx >> 26 & 1;
        if (entry->function == 0xd && entry->index == 0) {
            machine->xcr0 = entry->eax | (uint64_t)entry->edx << 32;
            machine->xsave_size = entry->ecx;
        }
    }
    if (!has_xsave)
        machine->xcr0 = machine->xsave_size = 0;
    return 0;
}

static int set_xcr0(const struct kvm_machine *machine, struct err *err)
{
    struct kvm_xcrs xcrs = {.nr_xcrs = 1};
    uint64_t value = machine->xcr0;
    uint32_t low, high;
    if (!value)
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0)); /* never traps */
    value &= low | (uint64_t)high << 32;
    if ((value & XCR0_AMX) != XCR0_AMX)
        value &= ~XCR0_AMX;
    xcrs.xcrs[0].value = value;
    return must(machine->vcpu_fd, KVM_SET_XCRS, &xcrs, "set XCR0", err);
}

static struct kvm_segment user_segment(uint16_t selector, uint8_t type,
                                       bool is_code)
{
    return (struct kvm_segment){.limit = 0xffffffff,
                                .selector = selector,
                                .type = type,
                                .present = 1,
                                .dpl = 3,
                                .s = 1,
                                .g = 1,
                                .l = is_code,
                                .db = !is_code};
}

static int set_sregs(const struct kvm_machine *machine, uint64_t cr3,
                     uint64_t fs_base, struct err *err)
{
    struct kvm_sregs sregs;
    if (must(machine->vcpu_fd, KVM_GET_SREGS, &sregs, "get registers", err) < 0)
        return -err->code;
    sregs.cs = user_segment(KVM_USER_CS, 11, true);
    sregs.ss = user_segment(KVM_USER_SS, 3, false);
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss;
    sregs.fs.base = fs_base;
    sregs.tr = (struct kvm_segment){.base = KVM_PRIVATE_VA + TSS_OFFSET,
                                    .limit = TSS_SIZE + IOMAP_SIZE,
                                    .selector = TSS_SELECTOR,
                                    .present = 1,
                                    .type = machine->is_amd ? TSS_AVAILABLE
                                                            : TSS_BUSY};
    sregs.ldt = (struct kvm_segment){.unusable = 1, .type = 2};
    sregs.gdt.base = KVM_PRIVATE_VA;
    sregs.gdt.limit = TSS_SELECTOR + 15;
    sregs.idt.base = KVM_PRIVATE_VA + KVM_PAGE_IDT * UNI_PAGE_SIZE;
    sregs.idt.limit = 32 * 16 - 1;
    sregs.cr0 = CR0_VALUE;
    sregs.cr3 = cr3;
    sregs.cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT |
                (machine->xcr0 ? CR4_OSXSAVE : 0);
    sregs.efer = EFER_VALUE;
    return must(machine->vcpu_fd, KVM_SET_SREGS, &sregs, "set registers", err);
}

static int set_registers(const struct kvm_machine *machine, struct err *err)
{
    const struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
    const struct kvm_regs regs = {
        .rip = UNI_HC_ADDR + (machine->xsave_size ? HCPAGE_PROBE : HCPAGE_ASK),
        .rflags = KVM_RFLAGS};
    const struct {
        struct kvm_msrs head;
        struct kvm_msr_entry entry[3];
    } msrs = {{.nmsrs = 3},
              {{.index = MSR_STAR, .data = (uint64_t)KERNEL_CS << 32},
               {.index = MSR_LSTAR, .data = KVM_STUB_SYSCALL_VA},
               {.index = MSR_SFMASK, .data = SFMASK_VALUE}}};
    int set = must(machine->vcpu_fd, KVM_SET_MSRS, &msrs, "set MSRs", err);
    if (set != 3)
        return set < 0 ? set : err_say(err, EINVAL, "kvm: set MSR %d", set);
    if (must(machine->vcpu_fd, KVM_SET_FPU, &fpu, "set registers", err) < 0)
        return -err->code;
    return must(machine->vcpu_fd, KVM_SET_REGS, &regs, "set registers", err);
}

static int open_kvm(struct kvm_machine *machine, int handed, struct err *err)
{
    static const struct {
        int cap, want;
        const char *name;
    } caps[] = {{KVM_CAP_SYNC_REGS, KVM_SYNC_X86_REGS | KVM_SYNC_X86_EVENTS,
                 "shared registers"},
                {KVM_CAP_READONLY_MEM, 1, "read-only memory"},
                {KVM_CAP_IMMEDIATE_EXIT, 1, "immediate exit"},
                {KVM_CAP_XCRS, 1, "XCR0"}};

    machine->kvm_fd = handed ? handed : open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (machine->kvm_fd < 0)
        return err_set(err, errno, "kvm: open /dev/kvm");
    int version = ioctl(machine->kvm_fd, KVM_GET_API_VERSION, 0);
    if (version != KVM_API_VERSION)
        return err_say(err, ENOSYS, "kvm: API version %d, not %d", version,
                       KVM_API_VERSION);
    for (unsigned i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        int has = ioctl(machine->kvm_fd, KVM_CHECK_EXTENSION, caps[i].cap);
        if (has < 0 || (has & caps[i].want) != caps[i].want)
            return err_say(err, ENOSYS, "kvm: /dev/kvm lacks %s", caps[i].name);
    }
    machine->vm_fd = must(machine->kvm_fd, KVM_CREATE_VM, NULL,
                          "create virtual machine", err);
    return machine->vm_fd;
}

static int open_vcpu(struct kvm_machine *machine, struct err *err)
{
    machine->vcpu_fd =
        must(machine->vm_fd, KVM_CREATE_VCPU, NULL, "create vCPU", err);
    int run_size = must(machine->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL,
                        "size of a vCPU", err);
    if (machine->vcpu_fd < 0 || run_size < 0)
        return -err->code;
    machine->run = mmap(NULL, (size_t)run_size, PROT_READ | PROT_WRITE,
                        MAP_SHARED, machine->vcpu_fd, 0);
    if (machine->run == MAP_FAILED)
        return err_set(err, errno, "kvm: map vCPU");
    machine->run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_EVENTS;
    return 0;
}

int kvm_machine_init(struct kvm_machine *machine, const struct guest *guest,
                     struct err *err)
{
    if (open_kvm(machine, guest->devices.kept, err) < 0 ||
        set_memory(machine, &guest->gmem, err) < 0 ||
        open_vcpu(machine, err) < 0 || set_cpuid(machine, err) < 0)
        return -err->code;
    uint64_t cr3 = kvm_tables_build(machine, &guest->gmem);
    write_gdt(machine);
    write_idt(machine);
    if (set_sregs(machine, cr3, guest->image.note.fs_base, err) < 0 ||
        set_xcr0(machine, err) < 0)
        return -err->code;
    return set_registers(machine, err);
}
