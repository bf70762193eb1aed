/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP sockets that listen: the connections that wait for accept(2), and what
 * they have from their listener. Of those that share a port (SO_REUSEPORT)
 * one, the head, has the pcb.
 */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "net_sock.h"
#include "sock_tcp.h"

/* Unlike the rest, Linux's sk_clone() drops the priority. */
static void inherit(struct tcp_sock *sock, const struct tcp_sock *listener)
{
    sock->s.flags = listener->s.flags & NET_SOCK_INHERITED;
    sock->s.linger_s = listener->s.linger_s;
    sock->s.rcv_timeout_ns = listener->s.rcv_timeout_ns;
    sock->s.snd_timeout_ns = listener->s.snd_timeout_ns;
    sock->s.snd_buf = listener->s.snd_buf;
    sock->s.rcv_lowat = listener->s.rcv_lowat;
    sock->s.mark = listener->s.mark;
    sock->keep_idle_s = listener->keep_idle_s;
    sock->keep_intvl_s = listener->keep_intvl_s;
    sock->keep_cnt = listener->keep_cnt;
    sock->user_timeout_ms = listener->user_timeout_ms;
    sock->ttl = listener->ttl;
    sock->user_mss = listener->user_mss;
    if (listener->has_rcv_buf) {
        sock->s.rcv_buf = listener->s.rcv_buf;
        net_tcp_wnd_set(sock);
    }
    sock->tos = listener->tos;
}

static bool is_full(const struct tcp_sock *listener)
{
    return listener->accept_count > listener->backlog;
}

/* Behind the last comes the head. */
static struct tcp_sock *after(struct tcp_sock *head, const struct tcp_sock *at)
{
    return at->share_next ? at->share_next : head;
}

/* Listeners that share a port (SO_REUSEPORT) take turns; who is full loses
 * his to the next. */
static struct tcp_sock *take_turn(struct tcp_sock *head)
{
    struct tcp_sock *first = after(head, head->turn ? head->turn : head);
    struct tcp_sock *at = first;

    while (is_full(at) && after(head, at) != first)
        at = after(head, at);
    if (is_full(at))
        at = first;
    head->turn = at == head ? NULL : at;
    return at;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_sock *listener = arg;

    if (err != ERR_OK || !pcb)
        return ERR_OK;
    if (!listener)
        return ERR_MEM;
    struct tcp_sock *sock = net_tcp_sock_new(listener->s.family);
    if (!sock)
        return ERR_MEM; /* lwIP resets the connection */
    listener = take_turn(listener);
    inherit(sock, listener);
    sock->from_ip = pcb->remote_ip;
    sock->from_port = pcb->remote_port;
    net_tcp_attach(sock, pcb);
    net_tcp_begin(sock);

    if (listener->accept_last)
        listener->accept_last->accept_next = sock;
    else
        listener->accept_first = sock;
    listener->accept_last = sock;
    listener->accept_count++;
    net_sock_wake(&listener->s);
    return ERR_OK;
}

bool net_tcp_listener_is_full(void *arg)
{
    const struct tcp_sock *sock = arg; /* of all that share its port */

    if (!sock)
        return false;
    while (sock && is_full(sock))
        sock = sock->share_next;
    return !sock;
}

/* Does somebody listen there who does not share it? Unlike for other sockets,
 * SO_REUSEADDR does not help. */
bool net_tcp_has_listener(const struct tcp_sock *sock, const ip_addr_t *ip,
                          uint16_t port)
{
    struct tcp_pcb_listen *lpcb = tcp_listen_pcbs.listen_pcbs;

    for (; lpcb; lpcb = lpcb->next) {
        const struct tcp_sock *other = lpcb->callback_arg;
        const ip_addr_t *at = &lpcb->local_ip;

        if (lpcb->local_port != port ||
            (!ip_addr_isany(at) && !ip_addr_isany(ip) && !ip_addr_cmp(at, ip)))
            continue;
        if (IP_GET_TYPE(at) != IP_GET_TYPE(ip) && !IP_IS_ANY_TYPE_VAL(*at) &&
            !IP_IS_ANY_TYPE_VAL(*ip))
            continue;
        if (!other || !(sock->s.flags & other->s.flags & NET_SOCK_REUSEPORT))
            return true;
    }
    return false;
}

/* A listener on the same address with SO_REUSEPORT too, or NULL. */
static struct tcp_sock *find_share(const struct tcp_sock *sock)
{
    struct tcp_pcb_listen *lpcb = tcp_listen_pcbs.listen_pcbs;

    if (!(sock->s.flags & NET_SOCK_REUSEPORT))
        return NULL;
    for (; lpcb; lpcb = lpcb->next) {
        struct tcp_sock *other = lpcb->callback_arg;

        if (other && other->s.flags & NET_SOCK_REUSEPORT &&
            lpcb->local_port == sock->pcb->local_port &&
            ip_addr_cmp(&lpcb->local_ip, &sock->pcb->local_ip))
            return other;
    }
    return NULL;
}

long net_tcp_listen(struct net_sock *s, int backlog)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    uint32_t max = backlog < 0 || backlog > 4096 ? 4096 : (uint32_t)backlog;
    err_t err;
    long rc;

    if (sock->state == TCP_SOCK_LISTENING) {
        sock->backlog = max;
        return 0;
    }
    if (sock->state != TCP_SOCK_NEW || sock->is_dead)
        return -LINUX_EINVAL;
    rc = net_tcp_need_pcb(sock);
    if (rc < 0)
        return rc;
    if (!sock->pcb->local_port) {
        ip_addr_t any = *IP_ADDR_ANY;

        if (s->family == NET_AF_INET6)
            ip_addr_set_any(true, &any);
        net_addr_fit(s, &any);
        rc = net_errno(tcp_bind(sock->pcb, &any, 0));
        if (rc < 0)
            return rc;
    }
    struct tcp_sock *share = find_share(sock);
    if (share) {
        sock->share_head = share;
        sock->share_next = share->share_next;
        share->share_next = sock;
    } else {
        struct tcp_pcb *pcb =
            tcp_listen_with_backlog_and_err(sock->pcb, 255, &err);
        if (!pcb)
            return net_errno(err);
        sock->pcb = pcb;
        tcp_arg(pcb, sock);
        tcp_accept(pcb, on_accept);
    }
    sock->backlog = max;
    sock->state = TCP_SOCK_LISTENING;
    s->is_listening = true;
    return 0;
}

long net_tcp_accept(struct net_sock *s, struct net_sock **child,
                    bool is_nonblock)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int64_t deadline = net_sock_deadline(s->rcv_timeout_ns);

    if (sock->state != TCP_SOCK_LISTENING)
        return -LINUX_EINVAL;
    while (!sock->accept_first) {
        if (s->is_rd_shut)
            return -LINUX_EINVAL;
        if (is_nonblock) {
            if (net_sock_refresh(s))
                continue;
            return -LINUX_EAGAIN;
        }
        long rc = net_sock_wait(s, deadline);
        if (rc < 0)
            return rc;
    }
    struct tcp_sock *first = sock->accept_first;
    sock->accept_first = first->accept_next;
    if (!sock->accept_first)
        sock->accept_last = NULL;
    sock->accept_count--;
    first->accept_next = NULL;
    *child = &first->s;
    return 0;
}

/* Half-open connections go to who has the listener's pcb now, or away. */
static void bequeath(const struct tcp_sock *sock, struct tcp_sock *heir)
{
    struct tcp_pcb *pcb, *next;

    for (pcb = tcp_active_pcbs; pcb; pcb = next) {
        next = pcb->next;
        if (pcb->state != SYN_RCVD || pcb->callback_arg != sock)
            continue;
        if (heir)
            tcp_arg(pcb, heir);
        else
            tcp_abandon(pcb, 0);
    }
}

void net_tcp_shut_listener(struct tcp_sock *sock)
{
    while (sock->accept_first) {
        struct tcp_sock *child = sock->accept_first;

        sock->accept_first = child->accept_next;
        net_tcp_close_pcb(child, true);
        while (child->rx_first)
            net_tcp_rx_drop(child);
        net_free(child);
    }
    sock->accept_last = NULL;
    sock->accept_count = 0;

    struct tcp_sock *heir = sock->share_head ? NULL : sock->share_next;
    bequeath(sock, heir);
    if (heir) { /* the next of those who share the port has the pcb now */
        struct tcp_pcb *own = heir->pcb;

        heir->pcb = sock->pcb;
        heir->share_head = NULL;
        heir->turn = NULL;
        tcp_arg(heir->pcb, heir);
        for (struct tcp_sock *t = heir->share_next; t; t = t->share_next)
            t->share_head = heir;
        sock->pcb = own;
    } else if (sock->share_head) {
        struct tcp_sock *prev = sock->share_head;

        if (sock->share_head->turn == sock)
            sock->share_head->turn = NULL;
        while (prev->share_next != sock)
            prev = prev->share_next;
        prev->share_next = sock->share_next;
    }
    sock->share_head = sock->share_next = NULL;
    if (sock->pcb) {
        if (sock->pcb->state != LISTEN)
            net_tcp_detach(sock->pcb);
        else
            tcp_arg(sock->pcb, NULL);
        (void)tcp_close(sock->pcb);
        sock->pcb = NULL;
    }
}
