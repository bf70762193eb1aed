/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Half-open connections. A flood of SYNs from addresses that never answer must
 * not lock out a client that does, even when its answer is lost in the flood
 * and comes again seconds later. So where there are too many of them, the
 * sequence number of our answer holds all that we need to know (a SYN cookie,
 * RFC 4987 s3.6); the oldest are forgotten, and an answer brings one back.
 * What has no room in a cookie is not negotiated then: window scaling,
 * selective acknowledgements, timestamps.
 *
 * A cookie: 5 bits of time, 3 of the client's MSS, 24 of a keyed hash.
 */
#include "lwip/inet_chksum.h"
#include "lwip/priv/tcp_priv.h"
#include "net.h"
#include "net_hooks.h"
#include "net_sock.h"
#include "net_syn.h"
#include "base.h"
#include "wait.h"

#define HALF_OPEN_MAX 512u
#define LOOK_EVERY 64u   /* SYNs from one look at them to the next */
#define PERIOD_SHIFT 36u /* of nanoseconds: 69 s */
#define PERIODS_MAX 1u   /* a cookie is as old at most */
#define PERIODS_MASK 0x1fu

static const uint16_t mss_table[8] = {536,  1220, 1360, 1440,
                                      1460, 4036, 8940, 65495};

static bool is_flooded, is_bringing_back;
static uint32_t syn_count;
static int64_t looked_at, cookies_end; /* no cookie is valid after that */

/* The sequence number of the next connection that lwIP makes. */
static struct {
    uint32_t isn;
    uint16_t remote_port, local_port;
    bool is_set;
} next;

/* A SYN's connection. */
struct syn {
    const ip_addr_t *local, *remote;
    uint16_t local_port, remote_port;
    uint32_t seq;
};

static uint32_t cookie_of(const struct syn *syn, uint32_t period, uint32_t mss)
{
    uint64_t words[6] = {0};
    size_t len = IP_IS_V6(syn->local) ? 16 : 4;

    memcpy(&words[0], syn->local, len);
    memcpy(&words[2], syn->remote, len);
    words[4] = (uint64_t)mss << 32 | (uint32_t)syn->local_port << 16 |
               syn->remote_port;
    words[5] = (uint64_t)period << 32 | syn->seq;
    return (period & PERIODS_MASK) << 27 | mss << 24 |
           (net_siphash(words, 6) & 0xffffff);
}

static uint32_t period_now(void)
{
    return (uint32_t)(time_now() >> PERIOD_SHIFT);
}

static bool is_cookie(const struct syn *syn, uint32_t isn)
{
    uint32_t now = period_now(), age = (now - (isn >> 27)) & PERIODS_MASK;

    return age <= PERIODS_MAX &&
           cookie_of(syn, now - age, isn >> 24 & 7) == isn;
}

static struct syn syn_of(const struct tcp_pcb *pcb)
{
    return (struct syn){&pcb->local_ip, &pcb->remote_ip, pcb->local_port,
                        pcb->remote_port, pcb->rcv_nxt - 1};
}

/* New ones go to the list's head: the last ones are the oldest. Those of
 * before the flood stay, as they could not come back. */
static void look(void)
{
    struct tcp_pcb *pcb, *behind;
    uint32_t count = 0;

    for (pcb = tcp_active_pcbs; pcb; pcb = behind) {
        struct syn syn = syn_of(pcb);

        behind = pcb->next;
        if (pcb->state == SYN_RCVD && ++count > HALF_OPEN_MAX &&
            is_cookie(&syn, pcb->lastack))
            tcp_abandon(pcb, 0);
    }
    is_flooded = count > (is_flooded ? HALF_OPEN_MAX / 2 : HALF_OPEN_MAX);
    looked_at = time_now();
}

/* Its MSS, 536 without one (RFC 9293 s3.7.1); options that a cookie has no
 * room for become no-operations. */
static uint16_t strip_options(uint8_t *opt, size_t len)
{
    uint16_t mss = mss_table[0];
    size_t size;

    for (size_t i = 0; i < len && opt[i] != LWIP_TCP_OPT_EOL; i += size) {
        size = 1;
        if (opt[i] == LWIP_TCP_OPT_NOP)
            continue;
        if (len - i < 2 || opt[i + 1] < 2 || opt[i + 1] > len - i)
            break;
        size = opt[i + 1];
        if (opt[i] == LWIP_TCP_OPT_MSS && size == LWIP_TCP_OPT_LEN_MSS)
            mss = (uint16_t)(opt[i + 2] << 8 | opt[i + 3]);
        else
            memset(opt + i, LWIP_TCP_OPT_NOP, size);
    }
    return mss;
}

static struct syn current(const struct tcp_hdr *hdr, uint32_t seq)
{
    return (struct syn){ip_current_dest_addr(), ip_current_src_addr(),
                        hdr->dest, hdr->src, seq};
}

static void set_next(const struct tcp_hdr *hdr, uint32_t isn)
{
    next.isn = isn;
    next.remote_port = hdr->src;
    next.local_port = hdr->dest;
    next.is_set = true;
}

bool net_syn_isn(uint16_t local_port, uint16_t remote_port, uint32_t *isn)
{
    if (!next.is_set || next.local_port != local_port ||
        next.remote_port != remote_port)
        return false;
    next.is_set = false;
    *isn = next.isn;
    return true;
}

bool net_syn_new(struct tcp_hdr *hdr, uint32_t opt_len, bool has_all)
{
    if (is_bringing_back)
        return true;
    next.is_set = false;
    if (++syn_count % LOOK_EVERY == 0 ||
        (is_flooded && time_now() - looked_at > NS_PER_SEC))
        look();
    if (!is_flooded)
        return true;
    if (!has_all)
        return false;
    uint16_t mss = strip_options((uint8_t *)(hdr + 1), opt_len);
    uint32_t idx = 7;
    while (idx && mss_table[idx] > mss)
        idx--;
    struct syn syn = current(hdr, hdr->seqno);
    set_next(hdr, cookie_of(&syn, period_now(), idx));
    cookies_end = time_now() + ((int64_t)(PERIODS_MAX + 1) << PERIOD_SHIFT);
    return true;
}

bool net_syn_again(const struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                   uint32_t opt_len, bool has_all)
{
    struct syn syn = syn_of(pcb);

    if (!is_cookie(&syn, pcb->lastack))
        return true;
    if (has_all)
        (void)strip_options((uint8_t *)(hdr + 1), opt_len);
    return has_all;
}

/* A segment for lwIP with a header like `like`, which is in the host's byte
 * order, and no data yet; its last `len` bytes are free. NULL: no memory. */
static struct pbuf *segment_new(const struct tcp_hdr *like, uint8_t flags,
                                uint16_t head, uint16_t len)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (uint16_t)(head + len), PBUF_RAM);

    if (!p)
        return NULL;
    struct tcp_hdr *hdr = p->payload;
    memset(hdr, 0, head);
    hdr->src = lwip_htons(like->src);
    hdr->dest = lwip_htons(like->dest);
    hdr->seqno = lwip_htonl(like->seqno);
    hdr->ackno = lwip_htonl(like->ackno);
    hdr->wnd = lwip_htons(like->wnd);
    TCPH_HDRLEN_FLAGS_SET(hdr, head / 4, flags);
    return p;
}

static void feed(struct pbuf *p)
{
    struct tcp_hdr *hdr = p->payload;

    hdr->chksum =
        ip_chksum_pseudo(p, IP_PROTO_TCP, p->tot_len, ip_current_src_addr(),
                         ip_current_dest_addr());
    tcp_input(p, ip_current_input_netif());
}

/* lwIP gets the SYN once more, and then what has come now: `data` behind the
 * header `ack`. It answers the SYN again, which does no harm. */
static void bring_back(const struct tcp_hdr *ack, const struct pbuf *data,
                       uint16_t mss)
{
    enum { SYN_LEN = TCP_HLEN + LWIP_TCP_OPT_LEN_MSS };
    struct pbuf *p = segment_new(ack, TCP_SYN, SYN_LEN, 0);

    if (!p)
        return;
    struct tcp_hdr *syn = p->payload;
    uint8_t *opt = (uint8_t *)(syn + 1);
    syn->seqno = lwip_htonl(ack->seqno - 1);
    syn->ackno = 0;
    opt[0] = LWIP_TCP_OPT_MSS;
    opt[1] = LWIP_TCP_OPT_LEN_MSS;
    opt[2] = (uint8_t)(mss >> 8);
    opt[3] = (uint8_t)mss;
    set_next(ack, ack->ackno - 1);
    is_bringing_back = true;
    feed(p);
    is_bringing_back = false;
    next.is_set = false;
    if (!net_hook_tcp_find(ack->src, ack->dest))
        return; /* the listener is full, or memory */
    p = segment_new(ack, TCPH_FLAGS(ack), TCP_HLEN, data->tot_len);
    if (!p)
        return;
    (void)pbuf_copy_partial(data, (uint8_t *)p->payload + TCP_HLEN,
                            data->tot_len, 0);
    feed(p);
}

bool net_syn_ack(const struct tcp_hdr *hdr, const struct pbuf *data)
{
    struct syn syn = current(hdr, hdr->seqno - 1);
    uint32_t isn = hdr->ackno - 1;

    if (time_now() > cookies_end || !is_cookie(&syn, isn))
        return false;
    bring_back(hdr, data, mss_table[isn >> 24 & 7]);
    return true;
}
