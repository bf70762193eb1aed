/* SPDX-License-Identifier: Apache-2.0 */
#include "libos.h"
void core_write(int sig, const struct uni_siginfo *info,
                const struct uni_ucontext *context)
{
    (void)sig;
    (void)info;
    (void)context;
}
