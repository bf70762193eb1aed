/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strptime in the C locale: POSIX, with glibc's conversions, ranges and
 * widths (glibc manual, "Low-Level Time String Parsing"). Fields are stored
 * as they are met; what follows from several of them is stored at the end.
 */
#include <ctype.h>
#include <langinfo.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "libc.h"
#include "nested.h"
#include "zone.h"

enum met {
    MET_WDAY = 1 << 0,
    MET_YDAY = 1 << 1,
    MET_MON = 1 << 2,
    MET_MDAY = 1 << 3,
    MET_CENTURY = 1 << 4,
    MET_SHORT_YEAR = 1 << 5, /* %y: a century belongs to it */
    MET_SUNDAY_WEEK = 1 << 6,
    MET_MONDAY_WEEK = 1 << 7,
    MET_HOUR12 = 1 << 8,
    MET_PM = 1 << 9,
    MET_DATE = 1 << 10, /* weekday and day of the year follow from it */
};

struct parse {
    const char *text;
    struct tm *tm;
    unsigned met; /* enum met */
    int century, week;
};

struct number {
    char letter;
    short from, to, digits;
    short add;    /* to what is stored */
    short offset; /* of a field of struct tm; -1: not stored */
    unsigned met;
};

#define FIELD(name) (short)offsetof(struct tm, name)
static const struct number numbers[] = {
    {'d', 1, 31, 2, 0, FIELD(tm_mday), MET_MDAY | MET_DATE},
    {'e', 1, 31, 2, 0, FIELD(tm_mday), MET_MDAY | MET_DATE},
    {'g', 0, 99, 2, 0, -1, 0},
    {'H', 0, 23, 2, 0, FIELD(tm_hour), 0},
    {'I', 1, 12, 2, 0, FIELD(tm_hour), MET_HOUR12},
    {'j', 1, 366, 3, -1, FIELD(tm_yday), MET_YDAY},
    {'k', 0, 23, 2, 0, FIELD(tm_hour), 0},
    {'l', 1, 12, 2, 0, FIELD(tm_hour), MET_HOUR12},
    {'M', 0, 59, 2, 0, FIELD(tm_min), 0},
    {'m', 1, 12, 2, -1, FIELD(tm_mon), MET_MON | MET_DATE},
    {'S', 0, 61, 2, 0, FIELD(tm_sec), 0},
    {'u', 1, 7, 1, 0, FIELD(tm_wday), MET_WDAY},
    {'V', 0, 53, 2, 0, -1, 0},
    {'w', 0, 6, 1, 0, FIELD(tm_wday), MET_WDAY},
    {'Y', 0, 9999, 4, -1900, FIELD(tm_year), MET_DATE},
    {'y', 0, 99, 2, 0, FIELD(tm_year), MET_SHORT_YEAR | MET_DATE},
};

static bool parse_format(struct parse *parse, const char *format);

static void skip_space(struct parse *parse)
{
    while (isspace((unsigned char)*parse->text))
        parse->text++;
}

/* Digits are taken as long as the number stays in range. */
static bool parse_number(struct parse *parse, int from, int to, int digits,
                         int *out)
{
    int value = 0;
    skip_space(parse);
    if (!isdigit((unsigned char)*parse->text))
        return false;
    do
        value = 10 * value + (*parse->text++ - '0');
    while (--digits > 0 && 10 * value <= to &&
           isdigit((unsigned char)*parse->text));
    *out = value;
    return value >= from && value <= to;
}

static bool parse_field(struct parse *parse, const struct number *number)
{
    struct tm *tm = parse->tm;
    int value;
    if (!parse_number(parse, number->from, number->to, number->digits, &value))
        return false;
    parse->met |= number->met;
    if (number->offset >= 0)
        *(int *)((char *)tm + number->offset) = value + number->add;
    switch (number->letter) {
    case 'H':
    case 'k':
        parse->met &= ~(unsigned)MET_HOUR12;
        break;
    case 'I':
    case 'l':
        tm->tm_hour %= 12;
        break;
    case 'u':
        tm->tm_wday %= 7;
        break;
    case 'Y':
        parse->met &= ~(unsigned)MET_SHORT_YEAR;
        break;
    case 'y':
        if (value < 69) /* POSIX: 1969 to 2068 */
            tm->tm_year += 100;
        break;
    default:
        break;
    }
    return true;
}

static bool parse_text(struct parse *parse, const char *name)
{
    size_t len = strlen(name);
    if (strncasecmp(parse->text, name, len) != 0)
        return false;
    parse->text += len;
    return true;
}

/* The full name or the short one, in either case. -1: neither. */
static int parse_name(struct parse *parse, nl_item full, nl_item abbreviated,
                      int count)
{
    for (int i = 0; i < count; i++)
        if (parse_text(parse, nl_langinfo(full + i)) ||
            parse_text(parse, nl_langinfo(abbreviated + i)))
            return i;
    return -1;
}

static bool parse_weekday(struct parse *parse)
{
    int day = parse_name(parse, DAY_1, ABDAY_1, 7);
    if (day < 0)
        return false;
    parse->tm->tm_wday = day;
    parse->met |= MET_WDAY;
    return true;
}

static bool parse_month(struct parse *parse)
{
    int month = parse_name(parse, MON_1, ABMON_1, 12);
    if (month < 0)
        return false;
    parse->tm->tm_mon = month;
    parse->met |= MET_MON | MET_DATE;
    return true;
}

static bool parse_am_pm(struct parse *parse)
{
    parse->met &= ~(unsigned)MET_PM;
    if (parse_text(parse, "AM"))
        return true;
    parse->met |= MET_PM;
    return parse_text(parse, "PM");
}

static bool parse_seconds(struct parse *parse)
{
    time_t time = 0;
    if (!isdigit((unsigned char)*parse->text))
        return false;
    for (; isdigit((unsigned char)*parse->text); parse->text++)
        if (__builtin_mul_overflow(time, 10, &time) ||
            __builtin_add_overflow(time, *parse->text - '0', &time))
            return false;
    return localtime_r(&time, parse->tm) != NULL;
}

/* Z, +hh, +hhmm, +hh:mm */
static bool parse_offset(struct parse *parse)
{
    skip_space(parse);
    if (*parse->text == 'Z') {
        parse->text++;
        parse->tm->tm_gmtoff = 0;
        return true;
    }
    char sign = *parse->text;
    if (sign != '+' && sign != '-')
        return false;
    parse->text++;
    int value = 0, count = 0;
    while (count < 4 && isdigit((unsigned char)*parse->text)) {
        value = 10 * value + (*parse->text++ - '0');
        if (++count == 2 && *parse->text == ':' &&
            isdigit((unsigned char)parse->text[1]))
            parse->text++;
    }
    if (count == 2)
        value *= 100;
    else if (count != 4)
        return false;
    if (value % 100 >= 60)
        return false;
    long offset = (value / 100 * 60L + value % 100) * 60;
    parse->tm->tm_gmtoff = sign == '-' ? -offset : offset;
    return true;
}

static bool parse_conversion(struct parse *parse, char letter)
{
    const char *nested = __libc_time_nested(letter);
    if (nested)
        return parse_format(parse, nested);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].letter == letter)
            return parse_field(parse, &numbers[i]);
    switch (letter) {
    case '%':
        return *parse->text++ == '%';
    case 'a':
    case 'A':
        return parse_weekday(parse);
    case 'b':
    case 'B':
    case 'h':
        return parse_month(parse);
    case 'C':
        parse->met |= MET_CENTURY | MET_DATE;
        return parse_number(parse, 0, 99, 2, &parse->century);
    case 'G': /* read, not used; nor is %Z, whose names say too little */
        if (!isdigit((unsigned char)*parse->text))
            return false;
        while (isdigit((unsigned char)*parse->text))
            parse->text++;
        return true;
    case 'n':
    case 't':
        skip_space(parse);
        return true;
    case 'p':
        return parse_am_pm(parse);
    case 's':
        return parse_seconds(parse);
    case 'U':
        parse->met |= MET_SUNDAY_WEEK;
        return parse_number(parse, 0, 53, 2, &parse->week);
    case 'W':
        parse->met |= MET_MONDAY_WEEK;
        return parse_number(parse, 0, 53, 2, &parse->week);
    case 'Z':
        skip_space(parse);
        while (*parse->text && !isspace((unsigned char)*parse->text))
            parse->text++;
        return true;
    case 'z':
        return parse_offset(parse);
    default:
        return false;
    }
}

static bool parse_format(struct parse *parse, const char *format)
{
    while (*format) {
        char c = *format++;
        if (isspace((unsigned char)c)) {
            skip_space(parse);
            continue;
        }
        if (c != '%') {
            if (*parse->text++ != c)
                return false;
            continue;
        }
        while (*format && strchr("_-^#0123456789", *format))
            format++; /* strftime's flags and widths */
        /* Other eras and digits: none here. */
        if ((*format == 'E' && format[1] && strchr("cCxXY", format[1])) ||
            (*format == 'O' && format[1] &&
             strchr("bBdehHImMSUVWwy", format[1])))
            format++;
        if (!*format || !parse_conversion(parse, *format++))
            return false;
    }
    return true;
}

static int64_t new_year(const struct tm *tm)
{
    return __libc_days(1900ll + tm->tm_year, 0, 1);
}

static int weekday(int64_t days)
{
    return (int)(((days + 4) % 7 + 7) % 7); /* 1970-01-01: a Thursday */
}

/* Month and day from the day of the year, unless they were given. */
static void month_from_day(struct parse *parse)
{
    struct tm *tm = parse->tm, date;
    if (!__libc_break_down((new_year(tm) + tm->tm_yday) * 86400, &date))
        return;
    if (!(parse->met & MET_MON))
        tm->tm_mon = date.tm_mon;
    if (!(parse->met & MET_MDAY))
        tm->tm_mday = date.tm_mday;
    parse->met |= MET_MON | MET_MDAY;
}

/* The day from a number of a week and the day in it. */
static void day_from_week(struct parse *parse)
{
    struct tm *tm = parse->tm;
    int first = parse->met & MET_SUNDAY_WEEK ? 0 : 1;
    if (!(parse->met & MET_YDAY)) {
        int to_week = (7 - (weekday(new_year(tm)) - first)) % 7;
        tm->tm_yday =
            to_week + 7 * (parse->week - 1) + (tm->tm_wday - first + 7) % 7;
    }
    if ((parse->met & (MET_MON | MET_MDAY)) != (MET_MON | MET_MDAY))
        month_from_day(parse);
}

static void finish(struct parse *parse)
{
    struct tm *tm = parse->tm;
    unsigned met = parse->met;
    if ((met & MET_HOUR12) && (met & MET_PM))
        tm->tm_hour += 12;
    if (met & MET_CENTURY)
        tm->tm_year = (parse->century - 19) * 100 +
                      (met & MET_SHORT_YEAR ? tm->tm_year % 100 : 0);
    bool is_dated = met & MET_DATE;
    if (is_dated && !(met & MET_WDAY) && (met & MET_YDAY) &&
        (met & (MET_MON | MET_MDAY)) != (MET_MON | MET_MDAY))
        month_from_day(parse);
    if (is_dated && tm->tm_mon >= 0 && tm->tm_mon < 12) {
        int64_t days =
            __libc_days(1900ll + tm->tm_year, tm->tm_mon, tm->tm_mday);
        if (!(met & MET_WDAY))
            tm->tm_wday = weekday(days);
        if (!(met & MET_YDAY))
            tm->tm_yday = (int)(days - new_year(tm));
    }
    if ((met & (MET_SUNDAY_WEEK | MET_MONDAY_WEEK)) && (met & MET_WDAY))
        day_from_week(parse);
}

char *strptime(const char *text, const char *format, struct tm *tm)
{
    struct parse parse = {.text = text, .tm = tm};
    if (!parse_format(&parse, format))
        return NULL;
    finish(&parse);
    return (char *)parse.text;
}

char *strptime_l(const char *text, const char *format, struct tm *tm,
                 locale_t locale)
{
    (void)locale;
    return strptime(text, format, tm);
}
