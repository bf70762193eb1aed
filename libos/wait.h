/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues and host events: how a libOS call blocks.
 *
 * All libOS code runs unpreempted on one vCPU, so nothing here needs a lock:
 * between a check of a condition and wait_sleep() no other thread runs.
 *
 *     struct wait_node node;
 *     wait_add(&pipe->readable, &node);
 *     while (!pipe->len && !rc)
 *         rc = wait_sleep(deadline_ns);   // 0, -ETIMEDOUT, -EINTR
 *     wait_remove(&node);
 */
#ifndef LIBOS_WAIT_H
#define LIBOS_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct thread;
struct wait_node {
    struct wait_node *prev, *next; /* NULL: not on a queue */
    struct thread *thread;         /* NULL: call fire() instead */
    void (*fire)(struct wait_node *node);
};

/* Zero-initialised is empty. */
struct waitq {
    struct wait_node *first, *last;
};

#define WAIT_FOREVER INT64_MAX

/* Put the running thread on a queue; a thread may be on several at once. */
void wait_add(struct waitq *q, struct wait_node *node);
void wait_remove(struct waitq *q, struct wait_node *node);
/* A watcher instead of a thread: each wake, also wake_one(), calls fire(),
 * which may wake threads but neither block nor change this queue. */
void wait_watch(struct waitq *q, struct wait_node *node,
                void (*fire)(struct wait_node *node));

/* Sleep until woken by any queue, CLOCK_MONOTONIC passes deadline_ns, or a
 * signal is to be delivered to this thread. Spurious wake-ups are allowed. */
int wait_sleep(int64_t deadline_ns);

/* wait_add, one wait_sleep, wait_remove. */
int wait_on(struct waitq *q, int64_t deadline_ns);

/* Sleep until woken by this queue (or spuriously), whatever signals come:
 * for waits that end on their own, as those for a disk do. */
void wait_deep(struct waitq *q);

void wake_one(struct waitq *q);
void wake_all(struct waitq *q);

/* CLOCK_MONOTONIC in ns. */
int64_t time_now(void);

/*
 * The queue that is woken (all of it) when a host handle is ready for reading
 * (or writing). A handle is polled only while somebody is on its queue: in
 * the idle loop, and at each tick while threads keep running.
 */
struct waitq *event_queue(uint32_t handle, bool is_write);

#endif
