/* SPDX-License-Identifier: Apache-2.0 */
/* The timer queue; a pairing heap: timer.h. */
#include "timer.h"

#include <stddef.h>

static struct timer *root;

static struct timer *meld(struct timer *a, struct timer *b)
{
    if (!a || !b)
        return a ? a : b;
    if (b->deadline_ns < a->deadline_ns) {
        struct timer *t = a;
        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    a->next = a->prev = NULL;
    return a;
}

/* One heap out of a list of siblings: in pairs, then right to left. */
static struct timer *meld_all(struct timer *first)
{
    struct timer *pairs = NULL; /* linked by `next`, last pair first */
    while (first) {
        struct timer *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct timer *all = NULL;
    while (pairs) {
        struct timer *rest = pairs->next;
        pairs->next = NULL;
        all = meld(all, pairs);
        pairs = rest;
    }
    return all;
}

void timer_cancel(struct timer *timer)
{
    if (!timer->is_set)
        return;
    timer->is_set = false;
    if (timer == root) {
        root = meld_all(timer->child);
    } else {
        if (timer->prev->child == timer)
            timer->prev->child = timer->next;
        else
            timer->prev->next = timer->next;
        if (timer->next)
            timer->next->prev = timer->prev;
        root = meld(root, meld_all(timer->child));
    }
    timer->child = timer->next = timer->prev = NULL;
}

void timer_set(struct timer *timer, int64_t deadline_ns)
{
    timer_cancel(timer);
    timer->deadline_ns = deadline_ns;
    timer->child = timer->next = timer->prev = NULL;
    timer->is_set = true;
    root = meld(root, timer);
}

int64_t timer_next(void)
{
    return root ? root->deadline_ns : INT64_MAX;
}

void timer_run(int64_t now_ns)
{
    while (root && root->deadline_ns <= now_ns) {
        struct timer *timer = root;
        timer_cancel(timer);
        timer->fire(timer);
    }
}
