/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets' calls and options beyond net_tcp.c and net_udp.c. */
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>

#include "net.h"

static void many(void)
{
    struct sockaddr_in a, b;
    int fa = bound(SOCK_DGRAM, &a), fb = bound(SOCK_DGRAM, &b);
    char buf[3][16] = {"one", "three", "fifteen"};
    struct iovec iov[3];
    struct mmsghdr msgs[3] = {0};

    printf("-- many\n");
    for (int i = 0; i < 3; i++) {
        iov[i] = (struct iovec){buf[i], strlen(buf[i])};
        msgs[i].msg_hdr = (struct msghdr){.msg_name = &b,
                                          .msg_namelen = sizeof b,
                                          .msg_iov = &iov[i],
                                          .msg_iovlen = 1};
    }
    say("sendmmsg", sendmmsg(fa, msgs, 3, 0));
    printf("lengths %u %u %u\n", msgs[0].msg_len, msgs[1].msg_len,
           msgs[2].msg_len);
    usleep(20000);
    for (int i = 0; i < 3; i++) {
        iov[i].iov_len = 6;
        msgs[i].msg_hdr.msg_name = NULL;
        msgs[i].msg_hdr.msg_namelen = 0;
    }
    struct timespec ts = {0, 100000000};
    say("recvmmsg", recvmmsg(fb, msgs, 2, MSG_WAITFORONE, &ts));
    printf("%.3s %u, %.5s %u\n", buf[0], msgs[0].msg_len, buf[1],
           msgs[1].msg_len);
    say("recvmmsg", recvmmsg(fb, msgs, 3, MSG_WAITFORONE, NULL));
    printf("%.6s flags %x\n", buf[0], msgs[0].msg_hdr.msg_flags);
    say("recvmmsg", recvmmsg(fb, msgs, 3, MSG_DONTWAIT, NULL));
    close(fa);
    close(fb);
}

static void files(void)
{
    static char big[200000], got[200000];
    int fds[2], fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0600);
    off_t offset = 1000;
    size_t total = 0;
    ssize_t n;

    printf("-- files\n");
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 31 >> 3);
    write(fd, big, sizeof big);
    pair(fds);
    say("more", send(fds[0], "head ", 5, MSG_MORE));
    say("sendfile", sendfile(fds[0], fd, &offset, 3000));
    printf("offset %ld\n", (long)offset);
    recv(fds[1], got, 3005, MSG_WAITALL);
    printf("%.5s same %d\n", got, memcmp(got + 5, big + 1000, 3000) == 0);
    lseek(fd, 0, SEEK_SET);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    while (total < sizeof big) {
        n = sendfile(fds[0], fd, NULL, sizeof big - total);
        if (n > 0)
            total += (size_t)n;
        else if (errno != EAGAIN)
            break;
        for (size_t have = 0; n > 0 && have < (size_t)n;)
            have += (size_t)recv(fds[1], got + total - n + have,
                                 (size_t)n - have, 0);
    }
    printf("all %zu same %d\n", total, memcmp(got, big, sizeof big) == 0);
    say("at end", sendfile(fds[0], fd, NULL, 10));
    say("from a socket", sendfile(fds[0], fds[1], NULL, 10));
    close(fd);
    unlink("data");
    close(fds[0]);
    close(fds[1]);
}

static void options(void)
{
    struct sockaddr_in addr;
    int fds[2], udp = bound(SOCK_DGRAM, &addr), value;
    struct tcp_info info = {0};
    struct linger linger = {1, 7};
    socklen_t len = sizeof info;
    char name[16] = "";

    printf("-- options\n");
    pair(fds);
    say("TCP_INFO", getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &len));
    printf("state %u mss %d rtt %d cwnd %d\n", info.tcpi_state,
           info.tcpi_snd_mss >= 500,
           info.tcpi_rtt<1000000, info.tcpi_snd_cwnd> 0);
    say("linger",
        setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    len = sizeof linger;
    getsockopt(fds[0], SOL_SOCKET, SO_LINGER, &linger, &len);
    printf("linger %d %d\n", linger.l_onoff, linger.l_linger);
    int keep[] = {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT};
    for (int i = 0; i < 3; i++) {
        say("keep", set_int(fds[0], IPPROTO_TCP, keep[i], 11 + i));
        say("keep 0", set_int(fds[0], IPPROTO_TCP, keep[i], 0));
        printf("%d\n", get_int(fds[0], IPPROTO_TCP, keep[i]));
    }
    say("quickack", set_int(fds[0], IPPROTO_TCP, TCP_QUICKACK, 1));
    say("user timeout", set_int(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT, 5000));
    printf("%d\n", get_int(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT));
    len = sizeof name;
    say("congestion",
        getsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, name, &len));
    say("mcast ttl", set_int(udp, IPPROTO_IP, IP_MULTICAST_TTL, 9));
    printf("%d\n", get_int(udp, IPPROTO_IP, IP_MULTICAST_TTL));
    say("mcast ttl 300", set_int(udp, IPPROTO_IP, IP_MULTICAST_TTL, 300));
    say("mcast loop", set_int(udp, IPPROTO_IP, IP_MULTICAST_LOOP, 0));
    printf("%d\n", get_int(udp, IPPROTO_IP, IP_MULTICAST_LOOP));
    struct ip_mreqn req = {.imr_multiaddr.s_addr = htonl(0x0a000001)};
    say("no group",
        setsockopt(udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, &req, sizeof req));
    req.imr_multiaddr.s_addr = htonl(0xef010203);
    say("not a member",
        setsockopt(udp, IPPROTO_IP, IP_DROP_MEMBERSHIP, &req, sizeof req));
    say("broadcast", set_int(udp, SOL_SOCKET, SO_BROADCAST, 1));
    printf("%d\n", get_int(udp, SOL_SOCKET, SO_BROADCAST));
    value = 1;
    say("FIONBIO", ioctl(udp, FIONBIO, &value));
    say("then", recv(udp, name, 1, 0));
    printf("flags %d\n", !!(fcntl(udp, F_GETFL) & O_NONBLOCK));
    value = 5;
    say("ATMARK", ioctl(fds[0], SIOCATMARK, &value));
    printf("%d\n", value);
    say("OUTQ", ioctl(fds[0], TIOCOUTQ, &value));
    say("not a socket's", ioctl(fds[0], 0x1234, &value));
    close(udp);
    close(fds[0]);
    close(fds[1]);
}

static void shared_port(void)
{
    struct sockaddr_in addr;
    socklen_t len = sizeof addr;
    int a = socket(AF_INET, SOCK_STREAM, 0), b, c, one = 1, seen = 0;

    printf("-- shared port\n");
    memset(&addr, 0, sizeof addr);
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(a, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    say("bind", bind(a, (void *)&addr, sizeof addr));
    getsockname(a, (void *)&addr, &len);
    b = socket(AF_INET, SOCK_STREAM, 0);
    say("without", bind(b, (void *)&addr, sizeof addr));
    setsockopt(b, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    say("with", bind(b, (void *)&addr, sizeof addr));
    say("listen", listen(a, 64));
    say("listen", listen(b, 64));
    for (int i = 0; i < 40; i++) {
        c = socket(AF_INET, SOCK_STREAM, 0);
        seen += connect(c, (void *)&addr, sizeof addr) == 0;
        close(c);
    }
    struct pollfd pfd[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    printf("connected %d, both ready %d\n", seen, poll(pfd, 2, 100));
    close(a);
    close(b);
}

static void waiting(void)
{
    struct sockaddr_in addr;
    int fd = bound(SOCK_DGRAM, &addr);
    struct timeval tv = {0, 20000};
    struct timespec ts = {0, 20000000};
    struct pollfd pfd = {fd, POLLIN, 0};
    sigset_t mask;
    fd_set in, out;

    printf("-- waiting\n");
    FD_ZERO(&in);
    FD_SET(fd, &in);
    say("select", select(fd + 1, &in, NULL, NULL, &tv));
    FD_ZERO(&out);
    FD_SET(fd, &out);
    say("select", select(fd + 1, NULL, &out, NULL, NULL));
    sigemptyset(&mask);
    say("ppoll", ppoll(&pfd, 1, &ts, &mask));
    sendto(fd, "x", 1, 0, (void *)&addr, sizeof addr);
    say("ppoll", ppoll(&pfd, 1, NULL, NULL));
    FD_ZERO(&in);
    FD_SET(fd, &in);
    say("pselect", pselect(fd + 1, &in, NULL, NULL, &ts, &mask));
    printf("%d\n", !!FD_ISSET(fd, &in));
    pfd.fd = 99;
    say("no descriptor", poll(&pfd, 1, 0));
    printf("%x\n", pfd.revents);
    close(fd);
}

static void interfaces(void)
{
    struct ifreq req = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifaddrs *all, *at;
    struct sockaddr_in *in = (void *)&req.ifr_addr;

    printf("-- interfaces\n");
    say("ADDR", ioctl(fd, SIOCGIFADDR, &req));
    printf("%s\n", inet_ntoa(in->sin_addr));
    say("MASK", ioctl(fd, SIOCGIFNETMASK, &req));
    printf("%s\n", inet_ntoa(in->sin_addr));
    say("FLAGS", ioctl(fd, SIOCGIFFLAGS, &req));
    printf("%x\n", req.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_BROADCAST));
    say("INDEX", ioctl(fd, SIOCGIFINDEX, &req));
    printf("%d %u\n", req.ifr_ifindex, if_nametoindex("lo"));
    memset(req.ifr_name, 0, sizeof req.ifr_name);
    say("NAME", ioctl(fd, SIOCGIFNAME, &req));
    printf("%s\n", req.ifr_name);
    strcpy(req.ifr_name, "none0");
    say("no such", ioctl(fd, SIOCGIFADDR, &req));
    getifaddrs(&all);
    for (at = all; at; at = at->ifa_next)
        if (strcmp(at->ifa_name, "lo") == 0 && at->ifa_addr &&
            at->ifa_addr->sa_family == AF_INET)
            printf("%s %s\n", at->ifa_name,
                   inet_ntoa(((struct sockaddr_in *)at->ifa_addr)->sin_addr));
    freeifaddrs(all);
    close(fd);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    many();
    files();
    options();
    shared_port();
    waiting();
    interfaces();
    return 0;
}
