/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The idle loop. The last look at hc_gate.work and the host's poll are one
 * step for upcalls (hc_poll_unless), so no host signal is slept through.
 */
#include "event.h"
#include "hc.h"
#include "libos.h"
#include "signal.h"
#include "thread.h"

struct event {
    struct waitq readable, writable;
    void (*fn)(void *arg);
    void *arg;
};

#define HANDLE_MAX 64
static struct event events[HANDLE_MAX] COLD_BSS;
static uint32_t handle_end; /* one more than the largest ever waited for */

static struct event *event_of(uint32_t handle)
{
    ASSERT(handle < HANDLE_MAX);
    if (handle >= handle_end)
        handle_end = handle + 1;
    return &events[handle];
}

struct waitq *event_queue(uint32_t handle, bool is_write)
{
    struct event *event = event_of(handle);
    return is_write ? &event->writable : &event->readable;
}

void event_set_callback(uint32_t handle, void (*fn)(void *arg), void *arg)
{
    struct event *event = event_of(handle);
    event->fn = fn;
    event->arg = arg;
}

static bool (*idle_fn)(void);

void event_set_idle(bool (*fn)(void))
{
    idle_fn = fn;
}

static uint32_t fill(struct uni_pollfd *fds)
{
    uint32_t count = 0;
    for (uint32_t handle = 0; handle < handle_end; handle++) {
        const struct event *event = &events[handle];
        uint16_t want = 0;
        if (event->readable.first || event->fn)
            want |= UNI_POLLIN;
        if (event->writable.first)
            want |= UNI_POLLOUT;
        if (want)
            fds[count++] = (struct uni_pollfd){(int32_t)handle, want, 0};
    }
    return count;
}

static void dispatch(const struct uni_pollfd *fds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct event *event = &events[fds[i].handle];
        uint16_t got = fds[i].revents;
        if (got & ~UNI_POLLOUT) {
            wake_all(&event->readable);
            if (event->fn)
                event->fn(event->arg);
        }
        if (got & ~UNI_POLLIN)
            wake_all(&event->writable);
    }
}

void event_poll_ready(void)
{
    struct uni_pollfd fds[HANDLE_MAX];
    static const struct uni_timespec no_time;
    uint32_t count = fill(fds);
    if (count && hc_poll(fds, count, &no_time) > 0)
        dispatch(fds, count);
}

/* Takes work that came while nobody runs; a tick means nothing more here. */
static void take_work(void)
{
    if (work_take() & WORK_HOST)
        signal_take_host();
}

void event_idle(void)
{
    take_work();
    bool has_done = !cpu.run_first && idle_fn && idle_fn();
    if (cpu.run_first)
        return;
    struct uni_timespec ts, *timeout = NULL;
    int64_t deadline = timer_next();
    if (deadline != INT64_MAX) {
        int64_t now = time_now();
        if (deadline <= now) {
            timer_run(now);
            return;
        }
        ts.sec = (deadline - now) / NS_PER_SEC;
        ts.nsec = (deadline - now) % NS_PER_SEC;
        timeout = &ts;
    }
    if (has_done)
        return;
    struct uni_pollfd fds[HANDLE_MAX];
    uint32_t count = fill(fds);
    uint64_t start = tsc_read();
    long ready = hc_poll_unless(fds, count, timeout, &hc_gate.work);
    uint64_t idle = tsc_read() - start;
    cpu.idle_ticks += idle;
    cpu.switch_tsc += idle; /* not the time of whom we idle for */
    if (ready > 0)
        dispatch(fds, count);
    take_work();
    if (timeout && !cpu.run_first)
        timer_run(time_now());
}
