/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers each SIGUSR1 with a byte, from poll, and alternately from a busy
 * loop and a thread switch, until the input ends. The host sends the next one
 * when the answer came, so a single lost wake-up stops everything.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t count;

static void on_signal(int sig)
{
    (void)sig;
    count++;
    (void)!write(1, "+", 1);
}

int main(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    struct pollfd input = {.fd = 0, .events = POLLIN};
    sigaction(SIGUSR1, &sa, NULL);
    (void)!write(1, "!", 1);
    for (;;) {
        char byte;
        int before = count;
        int rc = poll(&input, 1, -1);
        if (rc == 1 && read(0, &byte, 1) <= 0)
            return 0;
        if (rc < 0 && (errno != EINTR || count == before))
            return 1;
        for (volatile int i = 0; i < count % 3000; i++)
            if (i % 64 == 0)
                sched_yield();
    }
}
