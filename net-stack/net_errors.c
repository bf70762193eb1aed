/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the network reports: ICMP's errors, and hosts that do not answer ARP or
 * neighbour discovery, become the errors of sockets. lwIP drops the former
 * and says nothing of the latter; its raw pcbs see all packets, so two of
 * them listen here.
 */
#include "lwip/etharp.h"
#include "lwip/icmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/priv/nd6_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/icmp6.h"
#include "lwip/raw.h"

#include "base.h"
#include "net.h"
#include "net_hooks.h"
#include "sock_dgram.h"
#include "sock_tcp.h"
#include "wait.h"

struct meaning {
    uint8_t code; /* errno */
    bool is_hard; /* told to a connected UDP socket without IP_RECVERR */
};

/* Linux: net/ipv4/icmp.c icmp_err_convert, by the code of type 3 */
static const struct meaning unreach4[] = {
    {LINUX_ENETUNREACH, false},  {LINUX_EHOSTUNREACH, false},
    {LINUX_ENOPROTOOPT, true},   {LINUX_ECONNREFUSED, true},
    {LINUX_EMSGSIZE, false},     {LINUX_ENOTSUP, false},
    {LINUX_ENETUNREACH, true},   {LINUX_EHOSTDOWN, true},
    {LINUX_ENONET, true},        {LINUX_ENETUNREACH, true},
    {LINUX_EHOSTUNREACH, true},  {LINUX_ENETUNREACH, false},
    {LINUX_EHOSTUNREACH, false}, {LINUX_EHOSTUNREACH, true},
    {LINUX_EHOSTUNREACH, true},  {LINUX_EHOSTUNREACH, true},
};
/* Linux: net/ipv6/icmp.c tab_unreach, by the code of type 1 */
static const struct meaning unreach6[] = {
    {LINUX_ENETUNREACH, false},  {LINUX_EACCES, true},
    {LINUX_EHOSTUNREACH, false}, {LINUX_EHOSTUNREACH, false},
    {LINUX_ECONNREFUSED, true},  {LINUX_EACCES, true},
    {LINUX_EACCES, true},
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* False: no error, or none that Linux has a word for. */
static bool interpret(struct net_icmp_error *error)
{
    struct meaning found = {0};

    if (error->is_v6) {
        if (error->type == ICMP6_TYPE_DUR && error->code < COUNT(unreach6))
            found = unreach6[error->code];
        else if (error->type == ICMP6_TYPE_PTB)
            found.code = LINUX_EMSGSIZE;
        else if (error->type == ICMP6_TYPE_TE)
            found.code = LINUX_EHOSTUNREACH;
        else if (error->type == ICMP6_TYPE_PP)
            found = (struct meaning){LINUX_EPROTO, true};
    } else {
        if (error->type == ICMP_DUR && error->code < COUNT(unreach4))
            found = unreach4[error->code];
        else if (error->type == ICMP_TE)
            found.code = LINUX_EHOSTUNREACH;
        else if (error->type == ICMP_PP)
            found = (struct meaning){LINUX_EPROTO, true};
    }
    error->error = found.code;
    error->is_hard = found.is_hard;
    return found.code != 0;
}

/* A connection that is being made fails. */
static void fail(struct tcp_pcb *pcb, int error)
{
    struct tcp_sock *sock = pcb->callback_arg;

    if (sock)
        sock->fail_errno = (uint8_t)error;
    tcp_abandon(pcb, 0);
}

/* Whose packet it was: lwIP counts a SYN's sequence number from lastack. A
 * stranger would have to guess one that is under way (RFC 5927 s4.1). */
static void tell_tcp(const struct net_icmp_error *error)
{
    uint32_t seq = (uint32_t)error->l4[4] << 24 | error->l4[5] << 16 |
                   error->l4[6] << 8 | error->l4[7];
    bool is_mtu = error->error == LINUX_EMSGSIZE;

    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        if (pcb->local_port != error->local_port ||
            pcb->remote_port != error->remote_port ||
            !ip_addr_cmp(&pcb->remote_ip, &error->remote))
            continue;
        if (is_mtu && pcb->state >= ESTABLISHED &&
            seq - pcb->lastack < pcb->snd_nxt - pcb->lastack)
            net_pmtu_tcp(pcb, error->info);
        else if (!is_mtu && pcb->state == SYN_SENT && pcb->lastack == seq)
            fail(pcb, error->error);
        else
            continue;
        return;
    }
}

/* `head`: what the error tells of our packet, IP header first. */
static void read_inner(struct net_icmp_error *error, const uint8_t *head,
                       size_t len)
{
    struct netif *netif = ip_current_input_netif();
    size_t skip = error->is_v6 ? IP6_HLEN : (size_t)(head[0] & 15) * 4;
    uint8_t proto;

    if (head[0] >> 4 != (error->is_v6 ? 6 : 4) || skip < IP_HLEN ||
        len < skip + sizeof error->l4)
        return;
    if (error->is_v6) {
        ip_addr_set_zero_ip6(&error->remote);
        memcpy(ip_2_ip6(&error->remote)->addr, head + 24, 16);
        ip6_addr_assign_zone(ip_2_ip6(&error->remote), IP6_UNICAST, netif);
        proto = head[6];
    } else {
        uint32_t to;

        memcpy(&to, head + 16, 4);
        ip_addr_set_ip4_u32_val(error->remote, to);
        proto = head[9];
        if ((head[6] & 0x1f) || head[7])
            return; /* not the first fragment: no ports */
    }
    memcpy(error->l4, head + skip, sizeof error->l4);
    error->local_port = (uint16_t)(error->l4[0] << 8 | error->l4[1]);
    error->remote_port = (uint16_t)(error->l4[2] << 8 | error->l4[3]);
    error->data = head + skip + sizeof error->l4;
    error->data_len = len - skip - sizeof error->l4;
    if (proto == IP_PROTO_TCP)
        tell_tcp(error);
    else if (proto == IP_PROTO_UDP && net_dgram_error(error) &&
             error->error == LINUX_EMSGSIZE)
        (void)net_pmtu_learn(&error->remote, error->info);
}

static bool is_sum_right(struct pbuf *p, uint16_t skip, bool is_v6)
{
    uint16_t sum;

    if (pbuf_remove_header(p, skip))
        return false;
    sum = is_v6 ? ip6_chksum_pseudo(p, IP6_NEXTH_ICMP6, p->tot_len,
                                    ip6_current_src_addr(),
                                    ip6_current_dest_addr())
                : inet_chksum_pbuf(p);
    pbuf_add_header_force(p, skip);
    return sum == 0;
}

/* p begins with its IP header, and stays lwIP's. */
static uint8_t on_icmp(void *arg, struct raw_pcb *pcb, struct pbuf *p,
                       const ip_addr_t *src)
{
    struct net_icmp_error error = {.is_v6 = IP_IS_V6(src), .offender = *src};
    uint8_t packet[8 + 576]; /* RFC 1812 s4.3.2.3: no longer than that */
    uint16_t skip = ip_current_header_tot_len();
    size_t len = pbuf_copy_partial(p, packet, sizeof packet, skip);

    (void)arg;
    (void)pcb;
    if (len < 8 + IP_HLEN)
        return 0;
    error.type = packet[0];
    error.code = packet[1];
    error.info = (uint32_t)packet[4] << 24 | packet[5] << 16 | packet[6] << 8 |
                 packet[7];
    if (!error.is_v6)
        error.info &= 0xffff; /* the next hop's MTU, RFC 1191 */
    if (interpret(&error) && is_sum_right(p, skip, error.is_v6))
        read_inner(&error, packet + 8, len - 8);
    return 0;
}

void net_errors_init(void)
{
    struct raw_pcb *v4 = raw_new_ip_type(IPADDR_TYPE_V4, IP_PROTO_ICMP);
    struct raw_pcb *v6 = raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6);
    struct netif *netif;

    /* Now there is the loopback only; lwIP leaves its sums out, but here and
     * in raw sockets they are looked at. */
    NETIF_FOREACH(netif)
    {
        NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_GEN_IP |
                                           NETIF_CHECKSUM_GEN_ICMP |
                                           NETIF_CHECKSUM_GEN_ICMP6);
    }
    if (v4)
        raw_recv(v4, on_icmp, NULL);
    if (v6)
        raw_recv(v6, on_icmp, NULL);
}

/*
 * Neighbours that do not answer.
 */
#define NEIGHBOUR_WAIT_NS (3 * NS_PER_SEC) /* Linux: three requests */

static bool is_known4(struct netif *netif, const ip4_addr_t *dest)
{
    const ip4_addr_t *next = dest, *addr;
    struct eth_addr *eth;

    if (!ip4_addr_netcmp(dest, netif_ip4_addr(netif), netif_ip4_netmask(netif)))
        next = net_hook_gw4(netif, dest);
    if (!next) /* DHCP's router is not in the table */
        next = netif_ip4_gw(netif);
    return ip4_addr_isany(next) ||
           etharp_find_addr(netif, next, &eth, &addr) >= 0;
}

static bool is_known6(struct netif *netif, const ip6_addr_t *dest)
{
    const ip6_addr_t *next = net_hook_gw6(netif, dest);

    if (!next)
        next = dest;
    for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++)
        if (neighbor_cache[i].state != ND6_NO_ENTRY &&
            ip6_addr_cmp_zoneless(&neighbor_cache[i].next_hop_address, next))
            return neighbor_cache[i].state != ND6_INCOMPLETE;
    return false;
}

bool net_neighbour_is_known(struct netif *netif, const ip_addr_t *dest)
{
    if (netif->linkoutput != net_linkoutput || ip_addr_ismulticast(dest) ||
        ip_addr_isbroadcast(dest, netif))
        return true;
    return IP_IS_V6(dest) ? is_known6(netif, ip_2_ip6(dest))
                          : is_known4(netif, ip_2_ip4(dest));
}

static bool is_hopeless(const struct tcp_pcb *pcb)
{
    const struct tcp_sock *sock = pcb->callback_arg;
    struct netif *netif = ip_route(&pcb->local_ip, &pcb->remote_ip);

    if (pcb->state != SYN_SENT || !sock ||
        time_now() - sock->connect_ns < NEIGHBOUR_WAIT_NS)
        return false;
    if (!netif)
        return true;
    return !net_neighbour_is_known(netif, &pcb->remote_ip);
}

/* TCP_USER_TIMEOUT: what is sent has waited so long for an answer. */
static bool is_stuck(const struct tcp_pcb *pcb)
{
    struct tcp_sock *sock = pcb->callback_arg;

    int64_t timeout_ns;

    if (!sock || !sock->user_timeout_ms)
        return false;
    timeout_ns = sock->user_timeout_ms * (int64_t)1000000;
    if (sock->state == TCP_SOCK_CONNECTING)
        return time_now() - sock->connect_ns >= timeout_ns;
    if (!pcb->unacked && !pcb->unsent) {
        sock->stuck_since_ns = 0;
        return false;
    }
    if (!sock->stuck_since_ns || sock->seen_ack != pcb->lastack) {
        sock->seen_ack = pcb->lastack;
        sock->stuck_since_ns = time_now();
    }
    return time_now() - sock->stuck_since_ns >= timeout_ns;
}

void net_errors_tick(void)
{
    struct tcp_pcb *pcb = tcp_active_pcbs;

    while (pcb) {
        struct tcp_pcb *next = pcb->next;

        if (is_hopeless(pcb))
            fail(pcb, LINUX_EHOSTUNREACH);
        else if (is_stuck(pcb))
            fail(pcb, LINUX_ETIMEDOUT);
        else
            net_pmtu_tick(pcb);
        pcb = next;
    }
}
