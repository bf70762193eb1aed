/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newlib's locks (its "retargetable locking"): all recursive, a store each
 * when nobody else wants them.
 */
#include <stdlib.h>
#include <sys/lock.h>

#include "lock.h"

bool __libc_is_threaded;

/* The ones newlib names. */
struct __lock __lock___sinit_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

/* The standard streams' come first: they need no page of the heap. */
static struct __lock first[3];
static unsigned first_count;

static struct __lock *made; /* a list */
static struct __lock made_lock;

void __retarget_lock_init(_LOCK_T *result)
{
    __retarget_lock_acquire(&made_lock);
    struct __lock *lock = first_count < sizeof first / sizeof first[0]
                              ? &first[first_count++]
                              : calloc(1, sizeof *lock);
    if (lock) {
        lock->next = made;
        if (made)
            made->prev = lock;
        made = lock;
    }
    __retarget_lock_release(&made_lock);
    *result = lock;
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    __retarget_lock_init(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
    if (!lock)
        return;
    __retarget_lock_acquire(&made_lock);
    if (lock->next)
        lock->next->prev = lock->prev;
    if (lock->prev)
        lock->prev->next = lock->next;
    else
        made = lock->next;
    __retarget_lock_release(&made_lock);
    if ((uintptr_t)lock - (uintptr_t)first >= sizeof first)
        free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    __retarget_lock_close(lock);
}

/* NULL: there was no memory for the lock; the stream goes unlocked. */
void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    uint32_t tid = thread_self()->tid;
    if (unlikely(!lock))
        return;
    if (lock->owner == tid) {
        lock->depth++;
        return;
    }
    if (unlikely(atomic_cas(&lock->word, 0, 1) != 0)) {
        while (atomic_swap(&lock->word, 2) != 0)
            (void)__libc_futex_wait(&lock->word, 2, 0, NULL);
    }
    lock->owner = tid;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    uint32_t tid = thread_self()->tid;
    if (!lock)
        return 1;
    if (lock->owner == tid) {
        lock->depth++;
        return 1;
    }
    if (atomic_cas(&lock->word, 0, 1) != 0)
        return 0;
    lock->owner = tid;
    return 1;
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    if (unlikely(!lock) || unlikely(lock->owner != thread_self()->tid))
        return;
    if (lock->depth > 0) {
        lock->depth--;
        return;
    }
    lock->owner = 0;
    if (unlikely(atomic_swap(&lock->word, 0) == 2))
        (void)__libc_futex_wake(&lock->word, 1);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    __retarget_lock_acquire_recursive(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return __retarget_lock_try_acquire_recursive(lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
    __retarget_lock_release_recursive(lock);
}

static void let_go(struct __lock *lock)
{
    if (lock->owner == thread_self()->tid) {
        lock->depth = 0;
        __retarget_lock_release(lock);
    }
}

void __libc_release_locks(void)
{
    __retarget_lock_acquire(&made_lock);
    for (struct __lock *lock = made; lock; lock = lock->next)
        let_go(lock);
    __retarget_lock_release(&made_lock);
    let_go(&__lock___sfp_recursive_mutex);
    let_go(&__lock___sinit_recursive_mutex);
}
