/* SPDX-License-Identifier: Apache-2.0 */
/* --trace and --stats; see trace.h. */
#include "tender/host.h"
#include "tender/gmem.h"
#include "tender/hcpage.h"
#include "tender/trace.h"

#define TRACE_DATA_MAX 32u /* bytes of a buffer that are shown */
#define TRACE_POLL_MAX 8u  /* entries of a poll */
/* linux/errno.h: what ptrace sees of EINTR. */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

const char *trace_call_name(unsigned nr)
{
    static const char names[UNI_CALL_COUNT][8] = {
        "exit", "clock", "poll", "read", "write", "pread", "pwrite"};
    return names[nr];
}

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

    add(text, "\"");
    for (size_t i = 0; i < got; i++) {
        if (data[i] == '\n')
            add(text, "\\n");
        else
            add(text, data[i] >= ' ' && data[i] < 0x7f ? "%c" : "\\x%02x",
                data[i]);
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
    static const char bits[][6] = {"|IN",  "|PRI", "|OUT",
                                   "|ERR", "|HUP", "|NVAL"};
    char all[40] = "|0", *end = all;
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if (events >> i & 1)
            end = stpcpy(end, bits[i]);
    add(text, "%s", all + 1);
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
    add(&text, "%s(", trace_call_name(call->nr));
    if (call->nr == UNI_POLL) {
        add_pollfds(&text, memory, call, false);
        add(&text, ", %u, ", (uint32_t)call->arg[1]);
        add_time(&text, memory, call->arg[2]);
    } else {
        add(&text, "%u", (uint32_t)call->arg[0]);
        add(&text, call->nr == UNI_EXIT ? ") = ?\n" : ", ");
    }
    if (call->nr == UNI_WRITE || call->nr == UNI_PWRITE)
        add_data(&text, memory, call->arg[1], call->arg[2]);
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
    if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
        result = -EINTR;
    add(&text, ") = %ld", result);
    if (result < 0)
        add(&text, " (%s)", strerror((int)-result));
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
    add(&text, "--- %s ---\n", strsignal(sig));
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
        add(&text, "tender: %-7s %10lu %8lu %12.3f %10.3f\n",
            trace_call_name(i), call->count, call->errors, us / 1e3,
            us / (double)call->count);
    }
    add(&text,
        "tender: %.3f s wall, %.3f s user, %.3f s system, "
        "peak memory %ld KiB\n",
        wall_s, seconds(usage->ru_utime), seconds(usage->ru_stime), peak_kib);
    put(&text);
}
