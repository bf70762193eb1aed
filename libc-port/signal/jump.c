/* SPDX-License-Identifier: Apache-2.0 */
/* The signal mask's part of sigsetjmp and siglongjmp (x86_64/setjmp.S). */
#include <setjmp.h>

#include "libc.h"

int __libc_save_mask(jmp_buf env)
{
    (void)sys_rt_sigprocmask(0, NULL, &env[0].__mask);
    return 0;
}

void __libc_restore_mask(jmp_buf env)
{
    (void)sys_rt_sigprocmask(2 /* SIG_SETMASK */, &env[0].__mask, NULL);
}
