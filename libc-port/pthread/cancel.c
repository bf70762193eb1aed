/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancellation (POSIX 2.9.5). A request sets a flag and sends the target
 * SIG_CANCEL; its handler ends the thread if that waits at a cancellation
 * point (or has asked for asynchronous cancellation). Otherwise the thread
 * sees the flag at its next cancellation point.
 */
#include <signal.h>

#include "cancel.h"
#include "libc.h"
#include "newlib/lock.h"

enum { SIG_CANCEL = 32 }; /* below SIGRTMIN: ours, as on Linux */

void __libc_cancel_self(void)
{
    struct pthread *self = thread_self();
    self->cancel_state = PTHREAD_CANCEL_DISABLE;
    self->cancel_type = PTHREAD_CANCEL_DEFERRED;
    self->in_cancel_point = 0;
    __libc_release_locks();
    pthread_exit(PTHREAD_CANCELED);
}

static void on_cancel(int sig)
{
    struct pthread *self = thread_self();
    (void)sig;
    if (!self->cancel_pending || self->cancel_state != PTHREAD_CANCEL_ENABLE ||
        self->is_exiting)
        return;
    if (self->in_cancel_point ||
        self->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        uint64_t mask = 1ull << (SIG_CANCEL - 1);
        (void)sys_rt_sigprocmask(SIG_UNBLOCK, &mask, NULL);
        __libc_cancel_self();
    }
}

int pthread_cancel(pthread_t thread)
{
    static bool is_ready;
    struct pthread *other = (struct pthread *)thread;

    if (!is_ready) {
        struct linux_sigaction act = {.handler = on_cancel,
                                      .flags = SA_RESTART};
        (void)sys_rt_sigaction(SIG_CANCEL, &act, NULL);
        is_ready = true;
    }
    other->cancel_pending = 1;
    if (other == thread_self()) {
        if (other->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)
            pthread_testcancel();
        return 0;
    }
    if (!atomic_read(&other->alive) ||
        other->cancel_state == PTHREAD_CANCEL_DISABLE)
        return 0; /* ended, not joined yet; or it will look by itself */
    return (int)-sys_tkill((int)other->tid, SIG_CANCEL);
}

void pthread_testcancel(void)
{
    struct pthread *self = thread_self();
    if (unlikely(self->cancel_pending) &&
        self->cancel_state == PTHREAD_CANCEL_ENABLE && !self->is_exiting)
        __libc_cancel_self();
}

int pthread_setcanceltype(int type, int *old)
{
    struct pthread *self = thread_self();
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
        return EINVAL;
    if (old)
        *old = self->cancel_type;
    self->cancel_type = (uint8_t)type;
    if (type == PTHREAD_CANCEL_ASYNCHRONOUS)
        pthread_testcancel();
    return 0;
}
