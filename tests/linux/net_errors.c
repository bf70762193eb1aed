/* SPDX-License-Identifier: Apache-2.0 */
/* What the network reports back: ICMP's errors about datagrams and streams,
 * and pointers that are none. */
#include <time.h> /* before errqueue.h */

#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "net.h"

/* A loopback address with a port that nobody has. */
static socklen_t nobody(int family, struct sockaddr_storage *addr)
{
    socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in)
                                      : sizeof(struct sockaddr_in6);
    int fd = socket(family, SOCK_DGRAM, 0);

    memset(addr, 0, sizeof *addr);
    addr->ss_family = (sa_family_t)family;
    if (family == AF_INET)
        ((struct sockaddr_in *)addr)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)addr)->sin6_addr = in6addr_loopback;
    bind(fd, (void *)addr, len);
    getsockname(fd, (void *)addr, &len);
    close(fd);
    return len;
}

static void refused(int family)
{
    struct sockaddr_storage addr;
    socklen_t len = nobody(family, &addr), size = sizeof(int);
    int fd = socket(family, SOCK_DGRAM, 0), value = -1;
    struct pollfd pfd = {fd, POLLIN | POLLOUT, 0};
    char buf[8];

    printf("-- refused %d\n", family == AF_INET6);
    say("not connected", sendto(fd, "x", 1, 0, (void *)&addr, len));
    usleep(20000);
    say("not told", recv(fd, buf, 1, MSG_DONTWAIT));
    say("connect", connect(fd, (void *)&addr, len));
    say("send", send(fd, "x", 1, 0));
    usleep(20000);
    poll(&pfd, 1, 0);
    printf("poll %x\n", pfd.revents);
    say("next send", send(fd, "x", 1, 0));
    say("and one more", send(fd, "x", 1, 0));
    usleep(20000);
    say("recv", recv(fd, buf, 1, MSG_DONTWAIT));
    say("then nothing", recv(fd, buf, 1, MSG_DONTWAIT));
    send(fd, "x", 1, 0);
    usleep(20000);
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &size);
    printf("SO_ERROR %d\n", value);
    say("taken", recv(fd, buf, 1, MSG_DONTWAIT));
    close(fd);
}

static void queue(int family)
{
    struct sockaddr_storage addr, from;
    socklen_t len = nobody(family, &addr);
    int fd = socket(family, SOCK_DGRAM, 0), one = 1;
    char buf[64] = "", space[512];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_name = &from,
                         .msg_namelen = sizeof from,
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = sizeof space};
    struct pollfd pfd = {fd, POLLIN, 0};

    printf("-- queue %d\n", family == AF_INET6);
    say("empty", recvmsg(fd, &msg, MSG_ERRQUEUE));
    if (family == AF_INET)
        setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
    else
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof one);
    say("send", sendto(fd, "hello", 5, 0, (void *)&addr, len));
    printf("poll %d", poll(&pfd, 1, 1000));
    printf(" %x\n", pfd.revents);
    /* How much of the packet comes back is its receiver's choice. */
    say("queue", recvmsg(fd, &msg, MSG_ERRQUEUE) >= 0);
    printf("flags %x name %u same port %d\n", msg.msg_flags, msg.msg_namelen,
           ((struct sockaddr_in *)&from)->sin_port ==
               ((struct sockaddr_in *)&addr)->sin_port);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        struct sock_extended_err *e = (void *)CMSG_DATA(c);
        printf("control %d %d len %zu: errno %u origin %u type %u code %u\n",
               c->cmsg_level, c->cmsg_type, (size_t)c->cmsg_len, e->ee_errno,
               e->ee_origin, e->ee_type, e->ee_code);
        printf("offender's family %d\n", SO_EE_OFFENDER(e)->sa_family);
    }
    say("no more", recvmsg(fd, &msg, MSG_ERRQUEUE));
    say("error too", recv(fd, buf, 1, MSG_DONTWAIT));
    close(fd);
}

static void pointers(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    int lfd = socket(AF_INET, SOCK_STREAM, 0), fd, udp;
    void *bad = (void *)8;

    printf("-- pointers\n");
    bind(lfd, (void *)&addr, sizeof addr);
    listen(lfd, 1);
    getsockname(lfd, (void *)&addr, &len);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    connect(fd, (void *)&addr, sizeof addr);
    udp = socket(AF_INET, SOCK_DGRAM, 0);
    say("send", send(fd, bad, 10, 0));
    say("sendto", sendto(udp, bad, 10, 0, (void *)&addr, sizeof addr));
    say("connect", connect(udp, bad, sizeof addr));
    say("bind", bind(udp, bad, sizeof addr));
    say("setsockopt", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, bad, 4));
    say("getsockopt", getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, bad, &len));
    say("getsockname", getsockname(fd, bad, &len));
    say("sendmsg", sendmsg(fd, bad, 0));
    say("recvmsg", recvmsg(fd, bad, 0));
    int one = accept(lfd, NULL, NULL);
    send(one, "abc", 3, 0);
    usleep(20000);
    say("recv", recv(fd, bad, 3, 0));
    say("still there", recv(fd, &addr, 3, 0));
    close(one);
    close(fd);
    close(udp);
    close(lfd);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    refused(AF_INET);
    refused(AF_INET6);
    queue(AF_INET);
    queue(AF_INET6);
    pointers();
    return 0;
}
