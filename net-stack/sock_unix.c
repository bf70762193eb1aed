/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AF_UNIX inside the guest: unix(7). A name in the file system is a socket
 * node there (so that stat and unlink know it) and an entry in a list here,
 * found by device and inode; an abstract name is only the latter. What is
 * sent waits as messages in the receiver's queue; descriptors travel along.
 */
#include "base.h"
#include "file.h"
#include "net.h"
#include "net_sock.h"
#include "sys.h"
#include "user.h"

#define QUEUE_MAX (208u << 10) /* bytes that wait for one receiver */
#define FDS_MAX 253u           /* Linux: SCM_MAX_FD */
#define AT_FDCWD_ (-100)

struct unix_name {
    uint32_t len; /* of addr; 0: none */
    struct net_sockaddr_un addr;
    uint64_t dev, ino; /* of a name in the file system */
};

struct unix_msg {
    struct unix_msg *next;
    size_t len, pos;
    struct unix_name from; /* datagrams */
    uint32_t file_count;
    struct file **files;
    uint8_t data[];
};

struct unix_sock {
    struct net_sock s;
    struct unix_sock *peer; /* both ways for streams and pairs */
    bool is_connected;      /* had a peer; it may be gone */
    bool is_peer_gone;
    struct unix_name name;
    struct unix_name peer_name;
    struct unix_msg *rx_first, *rx_last;
    size_t rx_len;
    struct unix_sock *accept_first, *accept_last, *accept_next;
    uint32_t accept_count, backlog;
    struct unix_sock *all_next, *all_prev; /* every socket */
};

static const struct net_sock_ops unix_ops;
static struct unix_sock *all;
/* Senders and connectors wait here for a full receiver: it may be closed
 * meanwhile, and its own queue with it. */
static struct waitq room_q;

static long wait_room(int64_t deadline_ns)
{
    int rc = wait_on(&room_q, deadline_ns);

    return rc == -LINUX_ETIMEDOUT ? -LINUX_EAGAIN : rc;
}

static struct unix_sock *sock_new(int type)
{
    struct unix_sock *sock = net_calloc(1, sizeof *sock);

    if (!sock)
        return NULL;
    net_sock_init(&sock->s, &unix_ops, NET_AF_UNIX, type, 0);
    sock->s.rcv_buf = sock->s.snd_buf = QUEUE_MAX;
    sock->all_next = all;
    if (all)
        all->all_prev = sock;
    all = sock;
    return sock;
}

struct net_sock *net_unix_new(int type)
{
    struct unix_sock *sock = sock_new(type);

    return sock ? &sock->s : NULL;
}

static void join(struct unix_sock *a, struct unix_sock *b)
{
    a->peer = b;
    b->peer = a;
    a->is_connected = b->is_connected = true;
}

static void sock_free(struct unix_sock *sock)
{
    if (sock->all_prev)
        sock->all_prev->all_next = sock->all_next;
    else
        all = sock->all_next;
    if (sock->all_next)
        sock->all_next->all_prev = sock->all_prev;
    net_free(sock);
}

long net_unix_pair(int type, struct net_sock *pair[2])
{
    struct unix_sock *a = sock_new(type), *b = sock_new(type);

    if (!a || !b) {
        if (a)
            sock_free(a);
        if (b)
            sock_free(b);
        return -LINUX_ENOBUFS;
    }
    join(a, b);
    pair[0] = &a->s;
    pair[1] = &b->s;
    return 0;
}

static void msg_free(struct unix_msg *msg)
{
    for (uint32_t i = 0; i < msg->file_count; i++)
        file_put(msg->files[i]);
    net_free(msg->files);
    net_free(msg);
}

static void drop_first(struct unix_sock *sock)
{
    struct unix_msg *msg = sock->rx_first;

    sock->rx_first = msg->next;
    if (!sock->rx_first)
        sock->rx_last = NULL;
    msg_free(msg);
}

/* A message of a connection that ended: its files may be sockets of this
 * kind, so it is freed when no list is being walked. */
static void drop_all(struct unix_sock *sock)
{
    while (sock->rx_first)
        drop_first(sock);
    sock->rx_len = 0;
}

/* The length and kind of an address; copies a path with its NUL. */
static long name_in(const union net_sockaddr *addr, uint32_t len,
                    struct unix_name *name)
{
    if (len < 2 || len > sizeof(struct net_sockaddr_un) ||
        addr->family != NET_AF_UNIX)
        return -LINUX_EINVAL;
    memset(name, 0, sizeof *name);
    memcpy(&name->addr, addr, len);
    name->len = len;
    if (len > 2 && name->addr.path[0]) { /* the NUL may be missing: ours */
        size_t n = strnlen(name->addr.path, len - 2);

        if (n == NET_UNIX_PATH_MAX)
            return -LINUX_EINVAL;
        name->len = (uint32_t)(2 + n + 1);
    }
    return 0;
}

static bool is_abstract(const struct unix_name *name)
{
    return name->len > 2 && !name->addr.path[0];
}

static struct unix_sock *find_abstract(const struct unix_name *name)
{
    for (struct unix_sock *sock = all; sock; sock = sock->all_next)
        if (sock->name.len == name->len && is_abstract(&sock->name) &&
            memcmp(&sock->name.addr, &name->addr, name->len) == 0)
            return sock;
    return NULL;
}

/* 0 and *found, or minus errno as connect(2) says. */
static long find_name(const struct unix_name *name, struct unix_sock **found)
{
    struct linux_stat st;
    long rc;

    *found = NULL;
    if (name->len <= 2)
        return -LINUX_EINVAL;
    if (is_abstract(name)) {
        *found = find_abstract(name);
        return *found ? 0 : -LINUX_ECONNREFUSED;
    }
    rc = sys_newfstatat(AT_FDCWD_, name->addr.path, &st, 0);
    if (rc < 0)
        return rc;
    for (struct unix_sock *sock = all; sock; sock = sock->all_next)
        if (sock->name.len > 2 && !is_abstract(&sock->name) &&
            sock->name.dev == st.dev && sock->name.ino == st.ino)
            *found = sock;
    return *found ? 0 : -LINUX_ECONNREFUSED;
}

static long bind_auto(struct unix_sock *sock)
{
    static uint32_t next;
    struct unix_name name = {.len = 2 + 6, .addr = {.family = NET_AF_UNIX}};

    do {
        uint32_t value = next++ & 0xfffff;

        for (unsigned i = 0; i < 5; i++)
            name.addr.path[1 + i] =
                "0123456789abcdef"[value >> (16 - 4 * i) & 15];
    } while (find_abstract(&name));
    sock->name = name;
    return 0;
}

static long unix_bind(struct net_sock *s, const union net_sockaddr *addr,
                      uint32_t len)
{
    struct unix_sock *sock = (struct unix_sock *)s;
    struct unix_name name;
    struct linux_stat st;
    long rc = name_in(addr, len, &name);

    if (rc < 0)
        return rc;
    if (name.len > 2 && !is_abstract(&name) &&
        sys_newfstatat(AT_FDCWD_, name.addr.path, &st, 0x100 /* NOFOLLOW */) ==
            0)
        return -LINUX_EADDRINUSE;
    if (sock->name.len)
        return -LINUX_EINVAL;
    if (name.len == 2)
        return bind_auto(sock);
    if (is_abstract(&name)) {
        if (find_abstract(&name))
            return -LINUX_EADDRINUSE;
    } else {
        rc = sys_mknodat(AT_FDCWD_, name.addr.path, LINUX_S_IFSOCK | 0777, 0);
        if (rc == -LINUX_EEXIST)
            return -LINUX_EADDRINUSE;
        if (rc == 0)
            rc = sys_newfstatat(AT_FDCWD_, name.addr.path, &st, 0);
        if (rc < 0)
            return rc;
        name.dev = st.dev;
        name.ino = st.ino;
    }
    sock->name = name;
    return 0;
}

static long unix_listen(struct net_sock *s, int backlog)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (s->type == NET_DGRAM)
        return -LINUX_ENOTSUP;
    if (!sock->name.len || sock->is_connected)
        return -LINUX_EINVAL;
    sock->backlog = backlog < 0 || backlog > 4096 ? 4096 : (uint32_t)backlog;
    s->is_listening = true;
    return 0;
}

static long connect_dgram(struct unix_sock *sock, struct unix_sock *to)
{
    if (to->s.type != NET_DGRAM)
        return -LINUX_EPROTOTYPE;
    sock->peer = to;
    sock->is_connected = true;
    sock->is_peer_gone = false;
    sock->peer_name = to->name;
    return 0;
}

static long unix_connect(struct net_sock *s, const union net_sockaddr *addr,
                         uint32_t len, bool is_nonblock)
{
    struct unix_sock *sock = (struct unix_sock *)s, *to, *child;
    int64_t deadline = net_sock_deadline(s->snd_timeout_ns);
    struct unix_name name;
    long rc;

    if (len >= 2 && addr->family == NET_AF_UNSPEC && s->type == NET_DGRAM) {
        sock->peer = NULL;
        sock->is_connected = false;
        return 0;
    }
    rc = name_in(addr, len, &name);
    if (rc < 0)
        return rc;
    if (sock->is_connected && s->type != NET_DGRAM)
        return -LINUX_EISCONN;
    if (s->is_listening)
        return -LINUX_EINVAL;
    for (;;) {
        rc = find_name(&name, &to);
        if (rc < 0)
            return rc;
        if (s->type == NET_DGRAM)
            return connect_dgram(sock, to);
        if (to->s.type != s->type) /* Linux: abstract names are by type */
            return is_abstract(&name) ? -LINUX_ECONNREFUSED : -LINUX_EPROTOTYPE;
        if (!to->s.is_listening || to->s.is_rd_shut)
            return -LINUX_ECONNREFUSED;
        if (to->accept_count <= to->backlog)
            break;
        if (is_nonblock)
            return -LINUX_EAGAIN;
        rc = wait_room(deadline);
        if (rc < 0)
            return rc;
    }
    child = sock_new(s->type);
    if (!child)
        return -LINUX_ENOBUFS;
    child->name = to->name;
    child->peer_name = sock->name;
    child->s.flags = to->s.flags & NET_SOCK_PASSCRED;
    sock->peer_name = to->name;
    join(sock, child);
    if (to->accept_last)
        to->accept_last->accept_next = child;
    else
        to->accept_first = child;
    to->accept_last = child;
    to->accept_count++;
    net_sock_wake(&to->s);
    return 0;
}

static long unix_accept(struct net_sock *s, struct net_sock **child,
                        bool is_nonblock)
{
    struct unix_sock *sock = (struct unix_sock *)s, *first;
    int64_t deadline = net_sock_deadline(s->rcv_timeout_ns);

    if (!s->is_listening)
        return -LINUX_EINVAL;
    while (!(first = sock->accept_first)) {
        if (s->is_rd_shut)
            return -LINUX_EINVAL;
        if (is_nonblock)
            return -LINUX_EAGAIN;
        long rc = net_sock_wait(s, deadline);
        if (rc < 0)
            return rc;
    }
    sock->accept_first = first->accept_next;
    if (!sock->accept_first)
        sock->accept_last = NULL;
    sock->accept_count--;
    first->accept_next = NULL;
    *child = &first->s;
    wake_all(&room_q);
    return 0;
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

static void give_files(const struct net_sock *s, struct net_msg *msg,
                       struct unix_msg *from)
{
    int fds[FDS_MAX];
    size_t used = 0, count = 0;
    size_t room = msg->control && msg->control_len > sizeof(struct cmsg)
                      ? (msg->control_len - sizeof(struct cmsg)) / 4
                      : 0;

    if (s->flags & NET_SOCK_PASSCRED) {
        int32_t cred[3] = {1, 0, 0};
        net_cmsg_put(msg, &used, 1, 2, cred, sizeof cred);
    }
    for (uint32_t i = 0; i < from->file_count; i++) {
        if (count < room && !used) {
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
    for (uint32_t i = 0; i < from->file_count; i++)
        file_put(from->files[i]);
    from->file_count = 0;
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
        msg_free(fresh);
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
    to->rx_len += msg->len + (to->s.type == NET_STREAM ? 0 : 256);
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
        rc = name_in(&msg->addr, msg->addr_len, &name);
        if (rc == 0)
            rc = find_name(&name, to);
        if (rc == 0 && (*to)->s.type != NET_DGRAM)
            rc = -LINUX_EPROTOTYPE;
        return rc;
    }
    if (msg->addr_len && sock->s.type != NET_SEQPACKET)
        return sock->is_connected ? -LINUX_EISCONN : -LINUX_ENOTSUP;
    if (!sock->is_connected)
        return -LINUX_ENOTCONN;
    if (!sock->peer)
        return sock->s.type == NET_DGRAM ? -LINUX_ECONNREFUSED : -LINUX_EPIPE;
    if (sock->peer->s.is_rd_shut)
        return -LINUX_EPIPE;
    *to = sock->peer;
    return 0;
}

static long unix_send(struct net_sock *s, struct net_msg *msg)
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
        if (rc < 0)
            break;
        if (to->rx_len >= QUEUE_MAX) {
            rc = -LINUX_EAGAIN;
            if (msg->is_nonblock)
                break;
            rc = wait_room(deadline);
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
static long recv_state(struct unix_sock *sock)
{
    if (sock->rx_first)
        return 1;
    if (sock->s.error)
        return net_sock_take_error(&sock->s);
    if (sock->s.is_rd_shut)
        return 0;
    if (sock->s.type == NET_DGRAM)
        return -LINUX_EAGAIN;
    if (!sock->is_connected)
        return -LINUX_EINVAL;
    if (!sock->peer || sock->peer->s.is_wr_shut)
        return 0;
    return -LINUX_EAGAIN;
}

static void after_read(struct unix_sock *sock)
{
    wake_all(&room_q);
    if (sock->peer)
        net_sock_wake(&sock->peer->s);
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
            if (!is_peek) {
                give_files(&sock->s, msg, m);
                sock->rx_len -= m->len + 256;
                drop_first(sock);
            }
            return (long)(flags & NET_MSG_TRUNC ? left : got);
        }
        if (is_peek) {
            m = m->next;
            continue;
        }
        bool has_files = m->file_count;
        if (has_files || sock->s.flags & NET_SOCK_PASSCRED)
            give_files(&sock->s, msg, m);
        m->pos += n;
        sock->rx_len -= n;
        if (m->pos == m->len)
            drop_first(sock);
        m = sock->rx_first;
        if (has_files || (m && m->file_count))
            break; /* descriptors keep their place in the stream */
    }
    return (long)got;
}

static long unix_recv(struct net_sock *s, struct net_msg *msg)
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
        rc = recv_state(sock);
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

static unsigned unix_poll(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;
    unsigned got = s->error ? NET_POLLERR : 0;

    if (s->is_listening)
        return got | (sock->accept_first ? NET_POLLIN | NET_POLLRDNORM : 0);
    bool is_dgram = s->type == NET_DGRAM;
    bool is_gone = !is_dgram && sock->is_connected && !sock->peer;
    bool is_in_end = s->is_rd_shut || is_gone ||
                     (!is_dgram && sock->peer && sock->peer->s.is_wr_shut);
    if (sock->rx_first || is_in_end)
        got |= NET_POLLIN | NET_POLLRDNORM;
    if (is_in_end)
        got |= NET_POLLRDHUP;
    if (is_gone || (is_in_end && s->is_wr_shut) ||
        (!is_dgram && !sock->is_connected))
        got |= NET_POLLHUP;
    if (is_gone || (is_dgram && !sock->peer) ||
        (!is_dgram && !sock->is_connected) ||
        (sock->peer && sock->peer->rx_len < QUEUE_MAX))
        got |= NET_POLLOUT | NET_POLLWRNORM;
    return got;
}

static long unix_shutdown(struct net_sock *s, int how)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (!sock->is_connected && !s->is_listening)
        return -LINUX_ENOTCONN;
    if (how != NET_SHUT_WR)
        s->is_rd_shut = true;
    if (how != NET_SHUT_RD)
        s->is_wr_shut = true;
    wake_all(&room_q);
    net_sock_wake(s);
    if (sock->peer)
        net_sock_wake(&sock->peer->s);
    return 0;
}

static long unix_name(struct net_sock *s, union net_sockaddr *addr,
                      bool is_peer)
{
    struct unix_sock *sock = (struct unix_sock *)s;
    const struct unix_name *name = is_peer ? &sock->peer_name : &sock->name;

    if (is_peer && !sock->is_connected)
        return -LINUX_ENOTCONN;
    memset(addr, 0, sizeof *addr);
    addr->family = NET_AF_UNIX;
    if (!name->len)
        return 2;
    memcpy(&addr->un, &name->addr, sizeof addr->un);
    return name->len;
}

static long unix_set(struct net_sock *s, int level, int name, const void *value,
                     uint32_t len)
{
    (void)s;
    (void)level;
    (void)name;
    (void)value;
    (void)len;
    return -LINUX_ENOPROTOOPT;
}

static long unix_get(struct net_sock *s, int level, int name, void *value,
                     uint32_t *len)
{
    return unix_set(s, level, name, value, *len);
}

static uint32_t unix_readable(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (s->type == NET_STREAM)
        return (uint32_t)sock->rx_len;
    return sock->rx_first ? (uint32_t)sock->rx_first->len : 0;
}

static void unix_close(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    while (sock->accept_first) {
        struct unix_sock *child = sock->accept_first;

        sock->accept_first = child->accept_next;
        unix_close(&child->s);
    }
    for (struct unix_sock *other = all; other; other = other->all_next)
        if (other != sock && other->peer == sock) {
            other->peer = NULL;
            other->is_peer_gone = true;
            if (sock->rx_first && s->type != NET_DGRAM)
                other->s.error = LINUX_ECONNRESET; /* unread: unix(7) */
            net_sock_wake(&other->s);
        }
    drop_all(sock);
    wake_all(&room_q);
    sock_free(sock);
}

static const struct net_sock_ops unix_ops = {
    .bind = unix_bind,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_send,
    .recv = unix_recv,
    .shutdown = unix_shutdown,
    .name = unix_name,
    .poll = unix_poll,
    .set = unix_set,
    .get = unix_get,
    .readable = unix_readable,
    .close = unix_close,
};
