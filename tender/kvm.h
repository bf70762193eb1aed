/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the kvm cage share. */
#ifndef TENDER_KVM_H
#define TENDER_KVM_H

#include "tender/guest.h"
#include "tender/kvm_machine.h"

struct kvm_cage {
    struct guest *guest;
    struct kvm_machine machine;
};

/* Ends guest and tender; with a message, prints "tender: guest: " and it. */
__attribute__((noreturn, format(printf, 2, 3), cold)) void
kvm_end(int status, const char *fmt, ...);

/*
 * The seven calls: checks the registers, acts, returns what rax will be. Ends
 * the guest when it breaks the contract.
 */
int64_t kvm_call(const struct guest *guest, unsigned nr,
                 const struct kvm_regs *regs);

/*
 * Upcalls. Host signals are noted by a handler, which also makes KVM_RUN and
 * ppoll return at once, so that none is lost between a look and a sleep.
 */
int kvm_upcall_init(struct kvm_cage *cage, struct err *err);

/* Signals noted and not yet given to the guest: a bit each, 1 << number. */
uint64_t kvm_upcall_pending(void);

/* Notes one; also the handler of host signals. SEGV: a fault with no more to
 * say than that. */
void kvm_upcall_post(int sig);

/* Redirects a guest in ring 3 to its upcall entry with one pending signal. */
void kvm_upcall_signal(struct kvm_cage *cage);

/* The exception on the ring-0 stack becomes an upcall, or ends the guest. */
void kvm_upcall_exception(struct kvm_cage *cage);

/* A `syscall` instruction, likewise. */
void kvm_upcall_syscall(struct kvm_cage *cage);

/*
 * ppoll that a signal noted since, or before, ends: -EINTR then. timeout: may
 * be NULL. Pollfds are the caller's own copy.
 */
struct pollfd;
struct timespec;
int kvm_ppoll(struct pollfd *fds, unsigned count,
              const struct timespec *timeout);

#endif
