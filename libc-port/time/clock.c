/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "libc.h"

int clock_gettime(clockid_t clock, struct timespec *now)
{
    return (int)libc_result(
        sys_clock_gettime(clock, (struct linux_timespec *)now));
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    return (int)libc_result(
        sys_clock_getres(clock, (struct linux_timespec *)resolution));
}

int clock_settime(clockid_t clock, const struct timespec *now)
{
    return (int)libc_result(
        sys_clock_settime(clock, (const struct linux_timespec *)now));
}

/* Returns the error. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
                    struct timespec *left)
{
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return EINVAL;
    return (int)-CANCEL_POINT(sys_clock_nanosleep(
        clock, flags, (const struct linux_timespec *)request,
        (struct linux_timespec *)left));
}

int nanosleep(const struct timespec *request, struct timespec *left)
{
    return (int)libc_result(-clock_nanosleep(CLOCK_REALTIME, 0, request, left));
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
    if (pid != 0 && pid != getpid())
        return ESRCH;
    *clock = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

unsigned sleep(unsigned seconds)
{
    struct timespec request = {seconds, 0}, left = {0, 0};
    if (nanosleep(&request, &left) == 0)
        return 0;
    return (unsigned)left.tv_sec;
}

int usleep(useconds_t usec)
{
    struct timespec request = {usec / 1000000, usec % 1000000 * 1000l};
    return nanosleep(&request, NULL);
}

time_t time(time_t *out)
{
    struct linux_timespec now;
    (void)sys_clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.sec;
    return now.sec;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct linux_timespec ts;
    (void)sys_clock_gettime(CLOCK_REALTIME, &ts);
    if (now)
        *now = (struct timeval){ts.sec, ts.nsec / 1000};
    if (zone)
        *(struct timezone *)zone = (struct timezone){0, 0};
    return 0;
}

int settimeofday(const struct timeval *now, const struct timezone *zone)
{
    (void)now;
    (void)zone;
    return (int)libc_result(-EPERM);
}

int stime(const time_t *now)
{
    (void)now;
    return (int)libc_result(-EPERM);
}

int adjtime(const struct timeval *delta, struct timeval *old)
{
    if (delta)
        return (int)libc_result(-EPERM);
    if (old)
        *old = (struct timeval){0, 0};
    return 0;
}

int timespec_get(struct timespec *ts, int base)
{
    if (base != TIME_UTC)
        return 0;
    return clock_gettime(CLOCK_REALTIME, ts) < 0 ? 0 : base;
}

clock_t clock(void)
{
    struct linux_timespec used;
    if (sys_clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return (clock_t)-1;
    return used.sec * CLOCKS_PER_SEC + used.nsec / 1000;
}

double difftime(time_t end, time_t start)
{
    return (double)(end - start);
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
    return (int)libc_result(sys_setitimer(which,
                                          (const struct linux_itimerval *)value,
                                          (struct linux_itimerval *)old));
}

int getitimer(int which, struct itimerval *value)
{
    return (int)libc_result(
        sys_getitimer(which, (struct linux_itimerval *)value));
}

unsigned alarm(unsigned seconds)
{
    struct itimerval value = {.it_value.tv_sec = seconds},
                     old = {{0, 0}, {0, 0}};
    (void)setitimer(ITIMER_REAL, &value, &old);
    return (unsigned)old.it_value.tv_sec +
           (old.it_value.tv_usec >= 500000 ||
            (!old.it_value.tv_sec && old.it_value.tv_usec));
}

useconds_t ualarm(useconds_t usec, useconds_t interval)
{
    struct itimerval value = {
        .it_value = {usec / 1000000, usec % 1000000},
        .it_interval = {interval / 1000000, interval % 1000000},
    };
    struct itimerval old = {{0, 0}, {0, 0}};
    if (setitimer(ITIMER_REAL, &value, &old) < 0)
        return (useconds_t)-1;
    return (useconds_t)(old.it_value.tv_sec * 1000000 + old.it_value.tv_usec);
}
