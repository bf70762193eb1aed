/* SPDX-License-Identifier: Apache-2.0 */
/* UDP over the loopback, and getaddrinfo of what needs no server. */
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "net.h"

static void datagrams(void)
{
    struct sockaddr_in a, b, from;
    socklen_t len = sizeof from;
    int fa = bound(SOCK_DGRAM, &a), fb = bound(SOCK_DGRAM, &b), value;
    char buf[64];

    say("sendto", sendto(fa, "first", 5, 0, (void *)&b, sizeof b));
    say("sendto", sendto(fa, "second", 6, 0, (void *)&b, sizeof b));
    say("empty", sendto(fa, "", 0, 0, (void *)&b, sizeof b));
    usleep(20000);
    ioctl(fb, FIONREAD, &value);
    printf("FIONREAD %d\n", value);
    say("peek", recvfrom(fb, buf, sizeof buf, MSG_PEEK, (void *)&from, &len));
    printf("from %s same port %d\n", inet_ntoa(from.sin_addr),
           from.sin_port == a.sin_port);
    say("cut", recvfrom(fb, buf, 2, 0, NULL, NULL));
    struct iovec iov[2] = {{buf, 1}, {buf + 10, 2}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    say("recvmsg", recvmsg(fb, &msg, 0));
    printf("%c %c%c flags %x\n", buf[0], buf[10], buf[11], msg.msg_flags);
    say("nothing in it", recv(fb, buf, 4, 0));
    say("no more", recv(fb, buf, 4, MSG_DONTWAIT));
    say("unconnected send", send(fa, "x", 1, 0));
    say("connect", connect(fa, (void *)&b, sizeof b));
    say("send", send(fa, "abc", 3, 0));
    say("write", write(fa, "defg", 4));
    usleep(20000);
    say("trunc", recv(fb, buf, 1, MSG_TRUNC));
    say("read", read(fb, buf, sizeof buf));
    len = sizeof from;
    say("getpeername", getpeername(fa, (void *)&from, &len));
    say("getpeername", getpeername(fb, (void *)&from, &len));
    from.sin_family = AF_UNSPEC;
    say("disconnect", connect(fa, (void *)&from, sizeof from));
    say("too long", sendto(fa, buf, 70000, 0, (void *)&b, sizeof b));
    say("port 0",
        (a.sin_port = 0, sendto(fb, "x", 1, 0, (void *)&a, sizeof a)));
    close(fa);
    close(fb);
}

static void large(void)
{
    static char out[60000], in[65536];
    struct sockaddr_in a;
    int fd = bound(SOCK_DGRAM, &a);

    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (char)(i * 7);
    say("large", sendto(fd, out, sizeof out, 0, (void *)&a, sizeof a));
    say("came", recv(fd, in, sizeof in, 0));
    printf("same %d\n", memcmp(in, out, sizeof out) == 0);
    close(fd);
}

static void control(void)
{
    struct sockaddr_in a;
    int fd = bound(SOCK_DGRAM, &a), one = 1;
    char buf[16], space[256];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = sizeof space};

    say("PKTINFO", setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one));
    say("RECVTTL", setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof one));
    sendto(fd, "x", 1, 0, (void *)&a, sizeof a);
    usleep(10000);
    say("recvmsg", recvmsg(fd, &msg, 0));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        printf("control %d %d len %zu", c->cmsg_level, c->cmsg_type,
               (size_t)c->cmsg_len);
        if (c->cmsg_type == IP_PKTINFO)
            printf(" to %s",
                   inet_ntoa(((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr));
        if (c->cmsg_type == IP_TTL)
            printf(" ttl %d", *(int *)CMSG_DATA(c));
        printf("\n");
    }
    close(fd);
}

/* IP_PKTINFO and IPV6_PKTINFO of what is sent. */
static void info(const char *what, int level, int type, const void *data,
                 size_t len, const struct sockaddr *to, socklen_t to_len)
{
    union {
        struct cmsghdr head;
        char space[64];
    } control = {{CMSG_LEN(len), level, type}};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {.msg_name = (void *)to,
                         .msg_namelen = to_len,
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = CMSG_SPACE(len)};
    int fd = socket(to->sa_family, SOCK_DGRAM, 0);

    memcpy(CMSG_DATA(&control.head), data, len);
    say(what, sendmsg(fd, &msg, 0));
    close(fd);
}

static void from_where(void)
{
    struct sockaddr_in a, from;
    struct sockaddr_in6 b = {.sin6_family = AF_INET6,
                             .sin6_port = htons(9),
                             .sin6_addr = in6addr_loopback};
    socklen_t len = sizeof from;
    int fd = bound(SOCK_DGRAM, &a);
    struct in_pktinfo v4 = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK)};
    struct in6_pktinfo v6 = {.ipi6_addr = in6addr_loopback};
    char buf[4];

    info("from own", IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4, (void *)&a,
         sizeof a);
    say("it came", recvfrom(fd, buf, 4, 0, (void *)&from, &len));
    printf("from %s\n", inet_ntoa(from.sin_addr));
    info("short", IPPROTO_IP, IP_PKTINFO, &v4, 8, (void *)&a, sizeof a);
    v4.ipi_ifindex = 9999;
    info("no interface", IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4, (void *)&a,
         sizeof a);
    v4.ipi_ifindex = 0;
    v4.ipi_spec_dst.s_addr = htonl(0xc0000201);
    info("not own", IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4, (void *)&a,
         sizeof a);
    info("from own", IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6, (void *)&b,
         sizeof b);
    v6.ipi6_addr.s6_addr[0] = 0xfd;
    info("not own", IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6, (void *)&b,
         sizeof b);
    say("urgent", sendto(fd, "x", 1, MSG_OOB, (void *)&a, sizeof a));
    close(fd);
}

static void ready(void)
{
    struct sockaddr_in a;
    int fd = bound(SOCK_DGRAM, &a);
    struct pollfd pfd = {fd, POLLIN | POLLOUT, 0};

    printf("poll %d", poll(&pfd, 1, 0));
    printf(" %x\n", pfd.revents);
    sendto(fd, "x", 1, 0, (void *)&a, sizeof a);
    pfd.events = POLLIN;
    printf("poll %d", poll(&pfd, 1, 1000));
    printf(" %x\n", pfd.revents);
    close(fd);
}

static void names(const char *host, const char *service, int flags, int family)
{
    struct addrinfo hints = {.ai_flags = flags,
                             .ai_family = family,
                             .ai_socktype = SOCK_STREAM},
                    *list;
    int rc = getaddrinfo(host, service, &hints, &list);

    printf("%s %s: %d\n", host ? host : "-", service ? service : "-", rc);
    if (rc)
        return;
    for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
        char text[64], port[16];

        getnameinfo(ai->ai_addr, ai->ai_addrlen, text, sizeof text, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
        printf("  %d %s %s\n", ai->ai_protocol, text, port);
    }
    freeaddrinfo(list);
}

static void texts(void)
{
    static const char *const v4[] = {"1.2.3.4",   "01.2.3.4", "1.2.3",
                                     "256.1.1.1", "1.2.3.4 ", "",
                                     "127.0.0.1x"};
    static const char *const v6[] = {"::",
                                     "::1",
                                     "1::",
                                     "1:2:3:4:5:6:7:8",
                                     "fe80::1:0:0:2",
                                     "::ffff:1.2.3.4",
                                     "1:2:3:4:5:6:7:8:9",
                                     ":1",
                                     "1:",
                                     "1::2::3",
                                     "12345::",
                                     "::1.2.3",
                                     "2001:db8:0:0:1:0:0:1",
                                     "1:2:3:4:5:6:7::",
                                     "0:0:0:1::",
                                     "::g"};
    unsigned char raw[16];
    char text[64];

    for (size_t i = 0; i < sizeof v4 / sizeof v4[0]; i++) {
        struct in_addr addr = {0};
        printf("'%s' pton %d", v4[i], inet_pton(AF_INET, v4[i], raw));
        printf(" aton %d", inet_aton(v4[i], &addr));
        printf(" %s\n", inet_ntoa(addr));
    }
    for (size_t i = 0; i < sizeof v6 / sizeof v6[0]; i++) {
        int rc = inet_pton(AF_INET6, v6[i], raw);
        printf("'%s' %d %s\n", v6[i], rc,
               rc == 1 ? inet_ntop(AF_INET6, raw, text, sizeof text) : "");
    }
    printf("%x %x\n", htonl(0x01020304), htons(0x0102));
    printf("short %d\n", inet_ntop(AF_INET6, raw, text, 2) == NULL);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    datagrams();
    large();
    control();
    from_where();
    ready();
    texts();
    names("127.0.0.1", "80", 0, AF_UNSPEC);
    names("::1", "80", AI_NUMERICHOST, AF_UNSPEC);
    names(NULL, "80", AI_PASSIVE, AF_INET);
    names(NULL, "80", 0, AF_INET6);
    names("1.2.3.4", NULL, 0, AF_INET);
    names("1.2.3.4", "80", 0, AF_INET6);
    names("nonsense name", "80", AI_NUMERICHOST, AF_UNSPEC);
    names(NULL, NULL, 0, AF_UNSPEC);
    names("127.0.0.1", "http", AI_NUMERICSERV, AF_UNSPEC);
    printf("%s\n", gai_strerror(EAI_NONAME));
    return 0;
}
