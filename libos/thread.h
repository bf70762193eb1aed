/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Green threads on one vCPU. A thread runs until it blocks, yields, or the
 * tick finds another one ready; never is it switched inside the libOS except
 * where it calls schedule() itself (wait.c).
 */
#ifndef LIBOS_THREAD_H
#define LIBOS_THREAD_H

#include "base.h"
#include "enter.h"
#include "linux.h"
#include "timer.h"
#include "wait.h"

enum thread_state {
    THREAD_READY = 0,   /* on the run queue */
    THREAD_RUNNING = 1, /* cpu.current */
    THREAD_BLOCKED = 2, /* in wait_sleep */
    THREAD_DEAD = 3,
};

/* Bits of hc_gate.work; work_take(). */
enum libos_work_bit {
    WORK_TICK = 1 << 0,   /* the preemption tick came */
    WORK_HOST = 1 << 1,   /* a host signal is in signal_host_pending */
    WORK_SIGNAL = 1 << 2, /* the running thread may have a signal */
    WORK_YIELD = 1 << 3,  /* somebody else should run now */
    WORK_TIMER = 1 << 4,  /* high time to look at timers and handles */
};

/* In one instruction: an upcall may come at any time. */
static inline void work_add(uint32_t bits)
{
    __asm__ volatile("orl %1, %0" : "+m"(hc_gate.work) : "ri"(bits) : "cc");
}

/* All bits, which are 0 afterwards; at a tick host signals are let in. */
uint32_t work_take(void);

#define SIGNAL_MAX 64
#define SIGBIT(sig) (1ull << ((sig)-1))

struct sigqueue; /* signal.c: queued siginfos */
struct sigset_pending {
    uint64_t set;
    struct sigqueue *first; /* oldest first */
};

struct thread {
    void *sp;             /* saved stack pointer; switch.S knows the offset */
    void *thread_pointer; /* likewise */
    uint8_t state;        /* enum thread_state */
    uint8_t wake_rc;      /* positive errno that wait_sleep returns, or 0 */
    bool is_woken;        /* or new, and did not run since: cpu.woken_count */
    bool is_sigwait;      /* in rt_sigtimedwait: any signal of sigwait_set */
    int tid;
    uint32_t *clear_tid;
    uintptr_t stack; /* lowest address; 0: not known */
    size_t stack_size;
    void (*entry)(void *);
    void *arg;

    struct thread *run_next;            /* run queue */
    struct thread *all_prev, *all_next; /* all threads, oldest first */
    struct timer timer;                 /* deadline of wait_sleep */

    uint64_t cpu_ticks; /* TSC ticks run, up to the last switch */

    /* Signals; signal.c */
    uint64_t mask, saved_mask;
    bool has_saved_mask;
    bool is_not_restarted; /* the running call, for all of SA_RESTART */
    struct sigset_pending pending;
    uint64_t chosen; /* of the process's pending signals: meant for it */
    uint64_t sigwait_set;
    struct linux_stack altstack;  /* size 0: none */
    struct uni_ucontext *context; /* while interrupted: what of it */
    bool has_fault;               /* fault_info is a pending fault's */
    struct linux_siginfo fault_info;
};

struct cpu {
    struct thread *current;
    struct thread *run_first, *run_last;
    uint32_t woken_count; /* of them */
    struct thread *dead;  /* to free when its stack is left */
    uint64_t start_tsc;   /* of the guest */
    uint64_t switch_tsc;  /* when `current` began to run */
    uintptr_t stack_low;  /* of `current`: its canary; 0: none. Here, for the
                             record may be what an overflow wrote over */
    uint64_t idle_ticks;  /* TSC ticks spent in idle polls */
    uint32_t thread_count;
    struct thread *all_first, *all_last;
    uint64_t timer_tsc; /* when to look at the timers again */
    uint64_t poll_tsc;  /* when to look at the handles again */
    uint64_t switch_count;
};
extern struct cpu cpu;

static inline struct thread *thread_self(void)
{
    return cpu.current;
}

/* Has the running thread written over the lowest word of its stack? */
bool thread_is_over_stack(void);
struct thread *thread_find(int tid);
/* Makes a blocked thread ready; its wait_sleep returns -wake_rc. */
void thread_wake(struct thread *thread, int wake_rc);
/* Blocks the running thread if its state is BLOCKED; runs others. */
void schedule(void);
/* Lets every other ready thread run first. */
void thread_yield(void);
/* Instead of a wait: timers and handles, which would have had their turn, get
 * it on the way out when it is high time. */
void thread_spun(void);
void thread_init(uintptr_t stack, size_t stack_size);
/* CPU time in TSC ticks, up to now. */
uint64_t thread_cpu_ticks(const struct thread *thread);
uint64_t process_cpu_ticks(void);

/* switch.S */
void thread_switch(struct thread *from, struct thread *to);
void thread_start(void);

static inline uint64_t tsc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

#endif
