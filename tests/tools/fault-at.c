/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault-at PROCESS N FAULT COMMAND...: runs the command, and lets one system
 * call of it go wrong.
 *   PROCESS  0: the command's own process; 1: the first child that it or its
 *            children make; and so on
 *   N        at the N-th system call of that process; 0: never
 *   FAULT    "kill": the process is killed instead of the call; a number: the
 *            call is not made (but close is) and returns minus that errno
 * Ends when the command has ended and the fault has happened, or its process
 * is gone, or by SIGTERM; other processes of the command then go on alone. Its
 * status is the command's, 128+n for a signal. With --count=FILE the calls of
 * each process are written there, a line "PROCESS CALLS" each.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/reg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESS_MAX = 64 };

static struct process {
    pid_t pid;
    long calls;
    int is_failing; /* its call under way returns -fault */
    int is_alive;
} process[PROCESS_MAX];
static int process_count;
static int victim, fault; /* fault 0: kill */
static long when;
static int is_done, is_command; /* the command's program runs by now */
static volatile sig_atomic_t is_told_to_end;

static void end_soon(int sig)
{
    (void)sig;
    is_told_to_end = 1;
}

static struct process *process_of(pid_t pid)
{
    for (int i = 0; i < process_count; i++)
        if (process[i].pid == pid && process[i].is_alive)
            return &process[i];
    if (process_count == PROCESS_MAX) {
        fprintf(stderr, "fault-at: more than %d processes\n", PROCESS_MAX);
        exit(125);
    }
    process[process_count] = (struct process){.pid = pid, .is_alive = 1};
    return &process[process_count++];
}

static void at_call(struct process *proc)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, proc->pid, sizeof info, &info) <= 0)
        return; /* killed meanwhile */
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        if (!is_command)
            return;
        proc->calls++;
        if (proc != &process[victim] || proc->calls != when)
            return;
        is_done = 1;
        if (fault == 0)
            kill(proc->pid, SIGKILL);
        else if (info.entry.nr != SYS_exit_group && info.entry.nr != SYS_exit) {
            /* No such call: the kernel does nothing. But a close that fails
             * has closed all the same (man 2 close). */
            if (info.entry.nr != SYS_close)
                ptrace(PTRACE_POKEUSER, proc->pid, 8 * ORIG_RAX, -1L);
            proc->is_failing = 1;
        }
    } else if (proc->is_failing) {
        ptrace(PTRACE_POKEUSER, proc->pid, 8 * RAX, (long)-fault);
        proc->is_failing = 0;
    }
}

/* handle_stop: lets it go on. */
static void handle_stop(pid_t pid, int status)
{
    struct process *proc = process_of(pid);
    int sig = WSTOPSIG(status), event = status >> 16;
    if (sig == (SIGTRAP | 0x80)) {
        at_call(proc);
        sig = 0;
    } else if (event != 0) {
        /* PTRACE_EVENT_STOP: a new child, or a stop of a whole group, which is
         * not kept up. */
        is_command |= event == PTRACE_EVENT_EXEC;
        sig = 0;
    }
    ptrace(PTRACE_SYSCALL, pid, 0, sig);
}

static void detach_all(void)
{
    for (int i = 0; i < process_count; i++) {
        if (!process[i].is_alive)
            continue;
        pid_t pid = process[i].pid;
        int status;
        ptrace(PTRACE_INTERRUPT, pid, 0, 0);
        if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
            continue;
        /* A call that was to fail must not be left half done. */
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            at_call(&process[i]);
        int sig =
            status >> 16 == 0 && WSTOPSIG(status) < 0x80 ? WSTOPSIG(status) : 0;
        ptrace(PTRACE_DETACH, pid, 0, sig);
    }
}

static pid_t start(char **argv)
{
    pid_t pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        execvp(argv[0], argv);
        fprintf(stderr, "fault-at: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    int status;
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC;
    if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid ||
        ptrace(PTRACE_SEIZE, pid, 0, options) < 0) {
        fprintf(stderr, "fault-at: %s\n", strerror(errno));
        exit(125);
    }
    process_of(pid);
    kill(pid, SIGCONT);
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    return pid;
}

/* Has all that we are here for happened? */
static int is_over(void)
{
    return !process[0].is_alive &&
           (is_done || when == 0 || victim == 0 ||
            (victim < process_count && !process[victim].is_alive));
}

static int follow(void)
{
    int result = 125;
    while (!is_told_to_end && !is_over()) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            break;
        if (WIFSTOPPED(status)) {
            handle_stop(pid, status);
            continue;
        }
        struct process *proc = process_of(pid);
        proc->is_alive = 0;
        if (proc == &process[0])
            result = WIFEXITED(status) ? WEXITSTATUS(status)
                                       : 128 + WTERMSIG(status);
    }
    detach_all();
    return result;
}

static void write_counts(const char *path)
{
    FILE *file = fopen(path, "w");
    for (int i = 0; file && i < process_count; i++)
        fprintf(file, "%d %ld\n", i, process[i].calls);
    if (!file || fclose(file) != 0)
        fprintf(stderr, "fault-at: %s: %s\n", path, strerror(errno));
}

int main(int argc, char **argv)
{
    const char *counts = NULL;
    if (argc > 1 && strncmp(argv[1], "--count=", 8) == 0) {
        counts = argv[1] + 8;
        argv++;
        argc--;
    }
    if (argc < 5) {
        fprintf(stderr, "fault-at [--count=FILE] PROCESS N FAULT COMMAND...\n");
        return 125;
    }
    victim = atoi(argv[1]);
    when = atol(argv[2]);
    fault = strcmp(argv[3], "kill") == 0 ? 0 : atoi(argv[3]);
    struct sigaction action = {.sa_handler = end_soon};
    sigaction(SIGTERM, &action, NULL);
    start(argv + 4);
    int result = follow();
    if (counts)
        write_counts(counts);
    return result;
}
