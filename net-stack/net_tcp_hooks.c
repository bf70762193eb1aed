/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP beside lwIP: sequence numbers, what a full listener does, how many
 * connections stay in TIME_WAIT, and the path's MSS for segmentation.
 */
#include "lwip/priv/tcp_priv.h"
#include "net.h"
#include "net_hooks.h"
#include "net_sock.h"
#include "net_syn.h"
#include "base.h"
#include "wait.h"

/*
 * SipHash-2-4 (Aumasson, Bernstein 2012) over one connection's addresses.
 */
static uint64_t sip_key[2];

#define ROTL(x, n) ((x) << (n) | (x) >> (64 - (n)))
static inline __attribute__((always_inline)) void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = ROTL(v[1], 13) ^ v[0];
    v[3] = ROTL(v[3], 16) ^ v[2];
    v[0] = ROTL(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = ROTL(v[1], 17) ^ v[2];
    v[3] = ROTL(v[3], 21) ^ v[0];
    v[2] = ROTL(v[2], 32);
}

uint64_t net_siphash(const uint64_t *words, unsigned count)
{
    if (!sip_key[0]) {
        sip_key[0] = net_random64() | 1;
        sip_key[1] = net_random64();
    }
    uint64_t v[4] = {
        sip_key[0] ^ 0x736f6d6570736575, sip_key[1] ^ 0x646f72616e646f6d,
        sip_key[0] ^ 0x6c7967656e657261, sip_key[1] ^ 0x7465646279746573};

    for (unsigned i = 0; i <= count; i++) {
        uint64_t word = i < count ? words[i] : (uint64_t)(count * 8) << 56;

        v[3] ^= word;
        sip_round(v);
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (unsigned i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint32_t net_hook_isn(const ip_addr_t *local, uint16_t local_port,
                      const ip_addr_t *remote, uint16_t remote_port)
{
    uint64_t words[5] = {0};
    uint32_t isn;

    if (net_syn_isn(local_port, remote_port, &isn))
        return isn;
    size_t len = IP_IS_V6(local) ? 16 : 4;
    memcpy(&words[0], local, len);
    memcpy(&words[2], remote, len);
    words[4] = (uint64_t)local_port << 16 | remote_port;
    /* RFC 6528: a clock of 4 us makes it grow. */
    return (uint32_t)net_siphash(words, 5) + (uint32_t)(time_now() >> 12);
}

/*
 * lwIP acknowledges every second segment. Of segments that lie in the host's
 * queue together one acknowledgement at its end does, and costs the sender
 * and us less; what stays is one for each quarter of the window.
 */
#define LATE_ACK_MAX 8u

static struct late_ack {
    struct tcp_pcb *pcb;
    uint32_t from; /* sequence number where it began to be late */
} late_acks[LATE_ACK_MAX];
static uint32_t late_ack_count;
static bool has_batch;

static void late_ack_remove(const struct tcp_pcb *pcb)
{
    for (uint32_t i = 0; i < late_ack_count; i++)
        if (late_acks[i].pcb == pcb)
            late_acks[i--] = late_acks[--late_ack_count];
}

void net_tcp_late_ack(struct tcp_pcb *pcb)
{
    struct late_ack *late = late_acks, *end = late + late_ack_count;

    /* With holes in what came, the sender wants to know at once. */
    if (!has_batch || !(pcb->flags & TF_ACK_NOW) || pcb->ooseq)
        return;
    while (late < end && late->pcb != pcb)
        late++;
    if (late == end) {
        if (late_ack_count == LATE_ACK_MAX)
            return;
        late_ack_count++;
        *late = (struct late_ack){pcb, pcb->rcv_nxt};
    }
    if (pcb->rcv_nxt - late->from >= TCP_WND / 4) {
        late->from = pcb->rcv_nxt;
        return;
    }
    tcp_clear_flags(pcb, TF_ACK_NOW);
    tcp_set_flags(pcb, TF_ACK_DELAY);
}

void net_tcp_batch_begin(void)
{
    has_batch = true;
}

void net_tcp_batch_end(void)
{
    has_batch = false;
    while (late_ack_count) {
        struct tcp_pcb *pcb = late_acks[--late_ack_count].pcb;

        if (!(pcb->flags & TF_ACK_DELAY))
            continue; /* went with something else */
        tcp_ack_now(pcb);
        (void)tcp_output(pcb);
    }
}

/*
 * The connections' hash table: SipHash, so that nobody can fill one bucket.
 * Chained through ext_args[1]. The list stays lwIP's.
 */
#define BUCKETS_MIN 256u

static struct tcp_pcb **buckets, *few[BUCKETS_MIN];
static uint32_t bucket_count, pcb_count;

static uint32_t hash_of(const ip_addr_t *local, const ip_addr_t *remote,
                        uint16_t local_port, uint16_t remote_port)
{
    uint64_t ports = (uint64_t)local_port << 16 | remote_port;

    if (!IP_IS_V6(remote)) {
        uint64_t few_words[2] = {(uint64_t)ip_2_ip4(local)->addr << 32 |
                                     ip_2_ip4(remote)->addr,
                                 ports};
        return (uint32_t)net_siphash(few_words, 2) & (bucket_count - 1);
    }
    uint64_t words[5] = {[4] = ports};
    memcpy(&words[0], local, 16);
    memcpy(&words[2], remote, 16);
    return (uint32_t)net_siphash(words, 5) & (bucket_count - 1);
}

static struct tcp_pcb **bucket_of(const struct tcp_pcb *pcb)
{
    return &buckets[hash_of(&pcb->local_ip, &pcb->remote_ip, pcb->local_port,
                            pcb->remote_port)];
}

static struct tcp_pcb *chain_next(const struct tcp_pcb *pcb)
{
    return pcb->ext_args[1].data;
}

static void chain_add(struct tcp_pcb *pcb)
{
    struct tcp_pcb **bucket = bucket_of(pcb);

    pcb->ext_args[1].data = *bucket;
    *bucket = pcb;
}

static void grow(void)
{
    uint32_t count = bucket_count * 4, old_count = bucket_count;
    struct tcp_pcb **old = buckets;
    struct tcp_pcb **fresh = net_calloc(count, sizeof(struct tcp_pcb *));

    if (!fresh)
        return;
    buckets = fresh;
    bucket_count = count;
    for (uint32_t i = 0; i < old_count; i++) {
        struct tcp_pcb *pcb = old[i];

        while (pcb) {
            struct tcp_pcb *next = chain_next(pcb);

            chain_add(pcb);
            pcb = next;
        }
    }
    if (old != few)
        net_free(old);
}

void net_hook_tcp_reg(struct tcp_pcb *pcb)
{
    if (!bucket_count) {
        buckets = few;
        bucket_count = BUCKETS_MIN;
    }
    if (++pcb_count > bucket_count && bucket_count < (1u << 16))
        grow();
    chain_add(pcb);
}

void net_hook_tcp_rmv(struct tcp_pcb *pcb)
{
    struct tcp_pcb *prev = *bucket_of(pcb);

    late_ack_remove(pcb);
    pcb_count--;
    if (prev == pcb) {
        *bucket_of(pcb) = chain_next(pcb);
        return;
    }
    while (chain_next(prev) != pcb)
        prev = chain_next(prev);
    prev->ext_args[1].data = chain_next(pcb);
}

struct tcp_pcb *net_hook_tcp_find(uint16_t remote_port, uint16_t local_port)
{
    const ip_addr_t *local = ip_current_dest_addr();
    const ip_addr_t *remote = ip_current_src_addr();
    struct tcp_pcb *pcb;

    if (!bucket_count)
        return NULL;
    pcb = buckets[hash_of(local, remote, local_port, remote_port)];
    for (; pcb; pcb = chain_next(pcb))
        if (pcb->remote_port == remote_port && pcb->local_port == local_port &&
            ip_addr_cmp(&pcb->remote_ip, remote) &&
            ip_addr_cmp(&pcb->local_ip, local) &&
            (pcb->netif_idx == NETIF_NO_INDEX ||
             pcb->netif_idx == netif_get_index(ip_current_input_netif())))
            return pcb;
    return NULL;
}

/*
 * A SYN for a listener whose queue of accepted connections is full is dropped,
 * as Linux does: the client tries again.
 */
static err_t listener_in(struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                         uint16_t opt_len, bool has_all, const struct pbuf *p)
{
    uint8_t flags = TCPH_FLAGS(hdr) & (TCP_SYN | TCP_ACK | TCP_RST);

    if (flags == TCP_ACK)
        return net_syn_ack(hdr, p) ? ERR_MEM : ERR_OK;
    if (flags != TCP_SYN)
        return ERR_OK;
    if (net_tcp_listener_is_full(pcb->callback_arg) ||
        !net_syn_new(hdr, opt_len, has_all))
        return ERR_MEM;
    static uint32_t syn_count;
    if (++syn_count % 16 == 0)
        net_tcp_trim();
    return ERR_OK;
}

err_t net_hook_tcp_in(struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                      uint16_t opt_len, bool has_all, struct pbuf *p)
{
    if (pcb->state == LISTEN)
        return listener_in(pcb, hdr, opt_len, has_all, p);
    if (pcb->state == SYN_RCVD && TCPH_FLAGS(hdr) & TCP_SYN &&
        !net_syn_again(pcb, hdr, opt_len, has_all))
        return ERR_MEM;
    /* Memory is short: data for those who leave much unread must wait. */
    if (p->tot_len && net_mem_is_tight() && pcb->state >= ESTABLISHED &&
        net_tcp_is_hoarding(pcb->callback_arg))
        return ERR_MEM;
    return ERR_OK;
}

uint16_t net_tcp_path_mss(const struct tcp_pcb *pcb)
{
    return (uint16_t)(uintptr_t)pcb->ext_args[0].data;
}

void net_tcp_set_path_mss(struct tcp_pcb *pcb, uint16_t mss)
{
    pcb->ext_args[0].data = (void *)(uintptr_t)mss;
}

/* Read by net_tx.c when the segment reaches it; 0: not to be segmented. */
uint16_t net_tx_mss;

uint32_t *net_hook_tcp_out(const struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                           uint32_t *opts)
{
    uint16_t mss = pcb ? net_tcp_path_mss(pcb) : 0;

    if (mss && pcb->flags & TF_TIMESTAMP)
        mss -= LWIP_TCP_OPT_LEN_TS_OUT;
    net_tx_mss = mss;
    if (pcb && TCPH_FLAGS(hdr) & TCP_SYN) {
        net_tcp_wnd_syn(pcb, hdr);
        net_tcp_mss_syn(pcb, hdr);
    }
    return opts;
}

/*
 * lwIP keeps any number of pcbs in TIME_WAIT and looks through all of them
 * for each SYN. The newest are at the head of the list; those behind the
 * first TIME_WAIT_MAX go. A later segment for one of them gets a reset.
 */
#define TIME_WAIT_MAX 256u

void net_tcp_trim(void)
{
    struct tcp_pcb *pcb = tcp_tw_pcbs;

    for (uint32_t i = 1; pcb && i < TIME_WAIT_MAX; i++)
        pcb = pcb->next;
    if (!pcb)
        return;
    struct tcp_pcb *rest = pcb->next;
    pcb->next = NULL;
    while (rest) {
        struct tcp_pcb *next = rest->next;

        rest->next = NULL;
        tcp_pcb_purge(rest);
        tcp_free(rest);
        rest = next;
    }
}
