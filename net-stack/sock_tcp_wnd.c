/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SO_RCVBUF of a TCP socket. lwIP knows one window for all connections; a
 * smaller one comes from bytes that it is never told were received: `withheld`
 * of them are so, `withhold` should be. Its rule when to announce a larger
 * window counts in that one window, so here is another for these sockets.
 */
#include "lwip/priv/tcp_priv.h"

#include "net.h"
#include "sock_tcp.h"

/* Linux keeps half of the buffer for the packets' own structures: tcp(7),
 * tcp_adv_win_scale. The least is what its smallest buffer gives; steps are
 * those of the announced window's scale. */
#define WND_MIN 1152u
#define WND_STEP (1u << TCP_RCV_SCALE)

void net_tcp_wnd_set(struct tcp_sock *sock)
{
    uint32_t wnd = LWIP_MAX(sock->s.rcv_buf / 2, WND_MIN) & ~(WND_STEP - 1);

    sock->has_rcv_buf = true;
    sock->withhold = wnd < net_tcp_wnd ? net_tcp_wnd - wnd : 0;
    if (sock->pcb && sock->state == TCP_SOCK_CONNECTED &&
        sock->withheld > sock->withhold) {
        uint32_t more = sock->withheld - sock->withhold;

        sock->withheld = sock->withhold;
        net_tcp_received(sock, more);
        net_loop_run();
    }
}

/* lwIP has set the window, and has announced none but the SYN's. */
void net_tcp_wnd_begin(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    uint32_t max = TCP_WND_MAX(pcb), wnd = net_tcp_wnd - sock->withhold;

    sock->withheld = 0;
    if (!sock->withhold || wnd >= max)
        return;
    sock->withheld = LWIP_MIN(max - wnd, pcb->rcv_wnd);
    pcb->rcv_wnd -= sock->withheld;
    pcb->rcv_ann_wnd = pcb->rcv_wnd;
    pcb->rcv_ann_right_edge = pcb->rcv_nxt + pcb->rcv_ann_wnd;
}

/* Otherwise lwIP takes the rest for data that nobody has read. */
void net_tcp_wnd_end(struct tcp_sock *sock, struct tcp_pcb *pcb)
{
    if (sock->state == TCP_SOCK_CONNECTED)
        pcb->rcv_wnd += sock->withheld;
    sock->withheld = 0;
}

/* Tells the peer when there is room for a segment again, or half the window. */
static void announce(struct tcp_sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    uint32_t edge = pcb->rcv_nxt + pcb->rcv_wnd;
    uint32_t half = (net_tcp_wnd - sock->withhold) / 2;
    uint32_t more = edge - pcb->rcv_ann_right_edge;

    if ((int32_t)more <= 0 || more < LWIP_MIN(half, sock->step))
        return;
    pcb->rcv_ann_wnd = pcb->rcv_wnd;
    tcp_ack_now(pcb);
    (void)tcp_output(pcb);
}

void net_tcp_received(struct tcp_sock *sock, size_t len)
{
    if (sock->withheld < sock->withhold && sock->pcb) { /* made smaller */
        size_t n = LWIP_MIN(len, sock->withhold - sock->withheld);

        sock->withheld += (uint32_t)n;
        len -= n;
    }
    while (len && sock->pcb) {
        uint16_t n = (uint16_t)LWIP_MIN(len, 0xffffu);

        tcp_recved(sock->pcb, n);
        len -= n;
    }
    if (sock->withheld && sock->pcb)
        announce(sock);
}

/* A SYN's window is not scaled; the peer must not count on lwIP's. */
void net_tcp_wnd_syn(const struct tcp_pcb *pcb, struct tcp_hdr *hdr)
{
    const struct tcp_sock *sock = pcb->callback_arg;

    if (!sock || !sock->withhold)
        return;
    uint32_t wnd = net_tcp_wnd - sock->withhold;
    if (wnd < lwip_ntohs(hdr->wnd))
        hdr->wnd = lwip_htons((uint16_t)wnd);
}

bool net_tcp_is_hoarding(void *arg)
{
    struct tcp_sock *sock = arg;

    return sock && sock->rx_len > TIGHT_SEND_MAX;
}
