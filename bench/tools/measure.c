/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure time RUNS COMMAND... [::: COMMAND...]...
 *     Wall time of each command from posix_spawn to its end, in ns: a line
 *     with the median for each. Standard input and output are /dev/null.
 *     All stay on one processor: waking another one, which a virtual machine's
 *     host has to do, takes as long as a small program.
 * measure figures RUNS COMMAND... [::: COMMAND...]...
 *     Each command prints lines "NAME NUMBER": a line "NAME MEDIAN..." for
 *     each name, with a column for each command ("-" where it has none), and
 *     "cpu-ms", the processor time of the whole run: that of a guest too, and
 *     other processes on the machine hardly disturb it.
 * measure best RUNS COMMAND... [::: COMMAND...]...
 *     The same with the smallest instead of the median: for loops of
 *     nanoseconds, which a busy machine only ever makes longer.
 * measure most RUNS COMMAND... [::: COMMAND...]...
 *     Likewise the largest, for throughput.
 * measure idle COUNT COMMAND...
 *     Starts COUNT of the command, waits for a line from each, and prints
 *     the mean PSS in KiB (smaps_rollup, proc(5)); then ends them.
 *
 * Runs are interleaved, so that a machine that gets slower or faster does so
 * for all. A command that fails ends the measurement.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    COMMAND_MAX = 16,
    NAME_MAX_COUNT = 64,
    RUN_MAX = 1000,
    IDLE_MAX = 100,
    LIMIT_S = 600, /* for one run */
};

extern char **environ;
static char **commands[COMMAND_MAX];
static int command_count;

struct figure {
    char name[64];
    double value[COMMAND_MAX][RUN_MAX];
    int count[COMMAND_MAX];
};
static struct figure figures[NAME_MAX_COUNT];
static int figure_count;

static _Noreturn void fail(const char *what, const char *name)
{
    fprintf(stderr, "measure: %s %s: %s\n", what, name, strerror(errno));
    exit(1);
}

static double now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), by_value);
    return count % 2 ? values[count / 2]
                     : (values[count / 2 - 1] + values[count / 2]) / 2;
}

enum choice { CHOOSE_MEDIAN, CHOOSE_LEAST, CHOOSE_MOST };

static double choose(double *values, int count, enum choice choice)
{
    double middle = median(values, count); /* sorts */
    if (choice == CHOOSE_LEAST)
        return values[0];
    return choice == CHOOSE_MOST ? values[count - 1] : middle;
}

/* Splits the arguments at ":::" in place. */
static void parse_commands(char **args)
{
    commands[command_count++] = args;
    for (; *args; args++) {
        if (strcmp(*args, ":::") != 0)
            continue;
        *args = NULL;
        if (command_count == COMMAND_MAX) {
            fprintf(stderr, "measure: more than %d commands\n", COMMAND_MAX);
            exit(2);
        }
        commands[command_count++] = args + 1;
    }
}

static pid_t start(char **command, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (out < 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, out, 1);
    pid_t pid;
    errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    if (errno)
        fail("start", command[0]);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Returns the processor time it took, in ms. */
static double wait_for(pid_t pid, char **command)
{
    int status;
    struct rusage usage;
    alarm(LIMIT_S);
    if (wait4(pid, &status, 0, &usage) < 0)
        fail("wait for", command[0]);
    alarm(0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s ended with status %#x\n", command[0],
                (unsigned)status);
        exit(1);
    }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void stay_here(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)sched_getcpu(), &cpus);
    if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
        fail("stay on", "one processor");
}

static void measure_time(int runs)
{
    static double times[COMMAND_MAX][RUN_MAX];
    stay_here();
    for (int run = -1; run < runs; run++) { /* the first one warms up */
        for (int i = 0; i < command_count; i++) {
            double begin = now_ns();
            (void)wait_for(start(commands[i], -1), commands[i]);
            if (run >= 0)
                times[i][run] = now_ns() - begin;
        }
    }
    for (int i = 0; i < command_count; i++)
        printf("%.0f\n", median(times[i], runs));
}

static struct figure *figure_named(const char *name)
{
    for (int i = 0; i < figure_count; i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    if (figure_count == NAME_MAX_COUNT) {
        fprintf(stderr, "measure: more than %d figures\n", NAME_MAX_COUNT);
        exit(1);
    }
    struct figure *figure = &figures[figure_count++];
    snprintf(figure->name, sizeof(figure->name), "%s", name);
    return figure;
}

static void figure_add(const char *name, int command, double value)
{
    struct figure *figure = figure_named(name);
    int *count = &figure->count[command];
    if (*count < RUN_MAX)
        figure->value[command][(*count)++] = value;
}

static void read_figures(int command)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        fail("pipe for", commands[command][0]);
    pid_t pid = start(commands[command], fds[1]);
    close(fds[1]);
    FILE *in = fdopen(fds[0], "r");
    char line[256], name[64];
    double value;
    while (fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%63s %lf", name, &value) == 2)
            figure_add(name, command, value);
    }
    fclose(in);
    figure_add("cpu-ms", command, wait_for(pid, commands[command]));
}

static void measure_figures(int runs, enum choice choice)
{
    for (int run = 0; run < runs; run++)
        for (int i = 0; i < command_count; i++)
            read_figures(i);
    for (int f = 0; f < figure_count; f++) {
        printf("%s", figures[f].name);
        for (int i = 0; i < command_count; i++) {
            int count = figures[f].count[i];
            double *values = figures[f].value[i];
            if (count)
                printf("\t%.3f", choose(values, count, choice));
            else
                printf("\t-");
        }
        printf("\n");
    }
}

static long pss_kib(pid_t pid)
{
    char path[64], line[128];
    long kib = -1;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *in = fopen(path, "r");
    while (in && fgets(line, sizeof(line), in))
        if (sscanf(line, "Pss: %ld", &kib) == 1)
            break;
    if (kib < 0)
        fail("read", path);
    fclose(in);
    return kib;
}

static void measure_idle(int count)
{
    pid_t pids[IDLE_MAX];
    if (count > IDLE_MAX)
        count = IDLE_MAX;
    for (int i = 0; i < count; i++) {
        int fds[2];
        char c;
        if (pipe2(fds, O_CLOEXEC) < 0)
            fail("pipe for", commands[0][0]);
        pids[i] = start(commands[0], fds[1]);
        close(fds[1]);
        do {
            if (read(fds[0], &c, 1) != 1)
                fail("no line from", commands[0][0]);
        } while (c != '\n');
        /* Its end of the pipe stays open: nothing more comes. */
    }
    usleep(200000);
    long sum = 0;
    for (int i = 0; i < count; i++)
        sum += pss_kib(pids[i]);
    for (int i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    printf("%.1f\n", (double)sum / count);
}

int main(int argc, char **argv)
{
    int count = argc > 3 ? atoi(argv[2]) : 0;
    if (count < 1 || count > RUN_MAX) {
        fprintf(stderr,
                "usage: measure time|figures|best|most|idle COUNT COMMAND... "
                "[::: COMMAND...]...\n");
        return 2;
    }
    parse_commands(argv + 3);
    if (strcmp(argv[1], "time") == 0)
        measure_time(count);
    else if (strcmp(argv[1], "figures") == 0)
        measure_figures(count, CHOOSE_MEDIAN);
    else if (strcmp(argv[1], "best") == 0)
        measure_figures(count, CHOOSE_LEAST);
    else if (strcmp(argv[1], "most") == 0)
        measure_figures(count, CHOOSE_MOST);
    else
        measure_idle(count);
    return 0;
}
