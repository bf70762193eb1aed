/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP sockets on lwIP's raw API. What arrives stays in the pbufs that the
 * driver read it into until recv copies it out; what is sent is copied once,
 * into segments as large as the host takes them (tcp_write).
 */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "net_sock.h"
#include "sock_tcp.h"
#include "user.h"

static struct net_sock_ops tcp_ops;
uint32_t net_tcp_wnd = 256u << 10;
uint32_t net_tcp_snd_buf = 256u << 10;

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err);

/* From here on the pcb has no socket. */
static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, on_recv);
    tcp_err(pcb, NULL);
    tcp_sent(pcb, NULL);
}

static void rx_append(struct tcp_sock *sock, struct pbuf *p)
{
    struct pbuf *last = p;

    while (last->next)
        last = last->next;
    if (sock->rx_last)
        sock->rx_last->next = p;
    else
        sock->rx_first = p;
    sock->rx_last = last;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct tcp_sock *sock = arg;

    (void)err;
    if (!sock) {
        if (p) {
            tcp_recved(pcb, p->tot_len);
            pbuf_free(p);
        }
        return ERR_OK;
    }
    if (!p) {
        sock->has_fin = true;
        if (sock->s.is_wr_shut) {
            /* The pcb ends in TIME_WAIT, and goes without a word. */
            sock->is_dead = true;
            sock->pcb = NULL;
            detach(pcb);
        }
    } else if (sock->s.is_rd_shut) {
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
        return ERR_OK;
    } else {
        sock->is_bulk = p->tot_len >= NET_BULK_MIN;
        net_tcp_late_ack(pcb);
        if (!net_direct_take(p)) {
            sock->rx_len += p->tot_len;
            rx_append(sock, net_rx_compact(p));
        }
    }
    net_sock_wake(&sock->s);
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, uint16_t len)
{
    struct tcp_sock *sock = arg;

    (void)len;
    if (sock && (!pcb->unacked || pcb->snd_buf >= WRITABLE(sock)))
        net_sock_wake(&sock->s);
    return ERR_OK;
}

static void on_error(void *arg, err_t err)
{
    struct tcp_sock *sock = arg;

    if (!sock)
        return;
    sock->pcb = NULL; /* lwIP has freed it */
    if (err == ERR_CLSD) {
        sock->has_fin = true;
    } else if (sock->state == TCP_SOCK_CONNECTING) {
        sock->s.error = sock->fail_errno ? sock->fail_errno
                        : err == ERR_RST ? LINUX_ECONNREFUSED
                                         : LINUX_ETIMEDOUT;
    } else if (err == ERR_RST) {
        /* Who has read the end and goes on writing: Linux's tcp_reset() */
        sock->s.error = sock->has_fin ? LINUX_EPIPE : LINUX_ECONNRESET;
    } else {
        sock->s.error = LINUX_ETIMEDOUT;
    }
    if (sock->state == TCP_SOCK_CONNECTING)
        sock->state = TCP_SOCK_NEW;
    else
        sock->is_dead = true;
    net_sock_wake(&sock->s);
}

/* What a connection needs before data can flow. */
static void become_connected(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    struct netif *netif = ip_route(&pcb->local_ip, &pcb->remote_ip);

    sock->state = TCP_SOCK_CONNECTED;
    if (netif && (ip_addr_cmp(&pcb->local_ip, &pcb->remote_ip)))
        netif = NULL; /* to ourselves: over the loopback */
    net_tcp_set_path_mss(pcb, pcb->mss);
    uint16_t opts = pcb->flags & TF_TIMESTAMP ? LWIP_TCP_OPT_LEN_TS_OUT : 0;
    sock->step = (uint16_t)(pcb->mss - opts);
    sock->max_segment = netif && sock->step
                            ? net_tx_max_segment(netif, sock->step)
                            : sock->step;
    net_tcp_wnd_begin(sock);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_sock *sock = arg;

    (void)pcb;
    (void)err;
    if (!sock)
        return ERR_OK;
    become_connected(sock);
    net_sock_wake(&sock->s);
    return ERR_OK;
}

static void attach(struct tcp_sock *sock, struct tcp_pcb *pcb)
{
    sock->pcb = pcb;
    tcp_arg(pcb, sock);
    tcp_recv(pcb, on_recv);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
}

static void apply_options(struct tcp_sock *sock, struct tcp_pcb *pcb)
{
    if (sock->s.flags & NET_SOCK_REUSEADDR)
        ip_set_option(pcb, SOF_REUSEADDR);
    if (sock->s.flags & NET_SOCK_KEEPALIVE)
        ip_set_option(pcb, SOF_KEEPALIVE);
    if (sock->s.flags & NET_SOCK_NODELAY)
        tcp_nagle_disable(pcb);
    pcb->keep_idle = sock->keep_idle_s * 1000;
    pcb->keep_intvl = sock->keep_intvl_s * 1000;
    pcb->keep_cnt = sock->keep_cnt;
    if (sock->ttl)
        pcb->ttl = sock->ttl;
    pcb->tos = sock->tos;
    pcb->netif_idx = sock->s.bound_if;
}

static struct tcp_sock *sock_new(int family)
{
    struct tcp_sock *sock = net_calloc(1, sizeof *sock);

    if (!sock)
        return NULL;
    net_sock_init(&sock->s, &tcp_ops, family, NET_STREAM, 6);
    sock->s.rcv_buf = net_tcp_wnd;
    sock->s.snd_buf = net_tcp_snd_buf;
    sock->keep_idle_s = 7200;
    sock->keep_intvl_s = 75;
    sock->keep_cnt = 9;
    return sock;
}

/* A pcb for a socket that has none. 0 or -ENOBUFS. */
static long need_pcb(struct tcp_sock *sock)
{
    uint8_t type = IPADDR_TYPE_V4;

    if (sock->pcb)
        return 0;
    if (sock->s.family == NET_AF_INET6)
        type =
            sock->s.flags & NET_SOCK_V6ONLY ? IPADDR_TYPE_V6 : IPADDR_TYPE_ANY;
    net_tcp_trim();
    struct tcp_pcb *pcb = tcp_new_ip_type(type);
    if (!pcb)
        return -LINUX_ENOBUFS;
    attach(sock, pcb);
    apply_options(sock, pcb);
    return 0;
}

struct net_sock *net_tcp_new(int family)
{
    struct tcp_sock *sock = sock_new(family);

    return sock ? &sock->s : NULL;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_sock *listener = arg;

    if (err != ERR_OK || !pcb)
        return ERR_OK;
    if (!listener)
        return ERR_MEM;
    struct tcp_sock *sock = sock_new(listener->s.family);
    if (!sock)
        return ERR_MEM; /* lwIP resets the connection */
    sock->s.flags = listener->s.flags & NET_SOCK_INHERITED;
    sock->s.linger_s = listener->s.linger_s;
    sock->keep_idle_s = listener->keep_idle_s;
    sock->keep_intvl_s = listener->keep_intvl_s;
    sock->keep_cnt = listener->keep_cnt;
    sock->ttl = listener->ttl;
    if (listener->has_rcv_buf) {
        sock->s.rcv_buf = listener->s.rcv_buf;
        net_tcp_wnd_set(sock);
    }
    sock->tos = listener->tos;
    attach(sock, pcb);
    apply_options(sock, pcb);
    become_connected(sock);

    /* Listeners that share a port (SO_REUSEPORT) take turns. */
    if (listener->share_next)
        listener = listener->turn =
            listener->turn ? listener->turn->share_next : listener->share_next;
    if (!listener)
        listener = arg;
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
    struct tcp_sock *sock = arg;

    return sock && sock->accept_count > sock->backlog;
}

static long tcp_sock_bind(struct net_sock *s, const union net_sockaddr *addr,
                          uint32_t len)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    ip_addr_t ip;
    uint16_t port;
    long rc = net_addr_get(s, addr, len, &ip, &port);

    if (rc < 0)
        return rc;
    if (sock->state != TCP_SOCK_NEW || (sock->pcb && sock->pcb->local_port))
        return -LINUX_EINVAL;
    if (!net_addr_is_local(&ip))
        return -LINUX_EADDRNOTAVAIL;
    rc = need_pcb(sock);
    if (rc < 0)
        return rc;
    net_addr_fit(s, &ip);
    if (s->flags & (NET_SOCK_REUSEADDR | NET_SOCK_REUSEPORT))
        ip_set_option(sock->pcb, SOF_REUSEADDR);
    else
        ip_reset_option(sock->pcb, SOF_REUSEADDR);
    if (port && !(s->flags & NET_SOCK_REUSEPORT))
        for (struct tcp_pcb_listen *lpcb = tcp_listen_pcbs.listen_pcbs; lpcb;
             lpcb = lpcb->next)
            if (lpcb->local_port == port &&
                (ip_addr_isany(&lpcb->local_ip) || ip_addr_isany(&ip) ||
                 ip_addr_cmp(&lpcb->local_ip, &ip)) &&
                (IP_GET_TYPE(&lpcb->local_ip) == IP_GET_TYPE(&ip) ||
                 IP_IS_ANY_TYPE_VAL(lpcb->local_ip) || IP_IS_ANY_TYPE_VAL(ip)))
                return -LINUX_EADDRINUSE;
    return net_errno(tcp_bind(sock->pcb, &ip, port));
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

static long tcp_sock_listen(struct net_sock *s, int backlog)
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
    rc = need_pcb(sock);
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

static long tcp_sock_accept(struct net_sock *s, struct net_sock **child,
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

static long start_connect(struct tcp_sock *sock, ip_addr_t *ip, uint16_t port)
{
    long rc = need_pcb(sock);

    if (rc < 0)
        return rc;
    if (ip_addr_isany(ip)) { /* Linux: this host */
        if (IP_IS_V6(ip))
            ip_addr_set_loopback(true, ip);
        else
            ip_addr_set_loopback(false, ip);
    }
    if (!net_route_exists(ip) || !ip_route(&sock->pcb->local_ip, ip))
        return -LINUX_ENETUNREACH;
    sock->state = TCP_SOCK_CONNECTING;
    sock->connect_ns = time_now();
    sock->fail_errno = 0;
    rc = net_errno(tcp_connect(sock->pcb, ip, port, on_connected));
    if (rc < 0) {
        sock->state = TCP_SOCK_NEW;
        return rc == -LINUX_EHOSTUNREACH ? -LINUX_ENETUNREACH : rc;
    }
    net_loop_run();
    return 0;
}

static long tcp_sock_connect(struct net_sock *s, const union net_sockaddr *addr,
                             uint32_t len, bool is_nonblock)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int64_t deadline = net_sock_deadline(s->snd_timeout_ns);
    ip_addr_t ip;
    uint16_t port;
    long rc;

    if (sock->state == TCP_SOCK_CONNECTED)
        return -LINUX_EISCONN;
    if (sock->state == TCP_SOCK_LISTENING)
        return -LINUX_EISCONN;
    if (sock->state == TCP_SOCK_NEW) {
        if (s->error)
            return net_sock_take_error(s);
        rc = net_addr_get(s, addr, len, &ip, &port);
        if (rc == 0)
            rc = start_connect(sock, &ip, port);
        if (rc < 0)
            return rc;
        if (is_nonblock && sock->state == TCP_SOCK_CONNECTING)
            return -LINUX_EINPROGRESS;
    } else if (is_nonblock) {
        return -LINUX_EALREADY;
    }
    while (sock->state == TCP_SOCK_CONNECTING) {
        rc = net_sock_wait(s, deadline);
        if (rc < 0)
            return rc == -LINUX_EAGAIN ? -LINUX_EINPROGRESS : rc;
    }
    if (sock->state != TCP_SOCK_CONNECTED)
        return s->error ? net_sock_take_error(s) : -LINUX_ECONNABORTED;
    return 0;
}

static void shut_listener(struct tcp_sock *sock);

static long tcp_sock_shutdown(struct net_sock *s, int how)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;

    if (sock->state == TCP_SOCK_LISTENING) {
        if (how != NET_SHUT_WR) {
            s->is_rd_shut = true;
            shut_listener(sock);
            sock->state = TCP_SOCK_NEW;
            s->is_listening = false;
            net_sock_wake(s);
        }
        return 0;
    }
    if (sock->state != TCP_SOCK_CONNECTED)
        return -LINUX_ENOTCONN;
    if (how != NET_SHUT_RD && !s->is_wr_shut) {
        s->is_wr_shut = true;
        if (sock->pcb) {
            tcp_nagle_disable(sock->pcb);
            (void)tcp_shutdown(sock->pcb, 0, 1);
        }
    }
    if (how != NET_SHUT_WR)
        s->is_rd_shut = true;
    net_loop_run();
    net_sock_wake(s);
    return 0;
}

/*
 * Closing.
 */

/* The connection goes on without its socket until all is sent. */
static void close_pcb(struct tcp_sock *sock, bool is_abort)
{
    struct tcp_pcb *pcb = sock->pcb;

    if (!pcb)
        return;
    sock->pcb = NULL;
    detach(pcb);
    net_tcp_wnd_end(sock, pcb);
    if (is_abort) {
        tcp_abort(pcb);
        return;
    }
    tcp_nagle_disable(pcb);
    if (tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

static void shut_listener(struct tcp_sock *sock)
{
    while (sock->accept_first) {
        struct tcp_sock *child = sock->accept_first;

        sock->accept_first = child->accept_next;
        close_pcb(child, true);
        while (child->rx_first)
            net_tcp_rx_drop(child);
        net_free(child);
    }
    sock->accept_last = NULL;
    sock->accept_count = 0;

    struct tcp_sock *heir = sock->share_head ? NULL : sock->share_next;
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
            detach(sock->pcb);
        else
            tcp_arg(sock->pcb, NULL);
        (void)tcp_close(sock->pcb);
        sock->pcb = NULL;
    }
}

static void linger(struct tcp_sock *sock)
{
    int64_t deadline = time_now() + (int64_t)sock->s.linger_s * NS_PER_SEC;

    (void)tcp_shutdown(sock->pcb, 0, 1);
    net_loop_run();
    while (sock->pcb && (sock->pcb->unsent || sock->pcb->unacked))
        if (net_sock_wait(&sock->s, deadline) < 0)
            break;
}

static void tcp_sock_close(struct net_sock *s)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;

    if (sock->state == TCP_SOCK_LISTENING) {
        shut_listener(sock);
    } else {
        bool is_abort = s->flags & NET_SOCK_LINGER && s->linger_s == 0 &&
                        sock->state == TCP_SOCK_CONNECTED;
        if (s->flags & NET_SOCK_LINGER && s->linger_s && sock->pcb &&
            sock->state == TCP_SOCK_CONNECTED)
            linger(sock);
        close_pcb(sock, is_abort);
    }
    while (sock->rx_first)
        net_tcp_rx_drop(sock);
    net_free(sock);
    net_loop_run();
}

static struct net_sock_ops tcp_ops = {
    .bind = tcp_sock_bind,
    .connect = tcp_sock_connect,
    .listen = tcp_sock_listen,
    .accept = tcp_sock_accept,
    .send = net_tcp_send,
    .recv = net_tcp_recv,
    .shutdown = tcp_sock_shutdown,
    .name = net_tcp_name,
    .poll = net_tcp_poll,
    .set = net_tcp_opt_set,
    .get = net_tcp_opt_get,
    .readable = net_tcp_readable,
    .unsent = net_tcp_unsent,
    .close = tcp_sock_close,
};
