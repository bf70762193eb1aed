/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of the stack, at the first call that needs it: a guest that never
 * opens a socket pays nothing, not even in its image's size.
 */
#include "lwip/dhcp.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"

#include <stdlib.h>

#include "base.h"
#include "libos.h"
#include "net.h"
#include "net_sock.h"
#include "sys.h"

#define DHCP_WAIT_NS (10 * NS_PER_SEC)

_Noreturn void net_assert_fail(const char *what, const char *file, int line)
{
    base_assert_failed(what, file, line);
}

uint64_t net_random64(void)
{
    static uint64_t pool[32];
    static uint32_t left;

    if (!left) {
        if (sys_getrandom(pool, sizeof pool, 0) != sizeof pool)
            net_assert_fail("getrandom", __FILE__, __LINE__);
        left = 32;
    }
    return pool[--left];
}

uint32_t net_random(void)
{
    return (uint32_t)net_random64();
}

int atoi(const char *s)
{
    int value = 0;

    while (*s >= '0' && *s <= '9' && value < 100000)
        value = value * 10 + (*s++ - '0');
    return value;
}

static void tune(size_t arena_size)
{
    size_t size = arena_size / 64;

    if (size < (64u << 10))
        size = 64u << 10;
    if (size > (4u << 20))
        size = 4u << 20;
    net_tcp_wnd = (uint32_t)size;
    net_tcp_snd_buf = (uint32_t)size;
}

static bool is_dhcp_pending(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        if (netif_dhcp_data(netif) && !dhcp_supplied_address(netif))
            return true;
    }
    return false;
}

static struct waitq dhcp_q;

static void on_status(struct netif *netif)
{
    (void)netif;
    wake_all(&dhcp_q);
}

/* Programs expect that the network is there when they start. */
static void wait_for_dhcp(void)
{
    int64_t deadline = time_now() + DHCP_WAIT_NS;
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        netif_set_status_callback(netif, on_status);
    }
    while (is_dhcp_pending())
        if (wait_on(&dhcp_q, deadline) < 0)
            break;
    if (is_dhcp_pending())
        print_err("septum: net: no answer from a DHCP server\n");
}

void net_start(void)
{
    static bool is_started;
    const struct uni_boot *boot = libos_boot;

    if (is_started)
        return;
    is_started = true;
    net_mem_init(boot->arena_size);
    tune(boot->arena_size);
    lwip_init();
    tcp_ticks = 1; /* 0 is lwIP's word for no measurement */
    net_errors_init();
    net_timer_init();
    net_conf_apply(boot);
    net_timer_kick();
    net_idle_init();
    libos_at_exit = net_exit;
    wait_for_dhcp();
}
