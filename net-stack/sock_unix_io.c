/* SPDX-License-Identifier: Apache-2.0 */
/* AF_UNIX: messages and the descriptors in them. */
#include "base.h"
#include "net.h"
#include "sock_unix.h"
#include "user.h"

#define FDS_MAX 253u /* Linux: SCM_MAX_FD */

void net_unix_msg_free(struct unix_msg *msg)
{
    for (uint32_t i = 0; i < msg->file_count; i++)
        file_put(msg->files[i]);
    net_free(msg->files);
    net_free(msg);
}

void net_unix_drop_first(struct unix_sock *sock)
{
    struct unix_msg *msg = sock->rx_first;

    sock->rx_first = msg->next;
    if (!sock->rx_first)
        sock->rx_last = NULL;
    net_unix_msg_free(msg);
}

/*
 * Descriptors in control messages: SCM_RIGHTS is type 1 of level 1.
 */
struct cmsg {
    uint64_t len;
    int32_t level, type;
};

static long take_files(const struct net_msg *msg, struct unix_msg *out)
{
    struct cmsg head;
    size_t pos = 0;
    long rc;

    while (msg->control && msg->control_len - pos >= sizeof head) {
        rc = user_copy(&head, msg->control + pos, sizeof head);
        if (rc < 0)
            return rc;
        if (head.len < sizeof head || head.len > msg->control_len - pos)
            return -LINUX_EINVAL;
        if (head.level == 1 && head.type == 1) {
            size_t count = (head.len - sizeof head) / 4;
            int fds[FDS_MAX];

            if (count > FDS_MAX || out->files)
                return -LINUX_EINVAL;
            rc = user_copy(fds, msg->control + pos + sizeof head, count * 4);
            if (rc < 0)
                return rc;
            out->files = net_calloc(count ? count : 1, sizeof *out->files);
            if (!out->files)
                return -LINUX_ENOBUFS;
            for (size_t i = 0; i < count; i++) {
                struct file *file = fd_get(fds[i]);

                if (!file)
                    return -LINUX_EBADF;
                out->files[out->file_count++] = file;
            }
        } else if (head.level != 1 || head.type != 2 /* SCM_CREDENTIALS */) {
            return -LINUX_EINVAL;
        }
        size_t step = (head.len + 7) & ~7ull;
        if (step >= msg->control_len - pos)
            break;
        pos += step;
    }
    return 0;
}

/* is_peek: the message keeps its descriptors too. */
static void give_files(const struct net_sock *s, struct net_msg *msg,
                       struct unix_msg *from, bool is_peek)
{
    int fds[FDS_MAX];
    size_t used = 0, count = 0, room = 0;

    if (s->flags & NET_SOCK_PASSCRED) {
        int32_t cred[3] = {1, 0, 0};
        net_cmsg_put(msg, &used, 1, 2, cred, sizeof cred);
    }
    if (msg->control && msg->control_len - used > sizeof(struct cmsg))
        room = (msg->control_len - used - sizeof(struct cmsg)) / 4;
    for (uint32_t i = 0; i < from->file_count; i++) {
        if (count < room) {
            int fd = fd_install(
                file_get(from->files[i]), 0,
                msg->flags & NET_MSG_CMSG_CLOEXEC ? LINUX_O_CLOEXEC : 0);
            if (fd >= 0) {
                fds[count++] = fd;
                continue;
            }
        }
        msg->flags |= NET_MSG_CTRUNC;
    }
    if (!is_peek) {
        for (uint32_t i = 0; i < from->file_count; i++)
            file_put(from->files[i]);
        from->file_count = 0;
    }
    if (count)
        net_cmsg_put(msg, &used, 1, 1, fds, count * 4);
    msg->control_used = used;
}

static long new_msg(struct unix_sock *sock, const struct net_msg *msg,
                    size_t offset, size_t n, struct unix_msg **out)
{
    struct unix_msg *fresh = net_malloc(sizeof *fresh + n);
    long rc;

    if (!fresh)
        return -LINUX_ENOBUFS;
    memset(fresh, 0, sizeof *fresh);
    fresh->len = n;
    if (sock->s.type == NET_DGRAM)
        fresh->from = sock->name;
    rc = net_iov_get(msg, offset, fresh->data, n);
    if (rc == 0 && offset == 0)
        rc = take_files(msg, fresh);
    if (rc < 0) {
        net_unix_msg_free(fresh);
        return rc;
    }
    *out = fresh;
    return 0;
}

static void deliver(struct unix_sock *to, struct unix_msg *msg)
{
    if (to->rx_last)
        to->rx_last->next = msg;
    else
        to->rx_first = msg;
    to->rx_last = msg;
    to->rx_len += msg->len + MSG_COST;
    net_sock_wake(&to->s);
}

/* Where a message of this socket goes now, or minus errno. */
static long find_target(struct unix_sock *sock, const struct net_msg *msg,
                        struct unix_sock **to)
{
    struct unix_name name;
    long rc;

    if (sock->s.is_wr_shut)
        return -LINUX_EPIPE;
    if (msg->addr_len && sock->s.type == NET_DGRAM) {
        rc = net_unix_name_in(&msg->addr, msg->addr_len, &name);
        if (rc == 0)
            rc = net_unix_find(&name, NET_DGRAM, to);
        if (rc == 0 && (*to)->s.type != NET_DGRAM)
            rc = -LINUX_EPROTOTYPE;
        if (rc == 0 && !net_unix_may_send(sock, *to))
            rc = -LINUX_EPERM;
        return rc;
    }
    if (msg->addr_len && sock->s.type != NET_SEQPACKET)
        return sock->is_connected ? -LINUX_EISCONN : -LINUX_ENOTSUP;
    if (!sock->is_connected)
        return -LINUX_ENOTCONN;
    if (!sock->peer && sock->s.type == NET_DGRAM) {
        net_unix_disconnect(sock);
        return -LINUX_ECONNREFUSED;
    }
    if (!sock->peer)
        return -LINUX_EPIPE;
    if (sock->peer->s.is_rd_shut)
        return -LINUX_EPIPE;
    *to = sock->peer;
    return 0;
}

long net_unix_send(struct net_sock *s, struct net_msg *msg)
{
    struct unix_sock *sock = (struct unix_sock *)s, *to;
    int64_t deadline = net_sock_deadline(s->snd_timeout_ns);
    bool is_stream = s->type == NET_STREAM;
    struct unix_msg *fresh;
    size_t done = 0;
    long rc;

    if (!is_stream && msg->len > QUEUE_MAX)
        return -LINUX_EMSGSIZE;
    do {
        rc = find_target(sock, msg, &to);
        if (rc < 0 || (is_stream && msg->len == 0))
            break; /* of nothing, a stream has no trace */
        if (to->rx_len >= QUEUE_MAX) {
            rc = -LINUX_EAGAIN;
            if (msg->is_nonblock)
                break;
            rc = net_unix_wait_room(deadline);
            if (rc < 0)
                break;
            continue;
        }
        size_t n = msg->len - done;
        if (is_stream && n > 65536)
            n = 65536;
        rc = new_msg(sock, msg, done, n, &fresh);
        if (rc < 0)
            break;
        deliver(to, fresh);
        done += n;
        if (done == msg->len)
            return (long)done;
    } while (true);
    return done ? (long)done : rc;
}

/* 1: a message; 0: end of stream; or minus errno. */
static long recv_state(struct unix_sock *sock, bool is_nonblock)
{
    if (sock->rx_first)
        return 1;
    if (sock->s.error)
        return net_sock_take_error(&sock->s);
    if (sock->s.type == NET_DGRAM) /* a shut one: EAGAIN to who won't wait */
        return sock->s.is_rd_shut && !is_nonblock ? 0 : -LINUX_EAGAIN;
    if (sock->s.is_rd_shut)
        return 0;
    if (!sock->is_connected)
        return -LINUX_EINVAL;
    if (!sock->peer || sock->peer->s.is_wr_shut)
        return 0;
    return -LINUX_EAGAIN;
}

static void after_read(struct unix_sock *sock)
{
    wake_all(&net_unix_room_q);
    if (sock->peer)
        net_sock_wake(&sock->peer->s);
    if (sock->is_wanted && sock->rx_len < QUEUE_MAX)
        net_unix_wake_senders(sock);
}

/* One message, whole or cut; for a stream as many as there are. */
static long copy_out(struct unix_sock *sock, struct net_msg *msg, size_t done,
                     int flags)
{
    bool is_stream = sock->s.type == NET_STREAM;
    bool is_peek = flags & NET_MSG_PEEK;
    struct unix_msg *m = sock->rx_first;
    size_t got = 0;

    while (m && (done + got < msg->len || !is_stream)) {
        size_t left = m->len - m->pos, n = msg->len - done - got;

        if (n > left)
            n = left;
        long rc = net_iov_put(msg, done + got, m->data + m->pos, n);
        if (rc < 0)
            return got ? (long)got : rc;
        got += n;
        if (!is_stream) {
            if (left > n)
                msg->flags |= NET_MSG_TRUNC;
            msg->addr_len = m->from.len;
            memcpy(&msg->addr, &m->from.addr, sizeof m->from.addr);
            give_files(&sock->s, msg, m, is_peek);
            if (!is_peek) {
                sock->rx_len -= m->len + MSG_COST;
                net_unix_drop_first(sock);
            }
            return (long)(flags & NET_MSG_TRUNC ? left : got);
        }
        bool has_files = m->file_count;
        if (has_files || (sock->s.flags & NET_SOCK_PASSCRED && got == n))
            give_files(&sock->s, msg, m, is_peek);
        if (is_peek) {
            m = m->next;
            if (has_files || (m && m->file_count))
                break;
            continue;
        }
        m->pos += n;
        sock->rx_len -= n;
        if (m->pos == m->len) {
            sock->rx_len -= MSG_COST;
            net_unix_drop_first(sock);
        }
        m = sock->rx_first;
        if (has_files || (m && m->file_count))
            break; /* descriptors keep their place in the stream */
    }
    return (long)got;
}

long net_unix_recv(struct net_sock *s, struct net_msg *msg)
{
    struct unix_sock *sock = (struct unix_sock *)s;
    int64_t deadline = net_sock_deadline(s->rcv_timeout_ns);
    int flags = msg->flags;
    bool is_all = flags & NET_MSG_WAITALL && s->type == NET_STREAM;
    size_t done = 0;
    long rc;

    msg->flags = flags & NET_MSG_CMSG_CLOEXEC;
    msg->addr_len = 0;
    for (;;) {
        rc = recv_state(sock, msg->is_nonblock);
        if (rc == 1) {
            rc = copy_out(sock, msg, done, flags);
            if (rc < 0)
                break;
            done += (size_t)rc;
            if (!(flags & NET_MSG_PEEK))
                after_read(sock);
            if (!is_all || done >= msg->len || flags & NET_MSG_PEEK ||
                msg->control_used)
                break;
            continue;
        }
        if (rc != -LINUX_EAGAIN || msg->is_nonblock)
            break;
        rc = net_sock_wait(s, deadline);
        if (rc < 0)
            break;
    }
    msg->flags &= ~NET_MSG_CMSG_CLOEXEC;
    return done ? (long)done : rc;
}
