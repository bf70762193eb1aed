/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX timers. SIGEV_THREAD is ours: one thread a timer, which takes the
 * timer's signal (32, the thread library's) and calls the function itself, so
 * calls of one timer never overlap.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libc.h"
#include "tcb.h"

#define SIGNAL_TIMER 32
#define NOTIFY_THREAD_ID 4

/* timer_t is the libOS's id, which a timer's signal has as its value if the
 * program gives none, or the address of one of these. */
struct thread_timer {
    int id;
    volatile bool is_deleted;
    pthread_t thread;
    void (*function)(union sigval);
    union sigval value;
};

static int id_of(timer_t timer)
{
    if (timer <= INT32_MAX)
        return (int)timer;
    return ((struct thread_timer *)timer)->id;
}

static void *run(void *arg)
{
    struct thread_timer *tt = arg;
    uint64_t set = 1ull << (SIGNAL_TIMER - 1);
    for (;;) {
        long sig = sys_rt_sigtimedwait(&set, NULL, NULL);
        if (tt->is_deleted)
            break;
        if (sig == SIGNAL_TIMER)
            tt->function(tt->value);
    }
    free(tt);
    return NULL;
}

/* With all signals blocked, the timer's too: run() waits for that one. */
static int start_thread(struct thread_timer *tt, const pthread_attr_t *attr)
{
    sigset_t all = ~0ul, old;
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&tt->thread, attr, run, tt);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc)
        return rc;
    pthread_detach(tt->thread);
    return 0;
}

static int create_thread_timer(clockid_t clock, const struct sigevent *event,
                               timer_t *timer)
{
    struct thread_timer *tt = malloc(sizeof *tt);
    if (!tt)
        return (int)libc_result(-EAGAIN);
    *tt = (struct thread_timer){.function = event->sigev_notify_function,
                                .value = event->sigev_value};
    int rc = start_thread(tt, event->sigev_notify_attributes);
    if (rc) {
        free(tt);
        return (int)libc_result(-rc);
    }
    struct linux_sigevent ev = {
        .signo = SIGNAL_TIMER,
        .notify = NOTIFY_THREAD_ID,
        .tid = (int)((struct pthread *)tt->thread)->tid,
    };
    long result = sys_timer_create(clock, &ev, &tt->id);
    if (result < 0) {
        tt->is_deleted = true;
        sys_tkill(ev.tid, SIGNAL_TIMER);
        return (int)libc_result(result);
    }
    *timer = (timer_t)tt;
    return 0;
}

int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    int id;
    if (event && event->sigev_notify == SIGEV_THREAD)
        return create_thread_timer(clock, event, timer);
    long rc = sys_timer_create(clock, (struct linux_sigevent *)event, &id);
    if (rc < 0)
        return (int)libc_result(rc);
    *timer = (timer_t)id;
    return 0;
}

int timer_delete(timer_t timer)
{
    long rc = sys_timer_delete(id_of(timer));
    if (rc == 0 && timer > INT32_MAX) {
        struct thread_timer *tt = (struct thread_timer *)timer;
        int tid = (int)((struct pthread *)tt->thread)->tid;
        tt->is_deleted = true;
        sys_tkill(tid, SIGNAL_TIMER);
    }
    return (int)libc_result(rc);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *value,
                  struct itimerspec *old)
{
    return (int)libc_result(sys_timer_settime(
        id_of(timer), flags, (const struct linux_itimerspec *)value,
        (struct linux_itimerspec *)old));
}

int timer_gettime(timer_t timer, struct itimerspec *value)
{
    return (int)libc_result(
        sys_timer_gettime(id_of(timer), (struct linux_itimerspec *)value));
}

int timer_getoverrun(timer_t timer)
{
    return (int)libc_result(sys_timer_getoverrun(id_of(timer)));
}
