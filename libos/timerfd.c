/* SPDX-License-Identifier: Apache-2.0 */
/* man 2 timerfd_create. CLOCK_REALTIME never jumps in a guest, so both clocks
 * are one with an offset. */
#include "arena.h"
#include "enter.h"
#include "file.h"
#include "libos.h"
#include "sys.h"
#include "timer.h"
#include "user.h"

#define REALTIME 0
#define MONOTONIC 1
#define BOOTTIME 7

struct timerfd {
    struct timer timer;
    int clock;
    uint64_t count; /* expirations that nobody has read */
    int64_t interval_ns;
    struct waitq readable;
};

static void fire(struct timer *timer)
{
    struct timerfd *tfd = container_of(timer, struct timerfd, timer);
    int64_t now = time_now(), deadline = timer->deadline_ns;
    uint64_t missed = 0;
    tfd->count++;
    if (tfd->interval_ns) {
        missed = (uint64_t)(now - deadline) / (uint64_t)tfd->interval_ns;
        tfd->count += missed;
        timer_set(timer, deadline + (int64_t)(missed + 1) * tfd->interval_ns);
    }
    wake_all(&tfd->readable);
}

static long timerfd_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct timerfd *tfd = file->data;
    (void)pos;
    if (len < sizeof tfd->count)
        return -LINUX_EINVAL;
    while (!tfd->count) {
        /* It may be due already while nobody was idle. */
        if (tfd->timer.is_set && tfd->timer.deadline_ns <= time_now()) {
            timer_run(time_now());
            continue;
        }
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(&tfd->readable, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    if (user_copy(buf, &tfd->count, sizeof tfd->count) < 0)
        return -LINUX_EFAULT;
    tfd->count = 0;
    return sizeof tfd->count;
}

static unsigned timerfd_poll(struct file *file, struct poll_set *set)
{
    struct timerfd *tfd = file->data;
    poll_add(set, &tfd->readable);
    if (!tfd->count && tfd->timer.is_set &&
        tfd->timer.deadline_ns <= time_now())
        timer_run(time_now());
    return tfd->count ? LINUX_POLLIN : 0;
}

static void timerfd_release(struct file *file)
{
    struct timerfd *tfd = file->data;
    timer_cancel(&tfd->timer);
    kfree(tfd);
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .poll = timerfd_poll,
    .release = timerfd_release,
    .name = "[timerfd]",
};

long sys_timerfd_create(int clock, int flags)
{
    LIBOS_CALL();
    if ((clock != REALTIME && clock != MONOTONIC && clock != BOOTTIME) ||
        ((unsigned)flags & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK)))
        return -LINUX_EINVAL;
    struct timerfd *tfd = kalloc(sizeof *tfd);
    if (!tfd)
        return -LINUX_ENOMEM;
    tfd->clock = clock;
    tfd->timer.fire = fire;
    struct file *file =
        file_new(&timerfd_ops,
                 LINUX_O_RDWR | ((unsigned)flags & LINUX_O_NONBLOCK), NULL);
    if (!file) {
        kfree(tfd);
        return -LINUX_ENOMEM;
    }
    file->data = tfd;
    return fd_install(file, 0, (unsigned)flags);
}

/* A timerfd's file, held, or minus errno. */
static long get(int fd, struct file **file)
{
    *file = fd_get_io(fd);
    if (!*file)
        return -LINUX_EBADF;
    if ((*file)->ops == &timerfd_ops)
        return 0;
    file_put(*file);
    return -LINUX_EINVAL;
}

static struct linux_timespec to_ts(int64_t ns)
{
    return (struct linux_timespec){ns / NS_PER_SEC, ns % NS_PER_SEC};
}

static void look(const struct timerfd *tfd, struct linux_itimerspec *value)
{
    int64_t left = 0;
    if (tfd->timer.is_set) {
        left = tfd->timer.deadline_ns - time_now();
        if (left <= 0)
            left = 1;
    }
    value->interval = to_ts(tfd->interval_ns);
    value->value = to_ts(left);
}

long sys_timerfd_settime(int fd, int flags, const struct linux_itimerspec *user,
                         struct linux_itimerspec *old)
{
    LIBOS_CALL();
    struct linux_itimerspec value, before;
    struct file *file;
    if (flags & ~(LINUX_TFD_TIMER_ABSTIME | LINUX_TFD_TIMER_CANCEL_ON_SET))
        return -LINUX_EINVAL;
    if (user_copy(&value, user, sizeof value) < 0)
        return -LINUX_EFAULT;
    if (!time_is_valid(&value.value) || !time_is_valid(&value.interval))
        return -LINUX_EINVAL;
    long rc = get(fd, &file);
    if (rc < 0)
        return rc;
    struct timerfd *tfd = file->data;
    look(tfd, &before);
    timer_cancel(&tfd->timer);
    tfd->count = 0;
    tfd->interval_ns = time_to_ns(&value.interval);
    int64_t ns = time_to_ns(&value.value);
    if (ns && flags & LINUX_TFD_TIMER_ABSTIME)
        timer_set(&tfd->timer,
                  tfd->clock == REALTIME ? ns - time_real_offset() : ns);
    else if (ns)
        timer_set(&tfd->timer, time_deadline(ns));
    if (old && user_copy(old, &before, sizeof before) < 0)
        rc = -LINUX_EFAULT;
    file_put(file);
    return rc;
}

long sys_timerfd_gettime(int fd, struct linux_itimerspec *user)
{
    LIBOS_CALL();
    struct linux_itimerspec value;
    struct file *file;
    long rc = get(fd, &file);
    if (rc < 0)
        return rc;
    look(file->data, &value);
    rc = user_copy(user, &value, sizeof value);
    file_put(file);
    return rc;
}
