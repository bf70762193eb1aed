/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words: "ask" times getaddrinfo when no name server answers; "meet FORMAT N"
 * connects to N neighbours, FORMAT with two numbers, and once more to the
 * first, whom the table has forgotten by then; "stuck HOST" sends to one who
 * goes away.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* resolv.conf: two servers, each asked twice, a second each time. */
static void ask(int family)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    double start = now();
    int rc = getaddrinfo("www.example.org", "80", &hints, &list);
    double took = now() - start;

    printf("asked: %s, %s\n", rc == EAI_AGAIN ? "EAI_AGAIN" : gai_strerror(rc),
           took >= 3.9 && took <= 6 ? "in time" : "not in time");
    fprintf(stderr, "%.3f s\n", took);
}

static int meet(const char *format, int number)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *to;
    char host[64];

    snprintf(host, sizeof host, format, number / 250, number % 250 + 1);
    if (getaddrinfo(host, "80", &hints, &to)) {
        printf("%s: no address\n", host);
        exit(1);
    }
    int fd = socket(to->ai_family, SOCK_STREAM, 0);
    int rc = connect(fd, to->ai_addr, to->ai_addrlen);

    if (rc < 0)
        perror(host);
    freeaddrinfo(to);
    close(fd);
    return rc == 0;
}

/* TCP_USER_TIMEOUT: what is sent is not answered any more. */
static void stuck(const char *host)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *to;
    unsigned timeout_ms = 2000;
    char c;

    if (getaddrinfo(host, "81", &hints, &to))
        exit(1);
    int fd = socket(to->ai_family, SOCK_STREAM, 0);
    if (connect(fd, to->ai_addr, to->ai_addrlen) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms,
                   sizeof timeout_ms) < 0)
        perror(host);
    freeaddrinfo(to);
    if (recv(fd, &c, 1, 0) != 1) /* the last word from there */
        perror("recv");
    usleep(500000);
    double start = now();
    (void)send(fd, "x", 1, 0);
    int rc = (int)recv(fd, &c, 1, 0);
    double took = now() - start;

    printf("stuck: %s, %s\n", rc < 0 && errno == ETIMEDOUT ? "ETIMEDOUT" : "no",
           took >= 1.9 && took <= 6 ? "in time" : "not in time");
    fprintf(stderr, "%.3f s\n", took);
    close(fd);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "ask") == 0) {
            ask(AF_INET);
            ask(AF_UNSPEC);
        } else if (strcmp(argv[i], "meet") == 0 && i + 2 < argc) {
            const char *format = argv[++i];
            int count = atoi(argv[++i]), met = 0;

            for (int n = 1; n <= count; n++)
                met += meet(format, n);
            printf("met %d, and the first again: %d\n", met, meet(format, 1));
        } else if (strcmp(argv[i], "stuck") == 0 && i + 1 < argc) {
            stuck(argv[++i]);
        } else {
            return 2;
        }
    }
    return 0;
}
