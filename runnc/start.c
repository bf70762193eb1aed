/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `start`: the network is made inside, and what the tender needs of it handed
 * to init; see create.h and init.h. Who is not root of the host has the rights
 * for that only in a user namespace, and none to come back to the network
 * namespace of the host: a child goes there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/create.h"
#include "runnc/hooks.h"
#include "runnc/init.h"
#include "runnc/rootless.h"
#include "runnc/spec.h"
#include "runnc/state.h"
#include "runnc/userns.h"
#include "runnc/util.h"

/* Of init, by its socket: its network and user namespaces. */
struct inside {
    int conn, netns, userns; /* owned; or -1 */
};

static void inside_release(struct inside *inside)
{
    io_close_fd(&inside->conn);
    io_close_fd(&inside->netns);
    io_close_fd(&inside->userns);
}

static int reach_init(const struct container *container, struct inside *inside,
                      struct err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    inside->conn = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (inside->conn < 0)
        return err_set(err, errno, "socket");
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s/%s",
             fd_path(container->state_fd), STATE_SOCKET);
    if (connect(inside->conn, (struct sockaddr *)&addr, sizeof addr) < 0)
        return err_set(err, errno, "reach init");
    int fds[2], count = init_receive_fds(inside->conn, fds, 2, err);
    if (count < 0)
        return err_wrap(err, "hear from init");
    if (count < 2) {
        if (count)
            (void)close(fds[0]); /* no data */
        return err_set(err, EPROTO, "hear from init");
    }
    inside->netns = fds[0];
    inside->userns = fds[1];
    return 0;
}

static int plug(const struct container *container, const struct inside *inside,
                struct net *net, bool is_last, struct err *err)
{
    struct net_request req = {.netns = inside->netns,
                              .userns = inside->userns,
                              .is_last = is_last,
                              .config = container->spec->json,
                              .bundle = container->bundle,
                              .manifest = &container->image.manifest};
    if (userns_is_own(inside->userns))
        req.userns = -1;
    if (net_plug(net, &req, err) < 0)
        return -err->code;
    if (net->relay > 0 &&
        cgroup_enter(container->cgroups, net->relay, err) < 0 &&
        !rootless_forgives(container, err)) {
        net_undo(net);
        return -err->code;
    }
    if (*net->warning)
        log_warn("%s", net->warning);
    return 0;
}

/* One message: a byte, the strings in a memory file, the descriptors. */
static int hand_over(int conn, const struct net *net, struct err *err)
{
    int fds[NET_ARG_MAX + 1];
    size_t count = 1;
    auto_fd int mem = memfd_create("handover", MFD_CLOEXEC);
    if (mem < 0)
        return err_set(err, errno, "handover");
    fds[0] = mem;
    for (unsigned i = 0; i < net->arg_count; i++) {
        const char *text = net->arg[i].text;
        const char *kind = net->arg[i].fd >= 0 ? "F" : "T";
        if (write_full(mem, kind, 1, err) < 0 ||
            write_full(mem, text, strlen(text) + 1, err) < 0)
            return err_wrap(err, "handover");
        if (net->arg[i].fd >= 0)
            fds[count++] = net->arg[i].fd;
    }
    return init_send_fds(conn, fds, count, err) < 0 ? err_wrap(err, "handover")
                                                    : 0;
}

/* Hands over, waits until the tender has taken over. */
static int finish(int conn, const struct net *net, struct err *err)
{
    char text[ERR_TEXT_MAX];

    /* An init that has given up is gone: why, lies in the socket. */
    int rc = hand_over(conn, net, err);
    if (rc < 0 && err->code != EPIPE)
        return rc;
    ssize_t got;
    do
        got = recv(conn, text, sizeof text, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno != ECONNRESET)
        return err_set(err, errno, "hear from init");
    if (got > 0) {
        text[got < (ssize_t)sizeof text ? got : (ssize_t)sizeof text - 1] = 0;
        return err_say(err, EIO, "%s", text);
    }
    return rc;
}

static int plug_and_go(const struct container *container,
                       const struct inside *inside, bool is_last,
                       struct err *err)
{
    struct net net = {.netns = -1};

    if (plug(container, inside, &net, is_last, err) < 0)
        return -err->code;
    int rc = finish(inside->conn, &net, err);
    if (rc < 0)
        net_undo(&net);
    else
        net_release(&net);
    return rc;
}

/* In the child: its word is the error, or nothing. */
static _Noreturn void go_inside(const struct container *container,
                                const struct inside *inside, int out)
{
    struct err err;
    bool is_there = userns_is_own(inside->userns);
    int rc = prctl(PR_SET_DUMPABLE, 0) < 0 ||
                     (!is_there && setns(inside->userns, CLONE_NEWUSER) < 0)
                 ? err_set(&err, errno, "enter the user namespace")
                 : plug_and_go(container, inside, true, &err);
    if (rc < 0)
        (void)send(out, &err, sizeof err, MSG_NOSIGNAL); /* or it has died */
    _exit(rc < 0 ? 1 : 0);
}

static int go_by_child(const struct container *container,
                       const struct inside *inside, struct err *err)
{
    struct err theirs;
    int pair[2], status = -1;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket pair");
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        go_inside(container, inside, pair[1]);
    }
    auto_fd int fd = pair[0];
    close(pair[1]);
    if (pid < 0)
        return err_set(err, errno, "fork");
    ssize_t got = recv(fd, &theirs, sizeof theirs, 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (got == (ssize_t)sizeof theirs) {
        *err = theirs;
        return -err->code;
    }
    return WIFEXITED(status) && !WEXITSTATUS(status)
               ? 0
               : err_set(err, ECHILD, "network: its process has died");
}

int container_start(struct container *container, struct err *err)
{
    struct inside inside = {-1, -1, -1};
    struct err ignored;

    int rc = state_load_spec(container, err);
    if (rc == 0)
        rc = reach_init(container, &inside, err);
    if (rc == 0)
        rc = rootless_is_one_way(container->globals)
                 ? go_by_child(container, &inside, err)
                 : plug_and_go(container, &inside, false, err);
    inside_release(&inside);
    if (rc < 0) {
        (void)container_signal(container, SIGKILL, &ignored); /* or is dead */
        return -err->code;
    }
    container->status = STATUS_RUNNING;
    if (hooks_run(container, HOOK_POSTSTART, STATUS_RUNNING, &ignored) < 0)
        log_warn("%s", ignored.text);
    return 0;
}
