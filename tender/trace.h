/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --trace: a line on stderr for each hypercall, in two halves, so that a call
 * that blocks is seen. --stats: counters that the hypercall page (seccomp
 * cage) or the tender (kvm cage) writes, printed at the end.
 */
#ifndef TENDER_TRACE_H
#define TENDER_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/err.h"
#include "tender/hcpage.h"
#include "uni.h"

struct trace_call {
    unsigned nr; /* enum uni_call */
    uint64_t arg[4];
};

/* How to look at guest memory: bytes copied, up to len; 0: not readable. */
struct trace_memory {
    size_t (*read)(void *ctx, void *to, uint64_t addr, size_t len);
    void *ctx;
};

const char *trace_call_name(unsigned nr);
void trace_enter(const struct trace_call *call,
                 const struct trace_memory *memory);
void trace_leave(const struct trace_call *call,
                 const struct trace_memory *memory, int64_t result,
                 uint64_t duration_ns);
void trace_signal(int sig);

/* At HCPAGE_STATS_ADDR; writable by the guest in the seccomp cage, so its
 * numbers are shown and not trusted. hcpage.S knows the layout. */
struct stats_call {
    uint64_t count;
    uint64_t ticks; /* of the time stamp counter */
    uint64_t errors;
    uint64_t pad;
};
struct stats_page {
    struct stats_call call[UNI_CALL_COUNT];
};
_Static_assert(sizeof(struct stats_call) == 32, "hcpage.S");
_Static_assert(HCPAGE_STATS_ADDR >
                       UNI_UPCALL_STACK_ADDR + UNI_UPCALL_STACK_SIZE &&
                   HCPAGE_STATS_ADDR + UNI_PAGE_SIZE <= UNI_IMAGE_MIN,
               "the counters' page is where nothing else can be");

/* Maps the page, shared with child processes. */
int stats_map(struct err *err);

static inline uint64_t stats_ticks(void)
{
    return __builtin_ia32_rdtsc();
}

/* CLOCK_MONOTONIC or CLOCK_REALTIME, which always exist. */
static inline uint64_t stats_ns(clockid_t id)
{
    struct timespec ts;
    (void)clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Counters, then what the process used; ticks_per_us converts. */
struct rusage;
void stats_print(const struct rusage *usage, long peak_kib, double wall_s,
                 double ticks_per_us);

#endif
