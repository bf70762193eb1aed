/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: ticks until the host says SIGTERM, then ends in good order. */
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t stop, ticks;

static void on_term(int sig)
{
    stop = sig;
}

static void on_alarm(int sig)
{
    (void)sig;
    ticks++;
}

int main(void)
{
    struct sigaction term = {.sa_handler = on_term};
    struct sigaction alarm_ = {.sa_handler = on_alarm};
    struct itimerval every = {{0, 20000}, {0, 20000}}; /* 20 ms */
    sigset_t block, old;

    sigaction(SIGTERM, &term, NULL);
    sigaction(SIGALRM, &alarm_, NULL);
    setitimer(ITIMER_REAL, &every, NULL);

    /* Blocked while it is looked at; sigsuspend waits without a gap. */
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGALRM);
    sigprocmask(SIG_BLOCK, &block, &old);
    puts("ready");
    fflush(stdout);
    while (!stop)
        sigsuspend(&old);
    printf("signal %d after %s\n", (int)stop, ticks ? "some ticks" : "no tick");
    return 0;
}
