/* SPDX-License-Identifier: Apache-2.0 */
/* System V's and BSD's ways to say the same: man 3 sigset, sigblock. */
#include <signal.h>

#include "libc.h"

static int change(int how, int sig)
{
    sigset_t set = 0;
    return sigaddset(&set, sig) < 0 ? -1 : sigprocmask(how, &set, NULL);
}

int sighold(int sig)
{
    return change(SIG_BLOCK, sig);
}

int sigrelse(int sig)
{
    return change(SIG_UNBLOCK, sig);
}

int sigignore(int sig)
{
    struct sigaction act = {.sa_flags = 0};
    act.sa_handler = SIG_IGN;
    return sigaction(sig, &act, NULL);
}

int sigpause(int sig)
{
    sigset_t set;
    if (sigprocmask(SIG_BLOCK, NULL, &set) < 0 || sigdelset(&set, sig) < 0)
        return -1;
    return sigsuspend(&set);
}

_sig_func_ptr sigset(int sig, _sig_func_ptr handler)
{
    struct sigaction act = {.sa_flags = 0}, old;
    sigset_t set = 0, old_set;

    act.sa_handler = handler;
    if (sigaction(sig, handler == SIG_HOLD ? NULL : &act, &old) < 0 ||
        sigaddset(&set, sig) < 0 ||
        sigprocmask(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, &set,
                    &old_set) < 0)
        return SIG_ERR;
    return sigismember(&old_set, sig) ? SIG_HOLD : old.sa_handler;
}

int sigmask(int sig)
{
    return (int)(1u << (sig - 1));
}

int sigblock(int mask)
{
    sigset_t set = (unsigned)mask, old;
    return sigprocmask(SIG_BLOCK, &set, &old) < 0 ? -1 : (int)old;
}

int sigsetmask(int mask)
{
    sigset_t set = (unsigned)mask, old;
    return sigprocmask(SIG_SETMASK, &set, &old) < 0 ? -1 : (int)old;
}
