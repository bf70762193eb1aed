/* SPDX-License-Identifier: Apache-2.0 */
/* getaddrinfo of numbers: which kinds of socket it offers for which hints. */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static void ask(const char *name, const char *service,
                const struct addrinfo *hints)
{
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(name, service, hints, &list);
    printf("%s %s: %d", name ? name : "-", service ? service : "-", rc != 0);
    for (const struct addrinfo *at = list; at; at = at->ai_next)
        printf(" [%d %d %d]", at->ai_family == AF_INET6, at->ai_socktype,
               at->ai_protocol);
    printf("\n");
    if (list)
        freeaddrinfo(list);
}

int main(void)
{
    static const struct {
        const char *name, *service;
        int family, type, protocol, flags;
    } cases[] = {
        {"1.2.3.4", "8080", 0, SOCK_STREAM, 0, 0},
        {"1001:b0b::f00f", "4321", 0, 0, IPPROTO_UDP, 0},
        {"1.2.3.4", "4321", 0, 0, 0, 0},
        {"1.2.3.4", NULL, 0, 0, 0, 0},
        {"1.2.3.4", NULL, 0, 0, IPPROTO_UDP, 0},
        {"1.2.3.4", NULL, 0, 0, IPPROTO_TCP, 0},
        {"1.2.3.4", NULL, 0, 0, IPPROTO_ICMP, 0},
        {"1.2.3.4", NULL, 0, SOCK_RAW, 0, 0},
        {"1.2.3.4", NULL, 0, SOCK_RAW, IPPROTO_UDP, 0},
        {"1.2.3.4", "1", 0, SOCK_STREAM, IPPROTO_UDP, 0},
        {NULL, "99", AF_INET, 0, IPPROTO_TCP, AI_PASSIVE},
        {NULL, NULL, AF_INET, 0, 0, 0},
        {"::1", "1", AF_INET, 0, 0, 0},
        {"1.2.3.4", "80", AF_INET6, SOCK_STREAM, 0, AI_V4MAPPED},
        {"1.2.3.4", "x", 0, SOCK_STREAM, 0, AI_NUMERICSERV},
        {"foo", "1", 0, SOCK_STREAM, 0, AI_NUMERICHOST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct addrinfo hints = {.ai_family = cases[i].family,
                                 .ai_socktype = cases[i].type,
                                 .ai_protocol = cases[i].protocol,
                                 .ai_flags = cases[i].flags};
        ask(cases[i].name, cases[i].service, &hints);
    }
    return 0;
}
