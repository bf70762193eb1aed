/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar and clocks: conversions both ways, zones, texts, limits. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static void show(const struct tm *tm)
{
    printf("%d-%d-%d %d:%d:%d wday %d yday %d dst %d off %ld %s\n",
           tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour,
           tm->tm_min, tm->tm_sec, tm->tm_wday, tm->tm_yday, tm->tm_isdst,
           tm->tm_gmtoff, tm->tm_zone);
}

static void utc(void)
{
    static const time_t times[] = {
        0,
        1,
        -1,
        86399,
        86400,
        951782400,
        951868800,
        1709164800,
        4102444800,
        -2208988800,
        -62135596800,
        253402300799,
        67767976233529199,
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct tm tm;
        printf("%ld: ", times[i]);
        if (!gmtime_r(&times[i], &tm)) {
            printf("none\n");
            continue;
        }
        show(&tm);
        printf("  %ld %s", timegm(&tm), asctime(&tm) ? asctime(&tm) : "?\n");
    }
    time_t huge = LONG_MAX;
    errno = 0;
    printf("%d", gmtime(&huge) == NULL);
    printf(" %d\n", errno == EOVERFLOW);
}

/* Not "": what glibc makes of it depends on a file. */
static void zones(void)
{
    static const char *const names[] = {
        "UTC",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "EST5EDT,M3.2.0,M11.1.0",
        "<+0530>-5:30",
        "NZST-12NZDT,M9.5.0,M4.1.0/3",
        "ABC3",
        "XYZ",
        "XXX4YYY3:30,J60/1,300/2",
        "LHST-10:30LHDT-11,M10.1.0,M4.1.0",
    };
    static const time_t times[] = {0,          1711846799, 1711846800,
                                   1729990799, 1729990800, 1729994400,
                                   1709164800, 1719792000};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("TZ", names[i], 1);
        tzset();
        printf("%s: %ld %d", names[i], timezone, daylight);
        printf(" %s %s\n", tzname[0], daylight ? tzname[1] : "-");
        for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
            struct tm tm = *localtime(&times[k]);
            show(&tm);
            tm.tm_isdst = -1;
            time_t back = mktime(&tm);
            tm = *localtime(&times[k]);
            printf("  %d %d\n", back == times[k] || daylight,
                   mktime(&tm) == times[k]);
        }
    }
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    struct tm tm = {.tm_year = 124,
                    .tm_mon = 14,
                    .tm_mday = -40,
                    .tm_hour = 100,
                    .tm_min = -5000,
                    .tm_isdst = -1};
    printf("%ld ", mktime(&tm));
    show(&tm);
    tm = (struct tm){.tm_year = 124, .tm_mon = 6, .tm_mday = 1, .tm_isdst = 0};
    printf("%ld ", mktime(&tm));
    show(&tm);
    setenv("TZ", "UTC0", 1);
    tzset();
}

static void texts(void)
{
    static const char *const formats[] = {
        "%Y-%m-%d %H:%M:%S",
        "%a %A %b %B %h",
        "%c|%x|%X|%r|%R|%T|%D|%F",
        "%C %y %g %G %V %u %w %U %W %j",
        "%e|%k|%l|%I|%p|%P",
        "%n%t%%",
        "%s %z %Z",
        "%-d|%_d|%05d|%-H|%_m|%^a|%#Z|%^B|%10Y|%-j|%#p",
        "%Ey %Od %EY",
        "%Q|%",
        "%+",
    };
    static const time_t times[] = {0,          1704067199, 1709164800 + 3723,
                                   1230768000, 1483228799, -86400};
    char buf[200];
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
            size_t n = strftime(buf, sizeof buf, formats[i], gmtime(&times[k]));
            printf("%zu [%s]\n", n, buf);
        }
    }
    printf("%zu\n", strftime(buf, 4, "%Y", gmtime(&times[0])));
    printf("%zu\n", strftime(buf, 5, "%Y", gmtime(&times[0])));
    struct tm tm = {0};
    char *end = strptime("2024-02-29 13:14:15 rest", "%Y-%m-%d %H:%M:%S", &tm);
    show(&tm);
    printf("%s\n", end ? end : "(none)");
    memset(&tm, 0, sizeof tm);
    end = strptime("Mon Jan  1 00:00:01 2001", "%a %b %d %T %Y", &tm);
    printf("%d %d %d\n", tm.tm_mon, tm.tm_year, end != NULL);
    time_t t = 1709164800;
    printf("%s", ctime(&t));
}

static void clocks(void)
{
    static const clockid_t ids[] = {
        CLOCK_REALTIME,          CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
        CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct timespec a, b, res;
        printf("%d", clock_gettime(ids[i], &a));
        for (volatile int k = 0; k < 100000; k++)
            ;
        clock_gettime(ids[i], &b);
        printf(" %d", b.tv_sec > a.tv_sec ||
                          (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
        printf(" %d", clock_getres(ids[i], &res));
        printf(" %d\n", res.tv_sec == 0 && res.tv_nsec >= 1);
    }
    struct timespec bad = {0, 1000000000};
    printf("%d", clock_gettime(9999, &bad));
    printf(" %d", errno == EINVAL);
    printf(" %d", nanosleep(&bad, NULL));
    printf(" %d\n", errno == EINVAL);
    struct timespec start, end, until;
    clock_gettime(CLOCK_MONOTONIC, &start);
    until = start;
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    printf("%d", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf(" %d\n",
           end.tv_sec > until.tv_sec ||
               (end.tv_sec == until.tv_sec && end.tv_nsec >= until.tv_nsec));
    struct timeval tv;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("%d", gettimeofday(&tv, NULL));
    printf(" %d", labs(tv.tv_sec - now.tv_sec) <= 1);
    printf(" %d", labs(time(NULL) - now.tv_sec) <= 1);
    printf(" %g", difftime(10, 4));
    printf(" %d %d", (int)CLOCKS_PER_SEC, clock() >= 0);
    struct tms tms;
    printf(" %d", times(&tms) != (clock_t)-1);
    printf(" %d\n", timespec_get(&now, TIME_UTC));
}

static volatile int value = -1;

static void on_timer(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    value = info->si_value.sival_int;
}

static void timers(void)
{
    struct sigaction act = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
    struct itimerspec set = {{0, 50000000}, {0, 1000000}}, now;
    struct timespec none = {0, 0};
    timer_t timer;
    sigaction(SIGALRM, &act, NULL);
    printf("%d", timer_create(CLOCK_MONOTONIC, NULL, &timer));
    printf(" %d", timer_settime(timer, 0, &set, NULL));
    while (value < 0)
        usleep(1000);
    printf(" %d", value == (int)(long)timer);
    set.it_value = none;
    printf(" %d", timer_settime(timer, 0, &set, &now));
    printf(" %ld", now.it_interval.tv_nsec);
    printf(" %d", timer_gettime(timer, &now));
    printf(" %ld", now.it_interval.tv_nsec);
    printf(" %d", timer_settime(timer, 0, NULL, NULL));
    printf(" %d", errno == EINVAL);
    printf(" %d\n", timer_delete(timer));
    static const clockid_t ids[] = {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                    CLOCK_MONOTONIC_COARSE};
    for (int i = 0; i < 3; i++) {
        printf("%d", timer_create(ids[i], NULL, &timer));
        printf(" %d", errno == EOPNOTSUPP);
        printf(" %d\n", clock_nanosleep(ids[i], 0, &none, NULL) == EOPNOTSUPP);
    }
    struct timezone zone = {1, 1};
    struct timeval *volatile nothing = NULL;
    printf("%d", gettimeofday(nothing, &zone));
    printf(" %d", zone.tz_minuteswest);
    printf(" %d\n", clock_gettime(-1, &none));
}

int main(void)
{
    utc();
    zones();
    texts();
    clocks();
    timers();
    return 0;
}
