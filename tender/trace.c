/* SPDX-License-Identifier: Apache-2.0 */
/* --trace and --stats; see trace.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tender/gmem.h"
#include "tender/hcpage.h"
#include "tender/trace.h"

#define TRACE_DATA_MAX 32u /* bytes of a buffer that are shown */
#define TRACE_POLL_MAX 8u  /* entries of a poll */

static const char *const names[UNI_CALL_COUNT] = {
    "exit", "clock", "poll", "read", "write", "pread", "pwrite"};

/* What a call may end with; others are shown as numbers. */
static const char *error_name(int code)
{
    static const struct {
        int code;
        const char *name;
    } errors[] = {{EAGAIN, "EAGAIN"}, {EBADF, "EBADF"},   {EFAULT, "EFAULT"},
                  {EINTR, "EINTR"},   {EINVAL, "EINVAL"}, {EIO, "EIO"},
                  {ENOSPC, "ENOSPC"}, {EPIPE, "EPIPE"},   {ENOMEM, "ENOMEM"},
                  {514, "EINTR"}}; /* the kernel's own ERESTARTNOHAND */
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code)
            return errors[i].name;
    return NULL;
}

static const char *const signal_names[32] = {
    "0",    "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
    "FPE",  "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
    "STKF", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS"};

/* Half a line: built whole, written at once; vdprintf might split it. */
struct text {
    size_t len;
    char buf[1024];
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text,
                                                      const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t room = sizeof text->buf - text->len;
    int more = vsnprintf(text->buf + text->len, room, fmt, ap);
    va_end(ap);
    if (more > 0)
        text->len += (size_t)more < room ? (size_t)more : room - 1;
}

static void put(const struct text *text)
{
    (void)!write(STDERR_FILENO, text->buf, text->len); /* best effort */
}

static void add_data(struct text *text, const struct trace_memory *memory,
                     uint64_t addr, uint64_t len)
{
    unsigned char data[TRACE_DATA_MAX];
    size_t want = len < sizeof data ? len : sizeof data;
    size_t got = memory->read(memory->ctx, data, addr, want);

    if (want && !got) {
        add(text, "%#lx", addr);
        return;
    }
    add(text, "\"");
    for (size_t i = 0; i < got; i++) {
        static const char escapes[] = "\n\r\t\\\"", letters[] = "nrt\\\"";
        const char *escape = data[i] ? strchr(escapes, data[i]) : NULL;
        if (escape)
            add(text, "\\%c", letters[escape - escapes]);
        else if (data[i] >= ' ' && data[i] < 0x7f)
            add(text, "%c", data[i]);
        else
            add(text, "\\x%02x", data[i]);
    }
    add(text, "\"%s", len > got ? "..." : "");
}

static void add_time(struct text *text, const struct trace_memory *memory,
                     uint64_t addr)
{
    struct uni_timespec ts;
    if (!addr)
        add(text, "NULL");
    else if (memory->read(memory->ctx, &ts, addr, sizeof ts) == sizeof ts)
        add(text, "%ld.%09lds", ts.sec, ts.nsec);
    else
        add(text, "%#lx", addr);
}

static void add_events(struct text *text, unsigned events)
{
    static const struct {
        unsigned bit;
        const char *name;
    } bits[] = {{UNI_POLLIN, "IN"},
                {UNI_POLLOUT, "OUT"},
                {UNI_POLLERR, "ERR"},
                {UNI_POLLHUP, "HUP"},
                {0x20, "NVAL"}};
    bool is_first = true;
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if (events & bits[i].bit) {
            add(text, "%s%s", is_first ? "" : "|", bits[i].name);
            is_first = false;
        }
    if (is_first)
        add(text, "0");
}

static void add_pollfds(struct text *text, const struct trace_memory *memory,
                        const struct trace_call *call, bool is_result)
{
    struct uni_pollfd fds[TRACE_POLL_MAX];
    uint32_t count = (uint32_t)call->arg[1];
    uint32_t shown = count < TRACE_POLL_MAX ? count : TRACE_POLL_MAX;

    if (shown && memory->read(memory->ctx, fds, call->arg[0],
                              shown * sizeof fds[0]) != shown * sizeof fds[0]) {
        add(text, "%#lx", call->arg[0]);
        return;
    }
    add(text, "[");
    for (uint32_t i = 0; i < shown; i++) {
        if (is_result && !fds[i].revents)
            continue;
        add(text, "%s%d:", i ? " " : "", fds[i].handle);
        add_events(text, is_result ? fds[i].revents : fds[i].events);
    }
    add(text, "%s]", count > shown ? " ..." : "");
}

void trace_enter(const struct trace_call *call,
                 const struct trace_memory *memory)
{
    struct text text = {.len = 0};
    add(&text, "%s(", names[call->nr]);
    switch (call->nr) {
    case UNI_EXIT:
        add(&text, "%lu) = ?\n", call->arg[0] & 0xff);
        break;
    case UNI_CLOCK:
        add(&text, "%s, ",
            (uint32_t)call->arg[0] == UNI_CLOCK_REALTIME ? "REALTIME"
                                                         : "MONOTONIC");
        break;
    case UNI_POLL:
        add_pollfds(&text, memory, call, false);
        add(&text, ", %u, ", (uint32_t)call->arg[1]);
        add_time(&text, memory, call->arg[2]);
        break;
    default:
        add(&text, "%u, ", (uint32_t)call->arg[0]);
        if (call->nr == UNI_WRITE || call->nr == UNI_PWRITE)
            add_data(&text, memory, call->arg[1], call->arg[2]);
    }
    put(&text);
}

void trace_leave(const struct trace_call *call,
                 const struct trace_memory *memory, int64_t result,
                 uint64_t duration_ns)
{
    struct text text = {.len = 0};
    if (call->nr == UNI_CLOCK)
        add_time(&text, memory, result < 0 ? 0 : call->arg[1]);
    if (call->nr == UNI_READ || call->nr == UNI_PREAD)
        add_data(&text, memory, call->arg[1],
                 result < 0 ? 0 : (uint64_t)result);
    if (call->nr >= UNI_READ)
        add(&text, ", %lu", call->arg[2]);
    if (call->nr >= UNI_PREAD)
        add(&text, ", %lu", call->arg[3]);
    const char *error = result < 0 ? error_name((int)-result) : NULL;
    if (error)
        add(&text, ") = -%s", error);
    else
        add(&text, ") = %ld", result);
    if (call->nr == UNI_POLL && result > 0) {
        add(&text, " ");
        add_pollfds(&text, memory, call, true);
    }
    add(&text, " <%lu.%06lu>\n", duration_ns / 1000000000,
        duration_ns / 1000 % 1000000);
    put(&text);
}

void trace_signal(int sig)
{
    struct text text = {.len = 0};
    add(&text, "--- SIG%s ---\n", signal_names[sig & 31]);
    put(&text);
}

int stats_map(struct err *err)
{
    void *want = (void *)HCPAGE_STATS_ADDR;
    if (mmap(want, UNI_PAGE_SIZE, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
             0) == MAP_FAILED)
        return err_set(err, errno, "map the counters");
    return 0;
}

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

void stats_print(const struct rusage *usage, long peak_kib, double wall_s,
                 double ticks_per_us)
{
    const struct stats_page *page = (const void *)HCPAGE_STATS_ADDR;
    struct text text = {.len = 0};

    add(&text, "tender: %-7s %10s %8s %12s %10s\n", "call", "count", "errors",
        "total ms", "mean us");
    for (unsigned i = 0; i < UNI_CALL_COUNT; i++) {
        const struct stats_call *call = &page->call[i];
        if (!call->count)
            continue;
        double us = (double)call->ticks / ticks_per_us;
        add(&text, "tender: %-7s %10lu %8lu %12.3f %10.3f\n", names[i],
            call->count, call->errors, us / 1e3, us / (double)call->count);
    }
    add(&text,
        "tender: %.3f s wall, %.3f s user, %.3f s system, "
        "peak memory %ld KiB\n",
        wall_s, seconds(usage->ru_utime), seconds(usage->ru_stime), peak_kib);
    put(&text);
}
