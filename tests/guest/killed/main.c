/* SPDX-License-Identifier: Apache-2.0 */
/* Ends, or waits to be ended, in the way its argument names: test.sh. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void on_term(int sig)
{
    static const char text[] = "handled\n";
    (void)!write(1, text, sizeof text - 1);
    _exit(sig + 1);
}

static void *blocks(void *arg)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (;;)
        pause();
    return arg;
}

static volatile int go = 1;
static void ready(void)
{
    puts("ready");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    if (!strcmp(how, "exit"))
        return 300;
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "raise"))
        raise(SIGKILL);
    if (!strcmp(how, "thread")) { /* main ends, the process does not */
        pthread_t thread;
        pthread_create(&thread, NULL, blocks, NULL);
        ready();
        pthread_exit(NULL);
    }
    if (!strcmp(how, "idle")) {
        ready();
        for (;;)
            pause();
    }
    if (!strcmp(how, "spin")) {
        ready();
        while (go)
            ;
    }
    if (!strcmp(how, "handle")) {
        signal(SIGTERM, on_term);
        ready();
        while (go)
            ;
    }
    if (!strcmp(how, "ignore")) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, on_term);
        ready();
        for (;;)
            pause();
    }
    return 99;
}
