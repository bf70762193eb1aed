/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of sockets share. */
#ifndef NET_H
#define NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A call and what it gave. */
static inline void say(const char *what, long rc)
{
    printf("%s: %ld errno %d\n", what, rc < 0 ? -1 : rc, rc < 0 ? errno : 0);
}

/* A socket of the loopback, and its address. */
static inline int bound(int type, struct sockaddr_in *addr)
{
    socklen_t len = sizeof *addr;
    int fd = socket(AF_INET, type, 0);

    memset(addr, 0, sizeof *addr);
    addr->sin_family = AF_INET;
    addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd, (void *)addr, len);
    getsockname(fd, (void *)addr, &len);
    return fd;
}

/* Two ends of a connection. */
static inline void pair(int fds[2])
{
    struct sockaddr_in addr;
    int fd = bound(SOCK_STREAM, &addr);

    listen(fd, 1);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    connect(fds[0], (void *)&addr, sizeof addr);
    fds[1] = accept(fd, NULL, NULL);
    close(fd);
}

static inline int get_int(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, name, &value, &len) < 0 ? -errno : value;
}

static inline long set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

#endif
