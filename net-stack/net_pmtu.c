/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MTU of the way to a host: RFC 1191, RFC 8201. A router tells it by ICMP
 * when a packet that may not be cut is too large for its next hop. Who had
 * sent the packet knows it at once, who asks later within the time that Linux
 * keeps it.
 */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "net.h"
#include "sock_tcp.h"
#include "wait.h"

#define PATH_MAX_COUNT 64u
#define PATH_LIFE_NS (600 * NS_PER_SEC) /* Linux: ipv4.route.mtu_expires */
#define MTU4_MIN 552u                   /* Linux: ipv4.route.min_pmtu */
#define MTU6_MIN 1280u                  /* RFC 8200 s5 */
/* So often sent again in vain: perhaps somebody on the way says nothing of
 * what is too large for him (RFC 2923 s2.1). Linux: tcp_retries1,
 * tcp_base_mss, with tcp_mtu_probing. */
#define BLACK_HOLE_RTX 3u
#define BLACK_HOLE_MSS 1024u

static struct path {
    ip_addr_t dest;
    uint32_t mtu;
    int64_t end_ns;
} paths[PATH_MAX_COUNT];
static uint32_t path_count;

static struct path *find(const ip_addr_t *dest)
{
    for (uint32_t i = 0; i < path_count; i++)
        if (ip_addr_cmp(&paths[i].dest, dest))
            return &paths[i];
    return NULL;
}

uint32_t net_pmtu_get(const ip_addr_t *dest, const struct netif *netif)
{
    uint32_t mtu = IP_IS_V6(dest) ? netif_mtu6(netif) : netif->mtu;
    const struct path *path = path_count ? find(dest) : NULL;

    if (!mtu)
        mtu = 65535; /* the loopback has none */
    if (path && time_now() < path->end_ns)
        mtu = LWIP_MIN(mtu, path->mtu);
    return mtu;
}

/* A free entry, or the one that would end first. */
static struct path *new_path(void)
{
    struct path *oldest = &paths[0];

    if (path_count < PATH_MAX_COUNT)
        return &paths[path_count++];
    for (uint32_t i = 1; i < PATH_MAX_COUNT; i++)
        if (paths[i].end_ns < oldest->end_ns)
            oldest = &paths[i];
    return oldest;
}

uint32_t net_pmtu_learn(const ip_addr_t *dest, uint32_t mtu)
{
    uint32_t min = IP_IS_V6(dest) ? MTU6_MIN : MTU4_MIN;
    struct path *path = find(dest);

    mtu = LWIP_MIN(LWIP_MAX(mtu, min), 65535);
    if (!path) {
        path = new_path();
        path->dest = *dest;
    } else if (time_now() < path->end_ns && path->mtu < mtu) {
        return path->mtu; /* only time makes it larger */
    }
    path->mtu = mtu;
    path->end_ns = time_now() + PATH_LIFE_NS;
    return mtu;
}

static uint32_t mss_of(const struct tcp_pcb *pcb, uint32_t mtu)
{
    return mtu - (IP_IS_V6_VAL(pcb->remote_ip) ? 60 : 40);
}

uint16_t net_pmtu_mss(const struct tcp_pcb *pcb, const struct netif *netif)
{
    uint32_t mss = mss_of(pcb, net_pmtu_get(&pcb->remote_ip, netif));

    return (uint16_t)LWIP_MIN(mss, pcb->mss);
}

static void lower(struct tcp_pcb *pcb, uint32_t mss)
{
    struct tcp_sock *sock = pcb->callback_arg;
    uint8_t nrtx = pcb->nrtx;

    if (mss >= net_tcp_path_mss(pcb))
        return;
    net_tcp_set_path_mss(pcb, (uint16_t)mss);
    if (sock && sock->pcb == pcb)
        net_tcp_fit_path(sock);
    /* What was too large is lost: again, without waiting for the timer, and
     * without a word about a bad line. */
    tcp_rexmit_rto(pcb);
    pcb->nrtx = nrtx;
}

void net_pmtu_tcp(struct tcp_pcb *pcb, uint32_t mtu)
{
    lower(pcb, mss_of(pcb, net_pmtu_learn(&pcb->remote_ip, mtu)));
}

void net_pmtu_tick(struct tcp_pcb *pcb)
{
    if (pcb->state >= ESTABLISHED && pcb->nrtx >= BLACK_HOLE_RTX)
        lower(pcb, BLACK_HOLE_MSS);
}
