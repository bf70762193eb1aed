/* SPDX-License-Identifier: Apache-2.0 */
/* create, start, run, kill, delete. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cmd.h"
#include "runnc/console.h"
#include "runnc/create.h"
#include "runnc/hooks.h"
#include "runnc/spec.h"
#include "runnc/state.h"

int cmd_create(struct cmd *cmd, struct err *err)
{
    static struct container container;
    container.console_fd = -1;
    return container_create(&container, cmd, err);
}

static int expect_created(const struct container *container, struct err *err)
{
    if (container->status == STATUS_CREATED)
        return 0;
    if (container->status == STATUS_STOPPED)
        return err_refuse(err, "cannot start a container that has stopped");
    return err_refuse(err, "cannot start a container in the %s state",
                      status_name(container->status));
}

int cmd_start(struct cmd *cmd, struct err *err)
{
    static struct container container;
    if (state_open(&container, cmd->globals, cmd->args[0], err) < 0 ||
        expect_created(&container, err) < 0)
        return -err->code;
    return container_start(&container, err);
}

/* "TERM", "SIGTERM", "15"; -1: none. */
static int parse_signal(const char *text)
{
    if (isdigit((unsigned char)*text)) {
        char *end;
        long number = strtol(text, &end, 10);
        return *end || number > SIGRTMAX ? -1 : (int)number;
    }
    if (!strncasecmp(text, "SIG", 3))
        text += 3;
    for (int sig = 1; sig < NSIG; sig++) {
        const char *name = sigabbrev_np(sig);
        if (name && !strcasecmp(name, text))
            return sig;
    }
    return -1;
}

int cmd_kill(struct cmd *cmd, struct err *err)
{
    static struct container container;
    const char *text = cmd->arg_count > 1 ? cmd->args[1] : "TERM";
    int sig = parse_signal(text);

    if (sig < 0)
        return err_refuse(err, "unknown signal \"%s\"", text);
    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (cmd->opts.all) {
        if (!container.cgroups)
            return container.pid ? container_signal(&container, sig, err) : 0;
        return cgroup_kill(container.cgroups, sig, err);
    }
    if (container.status == STATUS_STOPPED)
        return err_say(err, ESRCH, STATE_DEAD);
    if (container_signal(&container, sig, err) < 0)
        return -err->code;
    /* A frozen process of version 1 dies only once it is thawed. */
    if (sig == SIGKILL && container.status == STATUS_PAUSED)
        return cgroup_freeze(container.cgroups, false, err);
    return 0;
}

/* The engine's part of the end; what fails there stops nothing. */
static int remove_one(struct container *container, struct err *err)
{
    struct err ignored;
    bool is_known = container->status != STATUS_CREATING &&
                    state_load_spec(container, &ignored) == 0;
    if (container_destroy(container, err) < 0)
        return -err->code;
    if (is_known &&
        hooks_run(container, HOOK_POSTSTOP, STATUS_STOPPED, &ignored) < 0)
        log_warn("%s", ignored.text);
    return 0;
}

int cmd_delete(struct cmd *cmd, struct err *err)
{
    static struct container container;
    int rc = state_open(&container, cmd->globals, cmd->args[0], err);

    if (rc == -ENOENT && cmd->opts.force)
        return 0;
    if (rc < 0)
        return rc;
    if (!cmd->opts.force && container.status != STATUS_STOPPED &&
        container.status != STATUS_CREATING)
        return err_refuse(err,
                          "cannot delete container %.100s that is not "
                          "stopped: %s",
                          container.id, status_name(container.status));
    return remove_one(&container, err);
}

/* In the foreground: signals go to the container, until it has ended. */
static int wait_for(const struct container *container, int signals)
{
    struct pollfd pfd = {.fd = signals, .events = POLLIN};
    struct signalfd_siginfo info;
    struct err ignored;
    int status;

    for (;;) {
        pid_t pid = waitpid(container->pid, &status, WNOHANG);
        if (pid == container->pid || (pid < 0 && errno == ECHILD))
            break;
        if (poll(&pfd, 1, -1) > 0 &&
            read(signals, &info, sizeof info) == (ssize_t)sizeof info &&
            info.ssi_signo != SIGCHLD)
            (void)container_signal(container, (int)info.ssi_signo, &ignored);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int open_signals(struct err *err)
{
    sigset_t set;
    sigfillset(&set);
    int fd = sigprocmask(SIG_BLOCK, &set, NULL) < 0
                 ? -1
                 : signalfd(-1, &set, SFD_CLOEXEC);
    return fd < 0 ? err_set(err, errno, "signals") : fd;
}

int cmd_run(struct cmd *cmd, struct err *err)
{
    static struct container container;
    struct err ignored;
    int pair[2] = {-1, -1}, master = -1;

    container.console_fd = -1;
    /* Without an engine the terminal is ours. */
    if (!cmd->opts.detach && !cmd->opts.console_socket && isatty(0)) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
            return err_set(err, errno, "socket pair");
        container.console_fd = pair[1];
    }
    if (!cmd->opts.no_subreaper && !cmd->opts.detach)
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* for processes inside */
    if (container_create(&container, cmd, err) < 0)
        return -err->code;
    auto_fd int signals = cmd->opts.detach ? -1 : open_signals(err);
    bool is_ready = cmd->opts.detach || signals >= 0;
    if (is_ready && pair[0] >= 0 && container.spec->process.has_terminal) {
        master = console_receive(pair[0], err);
        is_ready = master >= 0;
    }
    if (!is_ready || container_start(&container, err) < 0) {
        (void)container_destroy(&container, &ignored); /* the first counts */
        return -err->code;
    }
    if (cmd->opts.detach)
        return 0;
    if (master >= 0)
        (void)console_relay(master, signals, &container, err);
    int status = wait_for(&container, signals);
    container.status = STATUS_STOPPED;
    if (!cmd->opts.keep && remove_one(&container, err) < 0)
        return -err->code;
    return status;
}
