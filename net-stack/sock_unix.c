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
#include "sock_unix.h"

#define AT_FDCWD_ (-100)

static const struct net_sock_ops unix_ops;
static struct unix_sock *all;
/* Senders and connectors wait here for a full receiver: it may be closed
 * meanwhile, and its own queue with it. */
struct waitq net_unix_room_q;

long net_unix_wait_room(int64_t deadline_ns)
{
    int rc = wait_on(&net_unix_room_q, deadline_ns);

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

/* A message of a connection that ended: its files may be sockets of this
 * kind, so it is freed when no list is being walked. */
static void drop_all(struct unix_sock *sock)
{
    while (sock->rx_first)
        net_unix_drop_first(sock);
    sock->rx_len = 0;
}

/* The length and kind of an address; copies a path with its NUL. */
long net_unix_name_in(const union net_sockaddr *addr, uint32_t len,
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

        name->len = (uint32_t)(2 + n + 1);
    }
    return 0;
}

static bool is_abstract(const struct unix_name *name)
{
    return name->len > 2 && !name->addr.path[0];
}

/* Linux keeps abstract names by the sockets' type. */
static struct unix_sock *find_abstract(const struct unix_name *name, int type)
{
    for (struct unix_sock *sock = all; sock; sock = sock->all_next)
        if (!sock->is_accepted && sock->s.type == type &&
            sock->name.len == name->len && is_abstract(&sock->name) &&
            memcmp(&sock->name.addr, &name->addr, name->len) == 0)
            return sock;
    return NULL;
}

/* 0 and *found, or minus errno as connect(2) says. */
long net_unix_find(const struct unix_name *name, int type,
                   struct unix_sock **found)
{
    struct linux_stat st;
    long rc;

    *found = NULL;
    if (name->len <= 2)
        return -LINUX_EINVAL;
    if (is_abstract(name)) {
        *found = find_abstract(name, type);
        return *found ? 0 : -LINUX_ECONNREFUSED;
    }
    rc = sys_newfstatat(AT_FDCWD_, name->addr.path, &st, 0);
    if (rc < 0)
        return rc;
    for (struct unix_sock *sock = all; sock; sock = sock->all_next)
        if (!sock->is_accepted && sock->name.len > 2 &&
            !is_abstract(&sock->name) && sock->name.dev == st.dev &&
            sock->name.ino == st.ino)
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
    } while (find_abstract(&name, sock->s.type));
    sock->name = name;
    return 0;
}

static long unix_bind(struct net_sock *s, const union net_sockaddr *addr,
                      uint32_t len)
{
    struct unix_sock *sock = (struct unix_sock *)s;
    struct unix_name name;
    struct linux_stat st;
    long rc = net_unix_name_in(addr, len, &name);

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
        if (find_abstract(&name, s->type))
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

bool net_unix_may_send(const struct unix_sock *sock, const struct unix_sock *to)
{
    return !to->is_connected || to->peer == sock;
}

/* It has any number of them, and knows none: only when one has asked. */
void net_unix_wake_senders(struct unix_sock *sock)
{
    sock->is_wanted = false;
    for (struct unix_sock *other = all; other; other = other->all_next)
        if (other->peer == sock)
            net_sock_wake(&other->s);
}

void net_unix_disconnect(struct unix_sock *sock)
{
    sock->peer = NULL;
    sock->is_connected = sock->is_peer_gone = false;
    drop_all(sock);
}

static long connect_dgram(struct unix_sock *sock, struct unix_sock *to)
{
    if (to->s.type != NET_DGRAM)
        return -LINUX_EPROTOTYPE;
    if (!net_unix_may_send(sock, to))
        return -LINUX_EPERM;
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
    rc = net_unix_name_in(addr, len, &name);
    if (rc < 0)
        return rc;
    for (;;) {
        rc = net_unix_find(&name, s->type, &to);
        if (rc < 0)
            return rc;
        if (s->type == NET_DGRAM)
            return connect_dgram(sock, to);
        if (to->s.type != s->type)
            return -LINUX_EPROTOTYPE;
        if (!to->s.is_listening || to->s.is_rd_shut)
            return -LINUX_ECONNREFUSED;
        if (to->accept_count <= to->backlog)
            break;
        if (is_nonblock)
            return -LINUX_EAGAIN;
        rc = net_unix_wait_room(deadline);
        if (rc < 0)
            return rc;
    }
    if (sock->is_connected || s->is_listening)
        return s->is_listening ? -LINUX_EINVAL : -LINUX_EISCONN;
    child = sock_new(s->type);
    if (!child)
        return -LINUX_ENOBUFS;
    child->name = to->name;
    child->is_accepted = true;
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
    wake_all(&net_unix_room_q);
    return 0;
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
    else if (is_dgram)
        sock->peer->is_wanted = true;
    return got;
}

static long unix_shutdown(struct net_sock *s, int how)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (how != NET_SHUT_WR)
        s->is_rd_shut = true;
    if (how != NET_SHUT_RD)
        s->is_wr_shut = true;
    if (sock->peer && s->type != NET_DGRAM) { /* its end is shut with ours */
        sock->peer->s.is_rd_shut |= how != NET_SHUT_RD;
        sock->peer->s.is_wr_shut |= how != NET_SHUT_WR;
    }
    wake_all(&net_unix_room_q);
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

static uint32_t unread(const struct unix_sock *sock)
{
    size_t sum = 0;

    for (const struct unix_msg *m = sock->rx_first; m; m = m->next)
        sum += m->len - m->pos;
    return (uint32_t)sum;
}

static uint32_t unix_readable(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (s->type != NET_DGRAM)
        return unread(sock);
    return sock->rx_first ? (uint32_t)sock->rx_first->len : 0;
}

/* What this socket has sent and nobody has read yet. */
static uint32_t unix_unsent(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    if (!sock->peer)
        return 0;
    return s->type == NET_STREAM ? unread(sock->peer)
                                 : (uint32_t)sock->peer->rx_len;
}

static void unix_close(struct net_sock *s)
{
    struct unix_sock *sock = (struct unix_sock *)s;

    while (sock->accept_first) {
        struct unix_sock *child = sock->accept_first;

        sock->accept_first = child->accept_next;
        if (child->peer) /* nobody has accepted it */
            child->peer->s.error = LINUX_ECONNRESET;
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
    wake_all(&net_unix_room_q);
    sock_free(sock);
}

static const struct net_sock_ops unix_ops = {
    .bind = unix_bind,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = net_unix_send,
    .recv = net_unix_recv,
    .shutdown = unix_shutdown,
    .name = unix_name,
    .poll = unix_poll,
    .set = unix_set,
    .get = unix_get,
    .readable = unix_readable,
    .unsent = unix_unsent,
    .close = unix_close,
};
