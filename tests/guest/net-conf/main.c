/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network looks like from inside: each argument group is a step.
 *     list                   interfaces and addresses
 *     connect HOST PORT      and what came of it
 *     udp HOST PORT TEXT     an answer, or an error
 *     name HOST              all addresses
 *     mtu HOST               of the way there
 *     ping HOST, raw HOST    an echo by a "ping" or a raw socket
 *     join GROUP PORT        one datagram, answered
 *     cast HOST PORT TEXT    a datagram to many, its answer
 *     echo PORT              one TCP connection
 *     sleep MILLISECONDS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *word(int error)
{
    static const struct {
        int error;
        const char *name;
    } words[] = {{ECONNREFUSED, "ECONNREFUSED"},
                 {EHOSTUNREACH, "EHOSTUNREACH"},
                 {ENETUNREACH, "ENETUNREACH"},
                 {ETIMEDOUT, "ETIMEDOUT"},
                 {EAGAIN, "EAGAIN"},
                 {EACCES, "EACCES"},
                 {EMSGSIZE, "EMSGSIZE"},
                 {0, "ok"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].error == error)
            return words[i].name;
    return strerror(error);
}

static const char *text(const struct sockaddr *addr)
{
    static char buf[80];
    socklen_t len = addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                               : sizeof(struct sockaddr_in6);

    if (getnameinfo(addr, len, buf, sizeof buf, NULL, 0, NI_NUMERICHOST))
        return "?";
    return buf;
}

static void list(void)
{
    struct ifaddrs *all, *at;
    struct ifreq req = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    getifaddrs(&all);
    for (at = all; at; at = at->ifa_next) {
        printf("%s %u", at->ifa_name, if_nametoindex(at->ifa_name));
        if (at->ifa_addr && at->ifa_addr->sa_family == AF_PACKET) {
            const unsigned char *mac =
                ((struct sockaddr_ll *)at->ifa_addr)->sll_addr;
            strncpy(req.ifr_name, at->ifa_name, IFNAMSIZ - 1);
            ioctl(fd, SIOCGIFMTU, &req);
            printf(" mtu %d mac %02x:%02x:%02x:%02x:%02x:%02x flags %x\n",
                   req.ifr_mtu, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
                   at->ifa_flags);
            continue;
        }
        printf(" %s", text(at->ifa_addr));
        printf(" mask %s\n", at->ifa_netmask ? text(at->ifa_netmask) : "-");
    }
    freeifaddrs(all);
    close(fd);
}

/* The first address of a name; exits without one. */
static struct addrinfo *find(const char *host, const char *port, int type)
{
    struct addrinfo hints = {.ai_socktype = type}, *list;
    int rc = getaddrinfo(host, port, &hints, &list);

    if (rc) {
        printf("%s: %s\n", host, gai_strerror(rc));
        exit(1);
    }
    return list;
}

static void dial(const char *host, const char *port)
{
    struct addrinfo *to = find(host, port, SOCK_STREAM);
    int fd = socket(to->ai_family, SOCK_STREAM, 0);
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    int rc = connect(fd, to->ai_addr, to->ai_addrlen);

    printf("connect %s %s: %s", host, port, word(rc < 0 ? errno : 0));
    if (rc == 0) {
        getsockname(fd, (void *)&own, &len);
        printf(" from %s", text((void *)&own));
    }
    printf("\n");
    close(fd);
    freeaddrinfo(to);
}

static void answer(int fd, const char *what, const char *host)
{
    char buf[2000];
    struct timeval tv = {3, 0};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    ssize_t n = recv(fd, buf, sizeof buf - 1, 0);
    buf[n > 0 ? n : 0] = '\0';
    printf("%s %s: %s\n", what, host, n < 0 ? word(errno) : buf);
    close(fd);
}

static void ask(const char *host, const char *port, const char *what)
{
    struct addrinfo *to = find(host, port, SOCK_DGRAM);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0);

    if (connect(fd, to->ai_addr, to->ai_addrlen) < 0 ||
        send(fd, what, strlen(what), 0) < 0)
        printf("udp %s: %s\n", host, word(errno));
    else
        answer(fd, "udp", host);
    freeaddrinfo(to);
}

/* The same from an address of ours, told by IP_PKTINFO. */
static void ask_from(const char *from, const char *host, const char *port)
{
    struct addrinfo *to = find(host, port, SOCK_DGRAM);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0);
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = inet_addr(from)};
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof info)];
    } control = {{CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO}};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {.msg_name = to->ai_addr,
                         .msg_namelen = to->ai_addrlen,
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};

    memcpy(CMSG_DATA(&control.head), &info, sizeof info);
    if (sendmsg(fd, &msg, 0) < 0)
        printf("from %s: %s\n", from, word(errno));
    else
        answer(fd, "from", from);
    freeaddrinfo(to);
}

static void name(const char *host)
{
    struct addrinfo *list = find(host, NULL, SOCK_STREAM);

    printf("name %s:", host);
    for (struct addrinfo *ai = list; ai; ai = ai->ai_next)
        printf(" %s", text(ai->ai_addr));
    printf("\n");
    freeaddrinfo(list);
}

static uint16_t checksum(const uint8_t *data, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < len; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t) ~(sum + (sum >> 16)));
}

static void ping(const char *host, int type)
{
    struct addrinfo *to = find(host, NULL, SOCK_STREAM);
    int fd = socket(AF_INET, type, IPPROTO_ICMP);
    union {
        struct icmphdr head;
        uint8_t raw[64];
    } echo = {.head = {.type = ICMP_ECHO, .un.echo = {htons(77), htons(5)}}};
    uint8_t got[256];
    struct timeval tv = {2, 0};
    ssize_t n;

    memset(echo.raw + 8, 'p', 56);
    echo.head.checksum = checksum(echo.raw, sizeof echo.raw);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    if (sendto(fd, &echo, sizeof echo, 0, to->ai_addr, to->ai_addrlen) < 0)
        printf("ping %s: %s\n", host, word(errno));
    do {
        n = recv(fd, got, sizeof got, 0);
        size_t skip = type == SOCK_RAW && n > 20 ? (got[0] & 15u) * 4 : 0;
        if (n > 0 && got[skip] == ICMP_ECHOREPLY) {
            printf("ping %s: %zd bytes, %s, sequence %d\n", host, n,
                   memcmp(got + skip + 8, echo.raw + 8, 56) ? "other" : "same",
                   got[skip + 7]);
            break;
        }
    } while (n > 0);
    if (n < 0)
        printf("ping %s: %s\n", host, word(errno));
    close(fd);
    freeaddrinfo(to);
}

static void join(const char *group, const char *port)
{
    struct addrinfo *to = find(group, port, SOCK_DGRAM);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0);
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    char buf[100];
    long rc;

    if (to->ai_family == AF_INET) {
        struct sockaddr_in any = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port))};
        struct ip_mreqn req = {
            .imr_multiaddr = ((struct sockaddr_in *)to->ai_addr)->sin_addr};
        bind(fd, (void *)&any, sizeof any);
        rc = setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &req, sizeof req);
    } else {
        struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)atoi(port))};
        struct ipv6_mreq req = {
            .ipv6mr_multiaddr = ((struct sockaddr_in6 *)to->ai_addr)->sin6_addr,
            .ipv6mr_interface = if_nametoindex("eth0")};
        bind(fd, (void *)&any, sizeof any);
        rc = setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &req, sizeof req);
    }
    printf("joined %s %s\n", group, word(rc < 0 ? errno : 0));
    ssize_t n = recvfrom(fd, buf, sizeof buf, 0, (void *)&from, &len);
    printf("group %s: %.*s\n", group, (int)(n < 0 ? 0 : n), buf);
    sendto(fd, "heard", 5, 0, (void *)&from, len);
    close(fd);
    freeaddrinfo(to);
}

static void cast(const char *host, const char *port, const char *what)
{
    struct addrinfo *to = find(host, port, SOCK_DGRAM);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0), one = 1;
    struct timeval tv = {0, 10000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    if (sendto(fd, what, strlen(what), 0, to->ai_addr, to->ai_addrlen) < 0)
        printf("cast %s: %s\n", host, word(errno));
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
    if (sendto(fd, what, strlen(what), 0, to->ai_addr, to->ai_addrlen) < 0)
        printf("cast %s: %s\n", host, word(errno));
    answer(fd, "cast", host);
    freeaddrinfo(to);
}

static void echo(const char *port)
{
    static char buf[1 << 16];
    struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET6, SOCK_STREAM, 0), c;
    long total = 0;
    ssize_t n;

    bind(fd, (void *)&any, sizeof any);
    listen(fd, 1);
    printf("listening on %s\n", port);
    c = accept(fd, NULL, NULL);
    close(fd);
    while ((n = read(c, buf, sizeof buf)) > 0)
        for (ssize_t done = 0; done < n; total += n - done, done = n)
            if (write(c, buf, (size_t)n) != n)
                perror("write");
    printf("echoed %ld bytes\n", total);
    close(c);
}

static void mtu(const char *host)
{
    struct addrinfo *to = find(host, "9", SOCK_DGRAM);
    int fd = socket(to->ai_family, SOCK_DGRAM, 0), value = 0;
    bool is_v6 = to->ai_family == AF_INET6;
    socklen_t len = sizeof value;

    connect(fd, to->ai_addr, to->ai_addrlen);
    getsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_MTU : IP_MTU,
               &value, &len);
    printf("mtu %s: %d\n", host, value);
    close(fd);
    freeaddrinfo(to);
}

static void order(const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char text[64];

    printf("order %s:", host);
    if (getaddrinfo(host, NULL, &hints, &list))
        printf(" nothing");
    for (struct addrinfo *at = list; at; at = at->ai_next) {
        getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0,
                    NI_NUMERICHOST);
        printf(" %s", text);
    }
    printf("\n");
    freeaddrinfo(list);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        const char *what = argv[i];

        if (strcmp(what, "list") == 0) {
            list();
        } else if (strcmp(what, "connect") == 0 && i + 2 < argc) {
            dial(argv[i + 1], argv[i + 2]);
            i += 2;
        } else if (strcmp(what, "udp") == 0 && i + 3 < argc) {
            ask(argv[i + 1], argv[i + 2], argv[i + 3]);
            i += 3;
        } else if (strcmp(what, "from") == 0 && i + 3 < argc) {
            ask_from(argv[i + 1], argv[i + 2], argv[i + 3]);
            i += 3;
        } else if (strcmp(what, "cast") == 0 && i + 3 < argc) {
            cast(argv[i + 1], argv[i + 2], argv[i + 3]);
            i += 3;
        } else if (strcmp(what, "join") == 0 && i + 2 < argc) {
            join(argv[i + 1], argv[i + 2]);
            i += 2;
        } else if (strcmp(what, "name") == 0 && i + 1 < argc) {
            name(argv[++i]);
        } else if (strcmp(what, "mtu") == 0 && i + 1 < argc) {
            mtu(argv[++i]);
        } else if (strcmp(what, "order") == 0 && i + 1 < argc) {
            order(argv[++i]);
        } else if (strcmp(what, "ping") == 0 && i + 1 < argc) {
            ping(argv[++i], SOCK_DGRAM);
        } else if (strcmp(what, "raw") == 0 && i + 1 < argc) {
            ping(argv[++i], SOCK_RAW);
        } else if (strcmp(what, "echo") == 0 && i + 1 < argc) {
            echo(argv[++i]);
        } else if (strcmp(what, "sleep") == 0 && i + 1 < argc) {
            usleep((unsigned)atoi(argv[++i]) * 1000);
        } else {
            printf("%s?\n", what);
            return 2;
        }
    }
    return 0;
}
