/* SPDX-License-Identifier: Apache-2.0 */
/* The socket functions: thin over net-stack/sys_net.h. */
#include <sys/socket.h>

#include "libc.h"
#include "net-stack/sys_net.h"

/* A call that may block is a cancellation point: POSIX 2.9.5.2. */
#define CANCEL_CALL(call) libc_result(CANCEL_POINT(call))

_Static_assert(sizeof(struct msghdr) == sizeof(struct linux_msghdr) &&
                   sizeof(struct mmsghdr) == sizeof(struct linux_mmsghdr) &&
                   sizeof(struct sockaddr_storage) == 128,
               "our headers have Linux's structs");

int socket(int family, int type, int protocol)
{
    return (int)libc_result(sys_socket(family, type, protocol));
}

int socketpair(int family, int type, int protocol, int fds[2])
{
    return (int)libc_result(sys_socketpair(family, type, protocol, fds));
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    return (int)libc_result(sys_bind(fd, addr, len));
}

int listen(int fd, int backlog)
{
    return (int)libc_result(sys_listen(fd, backlog));
}

int accept4(int fd, struct sockaddr *restrict addr, socklen_t *restrict len,
            int flags)
{
    return (int)CANCEL_CALL(sys_accept4(fd, addr, len, flags));
}

int accept(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    return accept4(fd, addr, len, 0);
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    return (int)CANCEL_CALL(sys_connect(fd, addr, len));
}

int getsockname(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    return (int)libc_result(sys_getsockname(fd, addr, len));
}

int getpeername(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    return (int)libc_result(sys_getpeername(fd, addr, len));
}

int shutdown(int fd, int how)
{
    return (int)libc_result(sys_shutdown(fd, how));
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
               const struct sockaddr *addr, socklen_t addr_len)
{
    return CANCEL_CALL(sys_sendto(fd, buf, len, flags, addr, addr_len));
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
    return CANCEL_CALL(sys_sendto(fd, buf, len, flags, NULL, 0));
}

ssize_t recvfrom(int fd, void *restrict buf, size_t len, int flags,
                 struct sockaddr *restrict addr, socklen_t *restrict addr_len)
{
    return CANCEL_CALL(sys_recvfrom(fd, buf, len, flags, addr, addr_len));
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
    return CANCEL_CALL(sys_recvfrom(fd, buf, len, flags, NULL, NULL));
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    return CANCEL_CALL(
        sys_sendmsg(fd, (const struct linux_msghdr *)msg, flags));
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    return CANCEL_CALL(sys_recvmsg(fd, (struct linux_msghdr *)msg, flags));
}

int sendmmsg(int fd, struct mmsghdr *msgs, unsigned int count, int flags)
{
    return (int)CANCEL_CALL(
        sys_sendmmsg(fd, (struct linux_mmsghdr *)msgs, count, flags));
}

int recvmmsg(int fd, struct mmsghdr *msgs, unsigned int count, int flags,
             struct timespec *timeout)
{
    return (int)CANCEL_CALL(sys_recvmmsg(fd, (struct linux_mmsghdr *)msgs,
                                         count, flags,
                                         (struct linux_timespec *)timeout));
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    return (int)libc_result(sys_setsockopt(fd, level, name, value, len));
}

int getsockopt(int fd, int level, int name, void *restrict value,
               socklen_t *restrict len)
{
    return (int)libc_result(sys_getsockopt(fd, level, name, value, len));
}

int sockatmark(int fd)
{
    int mark;
    long rc = sys_ioctl(fd, 0x8905 /* SIOCATMARK */, (unsigned long)&mark);

    return rc < 0 ? (int)libc_result(rc) : mark;
}
