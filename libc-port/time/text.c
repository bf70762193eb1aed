/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "libc.h"

/* C11 7.27.3.1 */
static char *format(const struct tm *tm, char *buf, size_t size)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed",
                                    "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    bool good_day = tm->tm_wday >= 0 && tm->tm_wday < 7;
    bool good_month = tm->tm_mon >= 0 && tm->tm_mon < 12;
    int len =
        snprintf(buf, size, "%s %s %2d %02d:%02d:%02d %lld\n",
                 good_day ? days[tm->tm_wday] : "???",
                 good_month ? months[tm->tm_mon] : "???", tm->tm_mday,
                 tm->tm_hour, tm->tm_min, tm->tm_sec, 1900ll + tm->tm_year);
    if ((size_t)len >= size) {
        errno = EOVERFLOW;
        return NULL;
    }
    return buf;
}

char *asctime_r(const struct tm *tm, char *buf)
{
    return format(tm, buf, 26);
}

char *asctime(const struct tm *tm)
{
    static char buf[114]; /* for every int in every field */
    return format(tm, buf, sizeof buf);
}

char *ctime_r(const time_t *time, char *buf)
{
    struct tm tm;
    return localtime_r(time, &tm) ? asctime_r(&tm, buf) : NULL;
}

char *ctime(const time_t *time)
{
    struct tm *tm = localtime(time);
    return tm ? asctime(tm) : NULL;
}
