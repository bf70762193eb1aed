/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter of a guest: our own prologue (which page a call comes
 * from, the exact end of each block device), then the program that libseccomp
 * made at build time (which calls, which handles, which lengths).
 */
#ifndef TENDER_FILTER_H
#define TENDER_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "tender/device.h"

#define FILTER_MAX 640u /* instructions */

/* Where libseccomp's part ends with these (never returned to the kernel), the
 * handle is not below the first BLOCK handle; our own checks go on. */
#define FILTER_GO_ON_PREAD (SECCOMP_RET_TRACE | 1u)
#define FILTER_GO_ON_PWRITE (SECCOMP_RET_TRACE | 2u)

struct filter_params {
    const struct devices *devices;
    /* Calls must come from this page; 0: from anywhere (the kvm cage's own
     * process, whose calls are the tender's). */
    uint64_t page_addr;
    uint64_t vdso_addr; /* 0: none */
    bool has_syscall_upcall;
    int vcpu_fd; /* may get ioctl(KVM_RUN); -1: none */
};

struct filter {
    struct sock_filter *insn; /* room for FILTER_MAX */
    const char **why;         /* a reason each, or NULL: not wanted */
    uint32_t count;
};

/* Fills filter->insn (and why). Pure. */
void filter_build(struct filter *filter, const struct filter_params *params);

/* Prints the program that it makes for people, with reasons. */
void filter_print(int fd, const struct filter_params *params);

#endif
