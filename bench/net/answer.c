/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer RUNS IP PORT NETNS COMMAND... [::: IP PORT NETNS COMMAND...]: starts
 * each command in turns, on CPU 0 and in the network name space of the file
 * NETNS, and asks it for "/" until the first answer has come; prints the median
 * time from exec to that answer, us, a line for each command. Itself it is on
 * CPU 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVER_MAX = 4, RUN_MAX = 1000, LIMIT_MS = 5000 };

static struct server {
    struct sockaddr_in addr;
    const char *netns;
    char **command;
    double us[RUN_MAX];
} servers[SERVER_MAX];

static _Noreturn void fail(const char *what, const char *name)
{
    fprintf(stderr, "answer: %s %s: %s\n", what, name, strerror(errno));
    exit(1);
}

static double now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* One try. A SYN that nobody sees would come again after a second only, so
 * each try is a connection of its own. */
static int ask(const struct sockaddr_in *addr)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct timespec patience = {0, 200000};
    char got[4096];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd out = {fd, POLLOUT, 0};
    const struct linger reset = {1, 0};
    int is_answer = 0;

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (connect(fd, (const struct sockaddr *)addr, sizeof *addr) < 0 &&
        (errno != EINPROGRESS || ppoll(&out, 1, &patience, NULL) != 1))
        goto done;
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        goto done;
    struct pollfd in = {fd, POLLIN, 0};
    is_answer = poll(&in, 1, 1000) == 1 && recv(fd, got, sizeof got, 0) > 100;
done:
    close(fd);
    return is_answer;
}

static void stay_on(size_t cpu)
{
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) < 0)
        fail("stay on", "a processor");
}

/* Returns when all is ready and one exec is left; its time is *begin. */
static pid_t start(const struct server *server, double *begin)
{
    int ready[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char c;

    if (pipe2(ready, O_CLOEXEC) < 0)
        fail("pipe for", server->command[0]);
    pid_t pid = fork();
    if (pid < 0)
        fail("fork for", server->command[0]);
    if (pid == 0) {
        int netns = open(server->netns, O_RDONLY | O_CLOEXEC);

        if (netns < 0 || setns(netns, CLONE_NEWNET) < 0)
            fail("enter", server->netns);
        stay_on(0);
        dup2(null, STDOUT_FILENO);
        if (write(ready[1], "", 1) == 1)
            execv(server->command[0], server->command);
        fail("start", server->command[0]);
    }
    close(ready[1]);
    close(null);
    if (read(ready[0], &c, 1) != 1)
        fail("no start of", server->command[0]);
    *begin = now_us();
    close(ready[0]);
    return pid;
}

static double first_answer(const struct server *server)
{
    double begin, end;
    pid_t pid = start(server, &begin);

    while (!ask(&server->addr))
        if (now_us() - begin > LIMIT_MS * 1e3) {
            kill(pid, SIGTERM);
            errno = ETIMEDOUT;
            fail("no answer from", server->command[0]);
        }
    end = now_us();
    kill(pid, SIGTERM);
    if (waitpid(pid, NULL, 0) != pid)
        fail("wait for", server->command[0]);
    usleep(20000); /* what it had is given back meanwhile */
    return end - begin;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    int runs = argc > 5 ? atoi(argv[1]) : 0, count = 0;

    if (runs < 1 || runs > RUN_MAX) {
        fprintf(stderr, "usage: answer RUNS IP PORT NETNS COMMAND... "
                        "[::: IP PORT NETNS COMMAND...]\n");
        return 2;
    }
    for (char **arg = argv + 2; arg[0] && arg[1] && arg[2] && arg[3]; count++) {
        if (count == SERVER_MAX)
            return 2;
        servers[count].addr.sin_family = AF_INET;
        servers[count].addr.sin_port = htons((unsigned short)atoi(arg[1]));
        if (inet_pton(AF_INET, arg[0], &servers[count].addr.sin_addr) != 1)
            return 2;
        servers[count].netns = arg[2];
        servers[count].command = arg + 3;
        while (*arg && strcmp(*arg, ":::") != 0)
            arg++;
        if (*arg)
            *arg++ = NULL;
    }
    stay_on(1);
    for (int run = -1; run < runs; run++) /* the first one warms up */
        for (int i = 0; i < count; i++) {
            double us = first_answer(&servers[i]);
            if (run >= 0)
                servers[i].us[run] = us;
        }
    for (int i = 0; i < count; i++) {
        qsort(servers[i].us, (size_t)runs, sizeof(double), by_value);
        printf("%.0f\n", servers[i].us[runs / 2]);
    }
    return 0;
}
