/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the probe: what it knows of its network. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "probe.h"

/* Each address of an interface but the loopback's: "eth0 10.0.0.2". */
int do_addrs(char **argv)
{
    struct ifaddrs *list;
    char text[INET6_ADDRSTRLEN];

    (void)argv;
    if (getifaddrs(&list) < 0)
        return failed("getifaddrs");
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        const struct sockaddr *addr = at->ifa_addr;
        const void *bytes = NULL;

        if (addr && addr->sa_family == AF_INET)
            bytes = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
        else if (addr && addr->sa_family == AF_INET6)
            bytes =
                &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
        if (bytes && strcmp(at->ifa_name, "lo") != 0)
            printf("%s %s\n", at->ifa_name,
                   inet_ntop(addr->sa_family, bytes, text, sizeof text));
    }
    freeifaddrs(list);
    return 0;
}

int do_resolve(char **argv)
{
    struct addrinfo hints = {.ai_family = AF_INET}, *list;
    int rc = getaddrinfo(argv[0], NULL, &hints, &list);
    if (rc != 0) {
        printf("probe: %s: %s\n", argv[0], gai_strerror(rc));
        return 1;
    }
    struct sockaddr_in sin;
    memcpy(&sin, list->ai_addr, sizeof sin);
    printf("%s\n", inet_ntoa(sin.sin_addr));
    return 0;
}

/* A question to port 53 of an address, without anybody between. */
int do_ask(char **argv)
{
    static const char question[] =
        "\x12\x34\1\0\0\1\0\0\0\0\0\0\7outside\7example\0\0\1\0\1";
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(53)};
    struct timeval limit = {.tv_sec = 5};
    char answer[512];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || inet_aton(argv[0], &sin.sin_addr) == 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        connect(fd, (struct sockaddr *)&sin, sizeof sin) < 0 ||
        send(fd, question, sizeof question - 1, 0) < 0)
        return failed(argv[0]);
    ssize_t got = recv(fd, answer, sizeof answer, 0);
    if (got < 0)
        return failed(argv[0]);
    close(fd);
    printf("answer=%d\n", (int)got);
    return 0;
}
