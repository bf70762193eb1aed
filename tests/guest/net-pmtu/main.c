/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a narrower path does to who sends over it: each group is a step.
 *     give PORT BYTES          one TCP connection is sent so many
 *     shout HOST PORT BYTES    datagrams that may not be cut, until the path's
 *                              MTU is known
 *     cut HOST PORT BYTES      one that may
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char buf[1 << 16];

static void give(const char *port, long left)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET6, SOCK_STREAM, 0), mss = 0;
    socklen_t len = sizeof mss;

    if (bind(fd, (void *)&any, sizeof any) < 0 || listen(fd, 1) < 0)
        exit(1);
    printf("listening on %s\n", port);
    int c = accept(fd, NULL, NULL);
    getsockopt(c, IPPROTO_TCP, TCP_MAXSEG, &mss, &len);
    printf("segments of %d at first\n", mss);
    memset(buf, 'x', sizeof buf);
    while (left > 0) {
        size_t n = left < (long)sizeof buf ? (size_t)left : sizeof buf;
        ssize_t rc = write(c, buf, n);
        if (rc < 0) {
            perror("write");
            exit(1);
        }
        left -= rc;
    }
    for (int unsent = 1; unsent && ioctl(c, TIOCOUTQ, &unsent) == 0;)
        poll(NULL, 0, 10);
    getsockopt(c, IPPROTO_TCP, TCP_MAXSEG, &mss, &len);
    printf("segments of %d at last\n", mss);
    close(c);
    close(fd);
}

static const char *word(ssize_t rc)
{
    return rc >= 0 ? "sent" : errno == EMSGSIZE ? "too long" : strerror(errno);
}

static void shout(const char *host, const char *port, size_t len, int mode)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *to;

    if (getaddrinfo(host, port, &hints, &to))
        exit(1);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0), mtu = 0;
    bool is_v6 = to->ai_family == AF_INET6;
    int level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    socklen_t mtu_len = sizeof mtu;

    setsockopt(fd, level, is_v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &mode,
               sizeof mode);
    connect(fd, to->ai_addr, to->ai_addrlen);
    for (int i = 0; i < 30; i++) { /* a tap may need a second to wake up */
        ssize_t rc = send(fd, buf, len, 0);

        getsockopt(fd, level, is_v6 ? IPV6_MTU : IP_MTU, &mtu, &mtu_len);
        if (i == 0 || rc < 0)
            printf("%zu bytes: %s, path %d\n", len, word(rc), mtu);
        if (rc < 0 || mode == IP_PMTUDISC_WANT)
            break;
        poll(NULL, 0, 100);
    }
    close(fd);
    freeaddrinfo(to);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i + 2 < argc; i++) {
        if (strcmp(argv[i], "give") == 0) {
            give(argv[i + 1], atol(argv[i + 2]));
            i += 2;
        } else if (i + 3 < argc) {
            shout(argv[i + 1], argv[i + 2], (size_t)atol(argv[i + 3]),
                  strcmp(argv[i], "shout") == 0 ? IP_PMTUDISC_DO
                                                : IP_PMTUDISC_WANT);
            i += 3;
        }
    }
    return 0;
}
