/* SPDX-License-Identifier: Apache-2.0 */
/* UDP beyond net_udp.c: time stamps, addresses of other families, ends that
 * are shut, a peer that is forgotten. */
#include <sys/time.h>
#include <time.h>

#include "net.h"

static long receive(int fd)
{
    char buf[8];

    usleep(20000); /* what is under way arrives */
    return recv(fd, buf, sizeof buf, MSG_DONTWAIT);
}

static void stamped(int name, int type)
{
    struct sockaddr_in addr;
    int fd = bound(SOCK_DGRAM, &addr), other, on = 1;
    char buf[8], space[256];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = sizeof space};

    printf("-- stamped %d\n", type);
    say("set", setsockopt(fd, SOL_SOCKET, name, &on, sizeof on));
    other = name == SO_TIMESTAMP ? SO_TIMESTAMPNS : SO_TIMESTAMP;
    printf("on %d, the other %d\n", get_int(fd, SOL_SOCKET, name),
           get_int(fd, SOL_SOCKET, other));
    say("send", sendto(fd, "x", 1, 0, (void *)&addr, sizeof addr));
    say("recvmsg", recvmsg(fd, &msg, 0));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        long stamp[2];

        memcpy(stamp, CMSG_DATA(c), sizeof stamp);
        printf("control %d %d len %zu, of now %d, below %d\n", c->cmsg_level,
               c->cmsg_type == type, (size_t)c->cmsg_len,
               time(NULL) - stamp[0] <= 1,
               stamp[1] < (name == SO_TIMESTAMP ? 1000000 : 1000000000));
    }
    say("the other", setsockopt(fd, SOL_SOCKET, other, &on, sizeof on));
    printf("on %d, the other %d\n", get_int(fd, SOL_SOCKET, name),
           get_int(fd, SOL_SOCKET, other));
    close(fd);
}

static void families(void)
{
    struct sockaddr_in addr;
    int fd = bound(SOCK_DGRAM, &addr), six = socket(AF_INET6, SOCK_DGRAM, 0);

    printf("-- families\n");
    say("v4 of v6", sendto(six, "x", 1, 0, (void *)&addr, sizeof addr));
    say("recv", receive(fd));
    say("bind", bind(six, (void *)&addr, sizeof addr));
    addr.sin_family = AF_UNSPEC;
    say("none", sendto(fd, "x", 1, 0, (void *)&addr, sizeof addr));
    say("recv", receive(fd));
    addr.sin_family = AF_INET6;
    say("wrong", sendto(fd, "x", 1, 0, (void *)&addr, sizeof addr));
    close(fd);
    close(six);
}

static void peers(void)
{
    struct sockaddr_in a, b, own;
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    socklen_t len = sizeof own;
    int fa = bound(SOCK_DGRAM, &a), fb = bound(SOCK_DGRAM, &b),
        c = socket(AF_INET, SOCK_DGRAM, 0);

    printf("-- peers\n");
    say("connect", connect(c, (void *)&b, sizeof b));
    getsockname(c, (void *)&own, &len);
    printf("%x port %d\n", ntohl(own.sin_addr.s_addr), own.sin_port != 0);
    say("forget", connect(c, &none, sizeof none));
    getsockname(c, (void *)&own, &len);
    printf("%x port %d\n", ntohl(own.sin_addr.s_addr), own.sin_port != 0);
    say("and send", sendto(c, "x", 1, 0, (void *)&b, sizeof b));
    say("recv", receive(fb));
    connect(fa, (void *)&b, sizeof b);
    say("shut", shutdown(fa, SHUT_RD));
    say("send", sendto(fb, "abcd", 4, 0, (void *)&a, sizeof a));
    say("recv", receive(fa));
    close(fa);
    close(fb);
    close(c);
}

static void limits(void)
{
    static char big[2000];
    struct sockaddr_in addr;
    struct sockaddr_storage room[2];
    int fd = bound(SOCK_DGRAM, &addr), mode = IP_PMTUDISC_DO;
    struct iovec iov = {big, sizeof big};
    struct msghdr msg = {.msg_name = room, .msg_iov = &iov, .msg_iovlen = 1};

    printf("-- limits\n");
    memset(room, 0, sizeof room);
    memcpy(room, &addr, sizeof addr);
    msg.msg_namelen = sizeof room;
    say("long name", sendmsg(fd, &msg, 0));
    msg.msg_namelen = (socklen_t)-1;
    say("no length", sendmsg(fd, &msg, 0));
    printf("mode %d\n", get_int(fd, IPPROTO_IP, IP_MTU_DISCOVER));
    say("set", setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof mode));
    printf("mode %d\n", get_int(fd, IPPROTO_IP, IP_MTU_DISCOVER));
    mode = 9;
    say("none such",
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof mode));
    printf("mtu %d\n", get_int(fd, IPPROTO_IP, IP_MTU));
    connect(fd, (void *)&addr, sizeof addr);
    printf("mtu %d\n", get_int(fd, IPPROTO_IP, IP_MTU) > 1500);
    close(fd);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    stamped(SO_TIMESTAMP, SCM_TIMESTAMP);
    stamped(SO_TIMESTAMPNS, SCM_TIMESTAMPNS);
    families();
    peers();
    limits();
    return 0;
}
