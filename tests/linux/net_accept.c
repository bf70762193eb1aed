/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners and what they hand over: no descriptor for a connection, peers
 * that are gone, ports that are shared, options that are inherited. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "net.h"

static int dial(const struct sockaddr_in *addr)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    connect(fd, (const void *)addr, sizeof *addr);
    return fd;
}

static void no_descriptor(void)
{
    struct sockaddr_in addr;
    int l = bound(SOCK_STREAM, &addr), fds[64], n = 0;
    struct rlimit limit, few;

    printf("-- no descriptor\n");
    listen(l, 4);
    fcntl(l, F_SETFL, O_NONBLOCK);
    int c = dial(&addr);
    usleep(20000);
    getrlimit(RLIMIT_NOFILE, &limit);
    few = limit;
    few.rlim_cur = 40;
    setrlimit(RLIMIT_NOFILE, &few);
    while (n < 64 && (fds[n] = dup(l)) >= 0)
        n++;
    say("accept", accept(l, NULL, NULL));
    say("again", accept(l, NULL, NULL));
    close(fds[--n]);
    int s = accept(l, NULL, NULL);
    printf("lowest %d\n", s == fds[n]);
    say("send", send(s, "x", 1, 0));
    say("recv", recv(c, &(char){0}, 1, 0));
    say("empty", accept(l, NULL, NULL));
    close(s);
    say("empty", accept(l, NULL, NULL));
    say("not in use", dup(l) == s ? 0 : -1);
    close(s);
    while (n)
        close(fds[--n]);
    setrlimit(RLIMIT_NOFILE, &limit);
    close(c);
    close(l);
}

static void peer_is_gone(void)
{
    struct linger linger = {1, 0};
    struct sockaddr_in addr, mine, peer;
    socklen_t len = sizeof mine;
    int l = bound(SOCK_STREAM, &addr);
    char buf[8];

    printf("-- peer is gone\n");
    listen(l, 4);
    int c = dial(&addr);
    getsockname(c, (void *)&mine, &len);
    setsockopt(c, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    send(c, "abc", 3, 0);
    usleep(20000);
    close(c);
    usleep(20000);
    len = sizeof peer;
    int s = accept(l, (void *)&peer, &len);
    printf("len %u same %d %d %d\n", (unsigned)len, peer.sin_family == AF_INET,
           peer.sin_port == mine.sin_port,
           peer.sin_addr.s_addr == mine.sin_addr.s_addr);
    len = sizeof peer;
    say("getpeername", getpeername(s, (void *)&peer, &len));
    say("recv", recv(s, buf, sizeof buf, 0));
    say("recv", recv(s, buf, sizeof buf, 0));
    close(s);
    close(l);
}

static int sharer(struct sockaddr_in *addr, int reuse, int backlog)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    socklen_t len = sizeof *addr;

    setsockopt(fd, SOL_SOCKET, reuse, &one, sizeof one);
    if (bind(fd, (void *)addr, len) < 0) {
        printf("bind errno %d\n", errno);
        close(fd);
        return -1;
    }
    getsockname(fd, (void *)addr, &len);
    say("listen", listen(fd, backlog));
    return fd;
}

/* Nobody serves one of two: it has no more than its backlog allows. */
static void one_is_full(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int a = sharer(&addr, SO_REUSEPORT, 2), b = sharer(&addr, SO_REUSEPORT, 2);
    int s, held = 0, served = 0;

    printf("-- one is full\n");
    for (int i = 0; i < 40; i++) {
        struct pollfd pfd = {
            .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
            .events = POLLOUT};

        connect(pfd.fd, (void *)&addr, sizeof addr);
        poll(&pfd, 1, 20);
        for (; (s = accept(b, NULL, NULL)) >= 0; close(s))
            served++;
        close(pfd.fd);
    }
    for (; (s = accept(a, NULL, NULL)) >= 0; close(s))
        held++;
    printf("held %d served %d\n", held <= 3, served >= 8);
    close(a);
    close(b);
}

static void not_shared(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    printf("-- not shared\n");
    int a = sharer(&addr, SO_REUSEADDR, 2);
    printf("%d\n", sharer(&addr, SO_REUSEPORT, 2));
    printf("%d\n", sharer(&addr, SO_REUSEADDR, 2));
    close(a);
}

static void inherited(void)
{
    struct timeval tv = {0, 200000};
    struct sockaddr_in addr;
    socklen_t len = sizeof tv;
    int l = bound(SOCK_STREAM, &addr);

    printf("-- inherited\n");
    listen(l, 4);
    setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    tv.tv_usec = 300000;
    setsockopt(l, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    set_int(l, SOL_SOCKET, SO_SNDBUF, 16384);
    set_int(l, SOL_SOCKET, SO_RCVLOWAT, 5);
    set_int(l, SOL_SOCKET, SO_PRIORITY, 3);
    set_int(l, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_int(l, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
    int c = dial(&addr), s = accept(l, NULL, NULL);
    getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len);
    printf("%ld", (long)tv.tv_usec);
    getsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, &len);
    printf(" %ld\n", (long)tv.tv_usec);
    printf("%d %d %d %d %d\n", get_int(s, SOL_SOCKET, SO_SNDBUF),
           get_int(s, SOL_SOCKET, SO_RCVLOWAT),
           get_int(s, SOL_SOCKET, SO_PRIORITY),
           get_int(s, SOL_SOCKET, SO_KEEPALIVE),
           get_int(s, IPPROTO_TCP, TCP_USER_TIMEOUT));
    say("set", set_int(s, SOL_SOCKET, SO_KEEPALIVE, 0));
    printf("%d\n", get_int(s, SOL_SOCKET, SO_KEEPALIVE));
    say("set", set_int(c, SOL_SOCKET, SO_KEEPALIVE, 1));
    printf("%d\n", get_int(c, SOL_SOCKET, SO_KEEPALIVE));
    close(s);
    close(c);
    close(l);
}

/* SO_SNDBUF beyond what the system has: an idle connection is writable. */
static void large_buffer(void)
{
    struct sockaddr_in addr;
    int l = bound(SOCK_STREAM, &addr);
    struct pollfd pfd = {socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
                         POLLOUT, 0};

    printf("-- large buffer\n");
    listen(l, 4);
    set_int(pfd.fd, SOL_SOCKET, SO_SNDBUF, 1 << 28);
    connect(pfd.fd, (void *)&addr, sizeof addr);
    say("poll", poll(&pfd, 1, 1000));
    printf("%x\n", pfd.revents);
    close(pfd.fd);
    close(l);
}

static int connecting;

static void *shut(void *arg)
{
    usleep(100000);
    say("shutdown", shutdown(connecting, (int)(long)arg));
    return NULL;
}

/* The listener is full, so that connect(2) waits. */
static void shut_connecting(long how)
{
    struct sockaddr_in addr;
    struct timeval tv = {5, 0};
    int l = bound(SOCK_STREAM, &addr), fds[4];
    pthread_t thread;

    printf("-- shut while connecting\n");
    listen(l, 0);
    for (int i = 0; i < 4; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fds[i], (void *)&addr, sizeof addr);
    }
    connecting = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(connecting, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    pthread_create(&thread, NULL, shut, (void *)how);
    long rc = connect(connecting, (void *)&addr, sizeof addr);
    int error = errno;
    pthread_join(thread, NULL);
    errno = error;
    say("connect", rc);
    struct pollfd pfd = {connecting, POLLIN | POLLOUT, 0};
    say("poll", poll(&pfd, 1, 0));
    printf("%x\n", pfd.revents);
    close(connecting);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    close(l);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    no_descriptor();
    peer_is_gone();
    one_is_full();
    not_shared();
    inherited();
    large_buffer();
    shut_connecting(SHUT_RDWR);
    shut_connecting(SHUT_WR);
    return 0;
}
