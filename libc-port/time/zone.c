/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones. TZ is a rule as POSIX 8.3 has them
 * ("CET-1CEST,M3.5.0,M10.5.0/3"), or names a TZif file (RFC 8536) in the root
 * file system: ":Area/City", "Area/City" or a path. Not set: /etc/localtime, if
 * there is one.
 */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"
#include "zone.h"

enum { NAME_SIZE = 16, FILE_MAX = 256 << 10 };

struct rule {
    enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind; /* Mm.n.d, Jn, n */
    int month, week, day;
    int32_t time; /* seconds after midnight */
};

static struct {
    uint32_t lock;
    bool is_set;
    char tz[256]; /* TZ as it was when this was read */
    bool had_tz;

    /* The rule: standard time, and with has_dst summer time. */
    char std_name[NAME_SIZE], dst_name[NAME_SIZE];
    int32_t std_offset, dst_offset; /* seconds east */
    bool has_dst;
    struct rule start, end;

    /* The file: ascending moments, for each the type from then on. */
    uint8_t *file;
    const uint8_t *times, *indices, *types, *names;
    uint32_t time_count, type_count, name_size;
} zone;

static char utc[] = "UTC";
char *tzname[2] = {utc, utc};
long timezone;
int daylight;
/* newlib's names for them */
extern char *_tzname[2] __attribute__((alias("tzname")));
extern long _timezone __attribute__((alias("timezone")));
extern int _daylight __attribute__((alias("daylight")));

void __libc_zone_lock(void)
{
    if (unlikely(atomic_cas(&zone.lock, 0, 1) != 0))
        while (atomic_swap(&zone.lock, 2) != 0)
            (void)__libc_futex_wait(&zone.lock, 2, 0, NULL);
    if (!zone.is_set) {
        __libc_zone_unlock();
        tzset();
        __libc_zone_lock();
    }
}

void __libc_zone_unlock(void)
{
    if (unlikely(atomic_swap(&zone.lock, 0) == 2))
        (void)__libc_futex_wake(&zone.lock, 1);
}

static int64_t be64(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* The parsers below move *s behind what they read; false: it is not one. */
static bool parse_name(const char **s, char name[NAME_SIZE])
{
    size_t len = 0;
    const char *at = *s;
    if (*at == '<') {
        len = strcspn(++at, ">");
        if (at[len] != '>')
            return false;
        *s = at + len + 1;
    } else {
        while (isalpha((unsigned char)at[len]))
            len++;
        *s = at + len;
    }
    if (len < 3 || len >= NAME_SIZE)
        return false;
    memcpy(name, at, len);
    name[len] = 0;
    return true;
}

static bool parse_number(const char **s, int *out, int max)
{
    if (!isdigit((unsigned char)**s))
        return false;
    for (*out = 0; isdigit((unsigned char)**s); (*s)++) {
        *out = *out * 10 + (**s - '0');
        if (*out > max)
            return false;
    }
    return true;
}

/* [+-]h[:m[:s]] */
static bool parse_time(const char **s, int32_t *out)
{
    int sign = 1, hours, minutes = 0, seconds = 0;
    if (**s == '-' || **s == '+')
        sign = *(*s)++ == '-' ? -1 : 1;
    if (!parse_number(s, &hours, 167))
        return false;
    if (**s == ':' && ((*s)++, !parse_number(s, &minutes, 59)))
        return false;
    if (**s == ':' && ((*s)++, !parse_number(s, &seconds, 59)))
        return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool parse_rule(const char **s, struct rule *rule)
{
    if (*(*s)++ != ',')
        return false;
    if (**s == 'M') {
        rule->kind = RULE_MONTH;
        (*s)++;
        if (!parse_number(s, &rule->month, 12) || *(*s)++ != '.' ||
            !parse_number(s, &rule->week, 5) || *(*s)++ != '.' ||
            !parse_number(s, &rule->day, 6) || !rule->month || !rule->week)
            return false;
    } else {
        rule->kind = RULE_DAY;
        if (**s == 'J') {
            rule->kind = RULE_JULIAN;
            (*s)++;
        }
        if (!parse_number(s, &rule->day, 365))
            return false;
    }
    rule->time = 7200;
    if (**s == '/' && ((*s)++, !parse_time(s, &rule->time)))
        return false;
    return true;
}

static bool parse_posix(const char *s)
{
    int32_t offset;
    static const char summer[] = ",M3.2.0,M11.1.0"; /* POSIX leaves it open */

    if (!parse_name(&s, zone.std_name) || !parse_time(&s, &offset))
        return false;
    zone.std_offset = -offset;
    zone.has_dst = false;
    if (!*s)
        return true;
    if (!parse_name(&s, zone.dst_name))
        return false;
    zone.dst_offset = zone.std_offset + 3600;
    if (*s && *s != ',') {
        if (!parse_time(&s, &offset))
            return false;
        zone.dst_offset = -offset;
    }
    if (!*s)
        s = summer;
    zone.has_dst = true;
    return parse_rule(&s, &zone.start) && parse_rule(&s, &zone.end) && !*s;
}

/* Where the data of one version begins, and its counts. RFC 8536 s3. */
struct header {
    uint32_t isut, isstd, leap, time, type, chars;
};

static bool read_header(const uint8_t *p, size_t left, struct header *h)
{
    if (left < 44 || memcmp(p, "TZif", 4) != 0)
        return false;
    h->isut = be32(p + 20);
    h->isstd = be32(p + 24);
    h->leap = be32(p + 28);
    h->time = be32(p + 32);
    h->type = be32(p + 36);
    h->chars = be32(p + 40);
    return h->isut < 256 && h->isstd < 256 && h->leap < 256 &&
           h->time < FILE_MAX && h->type >= 1 && h->type <= 256 &&
           h->chars >= 1 && h->chars < FILE_MAX;
}

static bool parse_file(uint8_t *file, size_t size)
{
    struct header h;
    if (!read_header(file, size, &h) || file[4] < '2')
        return false;
    size_t skip = 44 + (size_t)h.time * 5 + h.type * 6 + h.chars +
                  (size_t)h.leap * 8 + h.isstd + h.isut;
    if (skip > size || !read_header(file + skip, size - skip, &h))
        return false;
    const uint8_t *p = file + skip + 44;
    size_t need = (size_t)h.time * 9 + h.type * 6 + h.chars +
                  (size_t)h.leap * 12 + h.isstd + h.isut;
    if (need > size - skip - 44)
        return false;
    zone.times = p;
    zone.indices = p + (size_t)h.time * 8;
    zone.types = zone.indices + h.time;
    zone.names = zone.types + h.type * 6;
    zone.time_count = h.time;
    zone.type_count = h.type;
    zone.name_size = h.chars;
    for (uint32_t i = 0; i < h.time; i++)
        if (zone.indices[i] >= h.type)
            return false;
    for (uint32_t i = 0; i < h.type; i++)
        if (zone.types[6 * i + 5] >= h.chars)
            return false;
    if (zone.names[h.chars - 1] != 0)
        return false;

    /* The rule for later moments, between two newlines. */
    const uint8_t *tail = p + need, *end = file + size;
    char rule[128] = "";
    if (end - tail >= 2 && tail[0] == '\n') {
        const uint8_t *stop = memchr(tail + 1, '\n', (size_t)(end - tail - 1));
        if (stop && (size_t)(stop - tail - 1) < sizeof rule)
            memcpy(rule, tail + 1, (size_t)(stop - tail - 1));
    }
    if (!parse_posix(rule))
        zone.std_name[0] = 0;
    return true;
}

static bool load_file(const char *name)
{
    static const char base[] = "/usr/share/zoneinfo/";
    char path[PATH_MAX];
    struct linux_stat st;

    if (*name == '/') {
        if (strlen(name) >= sizeof path)
            return false;
        strcpy(path, name);
    } else {
        if (strlen(name) + sizeof base > sizeof path || strstr(name, ".."))
            return false;
        strcpy(stpcpy(path, base), name);
    }
    int fd = (int)sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    uint8_t *file = NULL;
    bool is_good = false;
    if (sys_fstat(fd, &st) == 0 && S_ISREG(st.mode) && st.size > 44 &&
        st.size <= FILE_MAX && (file = malloc((size_t)st.size)) != NULL &&
        sys_read(fd, file, (size_t)st.size) == st.size)
        is_good = parse_file(file, (size_t)st.size);
    (void)sys_close(fd);
    if (is_good)
        zone.file = file;
    else
        free(file);
    return is_good;
}

static const char *type_name(uint32_t type)
{
    return (const char *)zone.names + zone.types[6 * type + 5];
}

/* tzname and the like are those of the last types of each kind. */
static void publish(void)
{
    if (!zone.file || zone.std_name[0]) {
        tzname[0] = zone.std_name;
        tzname[1] = zone.has_dst ? zone.dst_name : zone.std_name;
        timezone = -zone.std_offset;
        daylight = zone.has_dst;
        if (!zone.file)
            return;
    }
    bool seen[2] = {false, false};
    for (uint32_t i = zone.time_count; i > 0 && !(seen[0] && seen[1]); i--) {
        uint32_t type = zone.indices[i - 1];
        bool is_dst = zone.types[6 * type + 4];
        if (seen[is_dst])
            continue;
        seen[is_dst] = true;
        tzname[is_dst] = (char *)type_name(type);
        if (!is_dst)
            timezone = -(long)(int32_t)be32(zone.types + 6 * type);
    }
    if (!seen[0]) {
        tzname[0] = (char *)type_name(0);
        timezone = -(long)(int32_t)be32(zone.types);
    }
    daylight = seen[1];
    if (!seen[1])
        tzname[1] = tzname[0];
}

/* "GMT": a name alone is UTC's. */
static bool is_name(const char *s)
{
    return parse_name(&s, zone.std_name) && !*s;
}

static void set_utc(const char *name)
{
    memmove(zone.std_name, name, strlen(name) + 1);
    zone.std_offset = 0;
    zone.has_dst = false;
}

void tzset(void)
{
    const char *tz = getenv("TZ");
    if (unlikely(atomic_cas(&zone.lock, 0, 1) != 0))
        while (atomic_swap(&zone.lock, 2) != 0)
            (void)__libc_futex_wait(&zone.lock, 2, 0, NULL);
    if (zone.is_set && zone.had_tz == (tz != NULL) &&
        (!tz || strcmp(tz, zone.tz) == 0)) {
        __libc_zone_unlock();
        return;
    }
    /* A name given out by localtime may still be in use: not freed. */
    zone.file = NULL;
    zone.is_set = true;
    zone.had_tz = tz != NULL;
    strncpy(zone.tz, tz ? tz : "", sizeof zone.tz - 1);
    if (!tz) {
        if (!load_file("/etc/localtime"))
            set_utc("UTC");
    } else {
        const char *name = *tz == ':' ? tz + 1 : tz;
        if (!*name)
            set_utc("UTC");
        else if (!load_file(name) && !parse_posix(name))
            set_utc(is_name(name) ? zone.std_name : "UTC");
    }
    publish();
    __libc_zone_unlock();
}

/* The moment (local standard or summer time counted from 1970 as if UTC) when
 * a rule strikes in a year. */
static int64_t rule_time(const struct rule *rule, int64_t year)
{
    int64_t day;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (rule->kind == RULE_MONTH) {
        int64_t first = __libc_days(year, rule->month - 1, 1);
        int64_t next = rule->month == 12 ? __libc_days(year + 1, 0, 1)
                                         : __libc_days(year, rule->month, 1);
        int weekday = (int)(((first + 4) % 7 + 7) % 7);
        day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
        if (day >= next)
            day -= 7;
    } else {
        day = __libc_days(year, 0, 1) + rule->day;
        if (rule->kind == RULE_JULIAN)
            day += (is_leap && rule->day >= 60) - 1;
    }
    return day * 86400 + rule->time;
}

static struct zone_type rule_at(int64_t time)
{
    struct zone_type std = {zone.std_offset, false, zone.std_name};
    struct zone_type dst = {zone.dst_offset, true, zone.dst_name};
    struct tm tm;

    if (!zone.has_dst || !__libc_break_down(time + zone.std_offset, &tm))
        return std;
    int64_t year = (int64_t)tm.tm_year + 1900;
    int64_t start = rule_time(&zone.start, year) - zone.std_offset;
    int64_t end = rule_time(&zone.end, year) - zone.dst_offset;
    bool is_dst =
        start < end ? time >= start && time < end : time >= start || time < end;
    return is_dst ? dst : std;
}

struct zone_type __libc_zone_at(int64_t time)
{
    if (!zone.file)
        return rule_at(time);
    uint32_t low = 0, high = zone.time_count; /* first moment after `time` */
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (be64(zone.times + 8 * (size_t)middle) <= time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone.time_count && zone.std_name[0])
        return rule_at(time);
    uint32_t type = low > 0 ? zone.indices[low - 1] : 0;
    return (struct zone_type){(int32_t)be32(zone.types + 6 * type),
                              zone.types[6 * type + 4], type_name(type)};
}

/* newlib's strftime calls it for %Z and %z. */
void _tzset_unlocked(void)
{
    tzset();
}
