/* SPDX-License-Identifier: Apache-2.0 */
/* AF_UNIX: streams, datagrams, names, descriptors in messages. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "net.h"

static socklen_t name(struct sockaddr_un *addr, const char *path)
{
    memset(addr, 0, sizeof *addr);
    addr->sun_family = AF_UNIX;
    strcpy(addr->sun_path, path);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) +
                       1);
}

static int events(int fd, int want)
{
    struct pollfd pfd = {fd, (short)want, 0};

    poll(&pfd, 1, 0);
    return pfd.revents;
}

static void streams(void)
{
    struct sockaddr_un addr, peer;
    socklen_t len = name(&addr, "/tmp/net_unix.sock"), peer_len = sizeof peer;
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c, s;
    char buf[32];
    struct stat st;

    unlink(addr.sun_path);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    say("connect to nothing", connect(c, (void *)&addr, len));
    say("bind", bind(l, (void *)&addr, len));
    say("stat", stat(addr.sun_path, &st));
    printf("socket %d\n", S_ISSOCK(st.st_mode));
    say("bind again", bind(l, (void *)&addr, len));
    say("connect before listen", connect(c, (void *)&addr, len));
    say("listen", listen(l, 2));
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    say("in use", bind(s, (void *)&addr, len));
    close(s);
    say("connect", connect(c, (void *)&addr, len));
    say("connect twice", connect(c, (void *)&addr, len));
    s = accept(l, (void *)&peer, &peer_len);
    printf("accepted %d peer len %u\n", s >= 0, peer_len);
    peer_len = sizeof peer;
    say("getpeername", getpeername(c, (void *)&peer, &peer_len));
    printf("%s %u\n", peer.sun_path, peer_len);
    say("write", write(c, "hello", 5));
    say("write", write(c, "world", 5));
    say("peek", recv(s, buf, 7, MSG_PEEK));
    say("read", read(s, buf, 7));
    say("read", read(s, buf, sizeof buf));
    say("again", recv(s, buf, 1, MSG_DONTWAIT));
    printf("poll %x\n", events(s, POLLIN | POLLOUT));
    say("shutdown", shutdown(c, SHUT_WR));
    printf("poll %x\n", events(s, POLLIN | POLLOUT | POLLRDHUP));
    say("end", read(s, buf, 1));
    say("back", write(s, "b", 1));
    close(s);
    printf("poll %x\n", events(c, POLLIN | POLLOUT | POLLRDHUP));
    say("last", read(c, buf, sizeof buf));
    say("end", read(c, buf, sizeof buf));
    say("write to closed", send(c, "x", 1, MSG_NOSIGNAL));
    close(c);
    close(l);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    say("refused", connect(c, (void *)&addr, len));
    close(c);
    unlink(addr.sun_path);
}

static void datagrams(void)
{
    struct sockaddr_un a, from;
    socklen_t len = name(&a, "/tmp/net_unix.a"), from_len = sizeof from;
    int fa = socket(AF_UNIX, SOCK_DGRAM, 0),
        fb = socket(AF_UNIX, SOCK_DGRAM, 0);
    char buf[8];

    unlink(a.sun_path);
    say("bind", bind(fa, (void *)&a, len));
    say("sendto", sendto(fb, "one", 3, 0, (void *)&a, len));
    say("connect", connect(fb, (void *)&a, len));
    say("send", send(fb, "three", 5, 0));
    say("recvfrom", recvfrom(fa, buf, sizeof buf, 0, (void *)&from, &from_len));
    printf("nameless %u\n", from_len);
    say("cut", recv(fa, buf, 2, MSG_TRUNC));
    say("none", recv(fa, buf, 2, MSG_DONTWAIT));
    close(fa);
    say("gone", send(fb, "x", 1, 0));
    close(fb);
    unlink(a.sun_path);
}

static void abstract(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX}, got;
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 9,
              got_len = sizeof got;
    int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), c, s;
    char buf[8];

    memcpy(addr.sun_path, "\0net_unix", 9);
    say("bind abstract", bind(l, (void *)&addr, len));
    say("getsockname", getsockname(l, (void *)&got, &got_len));
    printf("%u\n", got_len);
    listen(l, 1);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    say("wrong type", connect(c, (void *)&addr, len));
    close(c);
    c = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    say("connect", connect(c, (void *)&addr, len));
    s = accept(l, NULL, NULL);
    say("packet", write(c, "abc", 3));
    say("packet", write(c, "defgh", 5));
    say("first", read(s, buf, sizeof buf));
    say("second, cut", read(s, buf, 2));
    close(c);
    say("end", read(s, buf, 2));
    close(s);
    close(l);
}

static void pass_files(void)
{
    int pair[2], pipes[2], got = -1;
    char buf[8], space[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {buf, 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = sizeof space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    say("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    if (pipe(pipes) < 0)
        return;
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &pipes[1], sizeof(int));
    buf[0] = '!';
    say("sendmsg", sendmsg(pair[0], &msg, 0));
    close(pipes[1]);
    memset(space, 0, sizeof space);
    msg.msg_controllen = sizeof space;
    say("recvmsg", recvmsg(pair[1], &msg, 0));
    c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(&got, CMSG_DATA(c), sizeof got);
    printf("got one %d, controllen %zu, flags %x\n", got >= 0,
           (size_t)msg.msg_controllen, msg.msg_flags);
    say("through it", write(got, "pipe", 4));
    close(got);
    say("out", read(pipes[0], buf, sizeof buf));
    say("end", read(pipes[0], buf, sizeof buf));
    close(pipes[0]);
    close(pair[0]);
    close(pair[1]);
}

static void *pump(void *arg)
{
    static char buf[10000];
    int fd = *(int *)arg;

    for (int i = 0; i < 500; i++) {
        memset(buf, i, sizeof buf);
        if (write(fd, buf, sizeof buf) != sizeof buf)
            break;
    }
    close(fd);
    return NULL;
}

static void bulk(void)
{
    static char buf[7777];
    int pair[2], bad = 0;
    long total = 0;
    ssize_t n;
    pthread_t thread;

    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    pthread_create(&thread, NULL, pump, &pair[0]);
    while ((n = read(pair[1], buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++, total++)
            bad += buf[i] != (char)(total / 10000);
    printf("bulk %ld, %d bad\n", total, bad);
    pthread_join(thread, NULL);
    close(pair[1]);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    streams();
    datagrams();
    abstract();
    pass_files();
    bulk();
    return 0;
}
