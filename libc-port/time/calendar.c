/* SPDX-License-Identifier: Apache-2.0 */
/* Seconds since 1970 and calendar time: POSIX 4.16; days are counted from
 * 1 March of year 0, so that the leap day is the last of its year. */
#include <limits.h>

#include "libc.h"
#include "zone.h"

enum { DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 };

int64_t __libc_days(int64_t year, int month, int day)
{
    int from_march = month >= 2 ? month - 2 : month + 10;
    year -= month < 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
    return era * DAYS_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 +
           of_year - DAYS_TO_1970;
}

bool __libc_break_down(int64_t time, struct tm *tm)
{
    int64_t days = time / 86400, seconds = time % 86400;
    if (seconds < 0) {
        seconds += 86400;
        days--;
    }
    int64_t weekday = (days + 4) % 7;
    days += DAYS_TO_1970;
    int64_t era =
        (days >= 0 ? days : days - DAYS_400_YEARS + 1) / DAYS_400_YEARS;
    int64_t of_era = days - era * DAYS_400_YEARS;
    int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year =
        of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (int)((5 * of_year + 2) / 153);
    int month = from_march < 10 ? from_march + 2 : from_march - 10;
    int64_t year = year_of_era + era * 400 + (month < 2);

    if (year - 1900 > INT_MAX || year - 1900 < INT_MIN)
        return false;
    tm->tm_sec = (int)(seconds % 60);
    tm->tm_min = (int)(seconds / 60 % 60);
    tm->tm_hour = (int)(seconds / 3600);
    tm->tm_mday = (int)(of_year - (153 * from_march + 2) / 5) + 1;
    tm->tm_mon = month;
    tm->tm_year = (int)(year - 1900);
    tm->tm_wday = (int)(weekday < 0 ? weekday + 7 : weekday);
    tm->tm_yday = (int)(days - DAYS_TO_1970 - __libc_days(year, 0, 1));
    return true;
}

struct tm *gmtime_r(const time_t *time, struct tm *tm)
{
    if (!__libc_break_down(*time, tm)) {
        errno = EOVERFLOW;
        return NULL;
    }
    tm->tm_isdst = 0;
    tm->tm_gmtoff = 0;
    tm->tm_zone = "GMT";
    return tm;
}

struct tm *localtime_r(const time_t *time, struct tm *tm)
{
    __libc_zone_lock();
    struct zone_type type = __libc_zone_at(*time);
    __libc_zone_unlock();
    if (!__libc_break_down(*time + type.offset, tm)) {
        errno = EOVERFLOW;
        return NULL;
    }
    tm->tm_isdst = type.is_dst;
    tm->tm_gmtoff = type.offset;
    tm->tm_zone = type.name;
    return tm;
}

static struct tm shared_tm;

struct tm *gmtime(const time_t *time)
{
    return gmtime_r(time, &shared_tm);
}

struct tm *localtime(const time_t *time)
{
    tzset();
    return localtime_r(time, &shared_tm);
}

/* Fields may be out of their ranges: C11 7.27.2.3. Cannot overflow: each is
 * an int, and all are weighed in 64 bits. */
static int64_t to_seconds(const struct tm *tm)
{
    int64_t months = (int64_t)tm->tm_year * 12 + tm->tm_mon;
    int64_t year = months / 12;
    int month = (int)(months % 12);
    if (month < 0) {
        month += 12;
        year--;
    }
    int64_t days = __libc_days(year + 1900, month, 1) + tm->tm_mday - 1;
    return ((days * 24 + tm->tm_hour) * 60 + tm->tm_min) * 60 + tm->tm_sec;
}

time_t timegm(struct tm *tm)
{
    time_t time = to_seconds(tm);
    return gmtime_r(&time, tm) ? time : -1;
}

/*
 * The moment whose local time is tm. Where two are (clocks go back), tm_isdst
 * chooses; where none is (clocks go forward), the offset before the gap
 * counts, but with tm_isdst the one after it, as on Linux.
 */
time_t mktime(struct tm *tm)
{
    int64_t local = to_seconds(tm), found = 0;
    bool is_found = false;
    struct zone_type before, after;

    tzset();
    __libc_zone_lock();
    before = __libc_zone_at(local - 86400);
    after = __libc_zone_at(local + 86400);
    const struct zone_type *tries[] = {&before, &after};
    for (int i = 0; i < 2; i++) {
        int64_t time = local - tries[i]->offset;
        struct zone_type type = __libc_zone_at(time);
        if (type.offset != tries[i]->offset)
            continue;
        if (!is_found ||
            (tm->tm_isdst >= 0 && type.is_dst == (tm->tm_isdst > 0)))
            found = time;
        is_found = true;
    }
    if (!is_found) {
        bool is_after = tm->tm_isdst > 0 && after.is_dst;
        found = local - (is_after ? after : before).offset;
    }
    struct zone_type type = __libc_zone_at(found);
    if (tm->tm_isdst >= 0 && type.is_dst != (tm->tm_isdst > 0)) {
        /* Asked for the kind of time that does not hold then: find the
         * nearest moment where it does and use its offset. */
        for (int64_t step = 7 * 86400; step < 400ll * 86400;
             step += 7 * 86400) {
            struct zone_type past = __libc_zone_at(found - step);
            struct zone_type next = __libc_zone_at(found + step);
            const struct zone_type *other = past.is_dst != type.is_dst   ? &past
                                            : next.is_dst != type.is_dst ? &next
                                                                         : NULL;
            if (other) {
                found = local - other->offset;
                break;
            }
        }
    }
    __libc_zone_unlock();
    return localtime_r(&found, tm) ? found : -1;
}

time_t timelocal(struct tm *tm)
{
    return mktime(tm);
}

int dysize(int year)
{
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return is_leap ? 366 : 365;
}
