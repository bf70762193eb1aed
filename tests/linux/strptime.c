/* SPDX-License-Identifier: Apache-2.0 */
/* strptime: every conversion, its width and range, and what follows from
 * several of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const cases[][2] = {
    {"20240115", "%Y%m%d"},
    {"20240115T123456Z", "%Y%m%dT%H%M%SZ"},
    {"123456", "%H%M%S"},
    {"2024-01-15T10:20:30+0200", "%Y-%m-%dT%H:%M:%S%z"},
    {"Mon, 15 January 2024", "%a, %d %B %Y"},
    {"15 jan 70", "%d %b %y"},
    {"15 JAN 69", "%d %b %y"},
    {"15 jan 68", "%d %b %y"},
    {"2024-13-45", "%Y-%m-%d"},
    {"25:61", "%H:%M"},
    {"Sat", "%A"},
    {"Tuesday", "%a"},
    {"Sund", "%a"},
    {"may", "%B"},
    {"Mon, 15 Jan 2024 10:20:30 GMT", "%a, %d %b %Y %H:%M:%S %Z"},
    {"Mon, 15 Jan 2024 10:20:30 GMT", "%a, %d %b %Y %H:%M:%S GMT"},
    {"15/Jan/2024:10:20:30 +0000", "%d/%b/%Y:%H:%M:%S %z"},
    {"January 5, 2024", "%b %d, %Y"},
    {"1/15/24 3:04 pm", "%m/%d/%y %I:%M %p"},
    {"12 am", "%I %p"},
    {"PM 12", "%p %I"},
    {"pm 3 15", "%p %I %H"},
    {"12:34:56 pm", "%r"},
    {"09 am", "%l %P"},
    {"+02", "%z"},
    {"-02:30", "%z"},
    {"+1260", "%z"},
    {"+2500", "%z"},
    {"+02:3", "%z"},
    {"+2", "%z"},
    {"Z", "%z"},
    {"z", "%z"},
    {"  +0100", "%z"},
    {"UTC foo", "%Z%n%a"},
    {"24 10 1", "%y %U %w"},
    {"24 10 1", "%y %W %u"},
    {"24 54", "%y %U"},
    {"2024 60", "%Y %j"},
    {"2023 60", "%Y %j"},
    {"2023 367", "%Y %j"},
    {"2024-W03-1", "%G-W%V-%u"},
    {"99 53", "%g %V"},
    {"1234567890", "%s"},
    {"-5", "%s"},
    {"19 24", "%C %y"},
    {"24 20", "%y %C"},
    {"19", "%C"},
    {"12/31/99", "%D"},
    {"12/31/99", "%x"},
    {"2024-02-29", "%F"},
    {"10:20", "%R"},
    {"10:20:61", "%T"},
    {"10:20:62", "%X"},
    {"Mon Jan  1 00:00:01 2001", "%c"},
    {"31 02 2024", "%d %m %Y"},
    {"10000", "%Y"},
    {"  5", "%e"},
    {"0", "%d"},
    {"x%y", "x%%y"},
    {"a b", "a \t b"},
    {"ab", "a b"},
    {"abc", "abcd"},
    {"A", "a"},
    {"", "%n%t"},
    {"", "%S"},
    {"x", "%Q"},
    {"5", "%"},
    {"1", "%Ed"},
    {"1", "%Od"},
    {"2024", "%EY"},
    {"24", "%Oy"},
    {"1", "%Oj"},
    {"5", "%-d"},
    {"5", "%_d"},
    {"5", "%3d"},
    {"jan", "%h"},
};

int main(void)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tm tm = {.tm_year = 124, .tm_mday = 3};
        const char *end = strptime(cases[i][0], cases[i][1], &tm);
        printf("%s | %s: %s\n", cases[i][0], cases[i][1], end ? end : "none");
        if (end)
            printf("  %d-%d-%d %d:%d:%d wday %d yday %d off %ld\n", tm.tm_year,
                   tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                   tm.tm_wday, tm.tm_yday, tm.tm_gmtoff);
    }
    return 0;
}
