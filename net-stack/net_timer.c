/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwIP's timers. TCP's runs only while there are connections, those of
 * multicast groups only while a report is due, DHCP's only with DHCP; what is
 * left of an idle guest is one wake-up a second.
 */
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/igmp.h"
#include "lwip/ip4_frag.h"
#include "lwip/ip6_frag.h"
#include "lwip/mld6.h"
#include "lwip/nd6.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "base.h"
#include "net.h"
#include "thread.h"
#include "timer.h"
#include "wait.h"

#define MS 1000000ll

static bool is_mcast_due(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        for (struct igmp_group *g = netif_igmp_data(netif); g; g = g->next)
            if (g->timer)
                return true;
        for (struct mld_group *g = netif_mld6_data(netif); g; g = g->next)
            if (g->timer)
                return true;
    }
    return false;
}

static bool has_dhcp(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        if (netif_dhcp_data(netif))
            return true;
    }
    return false;
}

static bool has_tcp(void)
{
    return tcp_active_pcbs || tcp_tw_pcbs;
}

static void run_slow(void)
{
    etharp_tmr();
    nd6_tmr();
    ip_reass_tmr();
    ip6_reass_tmr();
    net_errors_tick();
    net_tcp_tick();
}

static void run_mcast(void)
{
    igmp_tmr();
    mld6_tmr();
}

static void fire(struct timer *timer);

static struct net_timer {
    struct timer timer;
    int64_t period; /* ns */
    void (*fn)(void);
    bool (*is_needed)(void); /* stops when not, run_slow starts it again */
} timers[] = {
    {{.fire = fire}, TCP_TMR_INTERVAL *MS, tcp_tmr, has_tcp},
    {{.fire = fire}, 1000 * MS, run_slow, NULL},
    {{.fire = fire}, 100 * MS, run_mcast, is_mcast_due},
    {{.fire = fire}, DHCP_FINE_TIMER_MSECS *MS, dhcp_fine_tmr, has_dhcp},
    {{.fire = fire}, DHCP_COARSE_TIMER_MSECS *MS, dhcp_coarse_tmr, has_dhcp},
};
#define TIMER_COUNT (sizeof timers / sizeof timers[0])
#define TIMER_TCP (&timers[0])
#define TIMER_SLOW (&timers[1])
_Static_assert(ARP_TMR_INTERVAL == 1000 && ND6_TMR_INTERVAL == 1000 &&
                   IP_TMR_INTERVAL == 1000 && IP6_REASS_TMR_INTERVAL == 1000,
               "run_slow: once a second");
_Static_assert(IGMP_TMR_INTERVAL == 100 && MLD6_TMR_INTERVAL == 100,
               "run_mcast: ten times a second");

static void start(struct net_timer *timer)
{
    if (!timer->timer.is_set)
        timer_set(&timer->timer, time_now() + timer->period);
}

static void start_needed(void)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++)
        if (timers[i].is_needed && timers[i].is_needed())
            start(&timers[i]);
}

static void fire(struct timer *due)
{
    struct net_timer *timer = container_of(due, struct net_timer, timer);

    timer->fn();
    net_loop_run();
    if (timer == TIMER_SLOW)
        start_needed();
    if (!timer->is_needed || timer->is_needed())
        start(timer);
}

/* lwIP: a connection exists now. */
void tcp_timer_needed(void)
{
    start(TIMER_TCP);
}

void sys_timeouts_init(void)
{
}

/* Each segment asks: the clock, several times as slow as the TSC, is read
 * again after some 40 us only. */
u32_t sys_now(void)
{
    static uint64_t last_tsc;
    static u32_t now;
    uint64_t tsc = tsc_read();

    if (tsc - last_tsc > 100000) {
        last_tsc = tsc;
        now = (u32_t)(time_now() / MS);
    }
    return now;
}

void net_timer_init(void)
{
    start(TIMER_SLOW);
}

void net_timer_kick(void)
{
    start_needed();
}
