/* SPDX-License-Identifier: Apache-2.0 */
/*
 * man 7 epoll. An item watches the queues of one file; when one is woken it
 * goes on its epoll's ready list, and epoll_wait asks the files on that list
 * what they really have. Items hold no reference to their file: file_release
 * takes them away (file_watch_gone).
 */
#include "arena.h"
#include "enter.h"
#include "libos.h"
#include "poll.h"
#include "sys.h"
#include "user.h"

#define FLAGS                                                                  \
    (LINUX_EPOLLET | LINUX_EPOLLONESHOT | LINUX_EPOLLWAKEUP |                  \
     LINUX_EPOLLEXCLUSIVE)
#define EVENTS_MAX (INT32_MAX / (int)sizeof(struct linux_epoll_event))
#define BUCKETS_MIN 64u

struct epoll;
struct item {
    struct poll_set set;
    struct epoll *epoll;
    struct file *file;
    int fd;
    uint32_t events; /* wanted, with FLAGS */
    uint64_t data;
    bool is_ready; /* on the ready list; it may have been told already */
    bool is_over;  /* its one shot, until EPOLL_CTL_MOD */
    struct item *ready_prev, *ready_next;
    struct item *own_prev, *own_next; /* of the epoll */
    struct item *hash_next;           /* of the file's bucket */
};

struct epoll {
    struct waitq q;     /* who waits in epoll_wait: one takes an event */
    struct waitq polls; /* who polls this file: all are told */
    struct item *items;
    struct item *ready_first, *ready_last;
};

/* All items by file, so that a file finds those that watch it. */
static struct item **buckets;
static uint32_t bucket_count, item_count;

static struct item **bucket_of(const struct file *file)
{
    uint64_t hash = (uint64_t)(uintptr_t)file * 0x9e3779b97f4a7c15ull;
    return &buckets[(hash >> 32) & (bucket_count - 1)];
}

static void grow(void)
{
    uint32_t old_count = bucket_count;
    struct item **old = buckets;
    if (item_count < bucket_count * 2)
        return;
    uint32_t count = old_count ? old_count * 4 : BUCKETS_MIN;
    struct item **fresh = kalloc(count * sizeof(struct item *));
    if (!fresh)
        return;
    buckets = fresh;
    bucket_count = count;
    for (uint32_t i = 0; i < old_count; i++) {
        while (old[i]) {
            struct item *item = old[i];
            old[i] = item->hash_next;
            item->hash_next = *bucket_of(item->file);
            *bucket_of(item->file) = item;
        }
    }
    kfree(old);
}

static struct item *find(const struct epoll *epoll, const struct file *file,
                         int fd)
{
    struct item *item = bucket_count ? *bucket_of(file) : NULL;
    while (item &&
           (item->file != file || item->epoll != epoll || item->fd != fd))
        item = item->hash_next;
    return item;
}

static void ready_add(struct item *item)
{
    struct epoll *epoll = item->epoll;
    if (item->is_ready)
        return;
    item->is_ready = true;
    item->ready_next = NULL;
    item->ready_prev = epoll->ready_last;
    if (epoll->ready_last)
        epoll->ready_last->ready_next = item;
    else
        epoll->ready_first = item;
    epoll->ready_last = item;
}

static void ready_remove(struct item *item)
{
    struct epoll *epoll = item->epoll;
    if (!item->is_ready)
        return;
    item->is_ready = false;
    if (item->ready_prev)
        item->ready_prev->ready_next = item->ready_next;
    else
        epoll->ready_first = item->ready_next;
    if (item->ready_next)
        item->ready_next->ready_prev = item->ready_prev;
    else
        epoll->ready_last = item->ready_prev;
}

static void on_wake(struct poll_set *set)
{
    struct item *item = container_of(set, struct item, set);
    struct epoll *epoll = item->epoll;
    if (item->is_over)
        return;
    /* One that is there already may have been told, and be told again. */
    ready_add(item);
    wake_one(&epoll->q);
    wake_all(&epoll->polls);
}

static void item_free(struct item *item)
{
    struct item **link = bucket_of(item->file);
    poll_end(&item->set);
    ready_remove(item);
    while (*link != item)
        link = &(*link)->hash_next;
    *link = item->hash_next;
    if (item->own_prev)
        item->own_prev->own_next = item->own_next;
    else
        item->epoll->items = item->own_next;
    if (item->own_next)
        item->own_next->own_prev = item->own_prev;
    item->file->watch_count--;
    item_count--;
    kfree(item);
}

static void on_file_gone(struct file *file)
{
    while (file->watch_count) {
        struct item *item = *bucket_of(file);
        while (item && item->file != file)
            item = item->hash_next;
        ASSERT(item);
        item_free(item);
    }
}

static unsigned item_poll(struct item *item, struct poll_set *set)
{
    if (item->is_over)
        return 0;
    return poll_file(item->file, set, item->events & ~FLAGS);
}

static const struct file_ops epoll_ops;

static struct epoll *epoll_of(const struct file *file)
{
    return file->ops == &epoll_ops ? file->data : NULL;
}

/* Would `file`, watched by `epoll`, close a circle or a chain over five? */
static bool is_loop(const struct epoll *epoll, const struct file *file,
                    unsigned depth)
{
    const struct epoll *inner = epoll_of(file);
    if (!inner)
        return false;
    if (inner == epoll || depth == 5)
        return true;
    for (const struct item *item = inner->items; item; item = item->own_next)
        if (is_loop(epoll, item->file, depth + 1))
            return true;
    return false;
}

static long add(struct epoll *epoll, struct file *file, int fd,
                const struct linux_epoll_event *event)
{
    if (is_loop(epoll, file, 1))
        return -LINUX_ELOOP;
    if (file->watch_count == UINT16_MAX)
        return -LINUX_ENOSPC;
    struct item *item = kalloc(sizeof *item);
    if (!item)
        return -LINUX_ENOMEM;
    grow();
    if (!bucket_count) {
        kfree(item);
        return -LINUX_ENOMEM;
    }
    item->set.fire = on_wake;
    item->epoll = epoll;
    item->file = file;
    item->fd = fd;
    item->events = event->events;
    item->data = event->data;
    item->hash_next = *bucket_of(file);
    *bucket_of(file) = item;
    item->own_next = epoll->items;
    if (epoll->items)
        epoll->items->own_prev = item;
    epoll->items = item;
    file->watch_count++;
    item_count++;
    /* On the queues even if nothing is wanted yet: EPOLL_CTL_MOD may. */
    unsigned got = poll_file(file, &item->set, item->events & ~FLAGS);
    if (item->set.error < 0) {
        long rc = item->set.error;
        item_free(item);
        return rc;
    }
    if (got)
        on_wake(&item->set);
    return 0;
}

static long change(struct item *item, const struct linux_epoll_event *event)
{
    if ((item->events | event->events) & LINUX_EPOLLEXCLUSIVE)
        return -LINUX_EINVAL;
    item->events = event->events;
    item->data = event->data;
    item->is_over = false;
    ready_remove(item);
    if (item_poll(item, NULL))
        on_wake(&item->set);
    return 0;
}

static long ctl(struct epoll *epoll, int op, struct file *file, int fd,
                const struct linux_epoll_event *event)
{
    struct item *item = find(epoll, file, fd);
    switch (op) {
    case LINUX_EPOLL_CTL_ADD:
        return item ? -LINUX_EEXIST : add(epoll, file, fd, event);
    case LINUX_EPOLL_CTL_MOD:
        return item ? change(item, event) : -LINUX_ENOENT;
    case LINUX_EPOLL_CTL_DEL:
        if (!item)
            return -LINUX_ENOENT;
        item_free(item);
        return 0;
    default:
        return -LINUX_EINVAL;
    }
}

long sys_epoll_ctl(int epfd, int op, int fd, struct linux_epoll_event *user)
{
    LIBOS_CALL();
    struct linux_epoll_event event = {0};
    long rc = -LINUX_EBADF;
    if (op != LINUX_EPOLL_CTL_DEL && user_copy(&event, user, sizeof event) < 0)
        return -LINUX_EFAULT;
    struct file *outer = fd_get_io(epfd), *file = fd_get_io(fd);
    if (outer && file) {
        rc = -LINUX_EINVAL;
        if (!file->ops->poll)
            rc = -LINUX_EPERM; /* always ready: nothing to wait for */
        else if (epoll_of(outer) && file != outer)
            rc = ctl(epoll_of(outer), op, file, fd, &event);
    }
    if (file)
        file_put(file);
    if (outer)
        file_put(outer);
    return rc;
}

/* Asks those on the ready list once each, the oldest first. Level-triggered
 * ones that are ready go to its end and stay. */
static long collect(struct epoll *epoll, struct linux_epoll_event *user,
                    int max)
{
    struct item *last = epoll->ready_last, *item;
    long count = 0;
    bool is_end = !last;
    while (!is_end && count < max) {
        item = epoll->ready_first;
        is_end = item == last;
        unsigned got = item_poll(item, NULL);
        ready_remove(item);
        if (!got)
            continue;
        struct linux_epoll_event event = {got, item->data};
        if (user_copy(&user[count], &event, sizeof event) < 0) {
            ready_add(item);
            return count ? count : -LINUX_EFAULT;
        }
        count++;
        if (item->events & LINUX_EPOLLONESHOT)
            item->is_over = true;
        else if (!(item->events & LINUX_EPOLLET))
            ready_add(item);
    }
    return count;
}

static long wait_events(struct epoll *epoll, struct linux_epoll_event *user,
                        int max, int timeout_ms)
{
    int64_t deadline = WAIT_FOREVER;
    if (timeout_ms > 0)
        deadline = time_deadline(timeout_ms * 1000000ll);
    for (;;) {
        long rc = collect(epoll, user, max);
        /* What is left, or still there: for another one, as on Linux. */
        if (rc > 0 && epoll->ready_first)
            wake_one(&epoll->q);
        if (rc || timeout_ms == 0)
            return rc;
        int why = wait_on(&epoll->q, deadline);
        if (why == -LINUX_ETIMEDOUT)
            return collect(epoll, user, max);
        if (why < 0)
            return why;
    }
}

long sys_epoll_pwait(int epfd, struct linux_epoll_event *events, int max,
                     int timeout_ms, const uint64_t *sigmask)
{
    LIBOS_CALL();
    uint64_t mask;
    if (max <= 0 || max > EVENTS_MAX)
        return -LINUX_EINVAL;
    if (sigmask) {
        if (user_copy(&mask, sigmask, sizeof mask) < 0)
            return -LINUX_EFAULT;
        signal_mask_push(mask);
    }
    struct file *file = fd_get_io(epfd);
    if (!file)
        return -LINUX_EBADF;
    long rc = -LINUX_EINVAL;
    if (epoll_of(file))
        rc = wait_events(epoll_of(file), events, max, timeout_ms);
    file_put(file);
    return rc;
}

static unsigned epoll_poll(struct file *file, struct poll_set *set)
{
    struct epoll *epoll = file->data;
    poll_add(set, &epoll->polls);
    for (struct item *item = epoll->ready_first; item; item = item->ready_next)
        if (item_poll(item, NULL))
            return LINUX_POLLIN;
    return 0;
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->data;
    while (epoll->items)
        item_free(epoll->items);
    kfree(epoll);
}

static const struct file_ops epoll_ops = {
    .poll = epoll_poll,
    .release = epoll_release,
    .name = "[eventpoll]",
};

long sys_epoll_create1(int flags)
{
    LIBOS_CALL();
    if ((unsigned)flags & ~LINUX_O_CLOEXEC)
        return -LINUX_EINVAL;
    struct epoll *epoll = kalloc(sizeof *epoll);
    if (!epoll)
        return -LINUX_ENOMEM;
    struct file *file = file_new(&epoll_ops, LINUX_O_RDWR, NULL);
    if (!file) {
        kfree(epoll);
        return -LINUX_ENOMEM;
    }
    file->data = epoll;
    file_watch_gone = on_file_gone;
    return fd_install(file, 0, (unsigned)flags);
}
