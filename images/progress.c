/* SPDX-License-Identifier: Apache-2.0 */
/* What a long command is doing: see progress.h. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "images/progress.h"

#define SHOW_EVERY_NS 100000000ll
#define MIB ((double)(1 << 20))

static volatile sig_atomic_t stopped_by;
static bool is_shown, is_silent, is_drawn;
static char step[80];
static uint64_t step_total, step_done;
static int64_t shown_at;

static void stop(int sig)
{
    stopped_by = sig;
}

void progress_init(bool is_quiet)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESETHAND};
    struct sigaction old;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (sigaction(signals[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) /* nohup's stays so */
            (void)sigaction(signals[i], &action, NULL);
    is_silent = is_quiet;
    is_shown = !is_quiet && isatty(STDERR_FILENO);
}

static void draw(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = now.tv_sec * 1000000000ll + now.tv_nsec;
    if (ns - shown_at < SHOW_EVERY_NS)
        return;
    shown_at = ns;
    is_drawn = true;
    fprintf(stderr, "\r\033[K%s: %.1f", step, (double)step_done / MIB);
    if (step_total)
        fprintf(stderr, " of %.1f", (double)step_total / MIB);
    fprintf(stderr, " MiB");
    (void)fflush(stderr);
}

void progress_step(uint64_t total, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(step, sizeof step, fmt, ap);
    va_end(ap);
    step_total = total;
    step_done = 0;
    if (is_shown)
        draw();
}

int progress_add(uint64_t bytes, struct err *err)
{
    step_done += bytes;
    if (stopped_by)
        return err_say(err, EINTR, "stopped by signal %d", (int)stopped_by);
    if (is_shown)
        draw();
    return 0;
}

void progress_end(void)
{
    if (is_drawn)
        fprintf(stderr, "\r\033[K");
    is_drawn = false;
    shown_at = 0;
}

void progress_print(const char *text)
{
    fprintf(stderr, "uni-image: %s\n", text);
}

void progress_note(const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    if (is_silent)
        return;
    progress_end();
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_clean(text);
    progress_print(text);
}
