/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_PORT_PTHREAD_CANCEL_H
#define LIBC_PORT_PTHREAD_CANCEL_H

#include "tcb.h"

/* pthread/key.c: at a thread's end */
void __libc_run_key_destructors(struct pthread *self);

#endif
