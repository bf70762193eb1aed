/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that waits in recv with a large buffer gets the frames of a bulk
 * transfer where it wants them: the host writes a frame so that its data lies
 * at the buffer's next byte, and what the headers wrote over in front of it is
 * put back. The headers, copied away, decide whether it was the expected
 * frame: the connection's next bytes and nothing else to say. All others are
 * moved to where frames belong and take the ordinary way. So the one copy is
 * the host's. The buffer's bytes behind what recv returns may have changed.
 */
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/ethernet.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"
#include "lwip/prot/tcp.h"

#include "base.h"
#include "net.h"
#include "sock_tcp.h"
#include "user.h"

#define PAYLOAD_MAX 65535u
#define ROOM_MAX (256u << 10) /* of a buffer, used in one wait */
#define PAGE 4096u
#define HEAD_MAX                                                               \
    (NET_VNET_HDR_MAX + SIZEOF_ETH_HDR + IP6_HLEN + TCP_HLEN +                 \
     LWIP_TCP_OPT_LEN_TS_OUT)

static struct {
    struct tcp_sock *sock; /* who waits; NULL: nobody */
    uint8_t *pos;          /* where the next byte goes */
    size_t room, done;     /* bytes */
    uint32_t head_len;     /* bytes in front of a frame's data, as expected */
} direct;
static uint8_t saved[HEAD_MAX]; /* what was in front of pos */
static uint8_t head[HEAD_MAX];  /* a frame's headers */
static struct pbuf_custom head_pbuf, data_pbuf;

/* The host's write must not fail: the frame would be lost, in the kvm cage the
 * guest. */
static bool is_writable(uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len; i += PAGE)
        if (user_copy(from + i, from + i, 1) < 0)
            return false;
    return user_copy(from + len - 1, from + len - 1, 1) == 0;
}

bool net_direct_begin(struct tcp_sock *sock, void *buf, size_t room)
{
    uint8_t *pos = buf;

    if (room > ROOM_MAX)
        room = ROOM_MAX;
    if (direct.sock || !sock->bulk_left || !sock->pcb || room < PAYLOAD_MAX ||
        !is_writable(pos - HEAD_MAX, room + HEAD_MAX))
        return false;
    direct.sock = sock;
    direct.pos = pos;
    direct.room = room;
    direct.done = 0;
    return true;
}

size_t net_direct_end(void)
{
    direct.sock = NULL;
    return direct.done;
}

bool net_direct_is_full(void)
{
    return direct.sock && direct.room < PAYLOAD_MAX;
}

void *net_direct_room(const struct net_port *port)
{
    struct tcp_sock *sock = direct.sock;

    if (!sock || direct.room < PAYLOAD_MAX || !sock->pcb || sock->rx_first ||
        sock->s.is_rd_shut || !port->hdr_len)
        return NULL;
    direct.head_len = port->hdr_len + SIZEOF_ETH_HDR + TCP_HLEN;
    direct.head_len += IP_IS_V6(&sock->pcb->remote_ip) ? IP6_HLEN : IP_HLEN;
    if (sock->pcb->flags & TF_TIMESTAMP)
        direct.head_len += LWIP_TCP_OPT_LEN_TS_OUT;
    uint8_t *frame = direct.pos - direct.head_len;
    memcpy(saved, frame, direct.head_len);
    return frame;
}

/* len: of the IP packet, whose header is at ip */
static const struct tcp_hdr *expected_ip(const struct tcp_pcb *pcb,
                                         const uint8_t *ip, size_t len)
{
    if (IP_IS_V6(&pcb->remote_ip)) {
        const struct ip6_hdr *hdr = (const struct ip6_hdr *)ip;
        const uint32_t *src = ip_2_ip6(&pcb->remote_ip)->addr;
        const uint32_t *dest = ip_2_ip6(&pcb->local_ip)->addr;

        return IP6H_V(hdr) == 6 && IP6H_NEXTH(hdr) == IP6_NEXTH_TCP &&
                       IP6H_PLEN(hdr) + (size_t)IP6_HLEN == len &&
                       memcmp(&hdr->src, src, 16) == 0 &&
                       memcmp(&hdr->dest, dest, 16) == 0
                   ? (const struct tcp_hdr *)(ip + IP6_HLEN)
                   : NULL;
    }
    const struct ip_hdr *hdr = (const struct ip_hdr *)ip;
    return hdr->_v_hl == 0x45 && IPH_PROTO(hdr) == IP_PROTO_TCP &&
                   !(IPH_OFFSET(hdr) & PP_HTONS(IP_OFFMASK | IP_MF)) &&
                   lwip_ntohs(IPH_LEN(hdr)) == len &&
                   hdr->src.addr == ip_2_ip4(&pcb->remote_ip)->addr &&
                   hdr->dest.addr == ip_2_ip4(&pcb->local_ip)->addr
               ? (const struct tcp_hdr *)(ip + IP_HLEN)
               : NULL;
}

/* The next bytes of the connection, which lwIP will hand to us at once. */
static bool is_expected(const struct net_port *port, size_t frame_len)
{
    const struct tcp_pcb *pcb = direct.sock->pcb;
    const uint8_t *eth = head + port->hdr_len, *ip = eth + SIZEOF_ETH_HDR;
    uint16_t type = IP_IS_V6(&pcb->remote_ip) ? ETHTYPE_IPV6 : ETHTYPE_IP;

    if (frame_len <= direct.head_len || eth[12] << 8 != (type & 0xff00) ||
        eth[13] != (type & 0xff) || memcmp(eth, port->mac, 6) != 0)
        return false;
    const struct tcp_hdr *tcp =
        expected_ip(pcb, ip, frame_len - (size_t)(ip - head));
    return tcp && TCPH_FLAGS(tcp) == (TCPH_FLAGS(tcp) & (TCP_ACK | TCP_PSH)) &&
           (const uint8_t *)tcp + TCPH_HDRLEN_BYTES(tcp) ==
               head + direct.head_len &&
           tcp->src == lwip_htons(pcb->remote_port) &&
           tcp->dest == lwip_htons(pcb->local_port) &&
           lwip_ntohl(tcp->seqno) == pcb->rcv_nxt &&
           frame_len - direct.head_len <= pcb->rcv_wnd &&
           pcb->state == ESTABLISHED && !pcb->ooseq && !pcb->refused_data;
}

static void no_free(struct pbuf *p)
{
    (void)p;
}

static void input(struct net_port *port, size_t frame_len)
{
    uint32_t skip = port->hdr_len + SIZEOF_ETH_HDR;
    uint16_t head_len = (uint16_t)(direct.head_len - skip);
    uint16_t data_len = (uint16_t)(frame_len - direct.head_len);

    head_pbuf.custom_free_function = no_free;
    data_pbuf.custom_free_function = no_free;
    struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, head_len, PBUF_REF,
                                         &head_pbuf, head + skip, head_len);
    pbuf_cat(p, pbuf_alloced_custom(PBUF_RAW, data_len, PBUF_REF, &data_pbuf,
                                    direct.pos, data_len));
    net_input(port, p, head);
}

static void move(struct net_port *port, size_t frame_len)
{
    size_t room, head_len = LWIP_MIN(frame_len, direct.head_len);
    uint8_t *buf = net_rx_room(&room);

    if (!buf || frame_len - port->hdr_len - SIZEOF_ETH_HDR > PAYLOAD_MAX) {
        port->rx_dropped++;
        return;
    }
    memcpy(buf, head, head_len);
    memcpy(buf + head_len, direct.pos, frame_len - head_len);
    net_input(port, net_rx_take(frame_len, port->hdr_len + SIZEOF_ETH_HDR),
              buf);
}

void net_direct_input(struct net_port *port, long frame_len)
{
    uint8_t *frame = direct.pos - direct.head_len;

    if (frame_len > 0)
        memcpy(head, frame, direct.head_len);
    memcpy(frame, saved, direct.head_len);
    if (frame_len <= (long)port->hdr_len + SIZEOF_ETH_HDR)
        return;
    if (is_expected(port, (size_t)frame_len))
        input(port, (size_t)frame_len);
    else
        move(port, (size_t)frame_len);
}

bool net_direct_take(struct pbuf *p)
{
    if (p != &head_pbuf.pbuf)
        return false;
    direct.pos += p->tot_len;
    direct.room -= p->tot_len;
    direct.done += p->tot_len;
    pbuf_free(p);
    return true;
}
