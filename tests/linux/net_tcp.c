/* SPDX-License-Identifier: Apache-2.0 */
/* TCP over the loopback: what calls return, in which order, with which errno.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The errno's number: libraries word it differently. */
static int err(long rc)
{
    return rc < 0 ? errno : 0;
}

static void say(const char *what, long rc)
{
    printf("%s: %ld errno %d\n", what, rc < 0 ? -1 : rc, err(rc));
}

static socklen_t loopback(struct sockaddr_storage *out, int family, int port)
{
    struct sockaddr_in *in = (void *)out;
    struct sockaddr_in6 *in6 = (void *)out;

    memset(out, 0, sizeof *out);
    out->ss_family = (sa_family_t)family;
    if (family == AF_INET) {
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        in->sin_port = htons((uint16_t)port);
        return sizeof *in;
    }
    in6->sin6_addr = in6addr_loopback;
    in6->sin6_port = htons((uint16_t)port);
    return sizeof *in6;
}

static int port_of(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;

    getsockname(fd, (void *)&addr, &len);
    return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

static int listener(int family, int backlog)
{
    struct sockaddr_storage addr;
    socklen_t len = loopback(&addr, family, 0);
    int fd = socket(family, SOCK_STREAM, 0);

    say("bind", bind(fd, (void *)&addr, len));
    say("listen", listen(fd, backlog));
    return fd;
}

static int dial(int family, int port)
{
    struct sockaddr_storage addr;
    socklen_t len = loopback(&addr, family, port);
    int fd = socket(family, SOCK_STREAM, 0);

    if (connect(fd, (void *)&addr, len) < 0)
        printf("connect: %d\n", errno);
    return fd;
}

static void pair(int family, int fds[2])
{
    struct sockaddr_storage addr;
    socklen_t len = loopback(&addr, family, 0);
    int fd = socket(family, SOCK_STREAM, 0);

    bind(fd, (void *)&addr, len);
    listen(fd, 1);
    fds[0] = dial(family, port_of(fd));
    fds[1] = accept(fd, NULL, NULL);
    close(fd);
}

static int events(int fd, int want)
{
    struct pollfd pfd = {fd, (short)want, 0};

    poll(&pfd, 1, 100);
    return pfd.revents;
}

static void *sender(void *arg)
{
    static char buf[1 << 16];
    int fd = *(int *)arg;

    for (int i = 0; i < 320; i++) {
        memset(buf, i, sizeof buf);
        for (size_t done = 0; done < sizeof buf;) {
            ssize_t n = write(fd, buf + done, sizeof buf - done);
            if (n < 0)
                return NULL;
            done += (size_t)n;
        }
    }
    shutdown(fd, SHUT_WR);
    return NULL;
}

static void bulk(int family)
{
    static char buf[100001];
    int fds[2], bad = 0;
    long total = 0;
    ssize_t n;
    pthread_t thread;

    pair(family, fds);
    pthread_create(&thread, NULL, sender, &fds[0]);
    while ((n = read(fds[1], buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++, total++)
            bad += buf[i] != (char)(total >> 16);
    printf("bulk: %ld bytes, %d bad, end %zd\n", total, bad, n);
    pthread_join(thread, NULL);
    close(fds[0]);
    close(fds[1]);
}

static void states(int family)
{
    struct sockaddr_storage addr;
    socklen_t len = loopback(&addr, family, 1);
    int fd = socket(family, SOCK_STREAM, 0), lfd, fds[2], value = -1;
    char buf[64];

    say("read unconnected", read(fd, buf, 1));
    say("send unconnected", send(fd, "x", 1, MSG_NOSIGNAL));
    say("shutdown unconnected", shutdown(fd, SHUT_WR));
    say("getpeername unconnected", getpeername(fd, (void *)&addr, &len));
    say("accept unconnected", accept(fd, NULL, NULL));
    len = loopback(&addr, family, 1);
    say("connect refused", connect(fd, (void *)&addr, len));
    close(fd);

    lfd = listener(family, 5);
    len = loopback(&addr, family, port_of(lfd));
    fd = socket(family, SOCK_STREAM, 0);
    say("bind in use", bind(fd, (void *)&addr, len));
    say("connect to it", connect(fd, (void *)&addr, len));
    say("connect again", connect(fd, (void *)&addr, len));
    say("bind connected", bind(fd, (void *)&addr, len));
    say("listen connected", listen(fd, 1));
    fcntl(lfd, F_SETFL, O_NONBLOCK);
    fds[1] = accept(lfd, NULL, NULL);
    printf("accepted %d nonblock %d\n", fds[1] >= 0,
           fcntl(fds[1], F_GETFL) & O_NONBLOCK);
    say("accept nothing", accept(lfd, NULL, NULL));
    len = sizeof value;
    getsockopt(lfd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len);
    printf("SO_ACCEPTCONN %d\n", value);
    close(lfd);
    say("write", write(fd, "hello", 5));
    say("recv peek", recv(fds[1], buf, 3, MSG_PEEK));
    ioctl(fds[1], FIONREAD, &value);
    printf("FIONREAD %d\n", value);
    say("recv trunc", recv(fds[1], buf, 2, MSG_TRUNC));
    say("recv", recv(fds[1], buf, sizeof buf, 0));
    printf("%.3s\n", buf);
    say("recv dontwait", recv(fds[1], buf, 1, MSG_DONTWAIT));
    printf("poll %x\n", events(fd, POLLIN | POLLOUT));
    close(fds[1]);
    printf("poll after close %x\n", events(fd, POLLIN | POLLOUT | POLLRDHUP));
    say("read at end", read(fd, buf, 1));
    say("first write", send(fd, "x", 1, MSG_NOSIGNAL));
    usleep(50000);
    printf("poll after reset %x\n", events(fd, POLLIN | POLLOUT));
    say("second write", send(fd, "x", 1, MSG_NOSIGNAL));
    say("third write", send(fd, "x", 1, MSG_NOSIGNAL));
    close(fd);
}

static volatile sig_atomic_t pipe_signals;
static void on_pipe(int sig)
{
    (void)sig;
    pipe_signals++;
}

static void half_close(void)
{
    int fds[2];
    char buf[16];

    pair(AF_INET, fds);
    signal(SIGPIPE, on_pipe);
    say("shutdown wr", shutdown(fds[0], SHUT_WR));
    say("write after", write(fds[0], "x", 1));
    printf("SIGPIPE %d\n", pipe_signals);
    say("peer reads end", read(fds[1], buf, 1));
    say("peer writes", write(fds[1], "back", 4));
    say("still reads", read(fds[0], buf, sizeof buf));
    say("shutdown rd", shutdown(fds[0], SHUT_RD));
    say("read after", read(fds[0], buf, 1));
    printf("poll both shut %x\n", events(fds[0], POLLIN | POLLOUT | POLLRDHUP));
    close(fds[0]);
    close(fds[1]);
}

static void vectors(void)
{
    int fds[2];
    char a[4] = "", b[8] = "", all[10];
    struct iovec out[3] = {{"one", 3}, {"", 0}, {"three", 5}};
    struct iovec in[2] = {{a, 3}, {b, 5}};
    struct msghdr msg = {.msg_iov = in, .msg_iovlen = 2};

    pair(AF_INET, fds);
    say("writev", writev(fds[0], out, 3));
    usleep(20000);
    say("recvmsg", recvmsg(fds[1], &msg, 0));
    printf("%s %s flags %x\n", a, b, msg.msg_flags);
    write(fds[0], "01234", 5);
    pthread_t thread;
    (void)thread;
    usleep(1000);
    write(fds[0], "56789", 5);
    say("waitall", recv(fds[1], all, 10, MSG_WAITALL));
    printf("%.10s\n", all);
    close(fds[0]);
    close(fds[1]);
}

static void nonblocking(void)
{
    struct sockaddr_storage addr;
    socklen_t len;
    int lfd = listener(AF_INET, 5), value = -1, fds[2];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    static char big[1 << 20];
    long total = 0;
    ssize_t n;

    len = loopback(&addr, AF_INET, port_of(lfd));
    printf("flags %d %d\n", fcntl(fd, F_GETFD),
           !!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    long rc = connect(fd, (void *)&addr, len);
    printf("connect %s\n", rc == 0 || errno == EINPROGRESS ? "ok" : "bad");
    printf("poll %x\n", events(fd, POLLOUT));
    len = sizeof value;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &len);
    printf("SO_ERROR %d\n", value);
    close(lfd);

    len = loopback(&addr, AF_INET, 1);
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    rc = connect(fds[0], (void *)&addr, len);
    printf("refused later %s\n",
           rc < 0 && (errno == EINPROGRESS || errno == ECONNREFUSED) ? "ok"
                                                                     : "bad");
    if (errno == EINPROGRESS) {
        events(fds[0], POLLOUT);
        len = sizeof value;
        getsockopt(fds[0], SOL_SOCKET, SO_ERROR, &value, &len);
    } else {
        value = errno;
    }
    printf("error %d\n", value);
    close(fds[0]);
    close(fd);

    pair(AF_INET, fds);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    while ((n = write(fds[0], big, sizeof big)) > 0)
        total += n;
    printf("full: %d after some %d, poll %x\n", errno, total > 0,
           events(fds[0], POLLOUT));
    while (total > 0 && (n = read(fds[1], big, sizeof big)) > 0)
        total -= n;
    printf("drained %ld, poll %x\n", total, events(fds[0], POLLOUT));
    close(fds[0]);
    close(fds[1]);
}

static int get_int(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    if (getsockopt(fd, level, name, &value, &len) < 0)
        return -errno;
    return value;
}

static long set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

static void options(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), fds[2];
    struct linger linger = {1, 0};
    struct timeval tv = {0, 100000}, back;
    struct tcp_info info;
    socklen_t len = sizeof back;
    char buf[8];

    printf("type %d domain %d protocol %d\n", get_int(fd, SOL_SOCKET, SO_TYPE),
           get_int(fd, SOL_SOCKET, SO_DOMAIN),
           get_int(fd, SOL_SOCKET, SO_PROTOCOL));
    int names[][2] = {{SOL_SOCKET, SO_REUSEADDR},   {SOL_SOCKET, SO_KEEPALIVE},
                      {SOL_SOCKET, SO_REUSEPORT},   {IPPROTO_TCP, TCP_NODELAY},
                      {IPPROTO_TCP, TCP_KEEPIDLE},  {IPPROTO_TCP, TCP_KEEPCNT},
                      {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_CORK}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int before = get_int(fd, names[i][0], names[i][1]);
        long rc = set_int(fd, names[i][0], names[i][1], 1);
        printf("option %d/%d: %d, %d, %d\n", names[i][0], names[i][1], before,
               err(rc), get_int(fd, names[i][0], names[i][1]));
    }
    say("IP_TOS", set_int(fd, IPPROTO_IP, IP_TOS, 0x10));
    printf("%d\n", get_int(fd, IPPROTO_IP, IP_TOS));
    say("IP_TTL 0", set_int(fd, IPPROTO_IP, IP_TTL, 0));
    say("IP_TTL 9", set_int(fd, IPPROTO_IP, IP_TTL, 9));
    printf("%d\n", get_int(fd, IPPROTO_IP, IP_TTL));
    say("unknown option", set_int(fd, SOL_SOCKET, 12345, 1));
    say("unknown level", set_int(fd, 9999, 1, 1));
    say("short option", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 2));
    say("SO_RCVBUF", set_int(fd, SOL_SOCKET, SO_RCVBUF, 50000));
    printf("%d\n", get_int(fd, SOL_SOCKET, SO_RCVBUF));
    close(fd);

    pair(AF_INET, fds);
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    getsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &back, &len);
    printf("timeout %ld.%06ld\n", (long)back.tv_sec, (long)back.tv_usec);
    say("recv times out", recv(fds[0], buf, 1, 0));
    len = sizeof info;
    getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &len);
    printf("TCP_INFO state %d\n", info.tcpi_state);
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fds[1]);
    usleep(20000);
    say("reset by linger", recv(fds[0], buf, 1, 0));
    close(fds[0]);
}

static void dual_stack(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6}, peer;
    socklen_t len = sizeof peer;
    char text[INET6_ADDRSTRLEN];
    int fd = socket(AF_INET6, SOCK_STREAM, 0), c, s;

    set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    say("bind any6", bind(fd, (void *)&any, sizeof any));
    listen(fd, 3);
    c = dial(AF_INET, port_of(fd));
    s = accept(fd, (void *)&peer, &len);
    printf("v4 peer %s len %u\n",
           inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof text), len);
    close(c);
    close(s);
    c = dial(AF_INET6, port_of(fd));
    len = sizeof peer;
    s = accept(fd, (void *)&peer, &len);
    printf("v6 peer %s\n",
           inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof text));
    close(c);
    close(s);
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    bind(fd, (void *)&any, sizeof any);
    listen(fd, 3);
    c = dial(AF_INET, port_of(fd));
    close(c);
    close(fd);
}

static void bad_arguments(void)
{
    struct sockaddr_storage addr;
    socklen_t len = loopback(&addr, AF_INET, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0), pipes[2];

    say("family", socket(AF_INET + 1000, SOCK_STREAM, 0));
    say("type", socket(AF_INET, 77, 0));
    say("protocol", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    say("bad fd", bind(-1, (void *)&addr, len));
    say("bind short", bind(fd, (void *)&addr, 3));
    say("wrong family",
        (addr.ss_family = AF_INET6, bind(fd, (void *)&addr, len)));
    loopback(&addr, AF_INET, 0);
    ((struct sockaddr_in *)&addr)->sin_addr.s_addr = htonl(0x08080808);
    say("not ours", bind(fd, (void *)&addr, len));
    say("how", shutdown(fd, 7));
    if (pipe(pipes) == 0) {
        say("not a socket", listen(pipes[0], 1));
        say("send to a pipe", send(pipes[1], "x", 1, 0));
    }
    say("pair", socketpair(AF_INET, SOCK_STREAM, 0, pipes));
    say("seek", lseek(fd, 0, SEEK_SET));
    say("pread", pread(fd, &len, 1, 0));
    close(fd);
}

/* Nobody has sent any. */
static void urgent(void)
{
    int fds[2];
    char c;

    pair(AF_INET, fds);
    say("urgent", recv(fds[0], &c, 1, MSG_OOB));
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    int families[] = {AF_INET, AF_INET6};

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < 2; i++) {
        printf("-- family %d\n", i);
        states(families[i]);
        bulk(families[i]);
    }
    half_close();
    vectors();
    nonblocking();
    options();
    dual_stack();
    bad_arguments();
    urgent();
    return 0;
}
