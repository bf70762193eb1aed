/* SPDX-License-Identifier: Apache-2.0 */
/* Thread-specific data. A thread's values are made on its first set. */
#include <limits.h>
#include <stdlib.h>

#include "libc.h"
#include "libos/hold.h"

static struct {
    bool is_used;
    void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int rc = EAGAIN;
    hold_enter();
    for (unsigned i = 0; rc && i < PTHREAD_KEYS_MAX; i++) {
        if (keys[i].is_used)
            continue;
        keys[i].is_used = true;
        keys[i].destructor = destructor;
        *key = i;
        rc = 0;
    }
    hold_leave();
    return rc;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].is_used)
        return EINVAL;
    hold_enter();
    keys[key].destructor = NULL;
    struct pthread *self = thread_self(), *thread = self;
    do {
        if (thread->keys)
            thread->keys[key] = NULL;
        thread = thread->next;
    } while (thread != self);
    keys[key].is_used = false;
    hold_leave();
    return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
    const void **values = thread_self()->keys;
    if (!values || key >= PTHREAD_KEYS_MAX)
        return NULL;
    return (void *)values[key];
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    struct pthread *self = thread_self();
    if (key >= PTHREAD_KEYS_MAX || !keys[key].is_used)
        return EINVAL;
    if (!self->keys) {
        if (!value)
            return 0;
        self->keys = calloc(PTHREAD_KEYS_MAX, sizeof *self->keys);
        if (!self->keys)
            return ENOMEM;
    }
    self->keys[key] = value;
    return 0;
}

/* At the end of a thread: POSIX, pthread_key_create. */
void __libc_run_key_destructors(struct pthread *self)
{
    if (!self->keys)
        return;
    for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        bool had_one = false;
        for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
            const void *value = self->keys[i];
            if (!value || !keys[i].destructor)
                continue;
            self->keys[i] = NULL;
            had_one = true;
            keys[i].destructor((void *)value);
        }
        if (!had_one)
            break;
    }
    free(self->keys);
    self->keys = NULL;
}
