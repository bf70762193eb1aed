/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_TIME_H
#define _LIBC_TIME_H

#define tzname tzname /* a variable here, not newlib's macro */
#include_next <time.h>

#undef CLOCK_REALTIME
#undef CLOCK_MONOTONIC
#undef CLOCK_PROCESS_CPUTIME_ID
#undef CLOCK_THREAD_CPUTIME_ID
#undef CLOCK_MONOTONIC_RAW
#undef CLOCK_REALTIME_COARSE
#undef CLOCK_MONOTONIC_COARSE
#undef CLOCK_BOOTTIME
#undef CLOCK_REALTIME_ALARM
#undef CLOCK_BOOTTIME_ALARM
#undef TIMER_ABSTIME
#undef CLK_TCK
/* linux/time.h */
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11
#define TIMER_ABSTIME 1
#define TIME_UTC 1

__BEGIN_DECLS
#if __POSIX_VISIBLE
extern char *tzname[2];
#endif
#if __XSI_VISIBLE || __MISC_VISIBLE
extern long timezone;
extern int daylight;
char *strptime(const char *__restrict text, const char *__restrict format,
               struct tm *__restrict tm);
extern int getdate_err;
struct tm *getdate(const char *text);
#endif
#if __MISC_VISIBLE
time_t timegm(struct tm *tm);
time_t timelocal(struct tm *tm);
int stime(const time_t *time);
int dysize(int year);
#endif
#if __ISO_C_VISIBLE >= 2011
int timespec_get(struct timespec *ts, int base);
#endif
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_settime(clockid_t clock, const struct timespec *now);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
                    struct timespec *left);
int clock_getcpuclockid(pid_t pid, clockid_t *clock);
int nanosleep(const struct timespec *request, struct timespec *left);
__END_DECLS

#endif
