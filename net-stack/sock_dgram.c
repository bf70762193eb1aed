/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP, raw and ICMP ("ping") sockets: a queue of packets as the driver read
 * them, each with what recvmsg tells about it.
 */
#include "lwip/icmp.h"
#include "lwip/igmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/mld6.h"
#include "lwip/raw.h"
#include "lwip/udp.h"

#include "base.h"
#include "libos.h"
#include "net.h"
#include "net_relay.h"
#include "net_sock.h"
#include "sock_dgram.h"
#include "user.h"

#define UDP_MAX 65507u /* IPv4: 65535 - 20 - 8 */
#define BUF_DEFAULT (208u << 10)

static struct net_sock_ops dgram_ops;
ip_addr_t net_dgram_last;

static void enqueue(struct dgram_sock *sock, struct pbuf *p,
                    const ip_addr_t *src, uint16_t port)
{
    struct dgram *packet;

    /* Linux: what comes after SHUT_RD can be read, too. */
    if (sock->rx_len + p->tot_len > sock->s.rcv_buf ||
        !(packet = net_malloc(sizeof *packet))) {
        pbuf_free(p);
        return;
    }
    packet->next = NULL;
    packet->src = *src;
    packet->dest = *ip_current_dest_addr();
    packet->port = port;
    packet->stamp_ns =
        sock->s.flags & (NET_SOCK_TIMESTAMP | NET_SOCK_TIMESTAMPNS)
            ? time_now() + time_real_offset()
            : 0;
    packet->if_idx = (uint8_t)net_if_index(ip_current_input_netif());
    if (ip_current_is_v6()) {
        packet->ttl = IP6H_HOPLIM(ip6_current_header());
        packet->tos = (uint8_t)IP6H_TC(ip6_current_header());
    } else {
        packet->ttl = IPH_TTL(ip4_current_header());
        packet->tos = IPH_TOS(ip4_current_header());
    }
    packet->p = net_rx_compact(p);
    if (sock->rx_last)
        sock->rx_last->next = packet;
    else
        sock->rx_first = packet;
    sock->rx_last = packet;
    sock->rx_len += packet->p->tot_len + 64u;
    sock->rx_count++;
    net_sock_wake(&sock->s);
}

static void drop_first(struct dgram_sock *sock)
{
    struct dgram *packet = sock->rx_first;

    sock->rx_first = packet->next;
    if (!sock->rx_first)
        sock->rx_last = NULL;
    sock->rx_len -= packet->p->tot_len + 64u;
    sock->rx_count--;
    pbuf_free(packet->p);
    net_free(packet);
}

static void on_udp(void *arg, struct udp_pcb *pcb, struct pbuf *p,
                   const ip_addr_t *src, uint16_t port)
{
    const ip_addr_t *dest = ip_current_dest_addr();

    (void)pcb;
    if (ip_addr_ismulticast(dest) &&
        !net_group_takes(arg, dest, ip_current_input_netif(), src))
        pbuf_free(p);
    else
        enqueue(arg, p, src, port);
}

bool net_dgram_owns(const struct udp_pcb *pcb)
{
    return pcb->recv == on_udp;
}

/* Does the socket want this type of ICMP? */
static bool is_wanted(const struct dgram_sock *sock, struct pbuf *p,
                      uint16_t skip)
{
    uint8_t type;

    if (sock->s.protocol != (sock->s.family == NET_AF_INET ? 1 : 58) ||
        pbuf_copy_partial(p, &type, 1, skip) != 1)
        return true;
    return !(sock->icmp_filter[type / 32] >> type % 32 & 1);
}

/* p is the whole packet with its IP header; it stays lwIP's. */
static uint8_t on_raw(void *arg, struct raw_pcb *pcb, struct pbuf *p,
                      const ip_addr_t *src)
{
    struct dgram_sock *sock = arg;
    uint16_t skip = 0;

    (void)pcb;
    if (IP_IS_V6(src) || sock->s.type == NET_DGRAM)
        skip = ip_current_header_tot_len();
    if (sock->s.type == NET_DGRAM) { /* only answers to our own requests */
        uint8_t head[8];

        if (pbuf_copy_partial(p, head, 8, skip) != 8)
            return 0;
        bool is_reply = IP_IS_V6(src) ? head[0] == 129 : head[0] == 0;
        if (!is_reply || (head[4] << 8 | head[5]) != sock->icmp_id)
            return 0;
    }
    if (sock->is_connected && !ip_addr_cmp(&sock->peer, src))
        return 0;
    if (p->tot_len < skip || !is_wanted(sock, p, ip_current_header_tot_len()))
        return 0;
    struct pbuf *copy =
        pbuf_alloc(PBUF_RAW, (uint16_t)(p->tot_len - skip), PBUF_RAM);
    if (!copy)
        return 0;
    (void)pbuf_copy_partial(p, copy->payload, copy->tot_len, skip);
    enqueue(sock, copy, src, 0);
    return 0; /* others may want it too */
}

static uint8_t ip_type(const struct dgram_sock *sock)
{
    if (sock->s.family == NET_AF_INET)
        return IPADDR_TYPE_V4;
    if (sock->s.type != NET_DGRAM || sock->raw ||
        sock->s.flags & NET_SOCK_V6ONLY)
        return IPADDR_TYPE_V6;
    return IPADDR_TYPE_ANY;
}

static struct dgram_sock *sock_new(int family, int type, int protocol)
{
    struct dgram_sock *sock = net_calloc(1, sizeof *sock);

    if (!sock)
        return NULL;
    net_sock_init(&sock->s, &dgram_ops, family, type, protocol);
    sock->s.rcv_buf = sock->s.snd_buf = BUF_DEFAULT;
    sock->mcast_ttl = 1;
    sock->pmtu_mode = 1; /* IP_PMTUDISC_WANT */
    sock->mcast_loop = sock->mcast_all = true;
    return sock;
}

struct net_sock *net_udp_new(int family)
{
    struct dgram_sock *sock = sock_new(family, NET_DGRAM, 17);

    if (!sock)
        return NULL;
    sock->udp = udp_new_ip_type(ip_type(sock));
    if (!sock->udp) {
        net_free(sock);
        return NULL;
    }
    udp_recv(sock->udp, on_udp, sock);
    udp_set_multicast_ttl(sock->udp, 1);
    udp_set_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
    return &sock->s;
}

struct net_sock *net_raw_new(int family, int type, int protocol)
{
    static uint16_t next_id = 1;
    struct dgram_sock *sock = sock_new(family, type, protocol);

    if (!sock)
        return NULL;
    sock->raw =
        raw_new_ip_type(family == NET_AF_INET ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6,
                        (uint8_t)protocol);
    if (!sock->raw) {
        net_free(sock);
        return NULL;
    }
    sock->icmp_id = next_id++;
    raw_recv(sock->raw, on_raw, sock);
    raw_set_multicast_ttl(sock->raw, 1);
    if (protocol == 58) { /* RFC 3542 s3.1: the stack fills it in */
        sock->raw->chksum_reqd = 1;
        sock->raw->chksum_offset = 2;
    }
    return &sock->s;
}

void net_dgram_apply(struct dgram_sock *sock)
{
    /* The first fields of both kinds of pcb are the same: ip.h IP_PCB. */
    struct ip_pcb *pcb =
        sock->udp ? (struct ip_pcb *)sock->udp : (struct ip_pcb *)sock->raw;

    if (sock->s.flags & (NET_SOCK_REUSEADDR | NET_SOCK_REUSEPORT))
        ip_set_option(pcb, SOF_REUSEADDR);
    if (sock->s.flags & NET_SOCK_BROADCAST)
        ip_set_option(pcb, SOF_BROADCAST);
    else
        ip_reset_option(pcb, SOF_BROADCAST);
    pcb->netif_idx = sock->s.bound_if;
    if (sock->ttl)
        pcb->ttl = sock->ttl;
    pcb->tos = sock->tos;
}

static long dgram_bind(struct net_sock *s, const union net_sockaddr *addr,
                       uint32_t len)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    ip_addr_t ip;
    uint16_t port;
    long rc = net_addr_get(s, addr, len, &ip, &port);

    if (rc < 0)
        return rc;
    if (sock->udp && sock->udp->local_port)
        return -LINUX_EINVAL;
    if (!net_addr_is_local(&ip))
        return -LINUX_EADDRNOTAVAIL;
    if (addr->family != s->family &&
        !(addr->family == NET_AF_UNSPEC && s->family == NET_AF_INET &&
          ip_addr_isany(&ip)))
        return -LINUX_EAFNOSUPPORT;
    net_addr_fit(s, &ip);
    net_dgram_apply(sock);
    sock->has_port = port;
    if (sock->udp)
        return net_errno(udp_bind(sock->udp, &ip, port));
    if (port)
        sock->icmp_id = port;
    return net_errno(raw_bind(sock->raw, &ip));
}

static long dgram_connect(struct net_sock *s, const union net_sockaddr *addr,
                          uint32_t len, bool is_nonblock)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    ip_addr_t ip;
    uint16_t port;

    (void)is_nonblock;
    if (len >= sizeof addr->family && addr->family == NET_AF_UNSPEC) {
        sock->is_connected = false;
        if (sock->udp)
            udp_disconnect(sock->udp);
        if (sock->udp && !sock->has_port)
            sock->udp->local_port = 0;
        if (sock->raw)
            raw_disconnect(sock->raw);
        return 0;
    }
    long rc = net_addr_get(s, addr, len, &ip, &port);
    if (rc < 0)
        return rc;
    if (ip_addr_isany(&ip))
        ip_addr_set_loopback(IP_IS_V6(&ip), &ip);
    struct netif *netif =
        ip_route(IP_IS_V6(&ip) ? IP6_ADDR_ANY : IP4_ADDR_ANY, &ip);
    if (!netif || !net_route_exists(&ip))
        return -LINUX_ENETUNREACH;
    if (ip_addr_isbroadcast(&ip, netif) && !(s->flags & NET_SOCK_BROADCAST))
        return -LINUX_EACCES;
    net_dgram_apply(sock);
    sock->peer = ip;
    sock->peer_port = port;
    sock->is_connected = true;
    if (!sock->udp)
        return net_errno(raw_connect(sock->raw, &ip));
    if (ip_addr_isany(&sock->udp->local_ip)) {
        const ip_addr_t *own = ip_netif_get_local_ip(netif, &ip);

        if (own && !ip_addr_ismulticast(&ip))
            sock->auto_ip = *own;
    }
    return net_errno(udp_connect(sock->udp, &ip, port));
}

/* One packet's own source address or interface. */
static long send_from(struct dgram_sock *sock, struct pbuf *p, ip_addr_t *ip,
                      uint16_t port, struct netif *netif,
                      const struct dgram_from *from)
{
    const ip_addr_t *bound =
        sock->udp ? &sock->udp->local_ip : &sock->raw->local_ip;
    const ip_addr_t *src = from->has_src ? &from->src
                           : ip_addr_isany(bound)
                               ? ip_netif_get_local_ip(netif, ip)
                               : bound;

    if (!src || IP_IS_V6(src) != IP_IS_V6(ip))
        return -LINUX_EINVAL;
    if (sock->raw)
        return net_errno(raw_sendto_if_src(sock->raw, p, ip, netif, src));
    return net_errno(udp_sendto_if_src(sock->udp, p, ip, port, netif, src));
}

static struct netif *route_of(const struct dgram_sock *sock,
                              const ip_addr_t *ip)
{
    if (sock->mcast_if && ip_addr_ismulticast(ip))
        return netif_get_by_index(sock->mcast_if);
    return ip_route(sock->udp ? &sock->udp->local_ip : &sock->raw->local_ip,
                    ip);
}

/* IP_PMTUDISC_PROBE and its like look for the path's MTU themselves. */
static uint32_t limit_of(const struct dgram_sock *sock, const ip_addr_t *ip,
                         const struct netif *netif)
{
    uint32_t mtu = netif->mtu ? netif->mtu : 65535;

    return sock->pmtu_mode == PMTU_DO ? net_pmtu_get(ip, netif) : mtu;
}

static long send_to(struct dgram_sock *sock, struct pbuf *p, ip_addr_t *ip,
                    uint16_t port, const struct dgram_from *from)
{
    struct netif *netif = from->netif ? from->netif : route_of(sock, ip);
    uint16_t flags;
    long rc;

    if (sock->udp && net_relay_has(ip, port))
        return net_relay_send(sock->udp, p);
    if (!netif || !net_route_exists(ip))
        return -LINUX_ENETUNREACH;
    if (IP_IS_V4(ip) && ip_addr_isbroadcast(ip, netif) &&
        !(sock->s.flags & NET_SOCK_BROADCAST))
        return -LINUX_EACCES;
    /* IP_PMTUDISC_DO and its like: nothing is to be cut. */
    bool is_strict =
        sock->pmtu_mode >= PMTU_DO || (sock->dont_frag && IP_IS_V6(ip));
    uint32_t len =
        p->tot_len + (sock->udp ? 8u : 0) + (IP_IS_V6(ip) ? 40u : 20u);
    if (is_strict && len > limit_of(sock, ip, netif))
        return -LINUX_EMSGSIZE;
    net_dgram_last = *ip;
    bool is_given = from->has_src || from->netif;
    /* What will be cut into fragments needs its checksum now. */
    flags = netif->chksum_flags;
    if (len > net_pmtu_get(ip, netif))
        netif->chksum_flags |= NETIF_CHECKSUM_GEN_UDP;
    net_tx_dont_cut = is_strict;
    /* To the loopback it goes once: what is sent there is what comes back. */
    if (sock->udp && !netif->linkoutput)
        udp_clear_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
    if (is_given)
        rc = send_from(sock, p, ip, port, netif, from);
    else if (sock->raw)
        rc = net_errno(raw_sendto(sock->raw, p, ip));
    else
        rc = net_errno(udp_sendto(sock->udp, p, ip, port));
    net_tx_dont_cut = false;
    if (sock->udp && sock->mcast_loop)
        udp_set_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
    netif->chksum_flags = flags;
    return rc;
}

static long dgram_send(struct net_sock *s, struct net_msg *msg)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    ip_addr_t ip = sock->peer;
    uint16_t port = sock->peer_port;
    struct dgram_from from;
    long rc;

    if (s->error)
        return net_sock_take_error(s);
    if (s->is_wr_shut)
        return -LINUX_EPIPE;
    if (msg->addr_len) {
        rc = net_addr_get(s, &msg->addr, msg->addr_len, &ip, &port);
        if (rc < 0)
            return rc;
        if (ip_addr_isany(&ip))
            ip_addr_set_loopback(IP_IS_V6(&ip), &ip);
        if (sock->udp && !port)
            return -LINUX_EINVAL;
    } else if (!sock->is_connected) {
        return -LINUX_EDESTADDRREQ;
    }
    if (msg->len > UDP_MAX)
        return -LINUX_EMSGSIZE;
    rc = net_dgram_control(msg, &from);
    if (rc < 0)
        return rc;
    struct pbuf *p = pbuf_alloc(sock->raw ? PBUF_IP : PBUF_TRANSPORT,
                                (uint16_t)msg->len, PBUF_RAM);
    if (!p)
        return -LINUX_ENOBUFS;
    rc = net_iov_get(msg, 0, p->payload, msg->len);
    if (rc == 0 && sock->raw && s->type == NET_DGRAM) {
        uint8_t *icmp = p->payload;

        if (msg->len < 8) {
            rc = -LINUX_EINVAL;
        } else {
            icmp[4] = (uint8_t)(sock->icmp_id >> 8);
            icmp[5] = (uint8_t)sock->icmp_id;
            if (s->family == NET_AF_INET) {
                icmp[2] = icmp[3] = 0;
                uint16_t sum = inet_chksum(icmp, (uint16_t)msg->len);
                memcpy(icmp + 2, &sum, 2);
            }
        }
    }
    if (rc == 0) {
        net_dgram_apply(sock);
        rc = send_to(sock, p, &ip, port, &from);
    }
    pbuf_free(p);
    net_loop_run();
    return rc < 0 ? rc : (long)msg->len;
}

static long dgram_recv(struct net_sock *s, struct net_msg *msg)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    int64_t deadline = net_sock_deadline(s->rcv_timeout_ns);
    long rc;

    if (msg->flags & NET_MSG_ERRQUEUE)
        return net_dgram_recv_err(sock, msg);
    if (s->error) /* before what is there: Linux's __skb_try_recv_datagram */
        return net_sock_take_error(s);
    while (!sock->rx_first) {
        if (s->error)
            return net_sock_take_error(s);
        if (s->is_rd_shut) {
            msg->flags = 0;
            return 0;
        }
        if (msg->is_nonblock) {
            if (net_sock_refresh(s))
                continue;
            return -LINUX_EAGAIN;
        }
        rc = net_sock_wait(s, deadline);
        if (rc < 0)
            return rc;
    }
    struct dgram *packet = sock->rx_first;
    size_t full = packet->p->tot_len, done = 0;
    int flags = msg->flags;
    msg->flags = full > msg->len ? NET_MSG_TRUNC : 0;
    for (struct pbuf *p = packet->p; p && done < msg->len; p = p->next) {
        size_t n = LWIP_MIN(p->len, msg->len - done);

        rc = net_iov_put(msg, done, p->payload, n);
        if (rc < 0)
            return rc;
        done += n;
    }
    msg->addr_len = net_addr_put(s, &msg->addr, &packet->src, packet->port);
    net_dgram_put_control(s, msg, packet);
    if (!(flags & NET_MSG_PEEK))
        drop_first(sock);
    return (long)(flags & NET_MSG_TRUNC ? full : done);
}

static unsigned dgram_poll(struct net_sock *s)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    unsigned got = NET_POLLOUT | NET_POLLWRNORM;

    if (sock->rx_first || s->is_rd_shut)
        got |= NET_POLLIN | NET_POLLRDNORM;
    if (s->error || sock->err_first)
        got |= NET_POLLERR;
    if (s->is_rd_shut)
        got |= NET_POLLRDHUP;
    if (s->is_rd_shut && s->is_wr_shut)
        got |= NET_POLLHUP;
    return got;
}

static long dgram_shutdown(struct net_sock *s, int how)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;

    if (how != NET_SHUT_WR)
        s->is_rd_shut = true;
    if (how != NET_SHUT_RD)
        s->is_wr_shut = true;
    net_sock_wake(s);
    return sock->is_connected ? 0 : -LINUX_ENOTCONN;
}

static long dgram_name(struct net_sock *s, union net_sockaddr *addr,
                       bool is_peer)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    ip_addr_t ip;
    uint16_t port;

    if (is_peer) {
        if (!sock->is_connected)
            return -LINUX_ENOTCONN;
        return net_addr_put(s, addr, &sock->peer, sock->peer_port);
    }
    ip = sock->udp ? sock->udp->local_ip : sock->raw->local_ip;
    port = sock->udp ? sock->udp->local_port : sock->icmp_id;
    if (ip_addr_isany(&ip) && sock->is_connected)
        ip = sock->auto_ip;
    if (s->family == NET_AF_INET6 && ip_addr_isany(&ip))
        ip = *IP6_ADDR_ANY;
    return net_addr_put(s, addr, &ip, port);
}

static uint32_t dgram_readable(struct net_sock *s)
{
    const struct dgram *packet = ((struct dgram_sock *)s)->rx_first;

    return packet ? packet->p->tot_len : 0;
}

static void dgram_close(struct net_sock *s)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;

    net_group_leave_all(sock);
    net_dgram_drop_errs(sock);
    while (sock->rx_first)
        drop_first(sock);
    if (sock->udp)
        udp_remove(sock->udp);
    if (sock->raw)
        raw_remove(sock->raw);
    net_free(sock);
}

static struct net_sock_ops dgram_ops = {
    .bind = dgram_bind,
    .connect = dgram_connect,
    .send = dgram_send,
    .recv = dgram_recv,
    .shutdown = dgram_shutdown,
    .name = dgram_name,
    .poll = dgram_poll,
    .set = net_dgram_opt_set,
    .get = net_dgram_opt_get,
    .readable = dgram_readable,
    .close = dgram_close,
};
