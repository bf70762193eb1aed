/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal-ping COUNT SIGNAL COMMAND...: finds lost signals. Waits for a first
 * byte from the command, then COUNT times: sends the signal (a number) after a
 * delay that wanders through 0..100 us, and waits for one byte of answer. The
 * command's input is closed at the end; its status is ours. A signal that got
 * lost shows as an answer that does not come within 10 s: status 1.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static int await_byte(int fd)
{
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    char byte;
    int rc;
    do
        rc = poll(&pfd, 1, 10000);
    while (rc < 0 && errno == EINTR);
    return rc == 1 && read(fd, &byte, 1) == 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 125;
    long count = atol(argv[1]);
    int sig = atoi(argv[2]);
    int in[2], out[2];
    if (pipe(in) < 0 || pipe(out) < 0)
        return 126;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]);
        execvp(argv[3], argv + 3);
        _exit(126);
    }
    close(in[0]), close(out[1]);
    if (await_byte(out[0]) < 0) {
        printf("%s: no first byte\n", argv[3]);
        kill(pid, SIGKILL);
        return 1;
    }
    unsigned seed = 1;
    for (long i = 0; i < count; i++) {
        seed = seed * 1103515245 + 12345;
        for (long end = now_ns() + (seed >> 8) % 100000; now_ns() < end;)
            ;
        kill(pid, sig);
        if (await_byte(out[0]) < 0) {
            printf("no answer to signal %ld of %ld\n", i + 1, count);
            kill(pid, SIGKILL);
            return 1;
        }
    }
    close(in[1]);
    int status;
    if (waitpid(pid, &status, 0) != pid)
        return 126;
    printf("%ld signals answered\n", count);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
