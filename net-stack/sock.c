/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets as files, and their system calls: sys_net.h. */
#include "signal.h"

#include "base.h"
#include "enter.h"
#include "file.h"
#include "net.h"
#include "net_sock.h"
#include "sock_file.h"
#include "sys.h"
#include "thread.h"
#include "user.h"

void net_sock_init(struct net_sock *sock, const struct net_sock_ops *ops,
                   int family, int type, int protocol)
{
    sock->ops = ops;
    sock->family = (uint16_t)family;
    sock->type = (uint16_t)type;
    sock->protocol = (uint16_t)protocol;
}

void net_sock_wake(struct net_sock *sock)
{
    sock->wake_count++;
    if (sock->q.first)
        wake_all(&sock->q);
}

int64_t net_sock_deadline(int64_t timeout_ns)
{
    return timeout_ns ? time_now() + timeout_ns : WAIT_FOREVER;
}

long net_sock_wait(struct net_sock *sock, int64_t deadline_ns)
{
    /* While others can run, the idle loop does not look for frames. */
    if (cpu.run_first && net_sock_refresh(sock))
        return 0;
    int rc = wait_on(&sock->q, deadline_ns);
    /* signal(7): with a timeout, no handler makes the call begin anew. */
    if (rc == -LINUX_EINTR && deadline_ns != WAIT_FOREVER)
        thread_self()->is_not_restarted = true;
    return rc == -LINUX_ETIMEDOUT ? -LINUX_EAGAIN : rc;
}

bool net_sock_refresh(struct net_sock *sock)
{
    static uint64_t last;
    uint32_t before = sock->wake_count;

    if (tsc_read() - last < 50000) /* some 20 us */
        return false;
    net_run();
    last = tsc_read();
    return sock->wake_count != before;
}

long net_sock_take_error(struct net_sock *sock)
{
    long rc = -sock->error;

    sock->error = 0;
    return rc;
}

long net_errno(int err)
{
    static const uint8_t codes[] = {
        [-ERR_OK] = 0,
        [-ERR_MEM] = LINUX_ENOBUFS,
        [-ERR_BUF] = LINUX_ENOBUFS,
        [-ERR_TIMEOUT] = LINUX_ETIMEDOUT,
        [-ERR_RTE] = LINUX_EHOSTUNREACH,
        [-ERR_INPROGRESS] = LINUX_EINPROGRESS,
        [-ERR_VAL] = LINUX_EINVAL,
        [-ERR_WOULDBLOCK] = LINUX_EAGAIN,
        [-ERR_USE] = LINUX_EADDRINUSE,
        [-ERR_ALREADY] = LINUX_EALREADY,
        [-ERR_ISCONN] = LINUX_EISCONN,
        [-ERR_CONN] = LINUX_EPIPE,
        [-ERR_IF] = LINUX_ENODEV,
        [-ERR_ABRT] = LINUX_ECONNABORTED,
        [-ERR_RST] = LINUX_ECONNRESET,
        [-ERR_CLSD] = LINUX_ENOTCONN,
        [-ERR_ARG] = LINUX_EINVAL,
    };

    return err > 0 || -err >= (int)sizeof codes ? -LINUX_EIO : -codes[-err];
}

long net_iov_put(const struct net_msg *msg, size_t offset, const void *from,
                 size_t n)
{
    const uint8_t *pos = from;

    for (size_t i = 0; i < msg->iov_count && n; i++) {
        size_t len = msg->iov[i].len;

        if (offset >= len) {
            offset -= len;
            continue;
        }
        size_t part = len - offset < n ? len - offset : n;
        long rc = user_copy((uint8_t *)msg->iov[i].base + offset, pos, part);
        if (rc < 0)
            return rc;
        pos += part;
        n -= part;
        offset = 0;
    }
    return 0;
}

long net_iov_get(const struct net_msg *msg, size_t offset, void *to, size_t n)
{
    uint8_t *pos = to;

    for (size_t i = 0; i < msg->iov_count && n; i++) {
        size_t len = msg->iov[i].len;

        if (offset >= len) {
            offset -= len;
            continue;
        }
        size_t part = len - offset < n ? len - offset : n;
        long rc =
            user_copy(pos, (const uint8_t *)msg->iov[i].base + offset, part);
        if (rc < 0)
            return rc;
        pos += part;
        n -= part;
        offset = 0;
    }
    return 0;
}

/* man 3 cmsg: header of 16 bytes, all aligned to 8. */
struct cmsg {
    uint64_t len;
    int32_t level, type;
};

void net_cmsg_put(struct net_msg *msg, size_t *used, int level, int type,
                  const void *data, size_t len)
{
    struct cmsg head = {sizeof head + len, level, type};
    size_t room = msg->control ? msg->control_len - *used : 0;

    if (room < head.len) {
        msg->flags |= NET_MSG_CTRUNC;
        return;
    }
    memcpy(msg->control + *used, &head, sizeof head);
    memcpy(msg->control + *used + sizeof head, data, len);
    *used += (head.len + 7) & ~7ull;
    if (*used > msg->control_len)
        *used = msg->control_len;
}

/*
 * From descriptors to sockets. The file is the caller's until file_put().
 */
long net_sock_get(int fd, struct file **file, struct net_sock **sock)
{
    *file = fd_get(fd);
    if (!*file)
        return -LINUX_EBADF;
    if ((*file)->ops != &net_sock_file_ops) {
        file_put(*file);
        return -LINUX_ENOTSOCK;
    }
    *sock = (*file)->data;
    return 0;
}

/* A descriptor for a socket, which is closed if there is none. */
long net_sock_install(struct net_sock *sock, int flags)
{
    struct file *file = file_new(
        &net_sock_file_ops, LINUX_O_RDWR | (flags & LINUX_O_NONBLOCK), NULL);

    if (!file) {
        sock->ops->close(sock);
        return -LINUX_ENFILE;
    }
    file->data = sock;
    return fd_install(file, 0, flags & NET_SOCK_CLOEXEC ? LINUX_O_CLOEXEC : 0);
}

static long inet_new(int family, int type, int protocol, struct net_sock **sock)
{
    net_start();
    *sock = NULL;
    switch (type) {
    case NET_STREAM:
        if (protocol && protocol != 6)
            return -LINUX_EPROTONOSUPPORT;
        *sock = net_tcp_new(family);
        break;
    case NET_DGRAM:
        if (!protocol || protocol == 17)
            *sock = net_udp_new(family);
        else if (protocol == (family == NET_AF_INET ? 1 : 58))
            *sock = net_raw_new(family, type, protocol);
        else
            return -LINUX_EPROTONOSUPPORT;
        break;
    case NET_RAW:
        if (protocol <= 0 || protocol > 255)
            return -LINUX_EPROTONOSUPPORT;
        *sock = net_raw_new(family, type, protocol);
        break;
    default:
        return -LINUX_ESOCKTNOSUPPORT;
    }
    return *sock ? 0 : -LINUX_ENOBUFS;
}

long sys_socket(int family, int type, int protocol)
{
    LIBOS_CALL();
    int flags = type & (NET_SOCK_NONBLOCK | NET_SOCK_CLOEXEC);
    struct net_sock *sock;
    long rc;

    type &= ~flags;
    if (type & ~0xf)
        return -LINUX_EINVAL;
    if (family == NET_AF_UNIX) {
        if (protocol && protocol != NET_AF_UNIX)
            return -LINUX_EPROTONOSUPPORT;
        if (type == NET_RAW)
            type = NET_DGRAM; /* unix(7) */
        if (type != NET_STREAM && type != NET_DGRAM && type != NET_SEQPACKET)
            return -LINUX_ESOCKTNOSUPPORT;
        sock = net_unix_new(type);
        rc = sock ? 0 : -LINUX_ENOBUFS;
    } else if (family == NET_AF_INET || family == NET_AF_INET6) {
        rc = inet_new(family, type, protocol, &sock);
    } else {
        return -LINUX_EAFNOSUPPORT;
    }
    return rc < 0 ? rc : net_sock_install(sock, flags);
}

long sys_socketpair(int family, int type, int protocol, int fds[2])
{
    LIBOS_CALL();
    int flags = type & (NET_SOCK_NONBLOCK | NET_SOCK_CLOEXEC), pair_fds[2];
    struct net_sock *pair[2];

    if (family != NET_AF_UNIX)
        return family == NET_AF_INET || family == NET_AF_INET6
                   ? -LINUX_ENOTSUP
                   : -LINUX_EAFNOSUPPORT;
    if (protocol && protocol != NET_AF_UNIX)
        return -LINUX_EPROTONOSUPPORT;
    type &= ~flags;
    if (type != NET_STREAM && type != NET_DGRAM && type != NET_SEQPACKET)
        return -LINUX_ESOCKTNOSUPPORT;
    long rc = net_unix_pair(type, pair);
    if (rc < 0)
        return rc;
    rc = net_sock_install(pair[0], flags);
    if (rc < 0) {
        pair[1]->ops->close(pair[1]);
        return rc;
    }
    pair_fds[0] = (int)rc;
    rc = net_sock_install(pair[1], flags);
    if (rc >= 0) {
        pair_fds[1] = (int)rc;
        rc = user_copy(fds, pair_fds, sizeof pair_fds);
        if (rc < 0)
            (void)sys_close(pair_fds[1]);
    }
    if (rc < 0)
        (void)sys_close(pair_fds[0]);
    return rc < 0 ? rc : 0;
}

/* The application's address into ours. */
long net_addr_in(union net_sockaddr *addr, const void *from, uint32_t len)
{
    if (len > sizeof *addr)
        return -LINUX_EINVAL;
    memset(addr, 0, sizeof *addr);
    return user_copy(addr, from, len);
}

/* Ours into the application's, cut to its room; *len is the full length. */
long net_addr_out(const union net_sockaddr *addr, uint32_t full, void *to,
                  uint32_t *len)
{
    uint32_t room;
    long rc;

    if (!to)
        return 0;
    rc = user_copy(&room, len, sizeof room);
    if (rc < 0)
        return rc;
    if ((int32_t)room < 0)
        return -LINUX_EINVAL;
    if (full < room)
        room = full;
    rc = user_copy(to, addr, room);
    return rc < 0 ? rc : user_copy(len, &full, sizeof full);
}

long sys_bind(int fd, const void *addr, uint32_t len)
{
    LIBOS_CALL();
    union net_sockaddr copy;
    struct file *file;
    struct net_sock *sock;
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = net_addr_in(&copy, addr, len);
    if (rc == 0)
        rc = sock->ops->bind(sock, &copy, len);
    file_put(file);
    return rc;
}

long sys_listen(int fd, int backlog)
{
    LIBOS_CALL();
    struct file *file;
    struct net_sock *sock;
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = sock->ops->listen ? sock->ops->listen(sock, backlog) : -LINUX_ENOTSUP;
    file_put(file);
    return rc;
}

/* The connection's descriptor is there already: for want of one, nobody is
 * disconnected. */
static long accept_into(int fd, struct net_sock *child, void *addr,
                        uint32_t *len, int flags)
{
    struct file *file = file_new(
        &net_sock_file_ops, LINUX_O_RDWR | (flags & LINUX_O_NONBLOCK), NULL);
    union net_sockaddr name;
    long rc;

    if (!file) {
        child->ops->close(child);
        return -LINUX_ENFILE;
    }
    file->data = child;
    if (addr) {
        rc = child->ops->from ? child->ops->from(child, &name)
                              : child->ops->name(child, &name, true);
        rc = net_addr_out(&name, (uint32_t)rc, addr, len);
        if (rc < 0) {
            file_put(file);
            return rc;
        }
    }
    fd_fill(fd, file, flags & NET_SOCK_CLOEXEC ? LINUX_O_CLOEXEC : 0);
    return fd;
}

LIBOS_RESTARTABLE(sys_accept4, (int fd, void *addr, uint32_t *len, int flags),
                  (fd, addr, len, flags))
{
    struct file *file;
    struct net_sock *sock, *child;
    long rc;

    if (flags & ~(NET_SOCK_NONBLOCK | NET_SOCK_CLOEXEC))
        return -LINUX_EINVAL;
    rc = net_sock_get(fd, &file, &sock);
    if (rc < 0)
        return rc;
    int child_fd = fd_reserve();
    if (child_fd < 0) {
        file_put(file);
        return child_fd;
    }
    rc = sock->ops->accept
             ? sock->ops->accept(sock, &child, file->flags & LINUX_O_NONBLOCK)
             : -LINUX_ENOTSUP;
    file_put(file);
    if (rc == 0)
        rc = accept_into(child_fd, child, addr, len, flags);
    if (rc < 0)
        fd_unreserve(child_fd);
    return rc;
}

LIBOS_RESTARTABLE(sys_connect, (int fd, const void *addr, uint32_t len),
                  (fd, addr, len))
{
    union net_sockaddr copy;
    struct file *file;
    struct net_sock *sock;
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = net_addr_in(&copy, addr, len);
    if (rc == 0)
        rc = sock->ops->connect(sock, &copy, len,
                                file->flags & LINUX_O_NONBLOCK);
    file_put(file);
    return rc;
}

static long get_name(int fd, void *addr, uint32_t *len, bool is_peer)
{
    union net_sockaddr name;
    struct file *file;
    struct net_sock *sock;
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = sock->ops->name(sock, &name, is_peer);
    if (rc >= 0)
        rc =
            addr ? net_addr_out(&name, (uint32_t)rc, addr, len) : -LINUX_EFAULT;
    file_put(file);
    return rc;
}

long sys_getsockname(int fd, void *addr, uint32_t *len)
{
    LIBOS_CALL();
    return get_name(fd, addr, len, false);
}

long sys_getpeername(int fd, void *addr, uint32_t *len)
{
    LIBOS_CALL();
    return get_name(fd, addr, len, true);
}

long sys_shutdown(int fd, int how)
{
    LIBOS_CALL();
    struct file *file;
    struct net_sock *sock;
    long rc;

    if (how < NET_SHUT_RD || how > NET_SHUT_RDWR)
        return -LINUX_EINVAL;
    rc = net_sock_get(fd, &file, &sock);
    if (rc < 0)
        return rc;
    rc = sock->ops->shutdown(sock, how);
    file_put(file);
    return rc;
}
