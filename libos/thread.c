/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Green threads: making, ending and switching them, and the work that is made
 * up for on the way out of the libOS. The run queue is first in, first out.
 */
#include "thread.h"
#include "arena.h"
#include "event.h"
#include "futex.h"
#include "libos.h"
#include "signal.h"
#include "sys.h"

static struct thread main_thread;
struct cpu cpu = {.current = &main_thread};
static int last_tid = 1;

/* The lowest words of a known stack; overwritten means it ran over. Many,
 * for a frame may leave some of its bytes alone. */
#define CANARY 0x5e97c0de0ddba11ull
#define CANARY_WORDS 64

bool thread_is_over_stack(void)
{
    const uint64_t *word = (const uint64_t *)cpu.stack_low;
    for (int i = 0; word && i < CANARY_WORDS; i++)
        if (word[i] != CANARY)
            return true;
    return false;
}

static void check_canary(void)
{
    const uint64_t *word = (const uint64_t *)cpu.stack_low;
    if (__builtin_expect(word && *word != CANARY, 0))
        report_stack_overflow(NULL, cpu.stack_low);
}

static void add_thread(struct thread *thread)
{
    thread->all_prev = cpu.all_last;
    if (cpu.all_last)
        cpu.all_last->all_next = thread;
    else
        cpu.all_first = thread;
    cpu.all_last = thread;
    cpu.thread_count++;
}

static void remove_thread(struct thread *thread)
{
    if (thread->all_prev)
        thread->all_prev->all_next = thread->all_next;
    else
        cpu.all_first = thread->all_next;
    if (thread->all_next)
        thread->all_next->all_prev = thread->all_prev;
    else
        cpu.all_last = thread->all_prev;
    cpu.thread_count--;
}

struct thread *thread_find(int tid)
{
    for (struct thread *t = cpu.all_first; t; t = t->all_next)
        if (t->tid == tid)
            return t;
    return NULL;
}

static void make_ready(struct thread *thread)
{
    thread->state = THREAD_READY;
    thread->run_next = NULL;
    if (cpu.run_last)
        cpu.run_last->run_next = thread;
    else
        cpu.run_first = thread;
    cpu.run_last = thread;
}

/* That is one that others wait for, unlike who has only lost its turn. */
static void make_woken(struct thread *thread)
{
    thread->is_woken = true;
    cpu.woken_count++;
    make_ready(thread);
}

static struct thread *next_ready(void)
{
    struct thread *thread = cpu.run_first;
    if (!thread)
        return NULL;
    cpu.run_first = thread->run_next;
    if (!cpu.run_first)
        cpu.run_last = NULL;
    cpu.woken_count -= thread->is_woken;
    thread->is_woken = false;
    return thread;
}

static void fire_timeout(struct timer *timer)
{
    thread_wake(container_of(timer, struct thread, timer), LINUX_ETIMEDOUT);
}

void thread_wake(struct thread *thread, int wake_rc)
{
    if (thread->state != THREAD_BLOCKED)
        return;
    thread->wake_rc = (uint8_t)wake_rc;
    make_woken(thread);
}

/* The first thing that runs after each switch, on the new thread's stack. */
static void after_switch(void)
{
    if (cpu.dead) {
        kfree(cpu.dead);
        cpu.dead = NULL;
    }
    if (signal_is_due(cpu.current))
        work_add(WORK_SIGNAL);
}

static void switch_to(struct thread *to)
{
    struct thread *from = cpu.current;
    uint32_t depth = hc_gate.depth;
    uint64_t now = tsc_read();
    from->cpu_ticks += now - cpu.switch_tsc;
    cpu.switch_tsc = now;
    cpu.switch_count++;
    if (now >= cpu.timer_tsc)
        work_add(WORK_TIMER);
    check_canary();
    cpu.current = to;
    cpu.stack_low = to->stack;
    thread_switch(from, to);
    hc_gate.depth = depth;
    after_switch();
}

void schedule(void)
{
    struct thread *to;
    while (!(to = next_ready()))
        event_idle();
    to->state = THREAD_RUNNING;
    if (to != cpu.current)
        switch_to(to);
    else
        after_switch();
}

void thread_yield(void)
{
    if (!cpu.run_first)
        return;
    make_ready(cpu.current);
    schedule();
}

/* Called by thread_start (switch.S) with depth 1. */
_Noreturn void thread_main(void);
void thread_main(void)
{
    hc_gate.depth = 1;
    after_switch();
    struct thread *self = cpu.current;
    void (*entry)(void *) = self->entry;
    void *arg = self->arg;
    (void)libos_leave(0);
    entry(arg);
    sys_exit_thread(0);
}

void thread_init(uintptr_t stack, size_t stack_size)
{
    main_thread.tid = 1;
    main_thread.state = THREAD_RUNNING;
    main_thread.stack_size = stack_size;
    main_thread.stack = 0; /* a hole lies below it: no canary */
    main_thread.timer.fire = fire_timeout;
    (void)stack;
    cpu.current = &main_thread;
    cpu.start_tsc = cpu.switch_tsc = tsc_read();
    add_thread(&main_thread);
}

#define TID_MAX 0x3fffff

static int new_tid(void)
{
    static bool has_wrapped;
    do {
        last_tid++;
        if (last_tid > TID_MAX) {
            last_tid = 2;
            has_wrapped = true;
        }
    } while (has_wrapped && thread_find(last_tid));
    return last_tid;
}

/* What thread_switch() will pop: control words, registers, address. */
struct start_frame {
    uint32_t mxcsr;
    uint16_t fcw, fsw;
    uint64_t kept[6];
    uint64_t rip; /* thread_start begins with an aligned stack */
};

static void make_start_frame(struct thread *thread, uintptr_t top)
{
    struct start_frame *frame = (struct start_frame *)(top - sizeof *frame);
    *frame = (struct start_frame){.rip = (uintptr_t)thread_start};
    __asm__ volatile("stmxcsr %0" : "=m"(frame->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame->fcw));
    __asm__ volatile("fnstsw %0" : "=a"(frame->fsw));
    frame->fsw &= 0x3f; /* as thread_switch keeps it: flags only */
    thread->sp = frame;
}

#define STACK_MIN 4096u

long sys_thread_new(void (*entry)(void *), void *arg, void *stack,
                    size_t stack_size, void *tls, uint32_t *clear_tid)
{
    LIBOS_CALL();
    if (stack_size < STACK_MIN)
        return -LINUX_EINVAL;
    struct thread *thread = kalloc(sizeof *thread);
    if (!thread)
        return -LINUX_ENOMEM;
    uintptr_t low = ((uintptr_t)stack + 15) & ~15ul;
    uintptr_t top = ((uintptr_t)stack + stack_size) & ~15ul;
    thread->tid = new_tid();
    thread->entry = entry;
    thread->arg = arg;
    thread->thread_pointer = tls;
    thread->clear_tid = clear_tid;
    thread->stack = low;
    thread->stack_size = top - low;
    thread->mask = cpu.current->mask;
    thread->timer.fire = fire_timeout;
    for (int i = 0; i < CANARY_WORDS; i++)
        ((uint64_t *)low)[i] = CANARY;
    make_start_frame(thread, top);
    add_thread(thread);
    make_woken(thread);
    return thread->tid;
}

void sys_exit_thread(int status)
{
    libos_enter();
    struct thread *self = cpu.current;
    if (cpu.thread_count == 1)
        sys_exit_group(status);
    check_canary();
    signal_thread_end(self);
    timer_cancel(&self->timer);
    remove_thread(self);
    self->state = THREAD_DEAD;
    if (self->clear_tid) {
        *self->clear_tid = 0;
        (void)sys_futex(self->clear_tid, LINUX_FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    /* Nobody else runs before the switch, so the stack is free only after
     * it; the record is freed on the next thread's stack. */
    struct thread *to;
    while (!(to = next_ready()))
        event_idle();
    to->state = THREAD_RUNNING;
    cpu.dead = self == &main_thread ? NULL : self;
    switch_to(to);
    __builtin_unreachable();
}

void sys_set_tls(void *tls)
{
    LIBOS_CALL();
    cpu.current->thread_pointer = tls;
    hc_fs.thread_pointer = tls;
}

void sys_set_stack_guard(uint64_t guard)
{
    hc_fs.stack_guard = guard;
}

long sys_sched_yield(void)
{
    LIBOS_CALL();
    thread_yield();
    return 0;
}

long sys_gettid(void)
{
    return cpu.current->tid;
}

uint64_t thread_cpu_ticks(const struct thread *thread)
{
    uint64_t ticks = thread->cpu_ticks;
    if (thread == cpu.current)
        ticks += tsc_read() - cpu.switch_tsc;
    return ticks;
}

uint64_t process_cpu_ticks(void)
{
    return tsc_read() - cpu.start_tsc - cpu.idle_ticks;
}

/* In TSC ticks, some 50 and 400 us: how late timers and handles may be while
 * threads switch but the CPU is never idle. */
#define TIMER_TICKS (1u << 17)
#define POLL_TICKS (1u << 20)

static void run_timers(void)
{
    uint64_t now = tsc_read();
    cpu.timer_tsc = now + TIMER_TICKS;
    timer_run(time_now());
    if (now < cpu.poll_tsc)
        return;
    cpu.poll_tsc = now + POLL_TICKS;
    event_poll_ready();
}

void thread_spun(void)
{
    if (tsc_read() >= cpu.timer_tsc)
        work_add(WORK_TIMER);
}

uint32_t work_take(void)
{
    static const struct uni_timespec no_time;
    uint32_t work = __atomic_exchange_n(&hc_gate.work, 0, __ATOMIC_SEQ_CST);
    if (!(work & WORK_TICK) || !signal_host_waits)
        return work;
    /* Each lets in one; there are six. */
    for (int i = 0; i < 6 && hc_poll(NULL, 0, &no_time) == -LINUX_EINTR; i++)
        ;
    return work | __atomic_exchange_n(&hc_gate.work, 0, __ATOMIC_SEQ_CST);
}

/*
 * Takes the bits of work: host signals, due timers, ready handles. True if
 * another thread is to run. Never blocks or switches.
 */
static bool collect_work(void)
{
    uint32_t work = work_take();
    if (work & WORK_HOST)
        signal_take_host();
    if (work & (WORK_TICK | WORK_TIMER))
        run_timers();
    if (work & WORK_TICK)
        signal_tick();
    return (work & (WORK_TICK | WORK_YIELD)) && cpu.run_first;
}

bool libos_work(long rc)
{
    libos_enter();
    struct thread *self = cpu.current;
    bool restart = rc == -LINUX_EINTR && !self->is_not_restarted;
    self->is_not_restarted = false;
    do {
        if (collect_work())
            thread_yield();
        if (signal_is_due(self))
            return upcall_self(restart); /* depth is 0 afterwards */
        if (self->has_saved_mask) {
            self->has_saved_mask = false;
            signal_set_mask(self, self->saved_mask);
        }
        hc_gate.depth = 0;
        __asm__ volatile("" ::: "memory");
        if (!hc_gate.work)
            return restart;
        libos_enter();
    } while (true);
}

struct upcall_next upcall_work(struct uni_ucontext *context)
{
    struct thread *self = cpu.current;
    bool restart = false;
    do {
        if (collect_work()) {
            self->context = context;
            thread_yield();
            self->context = NULL;
        }
    } while (signal_deliver(context, &restart));
    return (struct upcall_next){context, UPCALL_USER};
}

struct upcall_next upcall_self_work(struct uni_ucontext *context)
{
    bool restart = context->regs.rax;
    while (signal_deliver(context, &restart))
        ;
    context->regs.rax = restart;
    return (struct upcall_next){context, UPCALL_USER};
}

struct upcall_next upcall_again(struct uni_ucontext *context)
{
    if (collect_work())
        work_add(WORK_YIELD);
    if (!hc_gate.work && !signal_is_due(cpu.current))
        return (struct upcall_next){context, UPCALL_USER};
    return upcall_move(context, NULL);
}
