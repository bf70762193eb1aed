/* SPDX-License-Identifier: Apache-2.0 */
/*
 * default-signals COMMAND...: runs it with no signal ignored or blocked. A
 * shell starts its background jobs with SIGINT ignored, and the tender leaves
 * alone what its caller ignores.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* some cannot be changed */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (argc < 2)
        return 125;
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 126;
}
