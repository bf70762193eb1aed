/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seven calls as C functions; contracts in bindings/abi/uni.h. They are
 * the hypercall page's own entries (absolute symbols, calls.S).
 */
#ifndef BINDINGS_HC_H
#define BINDINGS_HC_H

#include <stddef.h>
#include <stdint.h>

#include "uni.h"
#include "uni_boot.h"
#include "uni_note.h"

_Noreturn void hc_exit(int status);
long hc_clock(uint32_t id, struct uni_timespec *ts);
long hc_poll(struct uni_pollfd *fds, uint32_t count,
             const struct uni_timespec *timeout);
long hc_read(uint32_t handle, void *buf, size_t len);
long hc_write(uint32_t handle, const void *buf, size_t len);
long hc_pread(uint32_t handle, void *buf, size_t len, uint64_t offset);
long hc_pwrite(uint32_t handle, const void *buf, size_t len, uint64_t offset);

/*
 * hc_poll, but -EINTR without polling when *flag is not 0. An upcall that
 * interrupts it between the look and the host's poll must let it resume at
 * hc_poll_abort: hc_poll_interrupt() does it for the upcall's rip.
 */
long hc_poll_unless(struct uni_pollfd *fds, uint32_t count,
                    const struct uni_timespec *timeout,
                    const volatile uint32_t *flag);
uint64_t hc_poll_interrupt(const struct uni_boot *boot, uint64_t rip);

/* The image's own note, as the build tool filled it in; 4-byte aligned. */
extern const char hc_note[sizeof(struct uni_note)];

/*
 * What the fs base points to as long as the guest runs (uni_note.h): no thread
 * needs a base of its own, since code is compiled to read the thread pointer
 * at fs:0 and to go on from there (-mno-tls-direct-seg-refs). The libOS
 * changes thread_pointer when threads switch.
 */
struct hc_fs {
    void *thread_pointer;
    uint64_t unused[4];
    uint64_t stack_guard; /* of all threads */
};
extern struct hc_fs hc_fs;

/* The first C code, in the libOS; runs on main's stack, or on the tender's
 * first stack if the arena is too small for main's. */
_Noreturn void libos_start(const struct uni_boot *boot);

#endif
