/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SO_RCVBUF of TCP: told doubled, inherited by what a listener accepts, and a
 * peer whose data nobody reads stops by it. What was sent arrives whole.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int rcvbuf(int fd)
{
    int value = -1;
    socklen_t len = sizeof value;

    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len);
    return value;
}

static void set_rcvbuf(int fd, int value)
{
    if (value &&
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof value) < 0)
        perror("SO_RCVBUF");
}

/* fds[0] has asked, with a buffer of its own; fds[1] was accepted. */
static void pair(int fds[2], int asked, int listening)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof addr;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    set_rcvbuf(fd, listening);
    bind(fd, (void *)&addr, len);
    listen(fd, 1);
    getsockname(fd, (void *)&addr, &len);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    set_rcvbuf(fds[0], asked);
    if (connect(fds[0], (void *)&addr, sizeof addr) < 0)
        perror("connect");
    fds[1] = accept(fd, NULL, NULL);
    close(fd);
}

static unsigned char byte_at(long at)
{
    return (unsigned char)(at * 7 + at / 251);
}

/* Until nothing more goes out for a while; bytes. */
static long fill(int fd)
{
    static unsigned char buf[10007];
    struct pollfd pfd = {fd, POLLOUT, 0};
    long sent = 0;

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (sent < 64 << 20) {
        for (size_t i = 0; i < sizeof buf; i++)
            buf[i] = byte_at(sent + (long)i);
        ssize_t n = write(fd, buf, sizeof buf);
        if (n < 0 && (errno != EAGAIN || poll(&pfd, 1, 300) == 0))
            break;
        sent += n < 0 ? 0 : n;
    }
    return sent;
}

static long drain(int fd)
{
    static unsigned char buf[3001];
    long got = 0;
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] != byte_at(got++))
                return -got;
    return n < 0 ? -errno : got;
}

static void check(const char *name, int from, int to, int limit)
{
    int waiting = -1;
    long sent = fill(from);

    ioctl(to, FIONREAD, &waiting);
    printf("%s: buffer %d, some came %d, within it %d", name, rcvbuf(to),
           waiting > 0, waiting <= 2 * limit);
    shutdown(from, SHUT_WR);
    printf(", all came %d", drain(to) == sent);
    close(to);
    fcntl(from, F_SETFL, 0);
    printf(", end %ld\n", drain(from)); /* no reset */
    close(from);
}

int main(void)
{
    static const int sizes[] = {4096, 16384, 30000, 100000};
    int fds[2], fd = socket(AF_INET, SOCK_STREAM, 0);

    setvbuf(stdout, NULL, _IOLBF, 0);
    set_rcvbuf(fd, 1);
    printf("least %d\n", rcvbuf(fd));
    close(fd);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pair(fds, 0, sizes[i]);
        check("accepted", fds[0], fds[1], sizes[i]);
        pair(fds, sizes[i], 0);
        check("connected", fds[1], fds[0], sizes[i]);
    }
    /* Larger and smaller while it lives. */
    pair(fds, 8192, 8192);
    set_rcvbuf(fds[1], 50000);
    check("grown", fds[0], fds[1], 50000);
    return 0;
}
