/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread as the C library sees it. fs points at it; the thread's variables
 * (TLS, variant II) lie right below (System V AMD64 ABI; Drepper, "ELF
 * Handling For Thread-Local Storage").
 *
 * One vCPU: what must be atomic is so against preemption and signal handlers
 * only, for which one instruction without LOCK is enough; see atomic_*.
 */
#ifndef LIBC_PORT_TCB_H
#define LIBC_PORT_TCB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pthread_join_state {
    JOIN_JOINABLE = 0,
    JOIN_DETACHED = 1,
    JOIN_JOINING = 2, /* somebody is in pthread_join */
};

struct pthread {
    struct pthread *self;        /* the ABI wants it */
    struct pthread *next_dead;   /* list of detached threads to free */
    struct pthread *prev, *next; /* all threads, main first */
    uintptr_t magic;             /* PTHREAD_MAGIC while the thread lives */

    uint32_t tid;
    uint32_t alive;      /* futex word: the libOS clears it at the end */
    uint32_t join_state; /* enum pthread_join_state */
    bool is_exiting;
    bool is_user_stack;
    uint8_t cancel_state; /* PTHREAD_CANCEL_ENABLE, _DISABLE */
    uint8_t cancel_type;  /* PTHREAD_CANCEL_DEFERRED, _ASYNCHRONOUS */
    volatile uint8_t cancel_pending;
    volatile uint8_t in_cancel_point;

    void *block;       /* what was allocated; NULL for main */
    size_t block_size; /* bytes */
    void *stack;       /* lowest address */
    size_t stack_size; /* bytes */
    size_t guard_size; /* as asked for; nothing is protected */

    void *(*start)(void *);
    int (*start_int)(void *); /* C11 thrd_create */
    void *arg;
    void *result;
    struct __libc_cleanup *cleanup;
    const void **keys;       /* PTHREAD_KEYS_MAX values, or NULL */
    pthread_mutex_t *robust; /* robust mutexes that it holds */
    void *dtors;             /* of C++ thread_local objects */
    char name[16];
};

#define PTHREAD_MAGIC 0x7365707475744d31ul

/* A second thread was made, ever: until then streams need no locks. */
extern bool __libc_is_threaded;

static inline struct pthread *thread_self(void)
{
    struct pthread *self;
    __asm__("mov %%fs:0, %0" : "=r"(self));
    return self;
}

static inline uint32_t atomic_cas(uint32_t *word, uint32_t old, uint32_t new)
{
    __asm__ volatile("cmpxchgl %2, %1"
                     : "+a"(old), "+m"(*word)
                     : "r"(new)
                     : "memory", "cc");
    return old; /* what was there */
}

static inline uint32_t atomic_swap(uint32_t *word, uint32_t new)
{
    /* xchg with memory always locks: build it from cmpxchg. */
    uint32_t old = *(volatile uint32_t *)word, seen;
    while ((seen = atomic_cas(word, old, new)) != old)
        old = seen;
    return old;
}

static inline uint32_t atomic_add(uint32_t *word, uint32_t value)
{
    __asm__ volatile("xaddl %0, %1"
                     : "+r"(value), "+m"(*word)
                     :
                     : "memory", "cc");
    return value; /* what was there */
}

static inline uint32_t atomic_read(const uint32_t *word)
{
    return *(const volatile uint32_t *)word;
}

/* Acts on a pending cancellation; with pthread_cancel linked in only. */
__attribute__((weak)) void __libc_cancel_self(void);

/*
 * Around a call that may block (POSIX 2.9.5.2). pthread_cancel interrupts
 * it: its signal's handler ends the thread when it finds in_cancel_point.
 */
static inline void cancel_begin(struct pthread *self)
{
    self->in_cancel_point = 1;
    __asm__ volatile("" ::: "memory");
    if (__builtin_expect(self->cancel_pending, 0) &&
        self->cancel_state == PTHREAD_CANCEL_ENABLE)
        __libc_cancel_self();
}

static inline void cancel_end(struct pthread *self)
{
    __asm__ volatile("" ::: "memory");
    self->in_cancel_point = 0;
}

#define CANCEL_POINT(call)                                                     \
    ({                                                                         \
        struct pthread *self_ = thread_self();                                 \
        cancel_begin(self_);                                                   \
        long rc_ = (call);                                                     \
        cancel_end(self_);                                                     \
        rc_;                                                                   \
    })

/* Robust mutexes of a thread that ends; with pthread_mutex_lock only. */
__attribute__((weak)) void __libc_robust_end(struct pthread *self);

/* start/tls.c: bytes of TLS and struct pthread together; lays both out at the
 * end of `block` (zeroed) and returns the thread. */
size_t __libc_tls_size(void);
struct pthread *__libc_tls_init(void *block, size_t size);
/* The main thread's; block: zeroed, kept for ever, or NULL: pages are taken. */
size_t __libc_main_tls_size(void);
void __libc_main_thread(void *block, size_t size);
/* Sets up newlib's per-thread data of the running thread. */
void __libc_reent_init(void);

/* futex with a deadline on a clock, NULL: none. 0, -EAGAIN, -EINTR,
 * -ETIMEDOUT, -EINVAL; pthread/futex.c */
long __libc_futex_wait(uint32_t *word, uint32_t value, clockid_t clock,
                       const struct timespec *deadline);
long __libc_futex_wake(uint32_t *word, int count);

#endif
