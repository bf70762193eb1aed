/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strftime in the C locale: C11 7.27.3.5, POSIX, and GNU's flags (_ - 0 ^ #),
 * widths and conversions (man 3 strftime; glibc manual, "Formatting Calendar
 * Time").
 */
#include <ctype.h>
#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "libc.h"
#include "nested.h"

struct text {
    char *at, *end;
    bool is_full;
};

struct conversion {
    char pad; /* 0: as the conversion has it; '_' '-' '0' */
    bool is_upper, is_swapped;
    int width; /* -1: none */
    char letter;
};

static size_t format_tm(struct text *out, const char *format,
                        const struct tm *tm);

static void put(struct text *out, char c)
{
    if (out->at < out->end)
        *out->at++ = c;
    else
        out->is_full = true;
}

static void put_text(struct text *out, const struct conversion *conv,
                     const char *text)
{
    int len = (int)strlen(text);
    for (int i = len; i < conv->width; i++)
        put(out, conv->pad == '0' ? '0' : ' ');
    for (; *text; text++) {
        char c = *text;
        if (conv->is_upper)
            c = (char)toupper((unsigned char)c);
        put(out, c);
    }
}

/* A number of at least `digits` digits, padded with `pad` by default. */
static void put_number(struct text *out, const struct conversion *conv,
                       long long value, int digits, char pad)
{
    char buf[24];
    bool is_negative = value < 0;
    int len = snprintf(buf, sizeof buf, "%llu",
                       is_negative ? -(unsigned long long)value
                                   : (unsigned long long)value);
    if (conv->pad)
        pad = conv->pad;
    if (conv->width >= 0 && pad != '-')
        digits = conv->width;
    int fill = pad == '-' ? 0 : digits - len - is_negative;
    if (is_negative && pad != '_' && pad != ' ')
        put(out, '-');
    for (; fill > 0; fill--)
        put(out, pad == '0' ? '0' : ' ');
    if (is_negative && (pad == '_' || pad == ' '))
        put(out, '-');
    for (int i = 0; i < len; i++)
        put(out, buf[i]);
}

/* A format within the format, upper case and padded as a whole. */
static void put_nested(struct text *out, const struct conversion *conv,
                       const char *format, const struct tm *tm)
{
    char buf[128];
    struct text nested = {buf, buf + sizeof buf - 1, false};
    *nested.at = 0;
    (void)format_tm(&nested, format, tm);
    *nested.at = 0;
    put_text(out, conv, buf);
}

/* ISO 8601: weeks begin on Monday; the first has the year's first Thursday. */
static int iso_week(const struct tm *tm, long long *year)
{
    int weekday = (tm->tm_wday + 6) % 7;
    int week = (tm->tm_yday - weekday + 10) / 7;
    *year = 1900ll + tm->tm_year;
    if (week < 1) {
        (*year)--;
        int days = dysize((int)*year);
        week = (tm->tm_yday + days - weekday + 10) / 7;
    } else if (week == 53) {
        int days = dysize((int)*year);
        if (days - tm->tm_yday <= 3 - weekday) {
            week = 1;
            (*year)++;
        }
    }
    return week;
}

static const char *name_of(nl_item first, int value, int count)
{
    return value >= 0 && value < count ? nl_langinfo(first + value) : "?";
}

static void put_offset(struct text *out, const struct conversion *conv,
                       const struct tm *tm)
{
    long minutes = tm->tm_gmtoff / 60;
    if (tm->tm_isdst < 0)
        return;
    put(out, minutes < 0 ? '-' : '+');
    if (minutes < 0)
        minutes = -minutes;
    struct conversion digits = *conv;
    if (digits.width > 0)
        digits.width--;
    put_number(out, &digits, minutes / 60 * 100 + minutes % 60, 4, '0');
}

/* A struct tm of the program's own making has no name of a zone. */
static void put_zone(struct text *out, struct conversion *conv,
                     const struct tm *tm)
{
    const char *name = tm->tm_zone ? tm->tm_zone : "";
    char lower[16];
    size_t i = 0;
    if (!*name && tm->tm_isdst >= 0) {
        tzset();
        name = tzname[tm->tm_isdst > 0];
    }
    if (conv->is_swapped) {
        for (; i < sizeof lower - 1 && name[i]; i++)
            lower[i] = (char)tolower((unsigned char)name[i]);
        lower[i] = 0;
        conv->is_upper = false;
        name = lower;
    }
    put_text(out, conv, name);
}

/* Conversions that are a number. False: it is another one. */
/* long: a flat decoder */
static bool put_numeric(struct text *out, const struct conversion *conv,
                        const struct tm *tm)
{
    long long year = 1900ll + tm->tm_year, iso_year;
    int hour12 = tm->tm_hour % 12 ? tm->tm_hour % 12 : 12;
    int century_part = (int)(year % 100);
    switch (conv->letter) {
    case 'C': {
        long long century = year / 100 - (year % 100 < 0);
        put_number(out, conv, century, 2, '0');
        return true;
    }
    case 'd':
        put_number(out, conv, tm->tm_mday, 2, '0');
        return true;
    case 'e':
        put_number(out, conv, tm->tm_mday, 2, ' ');
        return true;
    case 'G':
        (void)iso_week(tm, &iso_year);
        put_number(out, conv, iso_year, 4, '0');
        return true;
    case 'g':
        (void)iso_week(tm, &iso_year);
        put_number(out, conv, (iso_year % 100 + 100) % 100, 2, '0');
        return true;
    case 'V':
        put_number(out, conv, iso_week(tm, &iso_year), 2, '0');
        return true;
    case 'H':
        put_number(out, conv, tm->tm_hour, 2, '0');
        return true;
    case 'I':
        put_number(out, conv, hour12, 2, '0');
        return true;
    case 'k':
        put_number(out, conv, tm->tm_hour, 2, ' ');
        return true;
    case 'l':
        put_number(out, conv, hour12, 2, ' ');
        return true;
    case 'j':
        put_number(out, conv, tm->tm_yday + 1, 3, '0');
        return true;
    case 'm':
        put_number(out, conv, tm->tm_mon + 1, 2, '0');
        return true;
    case 'M':
        put_number(out, conv, tm->tm_min, 2, '0');
        return true;
    case 'S':
        put_number(out, conv, tm->tm_sec, 2, '0');
        return true;
    case 's': {
        struct tm copy = *tm;
        put_number(out, conv, mktime(&copy), 1, '0');
        return true;
    }
    case 'u':
        put_number(out, conv, tm->tm_wday ? tm->tm_wday : 7, 1, '0');
        return true;
    case 'w':
        put_number(out, conv, tm->tm_wday, 1, '0');
        return true;
    case 'U':
        put_number(out, conv, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0');
        return true;
    case 'W':
        put_number(out, conv, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2,
                   '0');
        return true;
    case 'y':
        put_number(out, conv,
                   century_part < 0 ? century_part + 100 : century_part, 2,
                   '0');
        return true;
    case 'Y':
        put_number(out, conv, year, 4, '0');
        return true;
    default:
        return false;
    }
}

/* Conversions that are a name or another format. False: there is none. */
static bool put_named(struct text *out, struct conversion *conv,
                      const struct tm *tm)
{
    char am_pm[3];
    conv->is_upper |= conv->is_swapped;
    switch (conv->letter) {
    case 'a':
        put_text(out, conv, name_of(ABDAY_1, tm->tm_wday, 7));
        return true;
    case 'A':
        put_text(out, conv, name_of(DAY_1, tm->tm_wday, 7));
        return true;
    case 'b':
    case 'h':
        put_text(out, conv, name_of(ABMON_1, tm->tm_mon, 12));
        return true;
    case 'B':
        put_text(out, conv, name_of(MON_1, tm->tm_mon, 12));
        return true;
    case 'p':
    case 'P':
        strcpy(am_pm, tm->tm_hour >= 12 ? "PM" : "AM");
        if (conv->letter == 'P' || conv->is_swapped) {
            am_pm[0] |= 0x20;
            am_pm[1] |= 0x20;
            conv->is_upper = false;
        }
        put_text(out, conv, am_pm);
        return true;
    case 'Z':
        put_zone(out, conv, tm);
        return true;
    case 'n':
        put(out, '\n');
        return true;
    case 't':
        put(out, '\t');
        return true;
    case '%':
        put(out, '%');
        return true;
    case 'z':
        put_offset(out, conv, tm);
        return true;
    default:
        return false;
    }
}

static void parse(const char **at, struct conversion *conv)
{
    const char *p = *at;
    *conv = (struct conversion){.width = -1};
    for (;; p++) {
        if (*p == '_' || *p == '-' || *p == '0')
            conv->pad = *p;
        else if (*p == '^')
            conv->is_upper = true;
        else if (*p == '#')
            conv->is_swapped = true;
        else
            break;
    }
    if (isdigit((unsigned char)*p)) {
        conv->width = 0;
        for (; isdigit((unsigned char)*p); p++)
            if (conv->width < 10000)
                conv->width = 10 * conv->width + (*p - '0');
    }
    if (*p == 'E' || *p == 'O') /* other eras and digits: none here */
        p++;
    conv->letter = *p;
    *at = p + (*p != 0);
}

static size_t format_tm(struct text *out, const char *format,
                        const struct tm *tm)
{
    const char *start = out->at;
    while (*format) {
        struct conversion conv;
        const char *percent = format;
        if (*format++ != '%') {
            put(out, *percent);
            continue;
        }
        parse(&format, &conv);
        const char *nested = __libc_time_nested(conv.letter);
        if (nested)
            put_nested(out, &conv, nested, tm);
        else if (!put_numeric(out, &conv, tm) && !put_named(out, &conv, tm))
            for (; percent < format; percent++) /* none: as it stands */
                put(out, *percent);
    }
    return (size_t)(out->at - start);
}

size_t strftime(char *buf, size_t size, const char *format, const struct tm *tm)
{
    if (size == 0)
        return 0;
    struct text out = {buf, buf + size - 1, false};
    size_t len = format_tm(&out, format, tm);
    *out.at = 0;
    if (!out.is_full)
        return len;
    errno = ERANGE;
    return 0;
}

size_t strftime_l(char *buf, size_t size, const char *format,
                  const struct tm *tm, locale_t locale)
{
    (void)locale;
    return strftime(buf, size, format, tm);
}
