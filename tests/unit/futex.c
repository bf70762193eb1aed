/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Futexes and wait queues without threads: whatever "sleeps" runs a script
 * that wakes, moves or times out the sleepers, which are all nested.
 * objs: libos/futex.c libos/wait.c libos/timer.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libos/futex.h"
#include "libos/libos.h"
#include "libos/signal.h"
#include "libos/sys.h"
#include "libos/thread.h"
#include "libos/user.h"

static int failures;
#define EQUAL(a, b)                                                            \
    do {                                                                       \
        long a_ = (long)(a), b_ = (long)(b);                                   \
        if (a_ != b_) {                                                        \
            printf("not ok - %s:%d: %s is %ld, not %ld\n", __func__, __LINE__, \
                   #a, a_, b_);                                                \
            failures++;                                                        \
        }                                                                      \
    } while (0)

/* What the two stand on. */
struct hc_gate hc_gate;
struct cpu cpu;
struct sigset_pending signal_process;
uint64_t signal_chosen;
static struct thread threads[8];
static void (*script)(void);

bool libos_work(long rc)
{
    (void)rc;
    hc_gate.work = 0;
    return false;
}
int64_t time_now(void)
{
    return 1000;
}
int64_t time_real_offset(void)
{
    return 500;
}
int64_t time_deadline(int64_t ns)
{
    return time_now() + ns;
}
bool time_is_valid(const struct linux_timespec *ts)
{
    return ts->sec >= 0 && ts->nsec >= 0 && ts->nsec < NS_PER_SEC;
}
int64_t time_to_ns(const struct linux_timespec *ts)
{
    return ts->sec * NS_PER_SEC + ts->nsec;
}
long user_copy(void *dst, const void *src, size_t len)
{
    if ((uintptr_t)src < 4096 || (uintptr_t)dst < 4096)
        return -LINUX_EFAULT;
    memcpy(dst, src, len);
    return 0;
}
void thread_wake(struct thread *thread, int wake_rc)
{
    if (thread->state != THREAD_BLOCKED)
        return;
    thread->state = THREAD_READY;
    thread->wake_rc = (uint8_t)wake_rc;
}
static void fire(struct timer *timer)
{
    thread_wake(container_of(timer, struct thread, timer), LINUX_ETIMEDOUT);
}

/* The sleeper's script runs as another thread; then time passes. */
void schedule(void)
{
    struct thread *self = cpu.current;
    if (script) {
        void (*now)(void) = script;
        script = NULL;
        now();
    }
    cpu.current = self;
    if (self->state == THREAD_BLOCKED)
        timer_run(INT64_MAX - 1);
    if (self->state == THREAD_BLOCKED) {
        printf("not ok - sleeps for ever\n");
        exit(1);
    }
    self->state = THREAD_RUNNING;
}

static void become(int idx)
{
    cpu.current = &threads[idx];
    cpu.current->state = THREAD_RUNNING;
    cpu.current->timer.fire = fire;
}

static uint32_t word, other;
static const struct linux_timespec soon = {0, 5};

static long wait_as(int idx, uint32_t *uaddr, uint32_t bits)
{
    become(idx);
    return sys_futex(uaddr, LINUX_FUTEX_WAIT_BITSET, *uaddr, &soon, NULL, bits);
}

static void script_wake(void)
{
    EQUAL(sys_futex(&other, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 0);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 1);
}

static void a_wake_up_counts_once(void)
{
    script = script_wake;
    EQUAL(wait_as(0, &word, 1), 0);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 0);
}

static void nobody_wakes(void)
{
    EQUAL(wait_as(0, &word, 1), -LINUX_ETIMEDOUT);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 0);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAIT, 99, NULL, NULL, 0), -LINUX_EAGAIN);
    EQUAL(sys_futex((uint32_t *)4, LINUX_FUTEX_WAIT, 0, NULL, NULL, 0),
          -LINUX_EFAULT);
}

/* Three sleepers, one inside the other; the innermost acts. */
static void script_act(void)
{
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE_BITSET, 9, NULL, NULL, 4), 1);
    EQUAL(sys_futex(&word, LINUX_FUTEX_CMP_REQUEUE, 1, (void *)9, &other, 7),
          -LINUX_EAGAIN);
    EQUAL(sys_futex(&word, LINUX_FUTEX_REQUEUE, 0, (void *)9, &other, 0), 2);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 0);
    EQUAL(sys_futex(&other, LINUX_FUTEX_WAKE, 1, NULL, NULL, 0), 1);
}
static long inner_rc[2];
static void script_third(void)
{
    script = script_act;
    inner_rc[1] = wait_as(2, &word, 4);
}
static void script_second(void)
{
    script = script_third;
    inner_rc[0] = wait_as(1, &word, 2);
}

static void moves_and_chooses(void)
{
    script = script_second;
    EQUAL(wait_as(0, &word, 1), 0);       /* first on the new word */
    EQUAL(inner_rc[0], -LINUX_ETIMEDOUT); /* moved, not woken */
    EQUAL(inner_rc[1], 0);                /* by its bit */
    EQUAL(sys_futex(&other, LINUX_FUTEX_WAKE, 9, NULL, NULL, 0), 0);
}

static void wake_op_computes(void)
{
    other = 10;
    /* other += 5; wake there if it was > 9 */
    uint32_t op = 1u << 28 | 4u << 24 | 5u << 12 | 9u;
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE_OP, 1, NULL, &other, op), 0);
    EQUAL(other, 15);
    op = 1u << 28 | 0xfffu << 12; /* other += -1 */
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE_OP, 1, NULL, &other, op), 0);
    EQUAL(other, 14);
    op = 1u << 31 | 2u << 28 | 5u << 12; /* other |= 1 << 5 */
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE_OP, 1, NULL, &other, op), 0);
    EQUAL(other, 46);
    EQUAL(sys_futex(&word, LINUX_FUTEX_WAKE_OP, 1, NULL, &other, 7u << 28),
          -LINUX_ENOSYS);
    other = 0;
}

static struct waitq queue;
static void script_queue(void)
{
    struct wait_node nodes[3];
    for (int i = 0; i < 3; i++) {
        become(i);
        wait_add(&queue, &nodes[i]);
        threads[i].state = THREAD_BLOCKED;
    }
    wake_one(&queue);
    EQUAL(threads[0].state, THREAD_READY);
    EQUAL(threads[1].state, THREAD_BLOCKED);
    wake_one(&queue); /* not the one that is awake already */
    EQUAL(threads[1].state, THREAD_READY);
    wait_remove(&queue, &nodes[1]);
    wait_remove(&queue, &nodes[1]); /* twice: nothing */
    wake_all(&queue);
    EQUAL(threads[2].state, THREAD_READY);
    wait_remove(&queue, &nodes[0]);
    wait_remove(&queue, &nodes[2]);
    EQUAL(queue.first == NULL && queue.last == NULL, 1);
}

static void pending_signals_end_a_sleep(void)
{
    become(0);
    cpu.current->pending.set = 2;
    EQUAL(wait_on(&queue, WAIT_FOREVER), -LINUX_EINTR);
    cpu.current->mask = 2;
    EQUAL(wait_on(&queue, 10), -LINUX_ETIMEDOUT);
    EQUAL(queue.first == NULL, 1);
    cpu.current->pending.set = cpu.current->mask = 0;
}

int main(void)
{
    become(0);
    a_wake_up_counts_once();
    nobody_wakes();
    moves_and_chooses();
    wake_op_computes();
    script_queue();
    pending_signals_end_a_sleep();
    EQUAL(hc_gate.depth, 0);
    return failures != 0;
}
