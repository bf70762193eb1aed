/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks; see hooks.h. The state comes from a memory file: a hook that does not
 * read it costs us no SIGPIPE. What a hook prints is kept for the error only;
 * it gets neither the container's streams nor the engine's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/hooks.h"
#include "runnc/state.h"
#include "runnc/userns.h"
#include "runnc/util.h"

#define OUTPUT_MAX 4096u
#define EXEC_FAILED 127

extern char **environ;

static int open_state_file(const char *state, struct err *err)
{
    auto_fd int fd = (int)syscall(SYS_memfd_create, "state", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "state for a hook");
    if (write_full(fd, state, strlen(state), err) < 0)
        return -err->code;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_set(err, errno, "state for a hook");
    return take_fd(&fd);
}

/* A program of the container's root file system gets what a process of the
 * container would: for user 0 what the bounding set leaves, else nothing. */
static int drop_to(const struct spec_process *as)
{
    struct err ignored; /* errno tells */

    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (!(as->capabilities & 1ull << cap) &&
            prctl(PR_CAPBSET_DROP, cap) < 0)
            return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                   userns_become(as, &ignored) < 0
               ? -1
               : 0;
}

__attribute__((noreturn)) static void become(const struct spec_hook *hook,
                                             const struct spec_process *as,
                                             int in, int out)
{
    static char *const no_env[] = {NULL}; /* the engine's is its own */
    sigset_t none;
    char *const no_args[] = {(char *)hook->path, NULL};

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* valid arguments */
    (void)signal(SIGPIPE, SIG_DFL);
    if (as && drop_to(as) < 0) {
        dprintf(out, "become the container's user: %s", strerror(errno));
        _exit(EXEC_FAILED);
    }
    struct err ignored; /* the guest's devices and the engine's own */
    if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 &&
        fds_close_on_exec(&ignored) == 0)
        execve(hook->path,
               hook->args.count ? (char *const *)hook->args.at : no_args,
               hook->has_env ? (char *const *)hook->env.at
               : as          ? no_env
                             : environ);
    dprintf(out, "%s", strerror(errno));
    _exit(EXEC_FAILED);
}

static int64_t now_ms(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always exists */
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Takes what is there, keeps the last of it; false at the end. */
static bool collect(int fd, char output[OUTPUT_MAX])
{
    char text[OUTPUT_MAX];
    ssize_t got = read(fd, text, sizeof text - 1);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    text[got] = 0;
    memcpy(output, text, (size_t)got + 1);
    return true;
}

static const char *last_line(char output[OUTPUT_MAX])
{
    size_t len = strlen(output);
    while (len && output[len - 1] == '\n')
        output[--len] = 0;
    char *newline = strrchr(output, '\n');
    return newline ? newline + 1 : output;
}

/* Until it has ended or its time is over; its status, or -ETIMEDOUT. What it
 * left in the background does not count, even with our pipe. */
static int watch(pid_t pid, int pipe_fd, int timeout_s, char *output)
{
    int64_t end = now_ms() + (int64_t)timeout_s * 1000;
    auto_fd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd fds[] = {{pidfd, POLLIN, 0}, {pipe_fd, POLLIN, 0}};
    int status;

    while (pidfd >= 0 && !(fds[0].revents & POLLIN)) {
        int64_t left = timeout_s ? end - now_ms() : -1;
        if (timeout_s && left <= 0) {
            (void)kill(pid, SIGKILL); /* ours, not waited for yet */
            break;
        }
        if (poll(fds, 2, left > INT32_MAX ? INT32_MAX : (int)left) < 0 &&
            errno != EINTR)
            break;
        if (fds[1].revents && !collect(pipe_fd, output))
            fds[1].fd = -1;
    }
    bool is_late = timeout_s && !(fds[0].revents & POLLIN);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    while (fds[1].fd >= 0 && collect(pipe_fd, output) && errno != EAGAIN)
        errno = 0;
    return is_late ? -ETIMEDOUT : status;
}

static int run_one(const struct spec_hook *hook, const struct spec_process *as,
                   const char *state, struct err *err)
{
    char output[OUTPUT_MAX] = "";
    int fds[2];

    auto_fd int in = open_state_file(state, err);
    if (in < 0)
        return in;
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set(err, errno, "pipe for a hook");
    pid_t pid = fork();
    if (pid == 0)
        become(hook, as, in, fds[1]);
    auto_fd int out = fds[0];
    (void)close(fds[1]); /* the hook's */
    if (pid < 0)
        return err_set(err, errno, "fork a hook");
    (void)fcntl(out, F_SETFL, O_NONBLOCK); /* a pipe takes that */
    int status =
        watch(pid, out, hook->has_timeout ? hook->timeout_s : 0, output);
    if (status == -ETIMEDOUT)
        return err_say(err, ETIMEDOUT, "%s: no end within %d s", hook->path,
                       hook->timeout_s);
    if (status < 0)
        return err_set(err, -status, "wait for %s", hook->path);
    if (WIFSIGNALED(status))
        return err_say(err, ECANCELED, "%s: killed by signal %d", hook->path,
                       WTERMSIG(status));
    if (WEXITSTATUS(status))
        return err_say(err, ECANCELED, "%s: exit status %d: %.300s", hook->path,
                       WEXITSTATUS(status), last_line(output));
    return 0;
}

int hooks_run(const struct container *container, enum spec_hook_kind kind,
              enum status status, struct err *err)
{
    static const char *const names[] = {
        [HOOK_PRESTART] = "prestart",
        [HOOK_CREATE_RUNTIME] = "createRuntime",
        [HOOK_CREATE_CONTAINER] = "createContainer",
        [HOOK_START_CONTAINER] = "startContainer",
        [HOOK_POSTSTART] = "poststart",
        [HOOK_POSTSTOP] = "poststop"};
    const struct spec_hooks *hooks = &container->spec->hooks[kind];

    if (!hooks->count)
        return 0;
    char *state = state_json(container, status, false, err);
    if (!state)
        return -err->code;
    bool is_after = kind == HOOK_POSTSTART || kind == HOOK_POSTSTOP;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hooks->count; i++) {
        if (run_one(&hooks->hook[i],
                    kind == HOOK_START_CONTAINER ? &container->spec->process
                                                 : NULL,
                    state, err) == 0)
            continue;
        rc = err_wrap(err, "%s hook %zu", names[kind], i);
        if (!is_after)
            continue;
        log_warn("%s", err->text);
        rc = 0;
    }
    free(state);
    return rc;
}
