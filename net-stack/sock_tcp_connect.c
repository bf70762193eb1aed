/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect(2) on TCP sockets. What a call did not wait for, a later one tells:
 * 0 once when it has become a connection, else why it has not.
 */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "net_sock.h"
#include "sock_tcp.h"

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_sock *sock = arg;

    (void)pcb;
    (void)err;
    if (!sock)
        return ERR_OK;
    net_tcp_begin(sock);
    net_sock_wake(&sock->s);
    return ERR_OK;
}

static long start(struct tcp_sock *sock, ip_addr_t *ip, uint16_t port)
{
    long rc = net_tcp_need_pcb(sock);

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
    sock->s.error = 0;
    sock->is_untold = true;
    rc = net_errno(tcp_connect(sock->pcb, ip, port, on_connected));
    if (rc < 0) {
        sock->state = TCP_SOCK_NEW;
        return rc == -LINUX_EHOSTUNREACH ? -LINUX_ENETUNREACH : rc;
    }
    net_loop_run();
    return 0;
}

long net_tcp_disconnect(struct tcp_sock *sock)
{
    bool was_up =
        sock->state == TCP_SOCK_CONNECTED || sock->state == TCP_SOCK_CONNECTING;

    if (sock->state == TCP_SOCK_LISTENING)
        net_tcp_shut_listener(sock);
    else
        net_tcp_close_pcb(sock, sock->state == TCP_SOCK_CONNECTED);
    while (sock->rx_first)
        net_tcp_rx_drop(sock);
    sock->rx_len = 0;
    sock->state = TCP_SOCK_NEW;
    sock->has_fin = sock->is_dead = sock->has_sent = false;
    sock->bulk_left = 0;
    sock->step = sock->max_segment = 0;
    sock->s.is_rd_shut = sock->s.is_wr_shut = sock->s.is_listening = false;
    sock->s.error = was_up ? LINUX_ECONNRESET : 0;
    net_sock_wake(&sock->s);
    net_loop_run();
    return 0;
}

/* What became of it. */
static long tell(struct tcp_sock *sock)
{
    if (sock->state == TCP_SOCK_CONNECTED) {
        bool was_untold = sock->is_untold;

        sock->is_untold = false;
        return was_untold ? 0 : -LINUX_EISCONN;
    }
    long rc = net_sock_take_error(&sock->s);
    if (sock->state == TCP_SOCK_FAILED)
        sock->state = TCP_SOCK_NEW;
    return rc ? rc : -LINUX_ECONNABORTED; /* somebody has asked SO_ERROR */
}

long net_tcp_connect(struct net_sock *s, const union net_sockaddr *addr,
                     uint32_t len, bool is_nonblock)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int64_t deadline = net_sock_deadline(s->snd_timeout_ns);
    ip_addr_t ip;
    uint16_t port;
    long rc;

    if (len >= sizeof addr->family && addr->family == NET_AF_UNSPEC)
        return net_tcp_disconnect(sock);
    if (sock->state == TCP_SOCK_LISTENING)
        return -LINUX_EISCONN;
    if (sock->state == TCP_SOCK_NEW) {
        rc = net_addr_get(s, addr, len, &ip, &port);
        if (rc == 0)
            rc = start(sock, &ip, port);
        if (rc < 0)
            return rc;
        if (is_nonblock)
            return -LINUX_EINPROGRESS;
    }
    if (sock->state == TCP_SOCK_CONNECTING && is_nonblock)
        return -LINUX_EALREADY;
    while (sock->state == TCP_SOCK_CONNECTING) {
        rc = net_sock_wait(s, deadline);
        if (rc < 0)
            return rc == -LINUX_EAGAIN ? -LINUX_EINPROGRESS : rc;
    }
    return tell(sock);
}
