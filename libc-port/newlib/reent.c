/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's per-thread data, and the names it has for errno. */
#include <sys/reent.h>

#include "libc.h"

__thread struct _reent __libc_reent;

/* newlib's initialiser for zeroed memory: a few pointers and seeds. */
void __libc_reent_init(void)
{
    _REENT_INIT_PTR_ZEROED(&__libc_reent);
}

struct _reent *__getreent(void)
{
    return &__libc_reent;
}

int *__errno(void)
{
    return &__libc_reent._errno;
}
