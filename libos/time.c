/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks. In the seccomp cage the host's vDSO reads them, in the kvm cage the
 * TSC with the tender's parameters, taken anew from call 1 about once a second
 * since they drift; where neither is sound, call 1.
 *
 * CPU time is the TSC's time between switches, minus idle polls; its rate
 * comes from the running clock since somebody first looked at it, so nothing
 * is measured at start.
 */
#include "enter.h"
#include "hc.h"
#include "libos.h"
#include "signal.h"
#include "sys.h"
#include "thread.h"
#include "user.h"

typedef int (*vdso_fn)(int32_t id, struct uni_timespec *ts);

#define REBASE_NS NS_PER_SEC

static struct {
    vdso_fn vdso;
    bool has_tsc;
    uint32_t shift;
    uint64_t mult, tsc_base, tsc_next; /* tsc_next: time for a new base */
    int64_t mono_base, real_base;
    int64_t mono_last; /* never go back when a new base is lower */
    uint64_t rate_tsc; /* the clock and the TSC when first looked at; */
    int64_t rate_ns;   /* 0: nobody has */
    int64_t cpu_last;  /* the rate gets better; CPU time never goes back */
} clk;

static int64_t to_ns(const struct uni_timespec *ts)
{
    return ts->sec * NS_PER_SEC + ts->nsec;
}

/* a * b / c in 128 bits, without the compiler's library; saturates. */
static uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (high >= c)
        return UINT64_MAX;
    __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(c) : "cc");
    return low;
}

static void set_base(uint64_t tsc)
{
    uint64_t ticks = mul_div(REBASE_NS, 1ull << clk.shift, clk.mult);
    clk.tsc_base = tsc;
    clk.tsc_next = tsc + (ticks < 1ull << 40 ? ticks : 1ull << 40);
}

static int64_t call_clock(uint32_t id)
{
    struct uni_timespec ts = {0, 0};
    (void)hc_clock(id, &ts); /* ids 0 and 1 cannot fail */
    return to_ns(&ts);
}

static int64_t tsc_clock(uint32_t id)
{
    uint64_t tsc = tsc_read();
    if (tsc >= clk.tsc_next || tsc < clk.tsc_base) {
        clk.mono_base = call_clock(UNI_CLOCK_MONOTONIC);
        tsc = tsc_read();
        clk.real_base = call_clock(UNI_CLOCK_REALTIME);
        clk.real_base -=
            (int64_t)((unsigned __int128)(tsc_read() - tsc) * clk.mult >>
                      clk.shift);
        set_base(tsc);
    }
    int64_t delta =
        (int64_t)((unsigned __int128)(tsc - clk.tsc_base) * clk.mult >>
                  clk.shift);
    if (id == UNI_CLOCK_REALTIME)
        return clk.real_base + delta;
    int64_t now = clk.mono_base + delta;
    if (now < clk.mono_last)
        now = clk.mono_last;
    clk.mono_last = now;
    return now;
}

static int64_t read_host_clock(uint32_t id)
{
    if (clk.vdso) {
        struct uni_timespec ts;
        if (clk.vdso((int32_t)id, &ts) == 0)
            return to_ns(&ts);
        clk.vdso = NULL;
    }
    return clk.has_tsc ? tsc_clock(id) : call_clock(id);
}

static int64_t read_clock(uint32_t id)
{
    int64_t ns = read_host_clock(id);
    if (__builtin_expect(!clk.rate_ns, 0)) {
        clk.rate_ns = read_host_clock(UNI_CLOCK_MONOTONIC);
        clk.rate_tsc = tsc_read();
    }
    return ns;
}

int64_t time_now(void)
{
    return read_clock(UNI_CLOCK_MONOTONIC);
}

int64_t time_real_offset(void)
{
    return read_clock(UNI_CLOCK_REALTIME) - read_clock(UNI_CLOCK_MONOTONIC);
}

void time_init(const struct uni_boot *boot)
{
    const struct uni_clock_info *info = &boot->clock;
    if (info->flags & UNI_CLOCK_VDSO)
        clk.vdso = (vdso_fn)(uintptr_t)info->vdso_gettime;
    if (info->flags & UNI_CLOCK_TSC && info->tsc_mult && info->tsc_shift < 64) {
        clk.has_tsc = true;
        clk.shift = info->tsc_shift;
        clk.mult = info->tsc_mult;
        clk.mono_base = info->monotonic_base;
        clk.real_base = info->realtime_base;
        set_base(info->tsc_base);
    }
}

/* Two looks this far apart give the rate to a thousandth. */
#define RATE_MIN_NS 50000

int64_t time_ticks_to_ns(uint64_t ticks)
{
    int64_t all_ns;
    do {
        all_ns = time_now() - clk.rate_ns;
    } while (all_ns < RATE_MIN_NS);
    uint64_t all_ticks = tsc_read() - clk.rate_tsc;
    return (int64_t)mul_div(ticks, (uint64_t)all_ns, all_ticks);
}

int64_t process_cpu_ns(void)
{
    int64_t ns = time_ticks_to_ns(process_cpu_ticks());
    if (ns > clk.cpu_last)
        clk.cpu_last = ns;
    return clk.cpu_last;
}

static struct linux_timespec to_timespec(int64_t ns)
{
    return (struct linux_timespec){ns / NS_PER_SEC, ns % NS_PER_SEC};
}

/* Clock ids; man 2 clock_gettime, include/uapi/linux/time.h */
enum clock_id {
    CLOCK_REALTIME = 0,
    CLOCK_MONOTONIC = 1,
    CLOCK_PROCESS_CPUTIME_ID = 2,
    CLOCK_THREAD_CPUTIME_ID = 3,
    CLOCK_MONOTONIC_RAW = 4,
    CLOCK_REALTIME_COARSE = 5,
    CLOCK_MONOTONIC_COARSE = 6,
    CLOCK_BOOTTIME = 7,
    CLOCK_REALTIME_ALARM = 8,
    CLOCK_BOOTTIME_ALARM = 9,
    CLOCK_TAI = 11,
};

/* pthread_getcpuclockid's ids: ~tid << 3, 4 for a thread, kind 2 (3 would be
 * a file descriptor's). */
static long cpu_clock(int id, int64_t *ns)
{
    int tid = (int)~(id >> 3);
    if ((id & 3) == 3)
        return -LINUX_EINVAL;
    if (!(id & 4)) {
        if (tid != 0 && tid != 1)
            return -LINUX_EINVAL;
        *ns = process_cpu_ns();
        return 0;
    }
    const struct thread *thread = tid ? thread_find(tid) : thread_self();
    if (!thread)
        return -LINUX_EINVAL;
    *ns = time_ticks_to_ns(thread_cpu_ticks(thread));
    return 0;
}

static long clock_read(int id, int64_t *ns)
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *ns = read_clock(UNI_CLOCK_REALTIME);
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = read_clock(UNI_CLOCK_MONOTONIC);
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = process_cpu_ns();
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = time_ticks_to_ns(thread_cpu_ticks(thread_self()));
        return 0;
    default:
        return id < 0 ? cpu_clock(id, ns) : -LINUX_EINVAL;
    }
}

long sys_clock_gettime(int id, struct linux_timespec *ts)
{
    LIBOS_CALL();
    int64_t ns;
    long rc = clock_read(id, &ns);
    if (rc < 0)
        return rc;
    struct linux_timespec now = to_timespec(ns);
    return user_copy(ts, &now, sizeof now);
}

long sys_clock_getres(int id, struct linux_timespec *ts)
{
    LIBOS_CALL();
    int64_t ns;
    long rc = clock_read(id, &ns);
    struct linux_timespec res = {0, 1};
    return rc == 0 && ts ? user_copy(ts, &res, sizeof res) : rc;
}

long sys_clock_settime(int id, const struct linux_timespec *ts)
{
    (void)ts;
    return id == CLOCK_REALTIME ? -LINUX_EPERM : -LINUX_EINVAL;
}

#define TIMER_ABSTIME 1

bool time_is_for_reading(int clock)
{
    return clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
           clock == CLOCK_MONOTONIC_COARSE;
}

int64_t time_deadline(int64_t ns)
{
    int64_t deadline;
    if (ns < 0)
        ns = 0;
    if (__builtin_add_overflow(time_now(), ns, &deadline))
        return WAIT_FOREVER;
    return deadline;
}

bool time_is_valid(const struct linux_timespec *ts)
{
    return ts->sec >= 0 && ts->nsec >= 0 && ts->nsec < NS_PER_SEC;
}

int64_t time_to_ns(const struct linux_timespec *ts)
{
    int64_t ns;
    if (__builtin_mul_overflow(ts->sec, NS_PER_SEC, &ns) ||
        __builtin_add_overflow(ns, ts->nsec, &ns))
        return INT64_MAX;
    return ns;
}

long sys_clock_nanosleep(int id, int flags, const struct linux_timespec *req,
                         struct linux_timespec *rem)
{
    LIBOS_CALL();
    struct linux_timespec ts;
    int64_t now;
    long rc = clock_read(id, &now);
    if (rc < 0)
        return rc;
    if (user_copy(&ts, req, sizeof ts) < 0)
        return -LINUX_EFAULT;
    if (time_is_for_reading(id))
        return -LINUX_ENOTSUP;
    if (id == CLOCK_THREAD_CPUTIME_ID || !time_is_valid(&ts))
        return -LINUX_EINVAL;
    int64_t want = time_to_ns(&ts);
    bool is_absolute = flags & TIMER_ABSTIME;
    int64_t deadline = time_deadline(is_absolute ? want - now : want);
    int slept = 0;
    while (!slept)
        slept = wait_sleep(deadline);
    if (slept == -LINUX_ETIMEDOUT)
        return 0;
    if (rem && !is_absolute) {
        int64_t left = deadline - time_now();
        ts = to_timespec(left > 0 ? left : 0);
        if (user_copy(rem, &ts, sizeof ts) < 0)
            return -LINUX_EFAULT;
    }
    return -LINUX_EINTR;
}
