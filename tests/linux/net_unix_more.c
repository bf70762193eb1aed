/* SPDX-License-Identifier: Apache-2.0 */
/* AF_UNIX beyond net_unix.c: many clients of an abstract name, descriptors
 * beside credentials, ends that are shut, peers that are gone. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include "net.h"

#define ALL (POLLIN | POLLOUT | POLLRDHUP)

static socklen_t hidden(struct sockaddr_un *addr, const char *name)
{
    memset(addr, 0, sizeof *addr);
    addr->sun_family = AF_UNIX;
    strcpy(addr->sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       strlen(name));
}

static int events(int fd)
{
    struct pollfd pfd = {fd, ALL, 0};

    poll(&pfd, 1, 0);
    return pfd.revents;
}

static void abstract(int type)
{
    struct sockaddr_un addr;
    socklen_t len = hidden(&addr, "septum-more");
    int l = socket(AF_UNIX, type, 0), c[4], s, other;
    char buf[8];

    printf("-- abstract %d\n", type);
    say("bind", bind(l, (void *)&addr, len));
    say("listen", listen(l, 1));
    for (int i = 0; i < 4; i++) {
        c[i] = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
        say("connect", connect(c[i], (void *)&addr, len));
    }
    say("send early", send(c[0], "early", 5, 0));
    close(c[0]);
    s = accept(l, NULL, NULL);
    say("recv", recv(s, buf, sizeof buf, 0));
    say("end", recv(s, buf, sizeof buf, 0));
    say("connect", connect(c[2], (void *)&addr, len));
    say("connect twice", connect(c[2], (void *)&addr, len));
    other = socket(AF_UNIX, SOCK_DGRAM, 0);
    say("of another type", connect(other, (void *)&addr, len));
    say("the same name", bind(other, (void *)&addr, len));
    close(other);
    close(s);
    close(l);
    printf("poll %x\n", events(c[1]));
    say("never accepted", recv(c[1], buf, 1, 0));
    for (int i = 1; i < 4; i++)
        close(c[i]);
}

static long send_fd(int sock, int fd, const char *text)
{
    char space[CMSG_SPACE(sizeof fd)] = "";
    struct iovec iov = {(void *)text, strlen(text)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = sizeof space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    return sendmsg(sock, &msg, 0);
}

static void receive(int sock, size_t room, int flags)
{
    char buf[16], space[256];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = space,
                         .msg_controllen = room};

    say("recvmsg", recvmsg(sock, &msg, flags | MSG_DONTWAIT));
    printf("flags %x control %zu\n", msg.msg_flags, (size_t)msg.msg_controllen);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        printf("control %d len %zu\n", c->cmsg_type, (size_t)c->cmsg_len);
        if (c->cmsg_type == SCM_RIGHTS) {
            int fd;

            memcpy(&fd, CMSG_DATA(c), sizeof fd);
            say("close", close(fd));
        } else {
            struct ucred cred;

            memcpy(&cred, CMSG_DATA(c), sizeof cred);
            printf("mine %d\n", cred.pid == getpid());
        }
    }
}

static void descriptors(int type)
{
    int pair[2], on = 1;

    printf("-- descriptors %d\n", type);
    socketpair(AF_UNIX, type, 0, pair);
    say("peeked", send_fd(pair[0], 1, "ab"));
    receive(pair[1], 256, MSG_PEEK);
    receive(pair[1], 256, 0);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    say("with credentials", send_fd(pair[0], 1, "cd"));
    receive(pair[1], 256, 0);
    say("no room", send_fd(pair[0], 1, "ef"));
    receive(pair[1], CMSG_SPACE(sizeof(struct ucred)), 0);
    say("none", send(pair[0], "gh", 2, 0));
    receive(pair[1], 256, 0);
    close(pair[0]);
    close(pair[1]);
}

static void ends(int type)
{
    int pair[2], value = -1;
    char buf[8];

    printf("-- ends %d\n", type);
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
    say("nothing", send(pair[0], "", 0, 0));
    say("recv", recv(pair[1], buf, sizeof buf, 0));
    say("two", send(pair[0], "ab", 2, 0));
    say("three", send(pair[0], "cde", 3, 0));
    say("FIONREAD", ioctl(pair[1], FIONREAD, &value));
    printf("%d\n", value);
    say("TIOCOUTQ", ioctl(pair[0], TIOCOUTQ, &value));
    printf("some %d\n", value > 0);
    while (recv(pair[1], buf, sizeof buf, 0) > 0)
        ;
    say("shut", shutdown(pair[0], SHUT_RDWR));
    printf("poll %x %x\n", events(pair[0]), events(pair[1]));
    say("recv", recv(pair[0], buf, 1, 0));
    say("send", send(pair[1], "x", 1, MSG_NOSIGNAL));
    close(pair[0]);
    close(pair[1]);

    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
    send(pair[0], "last", 4, 0);
    close(pair[0]);
    say("to nobody", send(pair[1], "x", 1, MSG_NOSIGNAL));
    say("again", send(pair[1], "x", 1, MSG_NOSIGNAL));
    say("recv", recv(pair[1], buf, sizeof buf, 0));
    say("shut", shutdown(pair[1], SHUT_RDWR));
    close(pair[1]);
}

/* A datagram socket that is connected hears its peer only. */
static void strangers(void)
{
    struct sockaddr_un a, b;
    socklen_t a_len = hidden(&a, "septum-a"), b_len = hidden(&b, "septum-b");
    int fa = socket(AF_UNIX, SOCK_DGRAM, 0),
        fb = socket(AF_UNIX, SOCK_DGRAM, 0);
    int fc = socket(AF_UNIX, SOCK_DGRAM, 0);

    printf("-- strangers\n");
    bind(fa, (void *)&a, a_len);
    bind(fb, (void *)&b, b_len);
    say("connect", connect(fa, (void *)&b, b_len));
    say("peer", sendto(fb, "x", 1, 0, (void *)&a, a_len));
    say("stranger", sendto(fc, "x", 1, 0, (void *)&a, a_len));
    say("connects", connect(fc, (void *)&a, a_len));
    close(fa);
    close(fb);
    close(fc);
}

static void long_path(void)
{
    struct sockaddr_un addr, back;
    socklen_t len = sizeof back;
    char path[sizeof addr.sun_path + 1] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    printf("-- long path\n");
    memset(&addr, 'a', sizeof addr);
    addr.sun_family = AF_UNIX;
    say("no NUL", bind(fd, (void *)&addr, sizeof addr));
    say("getsockname", getsockname(fd, (void *)&back, &len));
    printf("%u\n", (unsigned)len);
    memcpy(path, addr.sun_path, sizeof addr.sun_path);
    say("unlink", unlink(path));
    close(fd);
}

static int server;

static void *take_all(void *arg)
{
    char buf[100];

    (void)arg;
    usleep(100000);
    while (recv(server, buf, sizeof buf, MSG_DONTWAIT) > 0)
        continue;
    return NULL;
}

/* One of a datagram server's many clients waits until there is room. */
static void full_server(void)
{
    struct sockaddr_un addr;
    socklen_t len = hidden(&addr, "septum-full");
    int other = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct pollfd pfd = {socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0),
                         POLLOUT, 0};
    pthread_t thread;
    char buf[100] = {0};

    printf("-- full server\n");
    server = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(server, (void *)&addr, len);
    say("connect", connect(other, (void *)&addr, len));
    say("connect", connect(pfd.fd, (void *)&addr, len));
    while (send(pfd.fd, buf, sizeof buf, 0) > 0)
        continue;
    say("full", send(pfd.fd, buf, sizeof buf, 0));
    say("poll", poll(&pfd, 1, 0));
    pthread_create(&thread, NULL, take_all, NULL);
    say("poll", poll(&pfd, 1, 5000));
    pthread_join(thread, NULL);
    say("send", send(pfd.fd, buf, sizeof buf, 0));
    close(pfd.fd);
    close(other);
    close(server);
}

/* Small messages take memory too; only their bytes are there to read. */
static void small_writes(void)
{
    int pair[2], n = 0, readable = 0;
    char buf[64];

    printf("-- small writes\n");
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    while (n < 5000 && write(pair[0], "x", 1) == 1)
        n++;
    ioctl(pair[1], FIONREAD, &readable);
    printf("bounded %d all %d\n", n < 5000, readable == n);
    while (read(pair[1], buf, sizeof buf) > 0)
        continue;
    say("room", write(pair[0], "xy", 2));
    ioctl(pair[1], FIONREAD, &readable);
    printf("%d\n", readable);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < 3; i++) {
        if (types[i] != SOCK_DGRAM)
            abstract(types[i]);
        descriptors(types[i]);
        ends(types[i]);
    }
    strangers();
    long_path();
    full_server();
    small_writes();
    return 0;
}
