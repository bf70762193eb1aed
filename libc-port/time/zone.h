/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_PORT_TIME_ZONE_H
#define LIBC_PORT_TIME_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What holds at a moment. */
struct zone_type {
    int32_t offset; /* seconds east of UTC */
    bool is_dst;
    const char *name;
};

/* Reads TZ; lock held from here to zone_unlock. */
void __libc_zone_lock(void);
void __libc_zone_unlock(void);
struct zone_type __libc_zone_at(int64_t time);

/* calendar.c: days from 1970-01-01 and back, proleptic Gregorian. */
int64_t __libc_days(int64_t year, int month, int day); /* month 0..11 */
/* False: the year does not fit in an int. */
bool __libc_break_down(int64_t time, struct tm *tm);

#endif
