/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: pending sets, sending and delivering; calls in sigcalls.c. */
#include "signal.h"
#include "arena.h"
#include "sigstate.h"

struct sigqueue {
    struct sigqueue *next;
    struct linux_siginfo info;
};

struct sigset_pending signal_process;
uint64_t signal_chosen;
static struct thread *chosen_thread[SIGNAL_MAX + 1]; /* its `chosen` has it */
struct linux_sigaction signal_actions[SIGNAL_MAX + 1] COLD_BSS;
static volatile uint32_t host_pending; /* bit n - 1: signal n */
static unsigned queued_count;
#define QUEUED_MAX 8192 /* queued siginfos, as RLIMIT_SIGPENDING */

#define BITS2(a, b) (SIGBIT(a) | SIGBIT(b))
static const uint64_t default_ignored =
    BITS2(LINUX_SIGCHLD, LINUX_SIGURG) | BITS2(LINUX_SIGWINCH, LINUX_SIGCONT) |
    BITS2(LINUX_SIGSTOP, LINUX_SIGTSTP) | BITS2(LINUX_SIGTTIN, LINUX_SIGTTOU);
static const uint64_t default_core =
    BITS2(LINUX_SIGQUIT, LINUX_SIGILL) | BITS2(LINUX_SIGTRAP, LINUX_SIGABRT) |
    BITS2(LINUX_SIGBUS, LINUX_SIGFPE) | BITS2(LINUX_SIGSEGV, LINUX_SIGSYS) |
    BITS2(LINUX_SIGXCPU, LINUX_SIGXFSZ);
/* Caused by the thread's own instruction: delivered before others. */
static const uint64_t synchronous = BITS2(LINUX_SIGSEGV, LINUX_SIGBUS) |
                                    BITS2(LINUX_SIGILL, LINUX_SIGTRAP) |
                                    BITS2(LINUX_SIGFPE, LINUX_SIGSYS);

bool signal_is_ignored(int sig)
{
    uintptr_t handler = (uintptr_t)signal_actions[sig].handler;
    return handler == LINUX_SIG_IGN ||
           (handler == LINUX_SIG_DFL && default_ignored & SIGBIT(sig));
}

static bool is_fatal(int sig)
{
    return (uintptr_t)signal_actions[sig].handler == LINUX_SIG_DFL &&
           !(default_ignored & SIGBIT(sig));
}

void signal_terminate(int sig, const struct linux_siginfo *info,
                      const struct uni_ucontext *context)
{
    if (default_core & SIGBIT(sig))
        report_fatal(sig, (const struct uni_siginfo *)info, context);
    libos_exit(128 + sig);
}

bool signal_queue_is_full(void)
{
    return queued_count >= QUEUED_MAX;
}

/* Who is to take the process's pending signal; NULL: who comes first. */
static void choose(int sig, struct thread *thread)
{
    if (chosen_thread[sig])
        chosen_thread[sig]->chosen &= ~SIGBIT(sig);
    chosen_thread[sig] = thread;
    signal_chosen &= ~SIGBIT(sig);
    if (!thread)
        return;
    thread->chosen |= SIGBIT(sig);
    signal_chosen |= SIGBIT(sig);
}

static void enqueue(struct sigset_pending *pending, int sig,
                    const struct linux_siginfo *info)
{
    bool is_again = pending->set & SIGBIT(sig);
    pending->set |= SIGBIT(sig);
    if (is_again && sig < LINUX_SIGRTMIN)
        return;
    if (queued_count >= QUEUED_MAX)
        return; /* the bit alone, as Linux does */
    struct sigqueue *entry = kalloc(sizeof *entry);
    if (!entry)
        return;
    queued_count++;
    entry->info = *info;
    entry->info.signo = sig;
    struct sigqueue **link = &pending->first;
    while (*link)
        link = &(*link)->next;
    *link = entry;
}

/* Takes one signal of `wanted` out of a set; 0 if there is none. */
static int dequeue(struct sigset_pending *pending, uint64_t wanted,
                   struct linux_siginfo *info)
{
    uint64_t set = pending->set & wanted;
    if (!set)
        return 0;
    if (set & synchronous)
        set &= synchronous;
    int sig = __builtin_ctzll(set) + 1;
    *info = (struct linux_siginfo){.signo = sig, .code = LINUX_SI_USER};
    bool is_found = false, has_more = false;
    for (struct sigqueue **link = &pending->first; *link;) {
        struct sigqueue *entry = *link;
        if (entry->info.signo != sig) {
            link = &entry->next;
        } else if (!is_found) {
            is_found = true;
            *info = entry->info;
            *link = entry->next;
            kfree(entry);
            queued_count--;
        } else {
            has_more = true;
            break;
        }
    }
    if (!has_more) {
        pending->set &= ~SIGBIT(sig);
        if (pending == &signal_process)
            choose(sig, NULL);
    }
    if (info->code == LINUX_SI_TIMER)
        posix_timer_taken(info);
    return sig;
}

void signal_discard(struct sigset_pending *pending, int sig)
{
    struct linux_siginfo info;
    while (dequeue(pending, SIGBIT(sig), &info))
        ;
}

int signal_take(struct thread *thread, uint64_t wanted,
                struct linux_siginfo *info)
{
    if (thread->has_fault && wanted & SIGBIT(thread->fault_info.signo)) {
        thread->has_fault = false;
        *info = thread->fault_info;
        thread->pending.set &= ~SIGBIT(info->signo);
        return info->signo;
    }
    int sig = dequeue(&thread->pending, wanted, info);
    if (!sig)
        sig = dequeue(&signal_process, wanted, info);
    return sig;
}

static bool accepts(const struct thread *thread, int sig)
{
    return !(thread->mask & SIGBIT(sig)) ||
           (thread->is_sigwait && thread->sigwait_set & SIGBIT(sig));
}

static bool is_waited(const struct thread *thread, int sig)
{
    return thread->is_sigwait && thread->sigwait_set & SIGBIT(sig);
}

/* Who gets a signal for the process: who waits for it, else the oldest that
 * does not block it, as on Linux: a program counts on its main thread's calls
 * being interrupted. A profile is of the running thread. NULL: all block it. */
static struct thread *pick(int sig)
{
    bool is_profile = sig == LINUX_SIGPROF || sig == LINUX_SIGVTALRM;
    struct thread *best = NULL;
    for (struct thread *t = cpu.all_first; t; t = t->all_next) {
        if (is_waited(t, sig))
            return t;
        if (accepts(t, sig) && (!best || (is_profile && t == cpu.current)))
            best = t;
    }
    return best;
}

static void notify(struct thread *thread)
{
    if (thread == cpu.current)
        work_add(WORK_SIGNAL);
    thread_wake(thread, LINUX_EINTR);
}

void signal_send(struct thread *thread, int sig,
                 const struct linux_siginfo *info)
{
    struct linux_siginfo made_up = {.signo = sig, .code = LINUX_SI_KERNEL};
    struct thread *target = thread ? thread : pick(sig);
    bool is_accepted = target && accepts(target, sig);
    if (sig == LINUX_SIGKILL)
        libos_exit(128 + sig);
    if (is_accepted && !is_waited(target, sig)) {
        if (signal_is_ignored(sig))
            return;
        if (is_fatal(sig))
            signal_terminate(sig, info, NULL);
    }
    enqueue(thread ? &thread->pending : &signal_process, sig,
            info ? info : &made_up);
    if (!is_accepted)
        return;
    if (!thread && !(target->mask & SIGBIT(sig)))
        choose(sig, target);
    notify(target);
}

bool signal_host_waits;

void signal_host(int sig)
{
    signal_host_waits = true;
    (void)__atomic_fetch_or(&host_pending, (uint32_t)SIGBIT(sig),
                            __ATOMIC_SEQ_CST);
    (void)__atomic_fetch_or(&hc_gate.work, WORK_HOST, __ATOMIC_SEQ_CST);
}

void signal_take_host(void)
{
    uint32_t set = __atomic_exchange_n(&host_pending, 0, __ATOMIC_SEQ_CST);
    for (; set; set &= set - 1) {
        struct linux_siginfo info = {.code = LINUX_SI_USER};
        signal_send(NULL, __builtin_ctz(set) + 1, &info);
    }
}

bool signal_force(const struct uni_siginfo *info)
{
    struct thread *self = cpu.current;
    int sig = info->signo;
    if (self->mask & SIGBIT(sig) || signal_is_ignored(sig) || is_fatal(sig))
        return false;
    memcpy(&self->fault_info, info, sizeof self->fault_info);
    self->has_fault = true;
    self->pending.set |= SIGBIT(sig);
    return true;
}

static void choose_all(uint64_t set, struct thread *thread)
{
    for (; set; set &= set - 1)
        choose(__builtin_ctzll(set) + 1, thread);
}

/* Signals of the process that `thread` will not take: somebody else may. */
static void retarget(const struct thread *thread, uint64_t set)
{
    set &= signal_shared(thread);
    for (struct thread *t = cpu.all_first; t && set; t = t->all_next) {
        if (t == thread || !(set & ~t->mask))
            continue;
        choose_all(set & ~t->mask, t);
        set &= t->mask;
        notify(t);
    }
    choose_all(set, NULL);
}

void signal_set_mask(struct thread *thread, uint64_t mask)
{
    mask &= ~BITS2(LINUX_SIGKILL, LINUX_SIGSTOP);
    uint64_t blocked_now = mask & ~thread->mask & signal_process.set;
    thread->mask = mask;
    if (thread == cpu.current && signal_is_due(thread))
        work_add(WORK_SIGNAL);
    if (blocked_now)
        retarget(thread, blocked_now);
}

void signal_mask_push(uint64_t mask)
{
    struct thread *self = cpu.current;
    if (!self->has_saved_mask)
        self->saved_mask = self->mask;
    self->has_saved_mask = true;
    signal_set_mask(self, mask);
    work_add(WORK_SIGNAL); /* the way out restores it */
}

void signal_thread_end(struct thread *thread)
{
    for (int sig = 1; sig <= SIGNAL_MAX && thread->pending.set; sig++)
        signal_discard(&thread->pending, sig);
    retarget(thread, ~thread->mask);
}

bool signal_is_on_altstack(const struct thread *thread, uintptr_t sp)
{
    return sp - (uintptr_t)thread->altstack.addr < thread->altstack.size;
}

int signal_altstack_flags(const struct thread *thread, uintptr_t sp)
{
    unsigned flags = (unsigned)thread->altstack.flags & LINUX_SS_AUTODISARM;
    if (!thread->altstack.size)
        flags |= LINUX_SS_DISABLE;
    else if (!flags && signal_is_on_altstack(thread, sp))
        flags |= LINUX_SS_ONSTACK;
    return (int)flags;
}

bool signal_wants_altstack(const struct thread *thread, int sig)
{
    return signal_actions[sig].flags & LINUX_SA_ONSTACK &&
           thread->altstack.size;
}

typedef void (*handler_fn)(int sig, struct linux_siginfo *info,
                           struct uni_ucontext *context);

struct handler_call {
    handler_fn handler;
    int sig;
    struct linux_siginfo info;
};

static void call_handler(void *call_ptr, void *context, void *unused)
{
    struct handler_call *call = call_ptr;
    static const uint32_t mxcsr = 0x1f80;
    (void)unused;
    __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr));
    __asm__ volatile("" ::: "memory");
    hc_gate.depth = 0;
    call->handler(call->sig, &call->info, context);
    libos_enter();
}

static void run_handler(struct handler_call *call,
                        const struct linux_sigaction *action,
                        struct uni_ucontext *context)
{
    struct thread *self = cpu.current;
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    struct linux_stack altstack = self->altstack;
    bool is_to_altstack = !signal_is_on_altstack(self, sp) &&
                          signal_wants_altstack(self, call->sig);
    context->sigmask = self->has_saved_mask ? self->saved_mask : self->mask;
    context->stack_addr = (uintptr_t)altstack.addr;
    context->stack_size = altstack.size;
    context->stack_flags = signal_altstack_flags(self, sp);
    if ((unsigned)altstack.flags & LINUX_SS_AUTODISARM)
        self->altstack = (struct linux_stack){.addr = NULL};
    self->has_saved_mask = false;
    uint64_t mask = self->mask | action->mask;
    if (!(action->flags & LINUX_SA_NODEFER))
        mask |= SIGBIT(call->sig);
    signal_set_mask(self, mask);
    if (is_to_altstack) {
        uintptr_t top = (uintptr_t)altstack.addr + altstack.size;
        upcall_call_on((void *)(top & ~63ul), call_handler, call, context,
                       NULL);
    } else {
        call_handler(call, context, NULL);
    }
    if ((unsigned)altstack.flags & LINUX_SS_AUTODISARM)
        cpu.current->altstack = altstack;
    signal_set_mask(cpu.current, context->sigmask);
}

bool signal_deliver(struct uni_ucontext *context, bool *restart)
{
    struct thread *self = cpu.current;
    struct handler_call call;
    uint64_t wanted = (self->pending.set | signal_shared(self)) & ~self->mask;
    int sig = signal_take(self, wanted, &call.info);
    if (!sig) {
        if (!self->has_saved_mask)
            return false;
        self->has_saved_mask = false;
        signal_set_mask(self, self->saved_mask);
        return true;
    }
    struct linux_sigaction action = signal_actions[sig];
    if (signal_is_ignored(sig))
        return true;
    if (is_fatal(sig))
        signal_terminate(sig, &call.info, context);
    if (action.flags & LINUX_SA_RESETHAND)
        signal_actions[sig].handler = NULL;
    if (!(action.flags & LINUX_SA_RESTART))
        *restart = false;
    call.handler = (handler_fn)(uintptr_t)action.handler;
    call.sig = sig;
    run_handler(&call, &action, context);
    return true;
}

const char *signal_name(int sig)
{
    static const char *const names[] = {
        "signal 0", "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",    "SIGTRAP",
        "SIGABRT",  "SIGBUS",  "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV",
        "SIGUSR2",  "SIGPIPE", "SIGALRM",   "SIGTERM", "SIGSTKFLT", "SIGCHLD",
        "SIGCONT",  "SIGSTOP", "SIGTSTP",   "SIGTTIN", "SIGTTOU",   "SIGURG",
        "SIGXCPU",  "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",  "SIGIO",
        "SIGPWR",   "SIGSYS"};
    if (sig < 0 || (size_t)sig >= sizeof names / sizeof names[0])
        return "real-time signal";
    return names[sig];
}
