/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hostile guest. A trial takes the words of the command line after its
 * name; it prints what it saw and its return value is the exit status.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stddef.h>
#include <stdint.h>

#include "uni.h"
#include "uni_boot.h"
#include "uni_note.h"
#include "uni_upcall.h"

struct trial {
    const char *name;
    int (*run)(int argc, char **argv);
};
extern const struct trial raw_trials[], io_trials[], call_trials[],
    memory_trials[], insn_trials[]; /* each ends with {0} */

extern const struct uni_boot *boot;

/*
 * attempt(fn, arg): runs fn(arg). 0 when it returned; otherwise the event of
 * the upcall that ended it, and what the upcall told is in `seen`. Works
 * whatever fn did to its registers, flags and stack pointer.
 */
int attempt(void (*fn)(void *arg), void *arg);
extern volatile uint32_t armed, caught;
struct seen {
    uint64_t addr, trapno, err, rip, rsp, rflags;
};
extern volatile struct seen seen;

/* Called by each upcall that no attempt waits for; the status, or -1: exit
 * with 128 + event after a line of report. */
extern int (*volatile on_upcall)(int event, struct uni_ucontext *context);

long raw_syscall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
long raw_int80(uint64_t nr, uint64_t b, uint64_t c);
long raw_sysenter(uint64_t nr, uint64_t b, uint64_t c);
long jump_with(uint64_t target, uint64_t nr, uint64_t a, uint64_t b, uint64_t c,
               uint64_t d);
long compat_call(uint64_t nr, uint64_t b, uint64_t c);
extern struct {
    uint32_t offset;
    uint16_t selector;
} __attribute__((packed)) compat_target;

typedef int64_t (*hc_fn)(uint64_t, uint64_t, uint64_t, uint64_t);
static inline int64_t hc(unsigned call, uint64_t a, uint64_t b, uint64_t c,
                         uint64_t d)
{
    return ((hc_fn)(UNI_HC_ADDR + call * UNI_HC_STRIDE))(a, b, c, d);
}

/* %s string, %d int64_t, %x uint64_t. */
void say(const char *format, ...);
int equal(const char *a, const char *b);
uint64_t number(const char *text); /* decimal, 0x..., -... */
void *copy(void *to, const void *from, size_t len);

static inline uint64_t arena_end(void)
{
    return boot->arena_addr + boot->arena_size;
}

#endif
