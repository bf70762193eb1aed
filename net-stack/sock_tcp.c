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

void net_tcp_detach(struct tcp_pcb *pcb)
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
            net_tcp_detach(pcb);
        }
    } else if (sock->s.is_rd_shut && sock->s.is_wr_shut) {
        /* Nobody will read it: Linux's tcp_rcv_state_process() */
        pbuf_free(p);
        sock->s.error = LINUX_ECONNRESET;
        sock->is_dead = true;
        sock->pcb = NULL;
        net_tcp_detach(pcb);
        net_sock_wake(&sock->s);
        tcp_abort(pcb);
        return ERR_ABRT;
    } else {
        if (p->tot_len >= NET_BULK_MIN)
            sock->bulk_left = NET_BULK_KEEP;
        else if (sock->bulk_left)
            sock->bulk_left--;
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
    if (sock && (!pcb->unacked || net_tcp_is_writable(sock)))
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
        sock->state = TCP_SOCK_FAILED;
    else
        sock->is_dead = true;
    net_sock_wake(&sock->s);
}

/* NULL: to ourselves, over the loopback. */
static struct netif *netif_of(const struct tcp_pcb *pcb)
{
    if (ip_addr_cmp(&pcb->local_ip, &pcb->remote_ip))
        return NULL;
    return ip_route(&pcb->local_ip, &pcb->remote_ip);
}

void net_tcp_fit_path(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    struct netif *netif = netif_of(pcb);
    uint16_t opts = pcb->flags & TF_TIMESTAMP ? LWIP_TCP_OPT_LEN_TS_OUT : 0;

    sock->step = (uint16_t)(net_tcp_path_mss(pcb) - opts);
    sock->max_segment = netif && sock->step
                            ? net_tx_max_segment(netif, sock->step)
                            : sock->step;
}

void net_tcp_begin(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    struct netif *netif = netif_of(pcb);

    sock->state = TCP_SOCK_CONNECTED;
    if (netif)
        pcb->mss = net_pmtu_mss(pcb, netif);
    if (sock->user_mss)
        pcb->mss = LWIP_MIN(pcb->mss, sock->user_mss);
    net_tcp_set_path_mss(pcb, pcb->mss);
    net_tcp_fit_path(sock);
    net_tcp_wnd_begin(sock);
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

void net_tcp_attach(struct tcp_sock *sock, struct tcp_pcb *pcb)
{
    sock->pcb = pcb;
    tcp_arg(pcb, sock);
    tcp_recv(pcb, on_recv);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    apply_options(sock, pcb);
}

struct tcp_sock *net_tcp_sock_new(int family)
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
    sock->pmtu_mode = 1; /* IP_PMTUDISC_WANT */
    return sock;
}

long net_tcp_need_pcb(struct tcp_sock *sock)
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
    net_tcp_attach(sock, pcb);
    return 0;
}

struct net_sock *net_tcp_new(int family)
{
    struct tcp_sock *sock = net_tcp_sock_new(family);

    return sock ? &sock->s : NULL;
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
    rc = net_tcp_need_pcb(sock);
    if (rc < 0)
        return rc;
    net_addr_fit(s, &ip);
    if (s->flags & (NET_SOCK_REUSEADDR | NET_SOCK_REUSEPORT))
        ip_set_option(sock->pcb, SOF_REUSEADDR);
    else
        ip_reset_option(sock->pcb, SOF_REUSEADDR);
    if (port && net_tcp_has_listener(sock, &ip, port))
        return -LINUX_EADDRINUSE;
    return net_errno(tcp_bind(sock->pcb, &ip, port));
}

static long tcp_sock_shutdown(struct net_sock *s, int how)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;

    if (sock->state == TCP_SOCK_LISTENING) {
        if (how != NET_SHUT_WR) {
            s->is_rd_shut = true;
            net_tcp_shut_listener(sock);
            sock->state = TCP_SOCK_NEW;
            s->is_listening = false;
            net_sock_wake(s);
        }
        return 0;
    }
    if (sock->state == TCP_SOCK_CONNECTING) /* Linux's inet_shutdown() */
        return net_tcp_disconnect(sock);
    if (sock->state != TCP_SOCK_CONNECTED || sock->is_dead)
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

void net_tcp_close_pcb(struct tcp_sock *sock, bool is_abort)
{
    struct tcp_pcb *pcb = sock->pcb;

    if (!pcb)
        return;
    sock->pcb = NULL;
    net_tcp_detach(pcb);
    net_tcp_wnd_end(sock, pcb);
    if (is_abort) {
        tcp_abort(pcb);
        return;
    }
    tcp_nagle_disable(pcb);
    if (tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
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
        net_tcp_shut_listener(sock);
    } else {
        bool is_abort = s->flags & NET_SOCK_LINGER && s->linger_s == 0 &&
                        sock->state == TCP_SOCK_CONNECTED;
        if (s->flags & NET_SOCK_LINGER && s->linger_s && sock->pcb &&
            sock->state == TCP_SOCK_CONNECTED)
            linger(sock);
        net_tcp_close_pcb(sock, is_abort);
    }
    while (sock->rx_first)
        net_tcp_rx_drop(sock);
    net_free(sock);
    net_loop_run();
}

static struct net_sock_ops tcp_ops = {
    .bind = tcp_sock_bind,
    .connect = net_tcp_connect,
    .listen = net_tcp_listen,
    .accept = net_tcp_accept,
    .send = net_tcp_send,
    .recv = net_tcp_recv,
    .shutdown = tcp_sock_shutdown,
    .from = net_tcp_from,
    .name = net_tcp_name,
    .poll = net_tcp_poll,
    .set = net_tcp_opt_set,
    .get = net_tcp_opt_get,
    .readable = net_tcp_readable,
    .unsent = net_tcp_unsent,
    .close = tcp_sock_close,
};
