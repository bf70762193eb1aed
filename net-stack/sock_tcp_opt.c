/* SPDX-License-Identifier: Apache-2.0 */
/* Options of tcp(7), and what getsockopt(TCP_INFO) tells. */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "sock_tcp.h"

#define LEVEL_SOCKET 1
#define OPT_RCVBUF 8
#define OPT_KEEPALIVE 9
#define LEVEL_TCP 6

/* linux/tcp.h */
enum tcp_option {
    OPT_NODELAY = 1,
    OPT_MAXSEG = 2,
    OPT_CORK = 3,
    OPT_KEEPIDLE = 4,
    OPT_KEEPINTVL = 5,
    OPT_KEEPCNT = 6,
    OPT_SYNCNT = 7,
    OPT_LINGER2 = 8,
    OPT_DEFER_ACCEPT = 9,
    OPT_WINDOW_CLAMP = 10,
    OPT_INFO = 11,
    OPT_QUICKACK = 12,
    OPT_CONGESTION = 13,
    OPT_USER_TIMEOUT = 18,
    OPT_FASTOPEN = 23,
    OPT_NOTSENT_LOWAT = 25,
};

/* linux/tcp.h struct tcp_info, the part that Linux 2.6 had */
struct tcp_info {
    uint8_t state, ca_state, retransmits, probes, backoff, options;
    uint8_t snd_wscale : 4, rcv_wscale : 4;
    uint8_t flags;
    uint32_t rto, ato, snd_mss, rcv_mss;
    uint32_t unacked, sacked, lost, retrans, fackets;
    uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
    uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss,
        reordering;
    uint32_t rcv_rtt, rcv_space, total_retrans;
};
_Static_assert(sizeof(struct tcp_info) == 104, "linux/tcp.h");

/* lwIP's states as Linux's: net/tcp_states.h */
static uint8_t state_of(const struct tcp_sock *sock)
{
    static const uint8_t states[] = {
        [CLOSED] = 7,      [LISTEN] = 10,    [SYN_SENT] = 2,   [SYN_RCVD] = 3,
        [ESTABLISHED] = 1, [FIN_WAIT_1] = 4, [FIN_WAIT_2] = 5, [CLOSE_WAIT] = 8,
        [CLOSING] = 11,    [LAST_ACK] = 9,   [TIME_WAIT] = 6};

    return states[sock->pcb ? sock->pcb->state : CLOSED];
}

static void fill_info(const struct tcp_sock *sock, struct tcp_info *info)
{
    const struct tcp_pcb *pcb = sock->pcb;

    memset(info, 0, sizeof *info);
    info->state = state_of(sock);
    if (!pcb || pcb->state == LISTEN)
        return;
    info->options = (uint8_t)((pcb->flags & TF_TIMESTAMP ? 1 : 0) |
                              (pcb->flags & TF_SACK ? 2 : 0) |
                              (pcb->flags & TF_WND_SCALE ? 4 : 0));
    info->snd_wscale = pcb->snd_scale & 15;
    info->rcv_wscale = pcb->rcv_scale & 15;
    info->retransmits = pcb->nrtx;
    info->rto = (uint32_t)pcb->rto * TCP_SLOW_INTERVAL * 1000;
    info->snd_mss = info->rcv_mss = info->advmss = sock->step;
    info->pmtu = sock->step + 40u;
    info->rtt = (uint32_t)(pcb->sa >> 3) * TCP_SLOW_INTERVAL * 1000;
    info->rttvar = (uint32_t)(pcb->sv >> 2) * TCP_SLOW_INTERVAL * 1000;
    info->snd_cwnd = sock->step ? pcb->cwnd / sock->step : 0;
    info->snd_ssthresh = sock->step ? pcb->ssthresh / sock->step : 0;
    info->rcv_space = pcb->rcv_wnd;
    for (const struct tcp_seg *seg = pcb->unacked; seg; seg = seg->next)
        info->unacked +=
            sock->step ? (seg->len + sock->step - 1u) / sock->step : 1;
}

static long set_nodelay(struct tcp_sock *sock, int value)
{
    struct tcp_pcb *pcb = sock->pcb;

    if (!value) {
        sock->s.flags &= ~(uint32_t)NET_SOCK_NODELAY;
        return 0;
    }
    sock->s.flags |= NET_SOCK_NODELAY;
    if (pcb && sock->state != TCP_SOCK_LISTENING) {
        tcp_nagle_disable(pcb);
        if (sock->state == TCP_SOCK_CONNECTED)
            (void)tcp_output(pcb);
    }
    return 0;
}

static long set_keep(struct tcp_sock *sock, uint32_t *field, int value, int max)
{
    if (value < 1 || value > max)
        return -LINUX_EINVAL;
    *field = (uint32_t)value;
    if (sock->pcb && sock->state != TCP_SOCK_LISTENING) {
        sock->pcb->keep_idle = sock->keep_idle_s * 1000;
        sock->pcb->keep_intvl = sock->keep_intvl_s * 1000;
        sock->pcb->keep_cnt = sock->keep_cnt;
    }
    return 0;
}

/* A listener's stays: its connections have the flag. */
static void set_keepalive(struct tcp_sock *sock)
{
    if (!sock->pcb || sock->state == TCP_SOCK_LISTENING)
        return;
    if (sock->s.flags & NET_SOCK_KEEPALIVE)
        ip_set_option(sock->pcb, SOF_KEEPALIVE);
    else
        ip_reset_option(sock->pcb, SOF_KEEPALIVE);
}

static long set_cork(struct tcp_sock *sock, int value)
{
    if (value) {
        sock->s.flags |= NET_SOCK_CORK;
        return 0;
    }
    sock->s.flags &= ~(uint32_t)NET_SOCK_CORK;
    if (sock->pcb && sock->state == TCP_SOCK_CONNECTED) {
        tcp_nagle_disable(sock->pcb);
        (void)tcp_output(sock->pcb);
    }
    return 0;
}

static long set_quickack(struct tcp_sock *sock, int value)
{
    if (value && sock->pcb && sock->state == TCP_SOCK_CONNECTED &&
        sock->pcb->flags & TF_ACK_DELAY) {
        tcp_set_flags(sock->pcb, TF_ACK_NOW);
        (void)tcp_output(sock->pcb);
    }
    return 0;
}

/* ip(7) and ipv6(7): what makes sense on a stream. */
#define LEVEL_IP 0
#define LEVEL_IPV6 41
#define IS_TOS(level, name)                                                    \
    ((level) == LEVEL_IP ? (name) == 1 : (name) == 67 /* TCLASS */)
#define IS_TTL(level, name)                                                    \
    ((level) == LEVEL_IP ? (name) == 2 : (name) == 16 /* UNICAST_HOPS */)

#define IS_PMTU(level, name)                                                   \
    ((level) == LEVEL_IP ? (name) == 10 : (name) == 23 /* MTU_DISCOVER */)
#define IS_MTU(level, name) ((level) == LEVEL_IP ? (name) == 14 : (name) == 24)

/* Of the way to the peer. */
static bool get_mtu(const struct tcp_sock *sock, int *mtu)
{
    struct netif *netif;

    if (sock->state != TCP_SOCK_CONNECTED || !sock->pcb)
        return false;
    netif = ip_route(&sock->pcb->local_ip, &sock->pcb->remote_ip);
    *mtu = netif ? (int)net_pmtu_get(&sock->pcb->remote_ip, netif) : 65535;
    return true;
}

/* TCP_MAXSEG; the option for it is a SYN's first. */
void net_tcp_mss_syn(const struct tcp_pcb *pcb, struct tcp_hdr *hdr)
{
    const struct tcp_sock *sock = pcb->callback_arg;
    uint8_t *option = (uint8_t *)(hdr + 1);
    uint16_t mss = sock ? sock->user_mss : 0;

    if (!mss || option[0] != LWIP_TCP_OPT_MSS ||
        (option[2] << 8 | option[3]) <= mss)
        return;
    option[2] = (uint8_t)(mss >> 8);
    option[3] = (uint8_t)mss;
}

static long set_ip(struct tcp_sock *sock, int level, int name,
                   const void *value, uint32_t len)
{
    int arg;
    long rc = net_opt_int(value, len, &arg);

    if (level != LEVEL_IP && level != LEVEL_IPV6)
        return -LINUX_ENOPROTOOPT;
    if (rc < 0)
        return rc;
    if (IS_TOS(level, name)) {
        sock->tos = (uint8_t)arg;
    } else if (IS_TTL(level, name)) {
        if (arg != -1 && (arg < 1 || arg > 255))
            return -LINUX_EINVAL;
        sock->ttl = (uint8_t)(arg == -1 ? 64 : arg);
    } else if (IS_PMTU(level, name)) {
        if (arg < 0 || arg > 5)
            return -LINUX_EINVAL;
        sock->pmtu_mode = (uint8_t)arg;
        return 0;
    } else {
        return level == LEVEL_IP && (name == 15 || name == 24)
                   ? 0 /* FREEBIND, BIND_ADDRESS_NO_PORT */
                   : -LINUX_ENOPROTOOPT;
    }
    if (sock->pcb) { /* a listener's pcb starts the same way */
        sock->pcb->tos = sock->tos;
        if (sock->ttl)
            sock->pcb->ttl = sock->ttl;
    }
    return 0;
}

static long get_ip(const struct tcp_sock *sock, int level, int name,
                   void *value, uint32_t *len)
{
    int number;

    if (level != LEVEL_IP && level != LEVEL_IPV6)
        return -LINUX_ENOPROTOOPT;
    if (IS_TOS(level, name))
        number = sock->tos;
    else if (IS_TTL(level, name))
        number = sock->ttl ? sock->ttl : 64;
    else if (IS_PMTU(level, name))
        number = sock->pmtu_mode;
    else if (!IS_MTU(level, name))
        return -LINUX_ENOPROTOOPT;
    else if (!get_mtu(sock, &number))
        return -LINUX_ENOTCONN;
    return net_opt_put(value, len, &number, sizeof number);
}

long net_tcp_opt_set(struct net_sock *s, int level, int name, const void *value,
                     uint32_t len)
{
    struct tcp_sock *sock = (struct tcp_sock *)s;
    int arg;
    long rc;

    if (level == LEVEL_SOCKET) {
        if (name == OPT_RCVBUF)
            net_tcp_wnd_set(sock);
        if (name == OPT_KEEPALIVE)
            set_keepalive(sock);
        return -LINUX_ENOPROTOOPT; /* there is no more to it */
    }
    if (level != LEVEL_TCP)
        return set_ip(sock, level, name, value, len);
    if (name == OPT_CONGESTION) /* there is one: RFC 5681's */
        return len >= 4 && memcmp(value, "reno", 4) == 0 ? 0 : -LINUX_ENOENT;
    rc = net_opt_int(value, len, &arg);
    if (rc < 0)
        return rc;
    switch (name) {
    case OPT_NODELAY:
        return set_nodelay(sock, arg);
    case OPT_CORK:
        return set_cork(sock, arg);
    case OPT_KEEPIDLE:
        return set_keep(sock, &sock->keep_idle_s, arg, 32767);
    case OPT_KEEPINTVL:
        return set_keep(sock, &sock->keep_intvl_s, arg, 32767);
    case OPT_KEEPCNT:
        return set_keep(sock, &sock->keep_cnt, arg, 127);
    case OPT_QUICKACK:
        return set_quickack(sock, arg);
    case OPT_USER_TIMEOUT:
        if (arg < 0)
            return -LINUX_EINVAL;
        sock->user_timeout_ms = (uint32_t)arg;
        return 0;
    case OPT_MAXSEG:
        if (arg && (arg < 88 || arg > 32767))
            return -LINUX_EINVAL;
        sock->user_mss = (uint16_t)arg;
        return 0;
    case OPT_SYNCNT:
    case OPT_LINGER2:
    case OPT_DEFER_ACCEPT:
    case OPT_WINDOW_CLAMP:
    case OPT_FASTOPEN:
    case OPT_NOTSENT_LOWAT:
        return 0; /* hints */
    default:
        return -LINUX_ENOPROTOOPT;
    }
}

static bool get_value(const struct tcp_sock *sock, int name, int *value)
{
    switch (name) {
    case OPT_NODELAY:
        *value = !!(sock->s.flags & NET_SOCK_NODELAY);
        return true;
    case OPT_CORK:
        *value = !!(sock->s.flags & NET_SOCK_CORK);
        return true;
    case OPT_KEEPIDLE:
        *value = (int)sock->keep_idle_s;
        return true;
    case OPT_KEEPINTVL:
        *value = (int)sock->keep_intvl_s;
        return true;
    case OPT_KEEPCNT:
        *value = (int)sock->keep_cnt;
        return true;
    case OPT_MAXSEG:
        *value = sock->step       ? sock->step
                 : sock->user_mss ? sock->user_mss
                                  : 536;
        return true;
    case OPT_USER_TIMEOUT:
        *value = (int)sock->user_timeout_ms;
        return true;
    case OPT_SYNCNT:
        *value = TCP_SYNMAXRTX;
        return true;
    case OPT_LINGER2:
        *value = 60;
        return true;
    case OPT_QUICKACK:
        *value = 1;
        return true;
    case OPT_DEFER_ACCEPT:
    case OPT_WINDOW_CLAMP:
    case OPT_FASTOPEN:
    case OPT_NOTSENT_LOWAT:
        *value = 0;
        return true;
    default:
        return false;
    }
}

long net_tcp_opt_get(struct net_sock *s, int level, int name, void *value,
                     uint32_t *len)
{
    const struct tcp_sock *sock = (struct tcp_sock *)s;
    struct tcp_info info;
    int number;

    if (level != LEVEL_TCP)
        return get_ip(sock, level, name, value, len);
    if (name == OPT_INFO) {
        fill_info(sock, &info);
        return net_opt_put(value, len, &info, sizeof info);
    }
    if (name == OPT_CONGESTION)
        return net_opt_put(value, len, "reno", 5);
    if (!get_value(sock, name, &number))
        return -LINUX_ENOPROTOOPT;
    return net_opt_put(value, len, &number, sizeof number);
}
