/* SPDX-License-Identifier: Apache-2.0 */
/* Event counters: man 2 eventfd. */
#include "arena.h"
#include "enter.h"
#include "sys.h"
#include "user.h"
#include "file.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
    uint64_t count;
    bool is_semaphore;
    struct waitq readable, writable;
};

static long event_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct eventfd *event = file->data;
    (void)pos;
    if (len < sizeof event->count)
        return -LINUX_EINVAL;
    while (!event->count) {
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(&event->readable, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    uint64_t value = event->is_semaphore ? 1 : event->count;
    if (user_copy(buf, &value, sizeof value) < 0)
        return -LINUX_EFAULT;
    event->count -= value;
    wake_all(&event->writable);
    if (event->count)
        wake_one(&event->readable);
    return sizeof value;
}

static long event_write(struct file *file, const void *buf, size_t len,
                        int64_t *pos)
{
    struct eventfd *event = file->data;
    uint64_t value;
    (void)pos;
    if (len < sizeof value)
        return -LINUX_EINVAL;
    if (user_copy(&value, buf, sizeof value) < 0)
        return -LINUX_EFAULT;
    if (value == UINT64_MAX)
        return -LINUX_EINVAL;
    while (value > COUNT_MAX - event->count) {
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(&event->writable, WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    event->count += value;
    if (value)
        wake_all(&event->readable);
    return sizeof value;
}

static unsigned event_poll(struct file *file, struct poll_set *set)
{
    struct eventfd *event = file->data;
    poll_add(set, &event->readable);
    poll_add(set, &event->writable);
    return (event->count ? LINUX_POLLIN : 0u) |
           (event->count < COUNT_MAX ? LINUX_POLLOUT : 0u);
}

static void event_release(struct file *file)
{
    kfree(file->data);
}

static const struct file_ops event_ops = {
    .read = event_read,
    .write = event_write,
    .poll = event_poll,
    .release = event_release,
    .name = "[eventfd]",
};

long sys_eventfd2(unsigned initval, int flags)
{
    LIBOS_CALL();
    if ((unsigned)flags &
        ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK | LINUX_EFD_SEMAPHORE))
        return -LINUX_EINVAL;
    struct eventfd *event = kalloc(sizeof *event);
    if (!event)
        return -LINUX_ENOMEM;
    event->count = initval;
    event->is_semaphore = flags & LINUX_EFD_SEMAPHORE;
    struct file *file = file_new(
        &event_ops, LINUX_O_RDWR | ((unsigned)flags & LINUX_O_NONBLOCK), NULL);
    if (!file) {
        kfree(event);
        return -LINUX_ENOMEM;
    }
    file->data = event;
    return fd_install(file, 0, (unsigned)flags);
}
