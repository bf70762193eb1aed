/* SPDX-License-Identifier: Apache-2.0 */
/* epoll(7), timerfd_create(2): thin over the libOS. */
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "libc.h"

_Static_assert(sizeof(struct epoll_event) == 12, "Linux's is packed");
_Static_assert(sizeof(struct itimerspec) == sizeof(struct linux_itimerspec),
               "our headers have Linux's structs");

int epoll_create1(int flags)
{
    return (int)libc_result(sys_epoll_create1(flags));
}

int epoll_create(int size)
{
    if (size <= 0)
        return (int)libc_result(-EINVAL);
    return epoll_create1(0);
}

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    return (int)libc_result(
        sys_epoll_ctl(epfd, op, fd, (struct linux_epoll_event *)event));
}

int epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout_ms,
                const sigset_t *mask)
{
    return (int)libc_result(
        CANCEL_POINT(sys_epoll_pwait(epfd, (struct linux_epoll_event *)events,
                                     max, timeout_ms, (const uint64_t *)mask)));
}

int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout_ms)
{
    return epoll_pwait(epfd, events, max, timeout_ms, NULL);
}

int timerfd_create(int clock_id, int flags)
{
    return (int)libc_result(sys_timerfd_create(clock_id, flags));
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value,
                    struct itimerspec *old)
{
    return (int)libc_result(
        sys_timerfd_settime(fd, flags, (const struct linux_itimerspec *)value,
                            (struct linux_itimerspec *)old));
}

int timerfd_gettime(int fd, struct itimerspec *value)
{
    return (int)libc_result(
        sys_timerfd_gettime(fd, (struct linux_itimerspec *)value));
}
