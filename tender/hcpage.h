/* SPDX-License-Identifier: Apache-2.0 */
/* The hypercall pages of both cages as position-independent templates, and
 * the last code of the tender in the seccomp cage; see hcpage.S. */
#ifndef TENDER_HCPAGE_H
#define TENDER_HCPAGE_H

/* Offsets in the page of the seccomp cage, shared with the assembler. */
#define HCPAGE_GATE 0x380    /* signals enter here */
#define HCPAGE_NO_MASK 0x3f8 /* 8 zero bytes: poll's signal mask */
#define HCPAGE_HANDOFF 0x400 /* void (struct seccomp_handoff *), no return */
#define HCPAGE_STATS_ADDR 0x3ff000 /* page of counters, mapped for --stats */
#define HCPAGE_ASK 0x380           /* kvm cage: has the guest XSAVE? */
#define HCPAGE_PROBE 0x3a0         /* the first code that runs, or the next */
#define KVM_PORT 0xe0              /* of call 0; call n has the n-th after */
#define KVM_PORT_PROBE 0xe7        /* the last one that ring 3 may use */
#define KVM_PORT_EXCEPTION 0xe8
#define KVM_PORT_SYSCALL 0xe9

#define HANDOFF_UNMAP_COUNT 2
/* Offsets in struct seccomp_handoff. */
#define HANDOFF_UNMAP 0    /* {addr, size} twice */
#define HANDOFF_FPROG 32   /* struct sock_fprog */
#define HANDOFF_ENTRY 48   /* guest's first instruction */
#define HANDOFF_BOOT 56    /* guest's rdi */
#define HANDOFF_STACK 64   /* guest's rsp */
#define HANDOFF_FS 72      /* guest's fs base */
#define HANDOFF_SIGMASK 80 /* 8 zero bytes */
#define HANDOFF_MSG_LEN 88 /* of the message for a failed filter */
#define HANDOFF_MSG 96
#define HANDOFF_MSG_MAX 64

#ifndef __ASSEMBLER__
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct seccomp_handoff {
    struct {
        uint64_t addr, size;
    } unmap[HANDOFF_UNMAP_COUNT];
    struct sock_fprog fprog;
    uint64_t entry, boot, stack, fs_base;
    uint64_t sigmask;
    uint64_t msg_len;
    char msg[HANDOFF_MSG_MAX];
    struct sock_filter filter[];
};
_Static_assert(offsetof(struct seccomp_handoff, fprog) == HANDOFF_FPROG, "");
_Static_assert(offsetof(struct seccomp_handoff, entry) == HANDOFF_ENTRY, "");
_Static_assert(offsetof(struct seccomp_handoff, fs_base) == HANDOFF_FS, "");
_Static_assert(offsetof(struct seccomp_handoff, sigmask) == HANDOFF_SIGMASK,
               "");
_Static_assert(offsetof(struct seccomp_handoff, msg) == HANDOFF_MSG, "");

extern const char hcpage_seccomp[], hcpage_seccomp_end[];
extern const char hcpage_stats[], hcpage_stats_end[];
extern const char hcpage_kvm[], hcpage_kvm_end[];
extern const char kvm_stubs[], kvm_stubs_end[], kvm_stub_syscall[];
/* Offsets of boot info's poll_commit and poll_abort; poll_begin is the entry.
 */
extern const char hcpage_seccomp_poll_commit[], hcpage_seccomp_poll_abort[];
extern const char hcpage_stats_poll_commit[], hcpage_stats_poll_abort[];
extern const char hcpage_kvm_poll_commit[], hcpage_kvm_poll_abort[];
#endif

#endif
