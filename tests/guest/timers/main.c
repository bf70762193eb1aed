/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, sleeps and interval timers. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

static volatile sig_atomic_t count;
static void on_signal(int sig)
{
    (void)sig;
    count++;
}

static int64_t ns(clockid_t id)
{
    struct timespec ts = {0, 0};
    EQUAL(clock_gettime(id, &ts), 0);
    CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void monotonic_never_goes_back(void)
{
    int64_t last = ns(CLOCK_MONOTONIC), start = last;
    int back = 0;
    while (last - start < 1500000000) { /* past a new base of the TSC */
        int64_t now = ns(CLOCK_MONOTONIC);
        back += now < last;
        last = now;
    }
    EQUAL(back, 0);
}

static void realtime_is_today(void)
{
    int64_t year_2024 = 1704067200;
    CHECK(time(NULL) > year_2024);
    struct timeval tv;
    gettimeofday(&tv, NULL);
    int64_t apart =
        ns(CLOCK_REALTIME) / 1000 - (tv.tv_sec * 1000000ll + tv.tv_usec);
    CHECK(apart >= 0 && apart < 1000000);
    struct timespec ts = {0, 0};
    EQUAL(clock_settime(CLOCK_REALTIME, &ts), -1);
    EQUAL(errno, EPERM);
    EQUAL(clock_gettime(77, &ts), -1);
    EQUAL(errno, EINVAL);
    EQUAL(clock_getres(CLOCK_MONOTONIC, &ts), 0);
    CHECK(ts.tv_sec == 0 && ts.tv_nsec >= 1);
}

static void sleeps_last_long_enough(void)
{
    for (int ms = 0; ms <= 20; ms += 5) {
        struct timespec ts = {0, ms * 1000000};
        int64_t start = ns(CLOCK_MONOTONIC);
        EQUAL(nanosleep(&ts, NULL), 0);
        int64_t took = ns(CLOCK_MONOTONIC) - start;
        CHECK(took >= ms * 1000000ll);
        CHECK(took < 2000000000);
    }
    struct timespec until, bad = {0, 1000000000};
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    EQUAL(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL), 0);
    CHECK(ns(CLOCK_REALTIME) >= until.tv_sec * 1000000000ll + until.tv_nsec);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){0},
                          NULL),
          0); /* long past */
    EQUAL(nanosleep(&bad, NULL), -1);
    EQUAL(errno, EINVAL);
}

static void cpu_time_is_not_wall_time(void)
{
    struct timespec ts = {0, 200000000};
    int64_t start = ns(CLOCK_PROCESS_CPUTIME_ID);
    nanosleep(&ts, NULL);
    int64_t slept = ns(CLOCK_PROCESS_CPUTIME_ID) - start;
    CHECK(slept < 150000000);
    start = ns(CLOCK_THREAD_CPUTIME_ID);
    nanosleep(&ts, NULL);
    CHECK(ns(CLOCK_THREAD_CPUTIME_ID) - start < 150000000);
    int64_t begin = ns(CLOCK_MONOTONIC), thread = ns(CLOCK_THREAD_CPUTIME_ID);
    while (ns(CLOCK_MONOTONIC) - begin < 100000000)
        ;
    CHECK(ns(CLOCK_THREAD_CPUTIME_ID) - thread > 50000000);
    struct rusage usage;
    EQUAL(getrusage(RUSAGE_SELF, &usage), 0);
    CHECK(usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec > 50000);
    struct tms tms;
    CHECK(times(&tms) != (clock_t)-1);
    CHECK(tms.tms_utime > 0);
}

static void handler_for(int sig)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(sig, &sa, NULL);
    count = 0;
}

static void interval_timers_repeat(void)
{
    struct itimerval it = {{0, 10000}, {0, 10000}}, old;
    handler_for(SIGALRM);
    int64_t start = ns(CLOCK_MONOTONIC);
    EQUAL(setitimer(ITIMER_REAL, &it, NULL), 0);
    while (count < 5)
        pause();
    CHECK(ns(CLOCK_MONOTONIC) - start >= 50000000);
    EQUAL(getitimer(ITIMER_REAL, &old), 0);
    EQUAL(old.it_interval.tv_usec, 10000);
    CHECK(old.it_value.tv_usec <= 10000);
    it = (struct itimerval){{0, 0}, {0, 0}};
    EQUAL(setitimer(ITIMER_REAL, &it, &old), 0);
    count = 0;
    struct timespec ts = {0, 50000000};
    EQUAL(nanosleep(&ts, NULL), 0);
    EQUAL(count, 0);
    it.it_value.tv_usec = 1000000;
    EQUAL(setitimer(ITIMER_REAL, &it, NULL), -1);
    EQUAL(errno, EINVAL);
}

static void cpu_timers_count_only_work(void)
{
    struct itimerval it = {{0, 0}, {0, 50000}};
    handler_for(SIGPROF);
    EQUAL(setitimer(ITIMER_PROF, &it, NULL), 0);
    struct timespec ts = {0, 120000000};
    nanosleep(&ts, NULL);
    EQUAL(count, 0);
    int64_t start = ns(CLOCK_MONOTONIC);
    while (!count && ns(CLOCK_MONOTONIC) - start < 20000000000ll)
        ;
    EQUAL(count, 1);
}

static volatile int code_seen, value_seen;
static void on_timer(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    code_seen = info->si_code;
    value_seen = info->si_value.sival_int;
    count++;
}

static void posix_timers_signal(void)
{
    struct sigaction sa = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
                          .sigev_signo = SIGUSR2,
                          .sigev_value.sival_int = 77};
    struct itimerspec it = {{0, 5000000}, {0, 10000000}}, now;
    timer_t timer;
    sigaction(SIGUSR2, &sa, NULL);
    count = 0;
    EQUAL(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
    EQUAL(timer_settime(timer, 0, &it, NULL), 0);
    while (count < 3)
        pause();
    EQUAL(code_seen, SI_TIMER);
    EQUAL(value_seen, 77);
    EQUAL(timer_gettime(timer, &now), 0);
    EQUAL(now.it_interval.tv_nsec, 5000000);
    CHECK(now.it_value.tv_sec == 0 && now.it_value.tv_nsec > 0);

    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &old);
    count = 0;
    struct timespec ts = {0, 52000000};
    nanosleep(&ts, NULL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK(count >= 1 && count <= 2);
    CHECK(timer_getoverrun(timer) >= 5 || count == 2);
    EQUAL(timer_delete(timer), 0);
    EQUAL(timer_gettime(timer, &now), -1);
    EQUAL(errno, EINVAL);
}

static void on_expiry(union sigval value)
{
    value_seen = value.sival_int;
    count++;
}

static void posix_timers_call_a_function(void)
{
    struct sigevent ev = {.sigev_notify = SIGEV_THREAD,
                          .sigev_notify_function = on_expiry,
                          .sigev_value.sival_int = 88};
    struct itimerspec it = {{0, 2000000}, {0, 0}};
    timer_t timer;
    count = value_seen = 0;
    EQUAL(timer_create(CLOCK_REALTIME, &ev, &timer), 0);
    clock_gettime(CLOCK_REALTIME, &it.it_value);
    EQUAL(timer_settime(timer, TIMER_ABSTIME, &it, NULL), 0);
    for (int i = 0; i < 2000 && count < 3; i++) {
        struct timespec ts = {0, 1000000};
        nanosleep(&ts, NULL);
    }
    CHECK(count >= 3);
    EQUAL(value_seen, 88);
    EQUAL(timer_delete(timer), 0);
}

static void alarm_interrupts(void)
{
    handler_for(SIGALRM);
    EQUAL(alarm(100), 0);
    EQUAL(alarm(1), 100);
    EQUAL(sleep(10) > 0, 1);
    EQUAL(count, 1);
    EQUAL(alarm(0), 0);
}

int main(void)
{
    monotonic_never_goes_back();
    realtime_is_today();
    sleeps_last_long_enough();
    cpu_time_is_not_wall_time();
    interval_timers_repeat();
    cpu_timers_count_only_work();
    posix_timers_signal();
    posix_timers_call_a_function();
    alarm_interrupts();
    puts("done");
    return failures != 0;
}
