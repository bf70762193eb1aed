/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP socket's data: sending in large segments, receiving from pbufs. */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "net_sock.h"
#include "sock_tcp.h"
#include "user.h"

/* The first pbuf leaves the queue and this world. */
void net_tcp_rx_drop(struct tcp_sock *sock)
{
    struct pbuf *p = sock->rx_first;

    sock->rx_first = p->next;
    if (!sock->rx_first)
        sock->rx_last = NULL;
    p->next = NULL;
    p->tot_len = p->len;
    pbuf_free(p);
}

/*
 * Sending. lwIP's unit is the segment; ours may be many of the path's, never
 * more than half of what the windows allow, so that there are always two on
 * the way. It may grow while nothing waits to be sent, and shrink only while
 * nothing is under way: lwIP counts on one size.
 */
static void tune_segment(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    uint32_t wnd, size;
    uint16_t path = net_tcp_path_mss(pcb);

    if (pcb->unsent)
        return;
    if (sock->max_segment <= sock->step) {
        if (pcb->mss > path && !pcb->unacked) /* the path is narrower now */
            pcb->mss = path;
        return;
    }
    if (!sock->has_sent) {
        sock->has_sent = true;
        if (pcb->cwnd < 10u * path) /* RFC 6928 */
            pcb->cwnd = 10u * path;
    }
    wnd = LWIP_MIN(pcb->cwnd, pcb->snd_wnd_max) / 2;
    size = wnd / sock->step * sock->step;
    size = LWIP_MIN(LWIP_MAX(size, sock->step), sock->max_segment);
    size += (uint32_t)(path - sock->step);
    if (size > pcb->mss || (size < pcb->mss && !pcb->unacked))
        pcb->mss = (uint16_t)size;
}

static void output(struct tcp_sock *sock, bool has_more)
{
    struct tcp_pcb *pcb = sock->pcb;
    uint32_t waiting = pcb->unsent ? pcb->unsent->len : 0;

    if (waiting < sock->step) {
        if (has_more || sock->s.flags & NET_SOCK_CORK)
            return;
        if (!(sock->s.flags & NET_SOCK_NODELAY))
            tcp_nagle_enable(pcb);
    } else {
        /* Nagle's rule is about the path's segments, not ours. */
        tcp_nagle_disable(pcb);
    }
    (void)tcp_output(pcb);
}

bool net_tcp_was_tight;

/* SO_SNDBUF may be set to more than there is. */
static uint32_t send_max(const struct tcp_sock *sock)
{
    uint32_t max = LWIP_MIN(sock->s.snd_buf, net_tcp_snd_buf);

    if (!net_mem_is_tight())
        return max;
    net_tcp_was_tight = true;
    return LWIP_MIN(max, TIGHT_SEND_MAX);
}

uint32_t net_tcp_send_room(const struct tcp_sock *sock)
{
    const struct tcp_pcb *pcb = sock->pcb;
    uint32_t queued = net_tcp_snd_buf - pcb->snd_buf, max = send_max(sock);

    if (pcb->snd_queuelen >= TCP_SND_QUEUELEN || queued >= max)
        return 0;
    return LWIP_MIN(max - queued, pcb->snd_buf);
}

/* Not for a few bytes, so that a writer wakes seldom. */
bool net_tcp_is_writable(const struct tcp_sock *sock)
{
    return net_tcp_send_room(sock) >= send_max(sock) / 3;
}

static long send_error(struct tcp_sock *sock)
{
    if (sock->s.error)
        return net_sock_take_error(&sock->s);
    if (sock->s.is_wr_shut || sock->is_dead)
        return -LINUX_EPIPE;
    if (sock->state == TCP_SOCK_CONNECTING || sock->state == TCP_SOCK_CONNECTED)
        return 0;
    return -LINUX_EPIPE;
}

/* Waits until there is room: bytes, or an error. */
static long wait_room(struct tcp_sock *sock, bool is_nonblock, int64_t deadline)
{
    for (;;) {
        long rc = send_error(sock);
        if (rc < 0)
            return rc;
        if (sock->state == TCP_SOCK_CONNECTED) {
            uint32_t room = net_tcp_send_room(sock);
            if (room)
                return room;
        }
        if (is_nonblock) {
            if (net_sock_refresh(&sock->s))
                continue;
            return -LINUX_EAGAIN;
        }
        rc = net_sock_wait(&sock->s, deadline);
        if (rc < 0)
            return rc;
    }
}

static long send_part(struct tcp_sock *sock, const uint8_t *base, size_t len,
                      bool has_more)
{
    uint16_t n = (uint16_t)LWIP_MIN(len, 0xf000u);
    uint8_t flags = TCP_WRITE_FLAG_COPY;

    if (has_more || n < len)
        flags |= TCP_WRITE_FLAG_MORE;
    /* lwIP copies without a look; a bad pointer shows at one of the ends. */
    uint8_t probe;
    if (user_copy(&probe, base, 1) < 0 ||
        user_copy(&probe, base + n - 1, 1) < 0)
        return -LINUX_EFAULT;
    tune_segment(sock);
    /* Whole segments while there is more to come. */
    if (n < len && sock->pcb->mss > sock->step)
        n = (uint16_t)(n / sock->step * sock->step);
    err_t err = tcp_write(sock->pcb, base, n, flags);
    if (err == ERR_MEM)
        return -LINUX_EAGAIN;
    return err == ERR_OK ? n : net_errno(err);
}

long net_tcp_send(struct net_sock *s, struct net_msg *msg)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int64_t deadline = net_sock_deadline(s->snd_timeout_ns);
    bool has_more = msg->flags & NET_MSG_MORE;
    size_t done = 0;
    long rc = 0;

    for (size_t i = 0; i < msg->iov_count && rc >= 0; i++) {
        const uint8_t *base = msg->iov[i].base;
        size_t left = msg->iov[i].len;

        while (left) {
            rc = wait_room(sock, msg->is_nonblock, deadline);
            if (rc > 0) {
                size_t n = LWIP_MIN(left, (size_t)rc);

                rc = send_part(sock, base, n, has_more || done + n < msg->len);
            }
            if (rc == -LINUX_EAGAIN && sock->pcb && !msg->is_nonblock &&
                sock->state == TCP_SOCK_CONNECTED && net_tcp_send_room(sock)) {
                /* Memory is out; what is under way will free some. */
                output(sock, false);
                rc =
                    net_sock_wait(s, LWIP_MIN(deadline, time_now() + 10000000));
                if (rc == -LINUX_EAGAIN && time_now() < deadline)
                    rc = 0;
                if (rc < 0)
                    break;
                continue;
            }
            if (rc < 0)
                break;
            base += rc;
            left -= (size_t)rc;
            done += (size_t)rc;
            if (left && sock->pcb)
                output(sock, true);
        }
    }
    if (msg->iov_count == 0 || msg->len == 0)
        rc = send_error(sock);
    if (sock->pcb && sock->state == TCP_SOCK_CONNECTED) {
        output(sock, has_more && rc >= 0);
        net_loop_run();
    }
    return done ? (long)done : rc < 0 ? rc : 0;
}

/*
 * Receiving.
 */
static long recv_state(struct tcp_sock *sock)
{
    if (sock->rx_len)
        return 1;
    if (sock->s.error)
        return net_sock_take_error(&sock->s);
    if (sock->has_fin || sock->s.is_rd_shut || sock->is_dead ||
        sock->state == TCP_SOCK_FAILED)
        return 0;
    if (sock->state == TCP_SOCK_CONNECTED || sock->state == TCP_SOCK_CONNECTING)
        return -LINUX_EAGAIN;
    return -LINUX_ENOTCONN;
}

static long copy_out(struct tcp_sock *sock, const struct net_msg *msg,
                     size_t done, bool is_peek, size_t skip)
{
    size_t want = msg->len - done, got = 0;
    bool is_trunc = msg->flags & NET_MSG_TRUNC; /* tcp(7): discard */
    struct pbuf *p = sock->rx_first;

    while (p && got < want) {
        if (skip >= p->len) {
            skip -= p->len;
            p = p->next;
            continue;
        }
        size_t n = LWIP_MIN(want - got, p->len - skip);
        if (!is_trunc &&
            net_iov_put(msg, done + got, (uint8_t *)p->payload + skip, n) < 0)
            return got ? (long)got : -LINUX_EFAULT;
        got += n;
        if (is_peek) {
            skip = 0;
            p = p->next;
            continue;
        }
        if (n == p->len) {
            net_tcp_rx_drop(sock);
            p = sock->rx_first;
        } else {
            p->payload = (uint8_t *)p->payload + n;
            p->len = (uint16_t)(p->len - n);
        }
    }
    if (!is_peek && got) {
        sock->rx_len -= (uint32_t)got;
        net_tcp_received(sock, got);
    }
    return (long)got;
}

/* Waits; data may come straight into the buffer. Bytes, 0, or an error. */
static long wait_data(struct tcp_sock *sock, const struct net_msg *msg,
                      size_t done, int64_t deadline)
{
    bool is_direct = msg->iov_count == 1 &&
                     !(msg->flags & (NET_MSG_TRUNC | NET_MSG_PEEK)) &&
                     net_direct_begin(sock, (uint8_t *)msg->iov[0].base + done,
                                      msg->len - done);
    long rc = net_sock_wait(&sock->s, deadline);

    if (!is_direct)
        return rc;
    size_t got = net_direct_end();
    net_tcp_received(sock, got);
    return got ? (long)got : rc;
}

long net_tcp_recv(struct net_sock *s, struct net_msg *msg)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int64_t deadline = net_sock_deadline(s->rcv_timeout_ns);
    bool is_peek = msg->flags & NET_MSG_PEEK;
    bool is_all = msg->flags & NET_MSG_WAITALL;
    size_t done = 0, target = LWIP_MIN(msg->len, s->rcv_lowat);
    long rc;

    if (is_all)
        target = msg->len;

    msg->addr_len = 0;
    if (sock->state == TCP_SOCK_LISTENING)
        return -LINUX_ENOTCONN;
    for (;;) {
        rc = recv_state(sock);
        if (rc == 1) {
            if (is_peek && is_all && sock->rx_len < msg->len &&
                !sock->has_fin && !sock->is_dead && !msg->is_nonblock) {
                rc = net_sock_wait(s, deadline);
                if (rc < 0)
                    is_all = false;
                continue;
            }
            rc = copy_out(sock, msg, done, is_peek, 0);
            if (rc < 0)
                break;
            done += (size_t)rc;
            if (is_peek || done >= target)
                break;
            continue;
        }
        if (rc != -LINUX_EAGAIN || msg->len == 0)
            break;
        if (msg->is_nonblock) {
            if (net_sock_refresh(s))
                continue;
            break;
        }
        rc = wait_data(sock, msg, done, deadline);
        if (rc < 0)
            break;
        done += (size_t)rc;
        if (rc > 0 && done >= target)
            break;
    }
    msg->flags = 0;
    net_loop_run(); /* a window update may have been sent */
    return done ? (long)done : rc == 1 ? 0 : rc;
}

uint32_t net_tcp_readable(struct net_sock *s)
{
    return ((struct tcp_sock *)s)->rx_len;
}

uint32_t net_tcp_unsent(struct net_sock *s)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;

    return sock->pcb && sock->state == TCP_SOCK_CONNECTED
               ? net_tcp_snd_buf - sock->pcb->snd_buf
               : 0;
}

/* SO_RCVLOWAT; a window that is full cannot bring more. */
static bool has_enough(const struct tcp_sock *sock)
{
    return sock->rx_len >= LWIP_MAX(sock->s.rcv_lowat, 1u) ||
           (sock->rx_len && sock->pcb && sock->pcb->rcv_wnd < sock->step);
}

unsigned net_tcp_poll(struct net_sock *s)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    unsigned got = s->error ? NET_POLLERR : 0;

    if (sock->state == TCP_SOCK_LISTENING)
        return got | (sock->accept_first ? NET_POLLIN | NET_POLLRDNORM : 0);
    if (sock->state == TCP_SOCK_NEW && !sock->is_dead)
        return got | NET_POLLOUT | NET_POLLWRNORM | NET_POLLHUP;
    if (sock->state == TCP_SOCK_CONNECTING)
        return got;
    bool is_gone = sock->is_dead || sock->state == TCP_SOCK_FAILED;
    bool is_in_end = sock->has_fin || s->is_rd_shut || is_gone;
    bool is_out_end = s->is_wr_shut || is_gone;
    if (has_enough(sock) || is_in_end || s->error)
        got |= NET_POLLIN | NET_POLLRDNORM;
    if (is_in_end)
        got |= NET_POLLRDHUP;
    if (is_in_end && is_out_end)
        got |= NET_POLLHUP;
    if (is_out_end || s->error || net_tcp_is_writable(sock))
        got |= NET_POLLOUT | NET_POLLWRNORM;
    return got;
}

long net_tcp_name(struct net_sock *s, union net_sockaddr *addr, bool is_peer)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    struct tcp_pcb *pcb = sock->pcb;

    if (is_peer) {
        if (sock->state != TCP_SOCK_CONNECTED || !pcb)
            return -LINUX_ENOTCONN;
        return net_addr_put(s, addr, &pcb->remote_ip, pcb->remote_port);
    }
    ip_addr_t any = *IP6_ADDR_ANY;
    if (s->family == NET_AF_INET)
        any = *IP4_ADDR_ANY;
    if (!pcb)
        return net_addr_put(s, addr, &any, 0);
    if (IP_IS_ANY_TYPE_VAL(pcb->local_ip))
        return net_addr_put(s, addr, &any, pcb->local_port);
    return net_addr_put(s, addr, &pcb->local_ip, pcb->local_port);
}

uint32_t net_tcp_from(struct net_sock *s, union net_sockaddr *addr)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;

    return net_addr_put(s, addr, &sock->from_ip, sock->from_port);
}
