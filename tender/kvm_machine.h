/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual machine of the kvm cage. Ring 3, long mode; guest-virtual =
 * guest-physical for all that the guest has. Its page tables, descriptor
 * tables and ring-0 stubs lie in a private area: guest-physical in the hole
 * above the largest arena and below 2^39 (so that processors with 39 physical
 * address bits have it), mapped supervisor-only in the upper half.
 */
#ifndef TENDER_KVM_MACHINE_H
#define TENDER_KVM_MACHINE_H

#include <linux/kvm.h>
#include <stdint.h>

#include "tender/guest.h"

#define KVM_PRIVATE_GPA 0x7f00000000ull
#define KVM_PRIVATE_VA 0xffffff8000000000ull
#define KVM_PRIVATE_PAGES 512u
#define KVM_USER_CS 0x33 /* Linux's selectors: the upcall frame shows them */
#define KVM_USER_SS 0x2b
#define KVM_RFLAGS 0x202ull /* IF and the bit that is always set */

/* Pages of the private area; the rest are page tables. */
enum kvm_private_page {
    KVM_PAGE_GDT, /* with the TSS behind */
    KVM_PAGE_IDT,
    KVM_PAGE_STUBS,
    KVM_PAGE_STACK,
    KVM_PAGE_TABLES,
};

/* The ring-0 stack's top at KVM_PORT_EXCEPTION: ours, then the processor's
 * (SDM vol. 3 s6.14.2). */
struct kvm_exception {
    uint64_t vector;
    uint64_t err;
    uint64_t rip, cs, rflags, rsp, ss;
};

struct kvm_machine {
    int kvm_fd, vm_fd, vcpu_fd;
    struct kvm_run *run; /* shared with the kernel */
    char *area;          /* KVM_PRIVATE_PAGES pages */
    uint32_t page_count; /* of the private area, used so far */
    bool is_amd;
    uint64_t xcr0;       /* as KVM supports it; 0: no XSAVE */
    uint32_t xsave_size; /* bytes; 0: no XSAVE */
};

/* Virtual machine and vCPU, ready to run the hypercall page's first code. */
int kvm_machine_init(struct kvm_machine *machine, const struct guest *guest,
                     struct err *err);

/* The exception that the stub reports. */
struct kvm_exception *kvm_machine_exception(struct kvm_machine *machine);
#define KVM_STUB_SYSCALL_VA                                                    \
    (KVM_PRIVATE_VA + KVM_PAGE_STUBS * UNI_PAGE_SIZE +                         \
     (uint64_t)(kvm_stub_syscall - kvm_stubs))
#define KVM_EXCEPTION_VA                                                       \
    (KVM_PRIVATE_VA + (KVM_PAGE_STACK + 1) * UNI_PAGE_SIZE -                   \
     sizeof(struct kvm_exception))

/* Page tables for gmem's regions and the private pages, in machine->area.
 * Returns CR3. Pure but for the area. */
uint64_t kvm_tables_build(struct kvm_machine *machine, const struct gmem *gmem);

#endif
