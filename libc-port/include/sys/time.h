/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_TIME_H_
#define _SYS_TIME_H_
#include <sys/cdefs.h>
#include <sys/_timeval.h>
#include <sys/types.h>
#include <sys/select.h>
struct timezone {
    int tz_minuteswest;
    int tz_dsttime;
};
struct itimerval {
    struct timeval it_interval;
    struct timeval it_value;
};
#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2
__BEGIN_DECLS
int gettimeofday(struct timeval *__restrict now, void *__restrict zone);
int settimeofday(const struct timeval *now, const struct timezone *zone);
int adjtime(const struct timeval *delta, struct timeval *old);
int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *__restrict value,
              struct itimerval *__restrict old);
int utimes(const char *path, const struct timeval times[2]);
int lutimes(const char *path, const struct timeval times[2]);
int futimes(int fd, const struct timeval times[2]);
int futimesat(int dirfd, const char *path, const struct timeval times[2]);
#ifdef _COMPILING_NEWLIB
int _gettimeofday(struct timeval *now, void *zone);
#endif
__END_DECLS
#define timerisset(t) ((t)->tv_sec || (t)->tv_usec)
#define timerclear(t) ((t)->tv_sec = (t)->tv_usec = 0)
#define timercmp(a, b, op)                                                     \
    (((a)->tv_sec == (b)->tv_sec) ? ((a)->tv_usec op(b)->tv_usec)              \
                                  : ((a)->tv_sec op(b)->tv_sec))
#define timeradd(a, b, sum)                                                    \
    do {                                                                       \
        (sum)->tv_sec = (a)->tv_sec + (b)->tv_sec;                             \
        (sum)->tv_usec = (a)->tv_usec + (b)->tv_usec;                          \
        if ((sum)->tv_usec >= 1000000) {                                       \
            (sum)->tv_sec++;                                                   \
            (sum)->tv_usec -= 1000000;                                         \
        }                                                                      \
    } while (0)
#define timersub(a, b, difference)                                             \
    do {                                                                       \
        (difference)->tv_sec = (a)->tv_sec - (b)->tv_sec;                      \
        (difference)->tv_usec = (a)->tv_usec - (b)->tv_usec;                   \
        if ((difference)->tv_usec < 0) {                                       \
            (difference)->tv_sec--;                                            \
            (difference)->tv_usec += 1000000;                                  \
        }                                                                      \
    } while (0)
#define TIMEVAL_TO_TIMESPEC(tv, ts)                                            \
    do {                                                                       \
        (ts)->tv_sec = (tv)->tv_sec;                                           \
        (ts)->tv_nsec = (tv)->tv_usec * 1000;                                  \
    } while (0)
#define TIMESPEC_TO_TIMEVAL(tv, ts)                                            \
    do {                                                                       \
        (tv)->tv_sec = (ts)->tv_sec;                                           \
        (tv)->tv_usec = (ts)->tv_nsec / 1000;                                  \
    } while (0)
#endif
