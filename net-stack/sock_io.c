/* SPDX-License-Identifier: Apache-2.0 */
/* Sending, receiving, options: the calls, and sockets as files. */
#include "signal.h"

#include "base.h"
#include "enter.h"
#include "net.h"
#include "net_sock.h"
#include "sock_file.h"
#include "sys.h"
#include "user.h"

#define IOV_FAST 8u
#define IOV_MAX_COUNT 1024u
#define OPT_VALUE_MAX 512u

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
    if (msg->flags & NET_MSG_OOB) /* the stack has no urgent data */
        return -LINUX_ENOTSUP;
    rc = sock->ops->send(sock, msg);
    if (rc == -LINUX_EPIPE && sock->type != NET_DGRAM &&
        !(msg->flags & NET_MSG_NOSIGNAL))
        signal_broken_pipe();
    return rc;
}

static long do_recv(struct net_sock *sock, struct net_msg *msg)
{
    long rc = msg_len(msg);

    if (rc < 0)
        return rc;
    if (msg->flags & NET_MSG_ERRQUEUE && sock->type == NET_STREAM)
        return -LINUX_EAGAIN;
    /* recv(2): no urgent data there; UDP does not look at the flag. */
    if (msg->flags & NET_MSG_OOB && sock->type == NET_STREAM)
        return -LINUX_EINVAL;
    return sock->ops->recv(sock, msg);
}

static bool is_nonblock(const struct file *file, int flags)
{
    return file->flags & LINUX_O_NONBLOCK || flags & NET_MSG_DONTWAIT;
}

/* Without control data and address; the latter is large and left as it is. */
static void plain_msg(struct net_msg *msg, const struct linux_iovec *iov,
                      size_t iov_count, const struct file *file, int flags)
{
    msg->iov = iov;
    msg->iov_count = iov_count;
    msg->flags = flags;
    msg->is_nonblock = is_nonblock(file, flags);
    msg->control = NULL;
    msg->control_len = 0;
    msg->control_used = 0;
    msg->addr_len = 0;
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
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    plain_msg(&msg, &iov, 1, file, flags);
    if (addr && addr_len) {
        rc = net_addr_in(&msg.addr, addr, addr_len);
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
    long rc = net_sock_get(fd, &file, &sock);

    if (rc < 0)
        return rc;
    plain_msg(&msg, &iov, 1, file, flags);
    rc = do_recv(sock, &msg);
    if (rc >= 0 && addr) {
        long err = net_addr_out(&msg.addr, msg.addr_len, addr, addr_len);
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
    if ((int32_t)hdr->name_len < 0)
        return -LINUX_EINVAL;
    if (hdr->name_len >
        sizeof(union net_sockaddr)) /* Linux: there is no more */
        hdr->name_len = sizeof(union net_sockaddr);
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
        plain_msg(&msg, iov, hdr.iov_count, file, flags);
        msg.control = hdr.control_len ? hdr.control : NULL;
        msg.control_len = hdr.control_len;
        if (hdr.name && hdr.name_len) {
            rc = net_addr_in(&msg.addr, hdr.name, hdr.name_len);
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
    plain_msg(&msg, iov, hdr.iov_count, file, flags);
    msg.control = hdr.control_len ? hdr.control : NULL;
    msg.control_len = hdr.control_len;
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
    long rc = net_sock_get(fd, &file, &sock);

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
    long rc = net_sock_get(fd, &file, &sock);

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
    long rc = net_sock_get(fd, &file, &sock);

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
    rc = net_sock_get(fd, &file, &sock);
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
    long rc = net_sock_get(fd, &file, &sock);

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
    long rc = net_sock_get(fd, &file, &sock);

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

    plain_msg(&msg, iov, (size_t)count, file, 0);
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

const struct file_ops net_sock_file_ops = {
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
