/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Once a second: connections whose socket has been closed and whose peer does
 * not take what is still to be sent, and what has to be done when memory is
 * tight or is so no more.
 */
#include "lwip/priv/tcp_priv.h"

#include "net.h"
#include "sock_tcp.h"

/* With a window of 0, an orphan may keep its data so long: the answers to
 * lwIP's probes make it live for ever. */
#define ORPHAN_MAX_S 60u
#define OOSEQ_TIGHT (32u << 10)

uint32_t net_tcp_ooseq_max(void)
{
    return net_mem_is_tight() ? OOSEQ_TIGHT : net_tcp_wnd;
}

static bool is_orphan(const struct tcp_pcb *pcb)
{
    return !pcb->callback_arg && (pcb->unsent || pcb->unacked);
}

/* Seconds with a window of 0; in ext_args[2]. */
static uintptr_t count_stuck(struct tcp_pcb *pcb)
{
    uintptr_t seconds = (uintptr_t)pcb->ext_args[2].data;

    seconds = pcb->snd_wnd ? 0 : seconds + 1;
    pcb->ext_args[2].data = (void *)seconds;
    return seconds;
}

/* The newest are at the head of lwIP's list. */
static struct tcp_pcb *oldest_stuck(void)
{
    struct tcp_pcb *oldest = NULL;

    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (is_orphan(pcb) && (!pcb->snd_wnd || pcb->nrtx >= 3))
            oldest = pcb;
    return oldest;
}

static void end_orphans(void)
{
    struct tcp_pcb *pcb = tcp_active_pcbs;

    while (pcb) {
        struct tcp_pcb *next = pcb->next;

        if (is_orphan(pcb) && count_stuck(pcb) >= ORPHAN_MAX_S)
            tcp_abort(pcb);
        pcb = next;
    }
    while (net_mem_is_tight() && (pcb = oldest_stuck()))
        tcp_abort(pcb);
}

/* A connection may send more again, though nothing of its own has changed. */
static void wake_senders(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        struct tcp_sock *sock = pcb->callback_arg;

        if (sock && sock->pcb == pcb)
            net_sock_wake(&sock->s);
    }
}

void net_tcp_tick(void)
{
    end_orphans();
    if (net_tcp_was_tight && !net_mem_is_tight()) {
        net_tcp_was_tight = false;
        wake_senders();
    }
}
