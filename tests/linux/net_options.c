/* SPDX-License-Identifier: Apache-2.0 */
/* Options that say how packets are made: their sizes, whether they may be
 * cut, and to which family an option belongs. */
#include <netinet/tcp.h>

#include "net.h"

static void show(int fd, const char *what, int level, int name)
{
    printf("%s: %d\n", what, get_int(fd, level, name));
}

/* Connects, and tells what both ends take for a segment. */
static void both_ends(int listener, int client, struct sockaddr_in *addr)
{
    say("connect", connect(client, (void *)addr, sizeof *addr));
    int server = accept(listener, NULL, NULL);
    show(client, "client", IPPROTO_TCP, TCP_MAXSEG);
    show(server, "server", IPPROTO_TCP, TCP_MAXSEG);
    close(client);
    close(server);
}

static void segments(void)
{
    struct sockaddr_in addr;
    int l = bound(SOCK_STREAM, &addr), c = socket(AF_INET, SOCK_STREAM, 0);

    printf("-- segments\n");
    say("small", set_int(c, IPPROTO_TCP, TCP_MAXSEG, 87));
    say("large", set_int(c, IPPROTO_TCP, TCP_MAXSEG, 32768));
    say("none", set_int(c, IPPROTO_TCP, TCP_MAXSEG, 0));
    show(c, "before", IPPROTO_TCP, TCP_MAXSEG);
    say("600", set_int(c, IPPROTO_TCP, TCP_MAXSEG, 600));
    show(c, "asked", IPPROTO_TCP, TCP_MAXSEG);
    listen(l, 2);
    both_ends(l, c, &addr);
    say("a listener's", set_int(l, IPPROTO_TCP, TCP_MAXSEG, 500));
    c = socket(AF_INET, SOCK_STREAM, 0);
    both_ends(l, c, &addr);
    close(l);
}

/* How long the first loss of a connection lasts. */
static void first_retry(void)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    int fds[2];

    pair(fds);
    for (int i = 0; i < 2; i++) {
        getsockopt(fds[i], IPPROTO_TCP, TCP_INFO, &info, &len);
        printf("again in %s half a second\n",
               info.tcpi_rto < 500000 ? "less than" : "over");
        close(fds[i]);
    }
}

static void cutting(int type)
{
    struct sockaddr_in addr;
    int peer = bound(type, &addr), fd = socket(AF_INET, type, 0);

    printf("-- cutting %d\n", type);
    listen(peer, 1);
    show(fd, "mode", IPPROTO_IP, IP_MTU_DISCOVER);
    for (int mode = -1; mode < 7; mode++)
        say("set", set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, mode));
    show(fd, "mode", IPPROTO_IP, IP_MTU_DISCOVER);
    show(fd, "mtu", IPPROTO_IP, IP_MTU);
    connect(fd, (void *)&addr, sizeof addr);
    printf("mtu %d\n", get_int(fd, IPPROTO_IP, IP_MTU) > 16000);
    close(fd);
    close(peer);
}

/* Of the other family, or of another kind of socket. */
static void strange(int type)
{
    static const int names[] = {
        IPV6_V6ONLY,     IPV6_UNICAST_HOPS, IPV6_RECVPKTINFO, IPV6_RECVERR,
        IPV6_JOIN_GROUP, IPV6_MTU_DISCOVER, IPV6_TCLASS};
    int fd = socket(AF_INET, type, 0);

    printf("-- strange %d\n", type);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        say("set", set_int(fd, IPPROTO_IPV6, names[i], 1));
        show(fd, "get", IPPROTO_IPV6, names[i]);
    }
    say("header", set_int(fd, IPPROTO_IP, IP_HDRINCL, 1));
    show(fd, "header", IPPROTO_IP, IP_HDRINCL);
    say("unsent", set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384));
    close(fd);
}

static void interface(void)
{
    struct in_addr lo = {htonl(INADDR_LOOPBACK)}, got = {0};
    socklen_t len = sizeof got;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    printf("-- interface\n");
    show(fd, "none", IPPROTO_IP, IP_MULTICAST_IF);
    say("set", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof lo));
    say("get", getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &got, &len));
    printf("%s\n", inet_ntoa(got));
    close(fd);
    fd = socket(AF_INET6, SOCK_DGRAM, 0);
    show(fd, "cut", IPPROTO_IPV6, IPV6_DONTFRAG);
    say("set", set_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1));
    show(fd, "cut", IPPROTO_IPV6, IPV6_DONTFRAG);
    close(fd);
}

int main(void)
{
    segments();
    first_retry();
    cutting(SOCK_STREAM);
    cutting(SOCK_DGRAM);
    strange(SOCK_STREAM);
    strange(SOCK_DGRAM);
    interface();
    return 0;
}
