/* SPDX-License-Identifier: Apache-2.0 */
#include "libc.h"

/* Apart from cancel.c, which not every program that has threads needs. */
int pthread_setcancelstate(int state, int *old)
{
    struct pthread *self = thread_self();
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
        return EINVAL;
    if (old)
        *old = self->cancel_state;
    self->cancel_state = (uint8_t)state;
    if (self->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        cancel_begin(self);
        cancel_end(self);
    }
    return 0;
}

void __libc_cleanup_push(struct __libc_cleanup *handler)
{
    struct pthread *self = thread_self();
    handler->__next = self->cleanup;
    self->cleanup = handler;
}

void __libc_cleanup_pop(struct __libc_cleanup *handler, int execute)
{
    thread_self()->cleanup = handler->__next;
    if (execute)
        handler->__routine(handler->__arg);
}
