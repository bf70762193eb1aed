/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX timers: man 2 timer_create. On the monotonic clock's timer queue; one
 * on CLOCK_REALTIME is set by the difference, since nobody can set that clock
 * in here. CPU-time clocks are refused: setitimer() has these.
 */
#include "arena.h"
#include "enter.h"
#include "sigstate.h"
#include "sys.h"
#include "user.h"

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD_ID 4
#define TIMER_ABSTIME 1
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#define TIMERS_MAX 256
#define OVERRUN_MAX INT32_MAX

struct posix_timer {
    struct timer timer;
    int id;
    int clock;
    int64_t deadline_ns, interval_ns;
    struct linux_sigevent event;
    bool is_queued;   /* its signal is pending */
    int64_t overruns; /* since the pending signal was sent */
    int64_t last_overruns;
};

static struct posix_timer *timers[TIMERS_MAX] COLD_BSS;

static struct posix_timer *find(int id)
{
    return id >= 0 && id < TIMERS_MAX ? timers[id] : NULL;
}

static void notify(struct posix_timer *pt)
{
    struct thread *thread = NULL;
    if (pt->event.notify == SIGEV_NONE)
        return;
    if (pt->event.notify == SIGEV_THREAD_ID) {
        thread = thread_find(pt->event.tid);
        if (!thread)
            return;
    }
    if (pt->is_queued) {
        pt->overruns++;
        return;
    }
    struct linux_siginfo info = {.code = LINUX_SI_TIMER};
    info.u.kill.pid = pt->id;
    info.u.kill.value = pt->event.value;
    pt->overruns = 0;
    pt->is_queued = !signal_is_ignored(pt->event.signo);
    signal_send(thread, pt->event.signo, &info);
}

void posix_timer_taken(struct linux_siginfo *info)
{
    struct posix_timer *pt = find(info->u.kill.pid);
    if (!pt)
        return;
    pt->is_queued = false;
    pt->last_overruns = pt->overruns < OVERRUN_MAX ? pt->overruns : OVERRUN_MAX;
    info->u.kill.uid = (uint32_t)pt->last_overruns;
}

static void fire(struct timer *timer)
{
    struct posix_timer *pt = container_of(timer, struct posix_timer, timer);
    if (pt->interval_ns) {
        int64_t late = time_now() - pt->deadline_ns;
        int64_t missed = late > 0 ? late / pt->interval_ns : 0;
        pt->deadline_ns += (missed + 1) * pt->interval_ns;
        notify(pt);
        pt->overruns += missed;
        timer_set(timer, pt->deadline_ns);
    } else {
        notify(pt);
    }
}

long sys_timer_create(int clock, const struct linux_sigevent *event, int *id)
{
    LIBOS_CALL();
    if (time_is_for_reading(clock))
        return -LINUX_ENOTSUP;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
        clock != CLOCK_BOOTTIME)
        return -LINUX_EINVAL;
    int free_id = 0;
    while (free_id < TIMERS_MAX && timers[free_id])
        free_id++;
    if (free_id == TIMERS_MAX)
        return -LINUX_EAGAIN;
    struct linux_sigevent ev = {.value = (uint64_t)free_id,
                                .signo = LINUX_SIGALRM,
                                .notify = SIGEV_SIGNAL};
    if (event && user_copy(&ev, event, sizeof ev) < 0)
        return -LINUX_EFAULT;
    if (ev.notify != SIGEV_NONE && ev.notify != SIGEV_SIGNAL &&
        ev.notify != SIGEV_THREAD_ID)
        return -LINUX_EINVAL;
    if (ev.notify != SIGEV_NONE && (ev.signo < 1 || ev.signo > SIGNAL_MAX))
        return -LINUX_EINVAL;
    if (user_copy(id, &free_id, sizeof free_id) < 0)
        return -LINUX_EFAULT;
    struct posix_timer *pt = kalloc(sizeof *pt);
    if (!pt)
        return -LINUX_EAGAIN;
    pt->timer.fire = fire;
    pt->id = free_id;
    pt->clock = clock;
    pt->event = ev;
    timers[free_id] = pt;
    return 0;
}

static struct linux_timespec to_timespec(int64_t ns)
{
    return (struct linux_timespec){ns / NS_PER_SEC, ns % NS_PER_SEC};
}

static void get(const struct posix_timer *pt, struct linux_itimerspec *value)
{
    int64_t left = 0;
    if (pt->timer.is_set) {
        left = pt->deadline_ns - time_now();
        if (left < 1)
            left = 1; /* due, but set: not zero */
    }
    value->value = to_timespec(left);
    value->interval = to_timespec(pt->interval_ns);
}

long sys_timer_settime(int id, int flags, const struct linux_itimerspec *value,
                       struct linux_itimerspec *old)
{
    LIBOS_CALL();
    struct posix_timer *pt = find(id);
    struct linux_itimerspec want, before;
    if (!pt || !value)
        return -LINUX_EINVAL;
    if (user_copy(&want, value, sizeof want) < 0)
        return -LINUX_EFAULT;
    if (!time_is_valid(&want.value) || !time_is_valid(&want.interval))
        return -LINUX_EINVAL;
    get(pt, &before);
    if (old && user_copy(old, &before, sizeof before) < 0)
        return -LINUX_EFAULT;

    int64_t ns = time_to_ns(&want.value);
    timer_cancel(&pt->timer);
    pt->interval_ns = ns ? time_to_ns(&want.interval) : 0;
    if (ns == 0)
        return 0;
    if (flags & TIMER_ABSTIME)
        pt->deadline_ns =
            pt->clock == CLOCK_REALTIME ? ns - time_real_offset() : ns;
    else
        pt->deadline_ns = time_deadline(ns);
    timer_set(&pt->timer, pt->deadline_ns);
    if (pt->deadline_ns <= time_now())
        timer_run(time_now());
    return 0;
}

long sys_timer_gettime(int id, struct linux_itimerspec *value)
{
    LIBOS_CALL();
    const struct posix_timer *pt = find(id);
    struct linux_itimerspec now;
    if (!pt)
        return -LINUX_EINVAL;
    get(pt, &now);
    return user_copy(value, &now, sizeof now);
}

long sys_timer_getoverrun(int id)
{
    const struct posix_timer *pt = find(id);
    return pt ? pt->last_overruns : -LINUX_EINVAL;
}

long sys_timer_delete(int id)
{
    LIBOS_CALL();
    struct posix_timer *pt = find(id);
    if (!pt)
        return -LINUX_EINVAL;
    timer_cancel(&pt->timer);
    timers[id] = NULL;
    kfree(pt);
    return 0;
}
