/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream in PORT, stream out PORT: a server that takes what one client after
 * the other sends, or sends until the client leaves. stream to IP PORT MS,
 * stream from IP PORT MS: the client; prints Gbit/s. The server is compiled
 * for the guest too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (128u << 10) /* iperf3's */

static char buf[CHUNK];

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void serve(int is_out, int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((unsigned short)port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, fd;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&addr, sizeof addr) < 0 ||
        listen(listener, 5) < 0)
        fail("listen");
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        while ((is_out ? write(fd, buf, CHUNK) : read(fd, buf, CHUNK)) > 0)
            ;
        close(fd);
    }
    fail("accept");
}

static void use(int is_to, const char *ip, int port, double seconds)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((unsigned short)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    double begin, now, bytes = 0;

    if (inet_pton(AF_INET, ip, &addr.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        fail(ip);
    /* A tenth of the time to get up to speed. */
    double start = now_s(), warm = start + seconds / 10;
    begin = now = start;
    while (now < start + seconds) {
        ssize_t n = is_to ? write(fd, buf, CHUNK) : read(fd, buf, CHUNK);

        if (n <= 0)
            fail("connection ended");
        if (begin == start && now > warm) {
            begin = now;
            bytes = 0;
        }
        bytes += (double)n;
        now = now_s();
    }
    printf("%.2f\n", bytes * 8 / (now - begin) / 1e9);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 3)
        serve(strcmp(argv[1], "out") == 0, atoi(argv[2]));
    if (argc != 5) {
        fprintf(stderr, "usage: stream in|out PORT, "
                        "stream to|from IP PORT MS\n");
        return 2;
    }
    use(strcmp(argv[1], "to") == 0, argv[2], atoi(argv[3]),
        atoi(argv[4]) / 1e3);
    return 0;
}
