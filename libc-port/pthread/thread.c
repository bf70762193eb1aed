/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads' lives. A thread's block holds its stack, TLS and struct pthread,
 * in this order. The libOS clears `alive` when the stack is no longer in use:
 * join waits for that; detached threads are freed by later calls.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

#include "attr.h"
#include "cancel.h"
#include "libc.h"
#include "libos/hold.h"

/* The lists and the count change between hold_enter and hold_leave only. */
static struct pthread *dead; /* detached and ended; freed when not alive */
static uint32_t thread_count = 1;

static void free_thread(struct pthread *thread)
{
    thread->magic = 0;
    sys_pages_free(thread->block, thread->block_size);
}

static void free_dead(void)
{
    hold_enter();
    struct pthread **link = &dead;
    while (*link) {
        struct pthread *thread = *link;
        if (atomic_read(&thread->alive)) {
            link = &thread->next_dead;
            continue;
        }
        *link = thread->next_dead;
        free_thread(thread);
    }
    hold_leave();
}

static void list_add(struct pthread *thread)
{
    struct pthread *self = thread_self();
    hold_enter();
    thread->prev = self;
    thread->next = self->next;
    self->next->prev = thread;
    self->next = thread;
    thread_count++;
    hold_leave();
}

static void list_remove(struct pthread *thread)
{
    hold_enter();
    thread->prev->next = thread->next;
    thread->next->prev = thread->prev;
    hold_leave();
}

static void dead_add(struct pthread *thread)
{
    hold_enter();
    thread->next_dead = dead;
    dead = thread;
    hold_leave();
}

static struct pthread *new_thread(const pthread_attr_t *attr)
{
    size_t tls_size = __libc_tls_size();
    size_t stack_size =
        attr->__stack_size ? attr->__stack_size : __libc_default_stack;
    size_t size = tls_size;

    if (!attr->__stack_addr && __builtin_add_overflow(size, stack_size, &size))
        return NULL;
    size = (size + 4095) & ~4095ul;
    void *block = sys_pages_alloc(size, 1);
    if (!block)
        return NULL;
    struct pthread *thread = __libc_tls_init(block, size);
    thread->block = block;
    thread->block_size = size;
    thread->guard_size = attr->__guard_size;
    thread->stack = attr->__stack_addr ? attr->__stack_addr : block;
    thread->is_user_stack = attr->__stack_addr != NULL;
    thread->stack_size =
        attr->__stack_addr ? stack_size : (size - tls_size) & ~63ul;
    if (attr->__flags & ATTR_DETACHED)
        thread->join_state = JOIN_DETACHED;
    return thread;
}

static void run(void *arg)
{
    struct pthread *self = arg;
    self->tid = (uint32_t)sys_gettid();
    __libc_reent_init();
    if (self->start_int)
        pthread_exit((void *)(intptr_t)self->start_int(self->arg));
    pthread_exit(self->start(self->arg));
}

static int create(pthread_t *out, const pthread_attr_t *attr,
                  void *(*start)(void *), int (*start_int)(void *), void *arg)
{
    pthread_attr_t plain = {.__guard_size = 4096};
    free_dead();
    struct pthread *thread = new_thread(attr ? attr : &plain);
    if (!thread)
        return EAGAIN;
    thread->start = start;
    thread->start_int = start_int;
    thread->arg = arg;

    list_add(thread);
    __libc_is_threaded = true;
    *out = (pthread_t)thread; /* the new thread may look at it */
    long tid = sys_thread_new(run, thread, thread->stack, thread->stack_size,
                              thread, &thread->alive);
    if (tid < 0) {
        thread_count--;
        list_remove(thread);
        free_thread(thread);
        return (int)-tid;
    }
    if (thread->join_state != JOIN_DETACHED)
        thread->tid = (uint32_t)tid;
    return 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                   void *(*start)(void *), void *arg)
{
    return create(thread, attr, start, NULL, arg);
}

int __libc_thrd_create(pthread_t *thread, int (*start)(void *), void *arg)
{
    return create(thread, NULL, NULL, start, arg);
}

void pthread_exit(void *value)
{
    struct pthread *self = thread_self();

    self->cancel_state = PTHREAD_CANCEL_DISABLE;
    self->result = value;
    while (self->cleanup) {
        struct __libc_cleanup *handler = self->cleanup;
        self->cleanup = handler->__next;
        handler->__routine(handler->__arg);
    }
    __libc_run_key_destructors(self);
    if (self->robust)
        __libc_robust_end(self);
    self->is_exiting = true;
    if (--thread_count == 0)
        exit(0);
    if (!self->block) /* main: its memory stays, the others go on */
        sys_exit_thread(0);
    _reclaim_reent(&__libc_reent);

    /* No signal handler may run on what is being freed. */
    uint64_t all = ~0ull;
    (void)sys_rt_sigprocmask(0 /* SIG_BLOCK */, &all, NULL);
    list_remove(self);
    if (self->join_state == JOIN_DETACHED)
        dead_add(self);
    sys_exit_thread(0);
}

static void stop_joining(void *arg)
{
    ((struct pthread *)arg)->join_state = JOIN_JOINABLE;
}

static int join(pthread_t id, void **value, clockid_t clock,
                const struct timespec *deadline)
{
    struct pthread *thread = (struct pthread *)id;
    long rc = 0;

    if (thread == thread_self())
        return EDEADLK;
    if (thread->magic != PTHREAD_MAGIC)
        return ESRCH;
    if (thread->join_state != JOIN_JOINABLE)
        return EINVAL;
    thread->join_state = JOIN_JOINING;
    pthread_cleanup_push(stop_joining, thread);
    while (atomic_read(&thread->alive) && rc != -ETIMEDOUT && rc != -EINVAL)
        rc = CANCEL_POINT(__libc_futex_wait(
            &thread->alive, atomic_read(&thread->alive), clock, deadline));
    pthread_cleanup_pop(0);
    if (rc == -ETIMEDOUT || rc == -EINVAL) {
        if (atomic_read(&thread->alive)) {
            thread->join_state = JOIN_JOINABLE;
            return (int)-rc;
        }
    }
    if (value)
        *value = thread->result;
    if (thread->block)
        free_thread(thread);
    return 0;
}

int pthread_join(pthread_t thread, void **value)
{
    return join(thread, value, 0, NULL);
}

int pthread_tryjoin_np(pthread_t thread, void **value)
{
    if (atomic_read(&((struct pthread *)thread)->alive))
        return EBUSY;
    return join(thread, value, 0, NULL);
}

int pthread_timedjoin_np(pthread_t thread, void **value,
                         const struct timespec *deadline)
{
    return join(thread, value, CLOCK_REALTIME, deadline);
}

int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
                         const struct timespec *deadline)
{
    return join(thread, value, clock, deadline);
}

int pthread_detach(pthread_t id)
{
    struct pthread *thread = (struct pthread *)id;
    if (thread->magic != PTHREAD_MAGIC)
        return ESRCH;
    if (thread->join_state != JOIN_JOINABLE)
        return EINVAL;
    thread->join_state = JOIN_DETACHED;
    if (thread->is_exiting && thread->block) {
        dead_add(thread);
        free_dead();
    }
    return 0;
}
