/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO that the kernel mapped into this process. */
#ifndef TENDER_VDSO_H
#define TENDER_VDSO_H

#include <stdint.h>

struct vdso {
    uint64_t addr;    /* page aligned, or 0: there is none of use */
    uint64_t size;    /* bytes, page aligned */
    uint64_t gettime; /* of __vdso_clock_gettime, or 0 */
};

/* addr: AT_SYSINFO_EHDR. The kernel's own ELF, so it is trusted. */
void vdso_find(struct vdso *vdso, uint64_t addr);

#endif
