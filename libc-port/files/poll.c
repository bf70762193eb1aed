/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <sys/select.h>

#include "libc.h"

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask)
{
    return (int)libc_result(
        CANCEL_POINT(sys_ppoll((struct linux_pollfd *)fds, (unsigned)count,
                               (const struct linux_timespec *)timeout, mask)));
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec ts = {timeout_ms / 1000, timeout_ms % 1000 * 1000000l};
    return ppoll(fds, count, timeout_ms < 0 ? NULL : &ts, NULL);
}

int pselect(int fd_count, fd_set *in, fd_set *out, fd_set *except,
            const struct timespec *timeout, const sigset_t *mask)
{
    return (int)libc_result(CANCEL_POINT(sys_pselect6(
        fd_count, in ? in->fds_bits : NULL, out ? out->fds_bits : NULL,
        except ? except->fds_bits : NULL,
        (const struct linux_timespec *)timeout, mask)));
}

/* Linux's select leaves in *timeout what is left of it. */
int select(int fd_count, fd_set *in, fd_set *out, fd_set *except,
           struct timeval *timeout)
{
    struct linux_timespec now, end;
    struct timespec ts;

    if (!timeout)
        return pselect(fd_count, in, out, except, NULL, NULL);
    if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
        errno = EINVAL;
        return -1;
    }
    ts.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000;
    ts.tv_nsec = timeout->tv_usec % 1000000 * 1000;
    (void)sys_clock_gettime(1, &now);
    int rc = pselect(fd_count, in, out, except, &ts, NULL);
    (void)sys_clock_gettime(1, &end);
    int64_t left_us = (ts.tv_sec - (end.sec - now.sec)) * 1000000 +
                      (ts.tv_nsec - (end.nsec - now.nsec)) / 1000;
    if (rc == 0 || left_us < 0)
        left_us = 0;
    timeout->tv_sec = left_us / 1000000;
    timeout->tv_usec = left_us % 1000000;
    return rc;
}
