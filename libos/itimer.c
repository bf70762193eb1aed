/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interval timers; man 2 setitimer. ITIMER_REAL is on the timer queue; the
 * two on CPU time are looked at in the tick, which fires on CPU time too.
 */
#include "enter.h"
#include "signal.h"
#include "sys.h"
#include "user.h"

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2
#define USEC_PER_SEC 1000000

struct itimer {
    struct timer timer; /* ITIMER_REAL */
    bool is_set;
    int64_t deadline_ns; /* on the timer's own clock */
    int64_t interval_ns;
    int sig;
};

static void fire_real(struct timer *timer);
static struct itimer itimers[3] = {
    {.timer.fire = fire_real, .sig = LINUX_SIGALRM},
    {.sig = LINUX_SIGVTALRM},
    {.sig = LINUX_SIGPROF},
};

static int64_t clock_of(int which)
{
    return which == ITIMER_REAL ? time_now() : process_cpu_ns();
}

/* The signal, and the next deadline that is still to come. */
static void expire(struct itimer *itimer, int64_t now)
{
    signal_send(NULL, itimer->sig, NULL);
    if (!itimer->interval_ns) {
        itimer->is_set = false;
        return;
    }
    int64_t late = now - itimer->deadline_ns;
    itimer->deadline_ns +=
        (late / itimer->interval_ns + 1) * itimer->interval_ns;
}

static void fire_real(struct timer *timer)
{
    struct itimer *itimer = &itimers[ITIMER_REAL];
    expire(itimer, time_now());
    if (itimer->is_set)
        timer_set(timer, itimer->deadline_ns);
}

void signal_tick(void)
{
    for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
        struct itimer *itimer = &itimers[which];
        if (!itimer->is_set)
            continue;
        int64_t now = clock_of(which);
        if (itimer->deadline_ns <= now)
            expire(itimer, now);
    }
}

static struct linux_timeval to_timeval(int64_t ns)
{
    int64_t usec = (ns + 999) / 1000;
    return (struct linux_timeval){usec / USEC_PER_SEC, usec % USEC_PER_SEC};
}

static bool to_ns(const struct linux_timeval *tv, int64_t *ns)
{
    if (tv->sec < 0 || tv->usec < 0 || tv->usec >= USEC_PER_SEC)
        return false;
    int64_t sec = tv->sec < INT64_MAX / NS_PER_SEC / 4
                      ? tv->sec
                      : INT64_MAX / NS_PER_SEC / 4;
    *ns = sec * NS_PER_SEC + tv->usec * 1000;
    return true;
}

static void get(int which, struct linux_itimerval *value)
{
    const struct itimer *itimer = &itimers[which];
    int64_t left = 0;
    if (itimer->is_set) {
        left = itimer->deadline_ns - clock_of(which);
        if (left < 1)
            left = 1; /* due, but set: not zero */
    }
    value->value = to_timeval(left);
    value->interval = to_timeval(itimer->interval_ns);
}

long sys_setitimer(int which, const struct linux_itimerval *value,
                   struct linux_itimerval *old)
{
    LIBOS_CALL();
    struct linux_itimerval copy = {{0, 0}, {0, 0}}, before;
    int64_t value_ns, interval_ns;
    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -LINUX_EINVAL;
    if (value && user_copy(&copy, value, sizeof copy) < 0)
        return -LINUX_EFAULT;
    if (!to_ns(&copy.value, &value_ns) || !to_ns(&copy.interval, &interval_ns))
        return -LINUX_EINVAL;
    get(which, &before);
    if (old && user_copy(old, &before, sizeof before) < 0)
        return -LINUX_EFAULT;

    struct itimer *itimer = &itimers[which];
    itimer->is_set = value_ns > 0;
    itimer->interval_ns = itimer->is_set ? interval_ns : 0;
    if (itimer->is_set)
        itimer->deadline_ns = clock_of(which) + value_ns;
    if (which == ITIMER_REAL && itimer->is_set)
        timer_set(&itimer->timer, itimer->deadline_ns);
    else if (which == ITIMER_REAL)
        timer_cancel(&itimer->timer);
    return 0;
}

long sys_getitimer(int which, struct linux_itimerval *value)
{
    LIBOS_CALL();
    struct linux_itimerval now;
    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -LINUX_EINVAL;
    get(which, &now);
    return user_copy(value, &now, sizeof now);
}
