/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals of the one process. Pending ones are looked at on the way out of
 * the libOS and in upcalls out of user code; a blocked thread is woken.
 *
 * Default actions: as man 7 signal. There is nobody who could continue a
 * stopped guest, so SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU do nothing by
 * default, as for the init process of a PID namespace.
 */
#ifndef LIBOS_SIGNAL_H
#define LIBOS_SIGNAL_H

#include "libos.h"
#include "thread.h"

/* Bits of struct linux_sigaction.flags; uapi/asm/signal.h */
#define LINUX_SA_SIGINFO 0x4ull
#define LINUX_SA_ONSTACK 0x08000000ull
#define LINUX_SA_RESTART 0x10000000ull
#define LINUX_SA_NODEFER 0x40000000ull
#define LINUX_SA_RESETHAND 0x80000000ull
#define LINUX_SS_ONSTACK 1
#define LINUX_SS_DISABLE 2
#define LINUX_SS_AUTODISARM (1u << 31) /* none while a handler runs */

#define LINUX_SI_USER 0
#define LINUX_SI_KERNEL 0x80
#define LINUX_SI_TIMER (-2)
#define LINUX_SI_TKILL (-6)

extern struct sigset_pending signal_process;
extern uint64_t signal_chosen; /* of these: meant for one thread, `chosen` */

/* The process's signals that a thread may take unless it blocks them. */
static inline uint64_t signal_shared(const struct thread *thread)
{
    return signal_process.set & (thread->chosen | ~signal_chosen);
}

static inline bool signal_is_due(const struct thread *thread)
{
    return (thread->pending.set | signal_shared(thread)) & ~thread->mask;
}

/* A host signal came once: the next of its kind waits until we poll. */
extern bool signal_host_waits;

/* In an upcall, whatever it interrupted: remember a host signal. */
void signal_host(int sig);
/* Inside, uninterrupted: hand the remembered ones to the process. */
void signal_take_host(void);

/* info NULL: made up as by the kernel. Fatal ones end the guest here. */
void signal_send(struct thread *thread, int sig,
                 const struct linux_siginfo *info); /* NULL: the process */
/* SIGPIPE for the running thread, which wrote where nobody reads. */
void signal_broken_pipe(void);
/* A fault of the running thread: true if a handler will run for it. */
bool signal_force(const struct uni_siginfo *info);
bool signal_is_on_altstack(const struct thread *thread, uintptr_t sp);
/* What sigaltstack() says of it when the stack pointer is sp. */
int signal_altstack_flags(const struct thread *thread, uintptr_t sp);
/* Would a handler for this signal run on the alternate stack? */
bool signal_wants_altstack(const struct thread *thread, int sig);

/* One due signal for the running thread: runs its handler with `context`,
 * depth 0 meanwhile. False when none is due. *restart becomes false if a
 * handler without SA_RESTART ran first. */
bool signal_deliver(struct uni_ucontext *context, bool *restart);

/* A signal of a POSIX timer was taken: fills in its overruns. */
void posix_timer_taken(struct linux_siginfo *info);

void signal_set_mask(struct thread *thread, uint64_t mask);
void signal_thread_end(struct thread *thread);
void signal_tick(void); /* timers on CPU time */
_Noreturn void signal_terminate(int sig, const struct linux_siginfo *info,
                                const struct uni_ucontext *context);
const char *signal_name(int sig);

#endif
