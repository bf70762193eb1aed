/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Futexes: waiters hashed by address, first come first served. A waiter is
 * unlinked by whoever wakes it, so a wake-up counts once.
 */
#include "futex.h"
#include "enter.h"
#include "libos.h"
#include "sys.h"
#include "thread.h"
#include "user.h"

struct waiter {
    struct waiter *prev, *next;
    uint32_t *uaddr;
    uint32_t bitset;
    bool is_woken;
    struct thread *thread;
};

struct bucket {
    struct waiter *first, *last;
};

#define BUCKET_COUNT 64 /* power of two */
static struct bucket buckets[BUCKET_COUNT] COLD_BSS;

static struct bucket *bucket_of(const uint32_t *uaddr)
{
    uint64_t hash = ((uintptr_t)uaddr >> 2) * 0x9e3779b97f4a7c15ull;
    return &buckets[hash >> 58];
}

static void append(struct bucket *bucket, struct waiter *waiter)
{
    waiter->next = NULL;
    waiter->prev = bucket->last;
    if (bucket->last)
        bucket->last->next = waiter;
    else
        bucket->first = waiter;
    bucket->last = waiter;
}

static void unlink_waiter(struct bucket *bucket, struct waiter *waiter)
{
    if (waiter->prev)
        waiter->prev->next = waiter->next;
    else
        bucket->first = waiter->next;
    if (waiter->next)
        waiter->next->prev = waiter->prev;
    else
        bucket->last = waiter->prev;
}

static long wait_for(uint32_t *uaddr, uint32_t val, int64_t deadline_ns,
                     uint32_t bitset)
{
    uint32_t now;
    if (user_copy(&now, uaddr, sizeof now) < 0)
        return -LINUX_EFAULT;
    if (now != val)
        return -LINUX_EAGAIN;
    struct waiter waiter = {
        .uaddr = uaddr, .bitset = bitset, .thread = cpu.current};
    append(bucket_of(uaddr), &waiter);
    int rc = 0;
    while (!waiter.is_woken && !rc)
        rc = wait_sleep(deadline_ns);
    if (waiter.is_woken)
        return 0;
    unlink_waiter(bucket_of(waiter.uaddr), &waiter);
    return rc;
}

static long wake(const uint32_t *uaddr, uint32_t count, uint32_t bitset)
{
    struct bucket *bucket = bucket_of(uaddr);
    struct waiter *next;
    uint32_t woken = 0;
    for (struct waiter *w = bucket->first; w && woken < count; w = next) {
        next = w->next;
        if (w->uaddr != uaddr || !(w->bitset & bitset))
            continue;
        unlink_waiter(bucket, w);
        w->is_woken = true;
        thread_wake(w->thread, 0);
        woken++;
    }
    return woken;
}

static long requeue(uint32_t *from, uint32_t wake_count, uint32_t move_count,
                    uint32_t *to)
{
    long woken = wake(from, wake_count, UINT32_MAX);
    struct bucket *bucket = bucket_of(from), *target = bucket_of(to);
    struct waiter *next;
    uint32_t moved = 0;
    if (from == to)
        return woken;
    for (struct waiter *w = bucket->first; w && moved < move_count; w = next) {
        next = w->next;
        if (w->uaddr != from)
            continue;
        unlink_waiter(bucket, w);
        w->uaddr = to;
        append(target, w);
        moved++;
    }
    return woken + moved;
}

/* FUTEX_WAKE_OP's operation and comparison, as packed in val3. */
static long wake_op(uint32_t *uaddr, uint32_t count, uint32_t *uaddr2,
                    uint32_t count2, uint32_t packed)
{
    uint32_t op = packed >> 28 & 7, cmp = packed >> 24 & 15, old;
    int32_t arg = (int32_t)(packed << 8) >> 20;
    int32_t cmp_arg = (int32_t)(packed << 20) >> 20;
    if (packed >> 31)
        arg = (int32_t)(1u << (arg & 31));
    if (user_copy(&old, uaddr2, sizeof old) < 0)
        return -LINUX_EFAULT;
    const uint32_t results[] = {(uint32_t)arg, old + (uint32_t)arg,
                                old | (uint32_t)arg, old & ~(uint32_t)arg,
                                old ^ (uint32_t)arg};
    if (op >= sizeof results / sizeof results[0])
        return -LINUX_ENOSYS;
/* user_copy() has refused NULL. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-null-dereference"
    *uaddr2 = results[op];
#pragma GCC diagnostic pop
    int32_t value = (int32_t)old;
    const bool holds[] = {value == cmp_arg, value != cmp_arg,
                          value<cmp_arg, value <= cmp_arg, value> cmp_arg,
                          value >= cmp_arg};
    if (cmp >= sizeof holds / sizeof holds[0])
        return -LINUX_ENOSYS;
    long woken = wake(uaddr, count, UINT32_MAX);
    if (holds[cmp])
        woken += wake(uaddr2, count2, UINT32_MAX);
    return woken;
}

static long get_deadline(int op, const struct linux_timespec *timeout,
                         int64_t *deadline_ns)
{
    *deadline_ns = WAIT_FOREVER;
    if (!timeout)
        return 0;
    struct linux_timespec ts;
    if (user_copy(&ts, timeout, sizeof ts) < 0)
        return -LINUX_EFAULT;
    if (!time_is_valid(&ts))
        return -LINUX_EINVAL;
    int64_t ns = time_to_ns(&ts);
    if ((op & 127) == LINUX_FUTEX_WAIT)
        *deadline_ns = time_deadline(ns);
    else if (op & LINUX_FUTEX_CLOCK_REALTIME)
        *deadline_ns = time_deadline(ns - time_real_offset() - time_now());
    else
        *deadline_ns = ns;
    return 0;
}

static long do_futex(uint32_t *uaddr, int op, uint32_t val,
                     const struct linux_timespec *timeout, uint32_t *uaddr2,
                     uint32_t val3)
{
    uint32_t val2 = (uint32_t)(uintptr_t)timeout; /* of the requeueing ones */
    int64_t deadline_ns;
    uint32_t now;
    long rc;
    if ((uintptr_t)uaddr % 4)
        return -LINUX_EINVAL;
    switch (op & 127) {
    case LINUX_FUTEX_WAIT:
        val3 = UINT32_MAX;
        /* fall through */
    case LINUX_FUTEX_WAIT_BITSET:
        if (!val3)
            return -LINUX_EINVAL;
        rc = get_deadline(op, timeout, &deadline_ns);
        return rc < 0 ? rc : wait_for(uaddr, val, deadline_ns, val3);
    case LINUX_FUTEX_WAKE:
        return wake(uaddr, val, UINT32_MAX);
    case LINUX_FUTEX_WAKE_BITSET:
        return val3 ? wake(uaddr, val, val3) : -LINUX_EINVAL;
    case LINUX_FUTEX_CMP_REQUEUE:
        if (user_copy(&now, uaddr, sizeof now) < 0)
            return -LINUX_EFAULT;
        if (now != val3)
            return -LINUX_EAGAIN;
        /* fall through */
    case LINUX_FUTEX_REQUEUE:
        if ((uintptr_t)uaddr2 % 4)
            return -LINUX_EINVAL;
        return requeue(uaddr, val, val2, uaddr2);
    case LINUX_FUTEX_WAKE_OP:
        if ((uintptr_t)uaddr2 % 4)
            return -LINUX_EINVAL;
        return wake_op(uaddr, val, uaddr2, val2, val3);
    default:
        return -LINUX_ENOSYS;
    }
}

static long futex_untimed(uint32_t *uaddr, int op, uint32_t val, uint32_t val3);
LIBOS_RESTARTABLE(futex_untimed,
                  (uint32_t * uaddr, int op, uint32_t val, uint32_t val3),
                  (uaddr, op, val, val3))
{
    return do_futex(uaddr, op, val, NULL, NULL, val3);
}

/* A wait without an end is restarted after a handler with SA_RESTART, one
 * with a timeout is not: man 7 signal. */
long sys_futex(uint32_t *uaddr, int op, uint32_t val,
               const struct linux_timespec *timeout, uint32_t *uaddr2,
               uint32_t val3)
{
    int kind = op & 127;
    if (!timeout &&
        (kind == LINUX_FUTEX_WAIT || kind == LINUX_FUTEX_WAIT_BITSET))
        return futex_untimed(uaddr, op, val, val3);
    LIBOS_CALL();
    return do_futex(uaddr, op, val, timeout, uaddr2, val3);
}
