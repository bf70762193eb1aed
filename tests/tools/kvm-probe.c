/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kvm-probe: can a virtual CPU run here? Runs two instructions of 16-bit code.
 * Status 0, or 1 with the reason on standard output. A /dev/kvm that exists
 * proves nothing (nested virtualization off, no permission, seccomp).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define CODE_ADDR 0x1000

static int no(const char *what)
{
    printf("kvm: %s: %s\n", what, strerror(errno));
    return 1;
}

int main(void)
{
    static const unsigned char code[] = {0xb0, 0x2a, 0xf4}; /* mov al; hlt */
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0)
        return no("/dev/kvm");
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    if (vm < 0)
        return no("KVM_CREATE_VM");
    void *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memcpy(mem, code, sizeof code);
    struct kvm_userspace_memory_region slot = {
        .guest_phys_addr = CODE_ADDR,
        .memory_size = 4096,
        .userspace_addr = (unsigned long)mem,
    };
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) < 0)
        return no("KVM_SET_USER_MEMORY_REGION");
    int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    if (vcpu < 0)
        return no("KVM_CREATE_VCPU");
    int run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    struct kvm_run *run =
        mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (run == MAP_FAILED)
        return no("mmap of the vCPU");
    struct kvm_sregs sregs;
    struct kvm_regs regs = {.rip = CODE_ADDR, .rflags = 2};
    if (ioctl(vcpu, KVM_GET_SREGS, &sregs) < 0)
        return no("KVM_GET_SREGS");
    sregs.cs.base = sregs.cs.selector = 0;
    if (ioctl(vcpu, KVM_SET_SREGS, &sregs) < 0 ||
        ioctl(vcpu, KVM_SET_REGS, &regs) < 0)
        return no("KVM_SET_REGS");
    if (ioctl(vcpu, KVM_RUN, 0) < 0)
        return no("KVM_RUN");
    if (run->exit_reason != KVM_EXIT_HLT ||
        ioctl(vcpu, KVM_GET_REGS, &regs) < 0 || (regs.rax & 0xff) != 0x2a) {
        printf("kvm: a vCPU ended with exit %u\n", run->exit_reason);
        return 1;
    }
    return 0;
}
