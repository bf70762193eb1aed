/* SPDX-License-Identifier: Apache-2.0 */
/* Wait queues: wait.h. */
#include "wait.h"
#include "signal.h"
#include "thread.h"

static void append(struct waitq *q, struct wait_node *node)
{
    node->next = NULL;
    node->prev = q->last;
    if (q->last)
        q->last->next = node;
    else
        q->first = node;
    q->last = node;
}

static void unlink_node(struct waitq *q, struct wait_node *node)
{
    if (node->prev)
        node->prev->next = node->next;
    else
        q->first = node->next;
    if (node->next)
        node->next->prev = node->prev;
    else
        q->last = node->prev;
    node->prev = node->next = NULL;
}

void wait_add(struct waitq *q, struct wait_node *node)
{
    node->thread = cpu.current;
    append(q, node);
}

void wait_watch(struct waitq *q, struct wait_node *node,
                void (*fire)(struct wait_node *node))
{
    node->thread = NULL;
    node->fire = fire;
    append(q, node);
}

void wait_remove(struct waitq *q, struct wait_node *node)
{
    if (node->prev || node->next || q->first == node)
        unlink_node(q, node);
}

int wait_sleep(int64_t deadline_ns)
{
    struct thread *self = cpu.current;
    if (signal_is_due(self)) {
        work_add(WORK_SIGNAL);
        return -LINUX_EINTR;
    }
    if (deadline_ns != WAIT_FOREVER)
        timer_set(&self->timer, deadline_ns);
    self->wake_rc = 0;
    self->state = THREAD_BLOCKED;
    schedule();
    timer_cancel(&self->timer);
    return -self->wake_rc;
}

int wait_on(struct waitq *q, int64_t deadline_ns)
{
    struct wait_node node;
    wait_add(q, &node);
    int rc = wait_sleep(deadline_ns);
    wait_remove(q, &node);
    return rc;
}

void wait_deep(struct waitq *q)
{
    struct wait_node node;
    wait_add(q, &node);
    cpu.current->wake_rc = 0;
    cpu.current->state = THREAD_BLOCKED;
    schedule();
    wait_remove(q, &node);
}

void wake_one(struct waitq *q)
{
    for (struct wait_node *node = q->first; node; node = node->next) {
        if (!node->thread) {
            node->fire(node);
            continue;
        }
        if (node->thread->state != THREAD_BLOCKED)
            continue;
        thread_wake(node->thread, 0);
        /* Behind those that still sleep: the next call finds them first. */
        unlink_node(q, node);
        append(q, node);
        return;
    }
}

void wake_all(struct waitq *q)
{
    for (struct wait_node *node = q->first; node; node = node->next) {
        if (node->thread)
            thread_wake(node->thread, 0);
        else
            node->fire(node);
    }
}
