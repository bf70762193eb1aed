/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets as files, and their system calls: sys_net.h. */
#include "signal.h"

#include "base.h"
#include "enter.h"
#include "file.h"
#include "net.h"
#include "net_sock.h"
#include "sys.h"
#include "thread.h"
#include "user.h"

#define IOV_FAST 8u
#define IOV_MAX_COUNT 1024u
#define OPT_VALUE_MAX 512u

static const struct file_ops sock_file_ops;

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
static long sock_get(int fd, struct file **file, struct net_sock **sock)
{
    *file = fd_get(fd);
    if (!*file)
        return -LINUX_EBADF;
    if ((*file)->ops != &sock_file_ops) {
        file_put(*file);
        return -LINUX_ENOTSOCK;
    }
    *sock = (*file)->data;
    return 0;
}

/* A descriptor for a socket, which is closed if there is none. */
static long sock_install(struct net_sock *sock, int flags)
{
    struct file *file = file_new(
        &sock_file_ops, LINUX_O_RDWR | (flags & LINUX_O_NONBLOCK), NULL);

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
    return rc < 0 ? rc : sock_install(sock, flags);
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
    rc = sock_install(pair[0], flags);
    if (rc < 0) {
        pair[1]->ops->close(pair[1]);
        return rc;
    }
    pair_fds[0] = (int)rc;
    rc = sock_install(pair[1], flags);
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
static long addr_in(union net_sockaddr *addr, const void *from, uint32_t len)
{
    if (len > sizeof *addr)
        return -LINUX_EINVAL;
    memset(addr, 0, sizeof *addr);
    return user_copy(addr, from, len);
}

/* Ours into the application's, cut to its room; *len is the full length. */
static long addr_out(const union net_sockaddr *addr, uint32_t full, void *to,
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
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = addr_in(&copy, addr, len);
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
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = sock->ops->listen ? sock->ops->listen(sock, backlog) : -LINUX_ENOTSUP;
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_accept4, (int fd, void *addr, uint32_t *len, int flags),
                  (fd, addr, len, flags))
{
    union net_sockaddr name;
    struct file *file;
    struct net_sock *sock, *child;
    long rc;

    if (flags & ~(NET_SOCK_NONBLOCK | NET_SOCK_CLOEXEC))
        return -LINUX_EINVAL;
    rc = sock_get(fd, &file, &sock);
    if (rc < 0)
        return rc;
    rc = sock->ops->accept
             ? sock->ops->accept(sock, &child, file->flags & LINUX_O_NONBLOCK)
             : -LINUX_ENOTSUP;
    file_put(file);
    if (rc < 0)
        return rc;
    if (addr) {
        long n = child->ops->name(child, &name, true);
        if (n < 0) { /* gone again already: Linux gives its address still */
            memset(&name, 0, sizeof name);
            name.family = child->family;
            n = sizeof name.in;
        }
        rc = addr_out(&name, (uint32_t)n, addr, len);
        if (rc < 0) {
            child->ops->close(child);
            return rc;
        }
    }
    return sock_install(child, flags);
}

LIBOS_RESTARTABLE(sys_connect, (int fd, const void *addr, uint32_t len),
                  (fd, addr, len))
{
    union net_sockaddr copy;
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = addr_in(&copy, addr, len);
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
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = sock->ops->name(sock, &name, is_peer);
    if (rc >= 0)
        rc = addr ? addr_out(&name, (uint32_t)rc, addr, len) : -LINUX_EFAULT;
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
    rc = sock_get(fd, &file, &sock);
    if (rc < 0)
        return rc;
    rc = sock->ops->shutdown(sock, how);
    file_put(file);
    return rc;
}

/*
 * Sending and receiving.
 */
static long msg_len(struct net_msg *msg)
{
    size_t len = 0;

    for (size_t i = 0; i < msg->iov_count; i++)
        if (__builtin_add_overflow(len, msg->iov[i].len, &len) ||
            len > INT64_MAX)
            return -LINUX_EINVAL;
    msg->len = len;
    return 0;
}

static long do_send(struct net_sock *sock, struct net_msg *msg)
{
    long rc = msg_len(msg);

    if (rc < 0)
        return rc;
    rc = sock->ops->send(sock, msg);
    if (rc == -LINUX_EPIPE && sock->type != NET_DGRAM &&
        !(msg->flags & NET_MSG_NOSIGNAL))
        signal_send(thread_self(), LINUX_SIGPIPE, NULL);
    return rc;
}

static long do_recv(struct net_sock *sock, struct net_msg *msg)
{
    long rc = msg_len(msg);

    if (rc < 0)
        return rc;
    if (msg->flags & NET_MSG_ERRQUEUE)
        return -LINUX_EAGAIN;
    return sock->ops->recv(sock, msg);
}

static bool is_nonblock(const struct file *file, int flags)
{
    return file->flags & LINUX_O_NONBLOCK || flags & NET_MSG_DONTWAIT;
}

LIBOS_RESTARTABLE(sys_sendto,
                  (int fd, const void *buf, size_t len, int flags,
                   const void *addr, uint32_t addr_len),
                  (fd, buf, len, flags, addr, addr_len))
{
    struct linux_iovec iov = {(void *)(uintptr_t)buf, len};
    struct net_msg msg;
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    msg.iov = &iov;
    msg.iov_count = 1;
    msg.flags = flags;
    msg.is_nonblock = is_nonblock(file, flags);
    msg.control = NULL;
    msg.control_len = 0;
    msg.control_used = 0;
    msg.addr_len = 0;
    if (addr && addr_len) {
        rc = addr_in(&msg.addr, addr, addr_len);
        msg.addr_len = addr_len;
    }
    if (rc == 0)
        rc = do_send(sock, &msg);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_recvfrom,
                  (int fd, void *buf, size_t len, int flags, void *addr,
                   uint32_t *addr_len),
                  (fd, buf, len, flags, addr, addr_len))
{
    struct linux_iovec iov = {buf, len};
    struct net_msg msg;
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    msg.iov = &iov;
    msg.iov_count = 1;
    msg.flags = flags;
    msg.is_nonblock = is_nonblock(file, flags);
    msg.control = NULL;
    msg.control_len = 0;
    msg.control_used = 0;
    msg.addr_len = 0;
    rc = do_recv(sock, &msg);
    if (rc >= 0 && addr) {
        long err = addr_out(&msg.addr, msg.addr_len, addr, addr_len);
        if (err < 0)
            rc = err;
    }
    file_put(file);
    return rc;
}

/* A copy of the application's msghdr and iov; `fast` or *iov is the latter,
 * which the caller frees if it is not `fast`. */
static long msg_in(const struct linux_msghdr *user, struct linux_msghdr *hdr,
                   struct linux_iovec *fast, struct linux_iovec **iov)
{
    long rc = user_copy(hdr, user, sizeof *hdr);

    *iov = fast;
    if (rc < 0)
        return rc;
    if (hdr->iov_count > IOV_MAX_COUNT)
        return -LINUX_EMSGSIZE;
    size_t size = hdr->iov_count * sizeof **iov;
    if (hdr->iov_count > IOV_FAST) {
        *iov = net_malloc(size);
        if (!*iov) {
            *iov = fast;
            return -LINUX_ENOMEM;
        }
    }
    return user_copy(*iov, hdr->iov, size);
}

static long send_msg(struct file *file, struct net_sock *sock,
                     const struct linux_msghdr *user, int flags)
{
    struct linux_msghdr hdr;
    struct linux_iovec fast[IOV_FAST], *iov;
    struct net_msg msg;
    long rc = msg_in(user, &hdr, fast, &iov);

    if (rc == 0) {
        msg.iov = iov;
        msg.iov_count = hdr.iov_count;
        msg.flags = flags;
        msg.is_nonblock = is_nonblock(file, flags);
        msg.control = hdr.control_len ? hdr.control : NULL;
        msg.control_len = hdr.control_len;
        msg.control_used = 0;
        msg.addr_len = 0;
        if (hdr.name && hdr.name_len) {
            rc = addr_in(&msg.addr, hdr.name, hdr.name_len);
            msg.addr_len = hdr.name_len;
        }
    }
    if (rc == 0)
        rc = do_send(sock, &msg);
    if (iov != fast)
        net_free(iov);
    return rc;
}

static long recv_msg(struct file *file, struct net_sock *sock,
                     struct linux_msghdr *user, int flags)
{
    struct linux_msghdr hdr;
    struct linux_iovec fast[IOV_FAST], *iov;
    struct net_msg msg;
    long rc = msg_in(user, &hdr, fast, &iov);

    if (rc < 0)
        goto out;
    msg.iov = iov;
    msg.iov_count = hdr.iov_count;
    msg.flags = flags;
    msg.is_nonblock = is_nonblock(file, flags);
    msg.control = hdr.control_len ? hdr.control : NULL;
    msg.control_len = hdr.control_len;
    msg.control_used = 0;
    msg.addr_len = 0;
    rc = do_recv(sock, &msg);
    if (rc < 0)
        goto out;
    if (hdr.name) {
        uint32_t n = msg.addr_len < hdr.name_len ? msg.addr_len : hdr.name_len;
        if (user_copy(hdr.name, &msg.addr, n) < 0)
            rc = -LINUX_EFAULT;
    }
    hdr.name_len = msg.addr_len;
    hdr.control_len = msg.control_used;
    hdr.flags = msg.flags | (flags & NET_MSG_CMSG_CLOEXEC);
    if (user_copy(user, &hdr, sizeof hdr) < 0)
        rc = -LINUX_EFAULT;
out:
    if (iov != fast)
        net_free(iov);
    return rc;
}

LIBOS_RESTARTABLE(sys_sendmsg,
                  (int fd, const struct linux_msghdr *msg, int flags),
                  (fd, msg, flags))
{
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = send_msg(file, sock, msg, flags);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_recvmsg, (int fd, struct linux_msghdr *msg, int flags),
                  (fd, msg, flags))
{
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = recv_msg(file, sock, msg, flags);
    file_put(file);
    return rc;
}

LIBOS_RESTARTABLE(sys_sendmmsg,
                  (int fd, struct linux_mmsghdr *msgs, unsigned count,
                   int flags),
                  (fd, msgs, count, flags))
{
    struct file *file;
    struct net_sock *sock;
    unsigned done = 0;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    for (; done < count && done < IOV_MAX_COUNT; done++) {
        rc = send_msg(file, sock, &msgs[done].hdr, flags);
        if (rc < 0)
            break;
        uint32_t len = (uint32_t)rc;
        rc = user_copy(&msgs[done].len, &len, sizeof len);
        if (rc < 0)
            break;
    }
    file_put(file);
    return done ? (long)done : rc;
}

#define MSG_WAITFORONE 0x10000

LIBOS_RESTARTABLE(sys_recvmmsg,
                  (int fd, struct linux_mmsghdr *msgs, unsigned count,
                   int flags, const struct linux_timespec *timeout),
                  (fd, msgs, count, flags, timeout))
{
    struct file *file;
    struct net_sock *sock;
    struct linux_timespec ts;
    int64_t deadline = WAIT_FOREVER;
    unsigned done = 0;
    long rc = 0;

    if (timeout) {
        rc = user_copy(&ts, timeout, sizeof ts);
        if (rc < 0)
            return rc;
        deadline = time_deadline(time_to_ns(&ts));
    }
    rc = sock_get(fd, &file, &sock);
    if (rc < 0)
        return rc;
    for (; done < count && done < IOV_MAX_COUNT; done++) {
        rc = recv_msg(file, sock, &msgs[done].hdr, flags & ~MSG_WAITFORONE);
        if (rc < 0)
            break;
        uint32_t len = (uint32_t)rc;
        rc = user_copy(&msgs[done].len, &len, sizeof len);
        if (rc < 0)
            break;
        if (flags & MSG_WAITFORONE)
            flags |= NET_MSG_DONTWAIT;
        if (deadline != WAIT_FOREVER && time_now() >= deadline) {
            done++;
            break;
        }
    }
    file_put(file);
    return done ? (long)done : rc;
}

long sys_setsockopt(int fd, int level, int name, const void *value,
                    uint32_t len)
{
    LIBOS_CALL();
    uint64_t copy[OPT_VALUE_MAX / 8];
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    if ((int32_t)len < 0) {
        rc = -LINUX_EINVAL;
    } else {
        if (len > sizeof copy)
            len = sizeof copy;
        rc = user_copy(copy, value, len);
    }
    if (rc == 0)
        rc = net_opt_set(sock, level, name, copy, len);
    file_put(file);
    return rc;
}

long sys_getsockopt(int fd, int level, int name, void *value, uint32_t *len)
{
    LIBOS_CALL();
    uint64_t copy[OPT_VALUE_MAX / 8];
    uint32_t room;
    struct file *file;
    struct net_sock *sock;
    long rc = sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    rc = user_copy(&room, len, sizeof room);
    if (rc == 0 && (int32_t)room < 0)
        rc = -LINUX_EINVAL;
    if (rc == 0) {
        if (room > sizeof copy)
            room = sizeof copy;
        rc = net_opt_get(sock, level, name, copy, &room);
    }
    if (rc == 0)
        rc = user_copy(value, copy, room);
    if (rc == 0)
        rc = user_copy(len, &room, sizeof room);
    file_put(file);
    return rc;
}

/*
 * Sockets as files.
 */
static long file_rw(struct file *file, const struct linux_iovec *iov, int count,
                    bool is_write)
{
    struct net_sock *sock = file->data;
    struct net_msg msg;

    msg.iov = iov;
    msg.iov_count = (size_t)count;
    msg.flags = 0;
    msg.is_nonblock = file->flags & LINUX_O_NONBLOCK;
    msg.control = NULL;
    msg.control_len = 0;
    msg.control_used = 0;
    msg.addr_len = 0;
    return is_write ? do_send(sock, &msg) : do_recv(sock, &msg);
}

static long sock_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct linux_iovec iov = {buf, len};

    (void)pos;
    return file_rw(file, &iov, 1, false);
}

static long sock_write(struct file *file, const void *buf, size_t len,
                       int64_t *pos)
{
    struct linux_iovec iov = {(void *)(uintptr_t)buf, len};

    (void)pos;
    return file_rw(file, &iov, 1, true);
}

static long sock_readv(struct file *file, const struct linux_iovec *iov,
                       int count)
{
    return file_rw(file, iov, count, false);
}

static long sock_writev(struct file *file, const struct linux_iovec *iov,
                        int count)
{
    return file_rw(file, iov, count, true);
}

static unsigned sock_poll(struct file *file, struct poll_set *set)
{
    struct net_sock *sock = file->data;

    if (set)
        poll_add(set, &sock->q);
    return sock->ops->poll(sock);
}

static long sock_ioctl(struct file *file, unsigned long request,
                       unsigned long arg)
{
    return net_ioctl(file->data, request, arg);
}

static int sock_stat(struct file *file, struct linux_stat *st)
{
    (void)file;
    memset(st, 0, sizeof *st);
    st->mode = LINUX_S_IFSOCK | 0777;
    st->nlink = 1;
    st->blksize = 4096;
    st->ino = (uint64_t)(uintptr_t)file->data >> 4;
    return 0;
}

static void sock_release(struct file *file)
{
    struct net_sock *sock = file->data;

    sock->ops->close(sock);
}

static const struct file_ops sock_file_ops = {
    .read = sock_read,
    .write = sock_write,
    .readv = sock_readv,
    .writev = sock_writev,
    .poll = sock_poll,
    .ioctl = sock_ioctl,
    .stat = sock_stat,
    .release = sock_release,
    .name = "socket",
};
