/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBOS_CPUID_H
#define LIBOS_CPUID_H

#include <stdint.h>

struct cpuid {
    uint32_t a, b, c, d;
};

/* SDM vol. 2, CPUID. It traps in most virtual machines: a microsecond and
 * more. */
static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
                     : "a"(leaf), "c"(sub));
    return r;
}

#endif
