/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's end. A host's kernel goes on sending for a process that has
 * ended; here nobody would. So what is under way is sent first, connections
 * are closed as close() would, and their peers' acknowledgements awaited.
 */
#include "lwip/priv/tcp_priv.h"

#include "base.h"
#include "hc.h"
#include "libos.h"
#include "net.h"
#include "net_sock.h"
#include "sock_dgram.h"
#include "sock_tcp.h"
#include "wait.h"

#define STALL_NS NS_PER_SEC /* nothing acknowledged for so long: over */
#define TRIES 3             /* ... if a segment has been sent again so often */
/* As long as an engine waits for SIGTERM. */
#define LIMIT_NS (10 * NS_PER_SEC)

/* A datagram waits no longer than this for its neighbour to answer. */
#define NEIGHBOUR_NS (NS_PER_SEC / 2)

static void close_one(struct tcp_pcb *pcb)
{
    struct tcp_sock *sock = pcb->callback_arg;
    bool is_abort = sock->s.flags & NET_SOCK_LINGER && sock->s.linger_s == 0;

    sock->pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL); /* lwIP's own: takes and forgets */
    tcp_err(pcb, NULL);
    tcp_sent(pcb, NULL);
    net_tcp_wnd_end(sock, pcb);
    tcp_nagle_disable(pcb);
    if (is_abort || tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

/* Bytes and FINs nobody has acknowledged yet. */
static uint64_t left_to_send(void)
{
    uint64_t left = 0;

    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (pcb->state != SYN_RCVD && (pcb->unsent || pcb->unacked))
            left += 1u + net_tcp_snd_buf - pcb->snd_buf;
    return left;
}

/* What a connection lost last has not yet been sent often enough to give up. */
static bool is_trying(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (pcb->unacked && pcb->nrtx < TRIES && pcb->state > SYN_RCVD)
            return true;
    return false;
}

static void wait_for_frames(int64_t timeout_ns)
{
    struct uni_pollfd fds[NET_IF_MAX];
    struct uni_timespec ts = {0, timeout_ns};

    for (uint32_t i = 0; i < net_port_count; i++)
        fds[i] =
            (struct uni_pollfd){(int32_t)net_ports[i].handle, UNI_POLLIN, 0};
    (void)hc_poll(fds, net_port_count, &ts);
}

static void wait_for_neighbour(void)
{
    int64_t start = time_now();
    struct netif *netif =
        ip_addr_isany(&net_dgram_last)
            ? NULL
            : ip_route(IP_IS_V6_VAL(net_dgram_last) ? IP6_ADDR_ANY
                                                    : IP4_ADDR_ANY,
                       &net_dgram_last);

    while (netif && !net_neighbour_is_known(netif, &net_dgram_last) &&
           time_now() - start < NEIGHBOUR_NS)
        if (!net_run())
            wait_for_frames(NEIGHBOUR_NS / 50);
}

void net_exit(void)
{
    const int64_t period = TCP_TMR_INTERVAL * 1000000ll;
    struct tcp_pcb *pcb, *next;

    for (pcb = tcp_active_pcbs; pcb; pcb = next) {
        next = pcb->next; /* closing frees this one at most */
        if (pcb->state == SYN_RCVD)
            tcp_abandon(pcb, 0); /* nobody has accepted it: a listener's */
        else if (pcb->callback_arg)
            close_one(pcb);
    }
    net_loop_run();

    int64_t start = time_now(), now = start, moved = start, tick = start;
    uint64_t left = left_to_send(), before = left;
    while (left && (now - moved < STALL_NS || is_trying()) &&
           now - start < LIMIT_NS) {
        if (!net_run())
            wait_for_frames(period);
        now = time_now();
        if (now - tick >= period) {
            tick = now;
            tcp_tmr();
            net_loop_run();
        }
        left = left_to_send();
        if (left < before)
            moved = now;
        before = left;
    }
    wait_for_neighbour();
}
