/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending: a frame is one write, its virtio header in the room that pbufs
 * keep in front (PBUF_LINK_ENCAPSULATION_HLEN). TCP segments larger than the
 * path's MSS are cut by the host; other packets larger than the MTU are cut
 * here, because lwIP would cut the large segments too.
 */
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/inet_chksum.h"
#include "lwip/prot/ethernet.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"
#include "lwip/prot/tcp.h"
#include "lwip/prot/udp.h"

#include "base.h"
#include "hc.h"
#include "net.h"
#include "net_hooks.h"
#include "net_sock.h"

/* virtio 1.2 s5.1.6; little endian, as x86-64 is */
struct vnet_hdr {
    uint8_t flags;
    uint8_t gso_type;
    uint16_t hdr_len;
    uint16_t gso_size;
    uint16_t csum_start;
    uint16_t csum_offset;
    uint16_t num_buffers;
};
_Static_assert(sizeof(struct vnet_hdr) == NET_VNET_HDR_MAX, "virtio");
#define VNET_F_NEEDS_CSUM 1u
#define VNET_GSO_TCPV4 1u
#define VNET_GSO_TCPV6 4u

#define SEGMENT_MAX 61440u

bool net_tx_dont_cut;

uint16_t net_tx_max_segment(const struct netif *netif, uint16_t mss)
{
    const struct net_port *port = netif->state;

    if (netif->linkoutput != net_linkoutput || !mss ||
        (port->offloads & (UNI_NET_TSO4 | UNI_NET_TSO6)) !=
            (UNI_NET_TSO4 | UNI_NET_TSO6))
        return mss;
    return (uint16_t)(SEGMENT_MAX / mss * mss);
}

/* RFC 1071, eight bytes at a time; in the order of memory. */
uint16_t net_chksum(const void *data, int len)
{
    const uint8_t *pos = data;
    uint64_t sum = 0;

    for (; len >= 8; len -= 8, pos += 8) {
        uint64_t word;

        __builtin_memcpy(&word, pos, 8);
        sum += word;
        sum += sum < word;
    }
    uint64_t rest = 0;
    if (len == 4) { /* headers: without a call */
        uint32_t half;

        __builtin_memcpy(&half, pos, 4);
        rest = half;
    } else if (len > 0) {
        memcpy(&rest, pos, (size_t)len);
    }
    sum += rest;
    sum += sum < rest;
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static uint16_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

struct packet {
    uint8_t *ip;
    uint16_t ip_len; /* bytes of the IP header */
    uint16_t l4_len; /* bytes behind it */
    uint8_t proto;   /* 0: nothing to offload */
    bool is_v6;
};

static void packet_parse(struct packet *packet, const struct pbuf *p)
{
    const uint8_t *eth = p->payload;
    uint16_t type = (uint16_t)(eth[12] << 8 | eth[13]);

    *packet = (struct packet){.ip = (uint8_t *)p->payload + SIZEOF_ETH_HDR};
    if (type == ETHTYPE_IP) {
        struct ip_hdr *hdr = (struct ip_hdr *)packet->ip;

        packet->ip_len = IPH_HL_BYTES(hdr);
        if (!(IPH_OFFSET(hdr) & PP_HTONS(IP_OFFMASK | IP_MF)))
            packet->proto = IPH_PROTO(hdr);
    } else if (type == ETHTYPE_IPV6) {
        packet->is_v6 = true;
        packet->ip_len = IP6_HLEN;
        packet->proto = IP6H_NEXTH((struct ip6_hdr *)packet->ip);
    } else {
        return;
    }
    packet->l4_len = (uint16_t)(p->tot_len - SIZEOF_ETH_HDR - packet->ip_len);
}

/* What a partial checksum starts with: RFC 793 s3.1, RFC 8200 s8.1. */
static uint16_t pseudo_sum(const struct packet *packet)
{
    uint32_t sum = packet->is_v6 ? net_chksum(packet->ip + 8, 32)
                                 : net_chksum(packet->ip + 12, 8);

    return fold(sum + lwip_htons(packet->proto) + lwip_htons(packet->l4_len));
}

static void offload(struct vnet_hdr *hdr, const struct net_port *port,
                    const struct packet *packet)
{
    uint8_t *l4 = packet->ip + packet->ip_len;
    uint16_t sum;

    memset(hdr, 0, sizeof *hdr);
    if (!(port->offloads & UNI_NET_CSUM))
        return;
    if (packet->proto == IP_PROTO_TCP) {
        hdr->csum_offset = offsetof(struct tcp_hdr, chksum);
    } else if (packet->proto == IP_PROTO_UDP) {
        hdr->csum_offset = offsetof(struct udp_hdr, chksum);
        if (l4[hdr->csum_offset] || l4[hdr->csum_offset + 1]) {
            hdr->csum_offset = 0;
            return; /* has one already */
        }
    } else {
        return;
    }
    hdr->flags = VNET_F_NEEDS_CSUM;
    hdr->csum_start = (uint16_t)(SIZEOF_ETH_HDR + packet->ip_len);
    sum = pseudo_sum(packet);
    memcpy(l4 + hdr->csum_offset, &sum, 2);
    if (packet->proto != IP_PROTO_TCP)
        return;

    uint16_t tcp_len = TCPH_HDRLEN_BYTES((struct tcp_hdr *)l4);
    uint32_t mss = net_tx_mss;
    if (!mss)
        mss = port->mtu - packet->ip_len - tcp_len;
    if (packet->l4_len - tcp_len > (int)mss) {
        hdr->gso_type = packet->is_v6 ? VNET_GSO_TCPV6 : VNET_GSO_TCPV4;
        hdr->gso_size = (uint16_t)mss;
        hdr->hdr_len = (uint16_t)(hdr->csum_start + tcp_len);
    }
}

/* Header and frame in one piece: in front of the pbuf, or gathered. */
static const uint8_t *in_one_piece(struct pbuf *p, uint32_t hdr_len,
                                   const struct vnet_hdr *hdr)
{
    static uint8_t gather[NET_VNET_HDR_MAX + NET_FRAME_MAX];

    if (!p->next && (!hdr_len || pbuf_add_header(p, hdr_len) == 0)) {
        uint8_t *start = p->payload;

        if (hdr_len) {
            memcpy(start, hdr, hdr_len);
            pbuf_remove_header(p, hdr_len);
        }
        return start;
    }
    memcpy(gather, hdr, hdr_len);
    (void)pbuf_copy_partial(p, gather + hdr_len, p->tot_len, 0);
    return gather;
}

err_t net_linkoutput(struct netif *netif, struct pbuf *p)
{
    struct net_port *port = netif->state;
    struct packet packet;
    struct vnet_hdr hdr;

    if (port->hdr_len) {
        packet_parse(&packet, p);
        offload(&hdr, port, &packet);
    }
    const uint8_t *frame = in_one_piece(p, port->hdr_len, &hdr);
    long n = hc_write(port->handle, frame, port->hdr_len + p->tot_len);
    if (n < 0) {
        port->tx_dropped++;
        return ERR_MEM; /* TCP keeps it and tries again */
    }
    port->tx_frames++;
    port->tx_bytes += p->tot_len;
    return ERR_OK;
}

static err_t to_link(struct netif *netif, struct pbuf *p, const void *dest)
{
    return *(const uint8_t *)p->payload >> 4 == 6
               ? ethip6_output(netif, p, dest)
               : etharp_output(netif, p, dest);
}

/* One part of a segment: its headers are copies of the whole one's. */
static void fix_headers(const struct packet *packet, uint32_t offset,
                        bool is_last)
{
    struct ip_hdr *ip = (struct ip_hdr *)packet->ip;
    struct tcp_hdr *tcp = (struct tcp_hdr *)(packet->ip + packet->ip_len);

    if (packet->is_v6) {
        IP6H_PLEN_SET((struct ip6_hdr *)packet->ip, packet->l4_len);
    } else {
        IPH_LEN_SET(ip,
                    lwip_htons((uint16_t)(packet->ip_len + packet->l4_len)));
        IPH_CHKSUM_SET(ip, 0);
        IPH_CHKSUM_SET(ip, inet_chksum(ip, packet->ip_len));
    }
    tcp->seqno = lwip_htonl(lwip_ntohl(tcp->seqno) + offset);
    if (!is_last)
        TCPH_UNSET_FLAG(tcp, TCP_FIN | TCP_PSH);
    tcp->chksum = 0;
    tcp->chksum = (uint16_t)~fold((uint32_t)pseudo_sum(packet) +
                                  net_chksum(tcp, packet->l4_len));
}

/* A TCP segment that was made for a wider path than there is now, where the
 * host cuts none: here. */
static err_t cut_segment(struct netif *netif, struct pbuf *p,
                         const struct packet *whole, uint16_t heads,
                         const void *dest)
{
    uint16_t step = net_tx_mss;
    err_t err = ERR_OK;

    for (uint32_t off = heads; off < p->tot_len && err == ERR_OK; off += step) {
        uint16_t len = (uint16_t)LWIP_MIN(step, p->tot_len - off);
        struct pbuf *q =
            pbuf_alloc(PBUF_LINK, (uint16_t)(heads + len), PBUF_RAM);
        if (!q)
            return ERR_MEM;
        (void)pbuf_copy_partial(p, q->payload, heads, 0);
        (void)pbuf_copy_partial(p, (uint8_t *)q->payload + heads, len,
                                (uint16_t)off);
        struct packet part = *whole;
        part.ip = q->payload;
        part.l4_len = (uint16_t)(heads - part.ip_len + len);
        fix_headers(&part, off - heads, off + len == p->tot_len);
        err = to_link(netif, q, dest);
        pbuf_free(q);
    }
    return err;
}

/* p begins with its IP header, of ip_len bytes. */
static err_t output_tcp(struct netif *netif, struct pbuf *p, uint16_t ip_len,
                        const void *dest)
{
    const struct net_port *port = netif->state;
    const struct tcp_hdr *tcp = (void *)((uint8_t *)p->payload + ip_len);
    uint16_t heads = (uint16_t)(ip_len + TCPH_HDRLEN_BYTES(tcp));
    struct packet whole = {
        .ip_len = ip_len, .proto = IP_PROTO_TCP, .is_v6 = ip_len == IP6_HLEN};
    err_t err;

    if (net_tx_mss && p->tot_len > heads + net_tx_mss &&
        !(port->offloads & UNI_NET_TSO4))
        err = cut_segment(netif, p, &whole, heads, dest);
    else
        err = to_link(netif, p, dest);
    net_tx_mss = 0;
    return err;
}

/* RFC 1191 s3; the sum as RFC 1624 has it. */
static void forbid_cutting(struct ip_hdr *hdr)
{
    IPH_OFFSET_SET(hdr, PP_HTONS(IP_DF));
    IPH_CHKSUM_SET(hdr, (uint16_t)~fold((uint16_t)~IPH_CHKSUM(hdr) +
                                        (uint32_t)PP_HTONS(IP_DF)));
}

static err_t fragment4(struct netif *netif, struct pbuf *p,
                       const ip4_addr_t *dest)
{
    uint16_t head = IPH_HL_BYTES((struct ip_hdr *)p->payload);
    uint16_t step = (uint16_t)((netif->mtu - head) & ~7);
    uint16_t total = (uint16_t)(p->tot_len - head);

    for (uint32_t off = 0; off < total; off += step) {
        uint16_t len = (uint16_t)LWIP_MIN(step, total - off);
        struct pbuf *q =
            pbuf_alloc(PBUF_LINK, (uint16_t)(head + len), PBUF_RAM);
        if (!q)
            return ERR_MEM;
        (void)pbuf_copy_partial(p, q->payload, head, 0);
        (void)pbuf_copy_partial(p, (uint8_t *)q->payload + head, len,
                                (uint16_t)(head + off));
        struct ip_hdr *hdr = q->payload;
        uint16_t more = off + len < total ? IP_MF : 0;
        IPH_OFFSET_SET(hdr, lwip_htons((uint16_t)(off / 8 | more)));
        IPH_LEN_SET(hdr, lwip_htons((uint16_t)(head + len)));
        IPH_CHKSUM_SET(hdr, 0);
        IPH_CHKSUM_SET(hdr, inet_chksum(hdr, head));
        err_t err = etharp_output(netif, q, dest);
        pbuf_free(q);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

err_t net_output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *dest)
{
    struct ip_hdr *hdr = p->payload;
    bool is_tcp = IPH_PROTO(hdr) == IP_PROTO_TCP;

    if (!is_tcp && p->tot_len > netif->mtu)
        return fragment4(netif, p, dest);
    if (!IPH_OFFSET(hdr) && (is_tcp || net_tx_dont_cut))
        forbid_cutting(hdr);
    return is_tcp ? output_tcp(netif, p, IPH_HL_BYTES(hdr), dest)
                  : etharp_output(netif, p, dest);
}

/* RFC 8200 s4.5; lwIP puts no other extension headers on large packets. */
static err_t fragment6(struct netif *netif, struct pbuf *p,
                       const ip6_addr_t *dest, uint32_t mtu)
{
    uint16_t step = (uint16_t)((mtu - IP6_HLEN - 8) & ~7u);
    uint16_t total = (uint16_t)(p->tot_len - IP6_HLEN);
    uint32_t id = net_random();

    for (uint32_t off = 0; off < total; off += step) {
        uint16_t len = (uint16_t)LWIP_MIN(step, total - off);
        struct pbuf *q =
            pbuf_alloc(PBUF_LINK, (uint16_t)(IP6_HLEN + 8 + len), PBUF_RAM);
        if (!q)
            return ERR_MEM;
        (void)pbuf_copy_partial(p, q->payload, IP6_HLEN, 0);
        struct ip6_hdr *hdr = q->payload;
        uint8_t *ext = (uint8_t *)(hdr + 1);
        uint16_t field =
            lwip_htons((uint16_t)(off | (off + len < total ? 1 : 0)));
        ext[0] = IP6H_NEXTH(hdr);
        ext[1] = 0;
        memcpy(ext + 2, &field, 2);
        memcpy(ext + 4, &id, 4);
        (void)pbuf_copy_partial(p, ext + 8, len, (uint16_t)(IP6_HLEN + off));
        IP6H_NEXTH_SET(hdr, IP6_NEXTH_FRAGMENT);
        IP6H_PLEN_SET(hdr, (uint16_t)(8 + len));
        err_t err = ethip6_output(netif, q, dest);
        pbuf_free(q);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

err_t net_output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *dest)
{
    const struct ip6_hdr *hdr = p->payload;

    if (IP6H_NEXTH(hdr) == IP6_NEXTH_TCP)
        return output_tcp(netif, p, IP6_HLEN, dest);

    ip_addr_t to;
    ip_addr_copy_from_ip6(to, *dest);
    uint32_t mtu = net_pmtu_get(&to, netif);
    return p->tot_len > mtu ? fragment6(netif, p, dest, mtu)
                            : ethip6_output(netif, p, dest);
}
