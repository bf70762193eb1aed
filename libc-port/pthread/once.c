/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "libc.h"

enum { ONCE_RUNNING = 1, ONCE_DONE = 2, ONCE_WAITED = 3 };

/* The initialiser was cancelled: the next caller starts anew. */
static void undo(void *arg)
{
    (void)atomic_swap(arg, PTHREAD_ONCE_INIT);
    (void)__libc_futex_wake(arg, INT_MAX);
}

int pthread_once(pthread_once_t *once, void (*init)(void))
{
    uint32_t *word = (uint32_t *)once;

    if (likely(atomic_read(word) == ONCE_DONE))
        return 0;
    for (;;) {
        uint32_t seen = atomic_cas(word, PTHREAD_ONCE_INIT, ONCE_RUNNING);
        if (seen == ONCE_DONE)
            return 0;
        if (seen == PTHREAD_ONCE_INIT)
            break;
        (void)atomic_cas(word, ONCE_RUNNING, ONCE_WAITED);
        (void)__libc_futex_wait(word, ONCE_WAITED, 0, NULL);
    }
    pthread_cleanup_push(undo, word);
    init();
    pthread_cleanup_pop(0);
    if (atomic_swap(word, ONCE_DONE) == ONCE_WAITED)
        (void)__libc_futex_wake(word, INT_MAX);
    return 0;
}
