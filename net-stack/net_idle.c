/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When nobody can run: frames that are there are handled before the host is
 * asked to wake us, and for some microseconds more are looked for where that
 * has paid lately. Under load the next frame comes sooner than a wake-up,
 * which costs both sides more than looking does: the sender the most.
 */
#include <stdlib.h>

#include "event.h"
#include "libos.h"
#include "net.h"
#include "thread.h"
#include "timer.h"

#define US 1000ll
#define SPIN_NS (15 * US)        /* without net-spin */
#define SHORT_SLEEP_NS (40 * US) /* spinning would have found that frame */
#define SCORE_MAX 16

static int64_t spin_ns = SPIN_NS, short_sleep_ns = SHORT_SLEEP_NS;
static int miss_cost = 2;
/* Above 0: spin. Hits and short sleeps add to it, misses and long ones take
 * away. */
static int score;
static int64_t sleep_start; /* 0: not asleep since the last frame */

static void add_score(int n)
{
    score += n;
    if (score > SCORE_MAX)
        score = SCORE_MAX;
    if (score < 0)
        score = 0;
}

/* The host says there are frames. */
static void on_frames(void *arg)
{
    if (sleep_start) {
        bool is_short = time_now() - sleep_start < short_sleep_ns;

        add_score(is_short ? 1 : -1);
        sleep_start = 0;
    }
    (void)net_port_run(arg, 256);
    net_loop_run();
}

static bool look(void)
{
    return net_run() || cpu.run_first;
}

static bool spin(void)
{
    int64_t now = time_now(), end = now + spin_ns, next = timer_next();

    if (end > next)
        end = next;
    while (now < end) {
        if (look()) {
            add_score(1);
            return true;
        }
        now = time_now();
    }
    add_score(-miss_cost);
    return false;
}

static bool on_idle(void)
{
    if (look() || (score > 0 && spin()))
        return true;
    sleep_start = spin_ns ? time_now() : 0;
    return false;
}

/* Who asks for it spins as long as there is traffic at all. */
static void configure(void)
{
    const char *option = libos_conf("net-spin");

    if (!option)
        return;
    if (*option < '0' || *option > '9') {
        print_err("septum: net: net-spin=%s: expected microseconds\n", option);
        return;
    }
    spin_ns = atoi(option) * US;
    short_sleep_ns = 20 * spin_ns;
    miss_cost = 0;
}

void net_idle_init(void)
{
    configure();
    for (uint32_t i = 0; i < net_port_count; i++)
        event_set_callback(net_ports[i].handle, on_frames, &net_ports[i]);
    event_set_idle(on_idle);
}
