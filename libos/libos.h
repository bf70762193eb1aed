/* SPDX-License-Identifier: Apache-2.0 */
/* Between the core's own files: boot, upcalls, reports. */
#ifndef LIBOS_LIBOS_H
#define LIBOS_LIBOS_H

#include "base.h"
#include "hc.h"
#include "upcall.h"

struct thread;

/* init.c */
extern const struct uni_boot *libos_boot;
/* The value of a "key=value" string of boot info, or NULL. */
const char *libos_conf(const char *key);
/* The first handle of a class, or -1. */
int libos_handle(uint32_t cls);
/* Ends the guest in order: what sockets hold goes out, what files hold goes
 * to disk first. */
_Noreturn void libos_exit(int status);
extern void (*libos_at_exit)(void); /* the network's; NULL: not in use */

/* upcall.c */
void upcall_init(const struct uni_boot *boot);
struct upcall_next upcall_move(struct uni_ucontext *context,
                               const struct uni_siginfo *fault);
bool upcall_is_on_stack(uintptr_t addr); /* the upcall stack */

/* report.c, core.c: tell, leave a core, end with 128 + sig. */
_Noreturn void report_fatal(int sig, const struct uni_siginfo *info,
                            const struct uni_ucontext *context);
_Noreturn void report_stack_overflow(const struct uni_ucontext *context,
                                     uintptr_t stack);
/* "name+0x1f" of a code address, or "?". */
const char *report_symbol(uint64_t addr, char *buf, size_t size);
/* The running thread's (given) context first, then the others'. */
void report_each_thread(void (*fn)(const struct thread *thread,
                                   const struct uni_ucontext *context,
                                   void *arg),
                        const struct uni_ucontext *current, void *arg);
void core_write(int sig, const struct uni_siginfo *info,
                const struct uni_ucontext *context);

/* random.c */
void random_init(const struct uni_boot *boot);
/* misc.c */
void misc_init(const struct uni_boot *boot);
/* "UID[:GID[,GID...]]": who the program runs as. -EINVAL: not of that form. */
int misc_set_user(const char *text);

/* time.c: CLOCK_REALTIME minus CLOCK_MONOTONIC, ns. */
void time_init(const struct uni_boot *boot);
int64_t time_real_offset(void);
int64_t time_ticks_to_ns(uint64_t ticks); /* TSC ticks */
int64_t process_cpu_ns(void);             /* never goes back */
struct linux_timespec;
/* Saturating conversions for timeouts. */
bool time_is_valid(const struct linux_timespec *ts);
/* A clock that nobody can sleep on: -ENOTSUP there. */
bool time_is_for_reading(int clock);
int64_t time_to_ns(const struct linux_timespec *ts);
int64_t time_deadline(int64_t ns); /* from now on; WAIT_FOREVER if too far */

#endif
