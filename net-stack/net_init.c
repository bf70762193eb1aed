/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of the stack, at the first call that needs it: a guest that never
 * opens a socket pays nothing, not even in its image's size.
 */
#include "lwip/dhcp.h"
#include "lwip/init.h"

#include <stdlib.h>

#include "base.h"
#include "event.h"
#include "libos.h"
#include "net.h"
#include "net_sock.h"
#include "sys.h"
#include "thread.h"

#define DHCP_WAIT_NS (10 * NS_PER_SEC)

static int64_t spin_ns; /* conf net-spin: how long to look before a sleep */

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

/* The host says there are frames. */
static void on_frames(void *arg)
{
    (void)net_port_run(arg, 256);
    net_loop_run();
}

/*
 * Nobody can run: take what is there before the host is asked to wake us.
 * With net-spin, go on looking for a while if the last sleep was short: then
 * the next frame comes sooner than a wake-up would.
 */
static bool on_idle(void)
{
    static int64_t last_frame;
    static uint64_t last_count;
    uint64_t count = 0;

    if (net_run() || cpu.run_first)
        return true;
    if (!spin_ns)
        return false;
    for (uint32_t i = 0; i < net_port_count; i++)
        count += net_ports[i].rx_frames;
    int64_t start = time_now(), now = start;
    if (count != last_count)
        last_frame = start;
    last_count = count;
    if (start - last_frame > 20 * spin_ns)
        return false; /* quiet for long: sleep at once */
    int64_t next = timer_next();
    while (now - start < spin_ns && now < next) {
        for (unsigned i = 0; i < 8; i++) {
            if (net_run() || cpu.run_first) {
                last_frame = now;
                return true;
            }
        }
        now = time_now();
    }
    return false;
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
    const char *spin = libos_conf("net-spin");
    if (spin)
        spin_ns = atoi(spin) * 1000ll;
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
    net_errors_init();
    net_timer_init();
    net_conf_apply(boot);
    net_timer_kick();
    for (uint32_t i = 0; i < net_port_count; i++)
        event_set_callback(net_ports[i].handle, on_frames, &net_ports[i]);
    event_set_idle(on_idle);
    libos_at_exit = net_exit;
    wait_for_dhcp();
}
