/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces: a port is a host handle (a tap or a packet socket), a netif is
 * lwIP's idea of an address on it. Frames are read until the host has none;
 * the handle is polled only when nothing else can run (libos/event).
 */
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/ip4.h"
#include "lwip/ip6.h"
#include "lwip/mld6.h"
#include "lwip/prot/ethernet.h"

#include "base.h"
#include "hc.h"
#include "net.h"

/* struct virtio_net_hdr: virtio 1.2 s5.1.6 */
#define VNET_F_NEEDS_CSUM 1u
#define VNET_F_DATA_VALID 2u

#define CHECK_ALL                                                              \
    (NETIF_CHECKSUM_CHECK_UDP | NETIF_CHECKSUM_CHECK_TCP |                     \
     NETIF_CHECKSUM_CHECK_ICMP | NETIF_CHECKSUM_CHECK_ICMP6)

struct net_port net_ports[NET_IF_MAX];
uint32_t net_port_count;

static err_t netif_setup(struct netif *netif)
{
    struct net_port *port = netif->state;

    memcpy(netif->hwaddr, port->mac, ETH_HWADDR_LEN);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->mtu = (uint16_t)port->mtu;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
                   NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6 |
                   NETIF_FLAG_LINK_UP;
    netif->output = net_output4;
    netif->output_ip6 = net_output6;
    netif->linkoutput = net_linkoutput;
    netif->name[0] = 'e';
    netif->name[1] = 't';
    uint16_t sums = NETIF_CHECKSUM_ENABLE_ALL;
    if (port->offloads & UNI_NET_CSUM)
        sums &= (uint16_t) ~(NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_GEN_UDP);
    NETIF_SET_CHECKSUM_CTRL(netif, sums);
    return ERR_OK;
}

struct netif *net_if_add(struct net_port *port, const ip4_addr_t *addr,
                         const ip4_addr_t *mask)
{
    struct netif *netif = net_calloc(1, sizeof *netif);

    if (!netif)
        return NULL;
    if (!netif_add(netif, addr, mask, IP4_ADDR_ANY4, port, netif_setup,
                   ip_input)) {
        net_free(netif);
        return NULL;
    }
    if (!port->netif && port->has_no_ip6) {
        port->netif = netif;
        netif->flags &= (u8_t)~NETIF_FLAG_MLD6;
    } else if (!port->netif) {
        port->netif = netif;
        netif_create_ip6_linklocal_address(netif, 1);
        /* Nobody else can have an address made from the host's choice of
         * MAC: do not wait a second for an objection. */
        netif_ip6_addr_set_state(netif, 0, IP6_ADDR_PREFERRED);
        netif_set_ip6_autoconfig_enabled(netif, 1);
    }
    netif_set_up(netif);
    return netif;
}

/* Every netif on the port has its own ARP; all but the first get copies. */
static void arp_input(struct net_port *port, struct pbuf *p)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        if (netif->state != port || netif == port->netif)
            continue;
        struct pbuf *copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (copy)
            etharp_input(copy, netif);
    }
    etharp_input(p, port->netif);
}

void net_input(struct net_port *port, struct pbuf *p, const uint8_t *hdr)
{
    const uint8_t *eth = hdr + port->hdr_len;
    struct netif *netif = port->netif;
    bool is_trusted =
        port->hdr_len && hdr[0] & (VNET_F_NEEDS_CSUM | VNET_F_DATA_VALID);

    port->rx_frames++;
    port->rx_bytes += p->tot_len;
    p->if_idx = netif_get_index(netif);
    if (!(eth[0] & 1)) {
        if (memcmp(eth, port->mac, 6) != 0)
            goto drop; /* for somebody else: the host's bridge did not know */
    } else if (memcmp(eth, "\xff\xff\xff\xff\xff\xff", 6) == 0) {
        p->flags |= PBUF_FLAG_LLBCAST;
    } else {
        p->flags |= PBUF_FLAG_LLMCAST;
    }

    netif->chksum_flags = is_trusted ? netif->chksum_flags & ~CHECK_ALL
                                     : netif->chksum_flags | CHECK_ALL;
    switch ((uint16_t)(eth[12] << 8 | eth[13])) {
    case ETHTYPE_IP:
        if (p->len < IP_HLEN)
            goto drop;
        ip4_input(p, netif);
        return;
    case ETHTYPE_IPV6:
        if (p->len < IP6_HLEN)
            goto drop;
        ip6_input(p, netif);
        return;
    case ETHTYPE_ARP:
        if (p->len < SIZEOF_ETHARP_HDR) /* lwIP does not look */
            goto drop;
        arp_input(port, p);
        return;
    default:
        break;
    }
drop:
    port->rx_dropped++;
    pbuf_free(p);
}

/* The buffers are all in use: small frames (acknowledgements!) may still find
 * room; others are lost, and sent again. */
static bool read_when_full(struct net_port *port)
{
    static uint8_t spare[2048];
    uint32_t skip = port->hdr_len + SIZEOF_ETH_HDR;
    long n = hc_read(port->handle, spare, sizeof spare);

    if (n < 0)
        return false;
    struct pbuf *p = NULL;
    if (n > skip && n < (long)sizeof spare)
        p = pbuf_alloc(PBUF_RAW, (uint16_t)(n - skip), PBUF_RAM);
    if (!p) {
        port->rx_dropped++;
        return true;
    }
    memcpy(p->payload, spare + skip, (size_t)n - skip);
    net_input(port, p, spare);
    return true;
}

static bool read_frames(struct net_port *port, uint32_t budget)
{
    uint32_t skip = port->hdr_len + SIZEOF_ETH_HDR;

    while (budget--) {
        size_t room;
        uint8_t *buf = net_direct_room(port);

        if (buf) {
            long len =
                hc_read(port->handle, buf, NET_FRAME_MAX + port->hdr_len);

            net_direct_input(port, len);
            if (len < 0)
                return false;
            continue;
        }
        if (net_direct_is_full())
            return true;
        buf = net_rx_room(&room);
        if (!buf) {
            if (!read_when_full(port))
                return false;
            continue;
        }
        long n = hc_read(port->handle, buf, room);
        if (n < 0)
            return false; /* -EAGAIN; others come again at the next try */
        if (n <= skip || n - skip > 0xffff) {
            port->rx_dropped++;
            continue;
        }
        net_input(port, net_rx_take((size_t)n, skip), buf);
    }
    return true;
}

bool net_port_run(struct net_port *port, uint32_t budget)
{
    net_tcp_batch_begin();
    bool has_more = read_frames(port, budget);
    net_tcp_batch_end();
    return has_more;
}

void net_loop_run(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        uint16_t flags = netif->chksum_flags;

        if (!netif->loop_first)
            continue;
        /* Where the host makes the sums, ours to ourselves have none. */
        netif->chksum_flags &= (uint16_t)~CHECK_ALL;
        netif_poll(netif);
        netif->chksum_flags = flags;
    }
}

bool net_run(void)
{
    bool has_more = false;

    for (uint32_t i = 0; i < net_port_count; i++)
        has_more |= net_port_run(&net_ports[i], 256);
    net_loop_run();
    return has_more;
}
