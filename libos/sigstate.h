/* SPDX-License-Identifier: Apache-2.0 */
/* Between signal.c (sending, delivering) and sigcalls.c (the calls). */
#ifndef LIBOS_SIGSTATE_H
#define LIBOS_SIGSTATE_H

#include "signal.h"

#define LINUX_SIG_DFL 0ul
#define LINUX_SIG_IGN 1ul

extern struct linux_sigaction signal_actions[SIGNAL_MAX + 1];

bool signal_is_ignored(int sig);
/* No room for another siginfo; sigqueue() says so. */
bool signal_queue_is_full(void);
void signal_discard(struct sigset_pending *pending, int sig);
/* Takes a pending signal of `wanted`, the thread's or the process's; 0: none */
int signal_take(struct thread *thread, uint64_t wanted,
                struct linux_siginfo *info);

#endif
