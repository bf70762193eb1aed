/* SPDX-License-Identifier: Apache-2.0 */
/* create, start, destroy; see create.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/conf.h"
#include "runnc/console.h"
#include "runnc/create.h"
#include "runnc/files.h"
#include "runnc/hooks.h"
#include "runnc/init.h"
#include "runnc/mounts.h"
#include "runnc/lsm.h"
#include "runnc/ns.h"
#include "runnc/rootless.h"
#include "runnc/spec.h"
#include "runnc/state.h"
#include "runnc/userns.h"
#include "runnc/util.h"

#define BACKLOG 1
#define KILL_WAIT_MS 10000

/* bundle and rootfs, as absolute paths. */
static int find_bundle(struct container *container, const char *bundle,
                       struct err *err)
{
    char *path = realpath(bundle ? bundle : ".", NULL), *text;
    if (!path)
        return err_set(err, errno, "bundle %s", bundle ? bundle : ".");
    container->bundle = path;
    auto_fd int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_set(err, errno, "bundle %s", path);
    container->spec = spec_load(dir, "config.json", err);
    if (!container->spec)
        return err_wrap(err, "%s", path);
    const char *root = container->spec->root_path;
    if (!root || !container->spec->has_process)
        return err_refuse(err, "config.json: root and process are needed");
    if (asprintf(&text, "%s%s%s", *root == '/' ? "" : path,
                 *root == '/' ? "" : "/", root) < 0)
        return err_set(err, ENOMEM, "bundle");
    container->rootfs = realpath(text, NULL);
    if (!container->rootfs)
        return err_set(err, errno, "root file system %s", text);
    free(text);
    container->oci_version = container->spec->oci_version;
    container->annotations = container->spec->annotations;
    return 0;
}

/* Where start will come: its name is relative to the open directory, so that
 * no path is too long for a socket's. */
static int listen_at(const struct container *container, struct err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    auto_fd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set(err, errno, "socket for start");
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s/%s",
             fd_path(container->state_fd), STATE_SOCKET);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 ||
        listen(fd, BACKLOG) < 0)
        return err_set(err, errno, "socket for start");
    return take_fd(&fd);
}

static void note_time(struct container *container)
{
    struct timespec now;
    struct tm tm;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* always there */
    gmtime_r(&now.tv_sec, &tm);
    size_t len = strftime(container->created, sizeof container->created,
                          "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(container->created + len, sizeof container->created - len,
             ".%09ldZ", now.tv_nsec);
}

/* Forks init; what it holds open ends with us until it is told to stay. */
static int fork_init(struct container *container, struct init_args *args,
                     int *sync_fd, struct err *err)
{
    int pair[2];
    char name[16];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket pair");
    *sync_fd = pair[0];
    args->sync_fd = pair[1];
    pid_t pid = args->plan->has_user ? userns_fork(args->plan, args, err)
                                     : ns_fork(args->plan, err);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* or the socket tells */
        close(pair[0]);
        close(container->state_fd);
        container->state_fd = -1;
        init_run(args);
    }
    io_close_fd(&args->sync_fd);
    if (pid < 0)
        return -err->code;
    container->pid = pid;
    return state_process(pid, &container->pid_start, name) < 0
               ? err_say(err, ESRCH, "init has died")
               : 0;
}

/* What init says next; its own failure is ours. */
static int expect(int fd, enum init_msg_kind kind, struct init_msg *msg,
                  struct err *err)
{
    if (init_receive(fd, msg, err) < 0)
        return -err->code;
    if (msg->kind == INIT_FAILED) {
        *err = msg->err;
        return -err->code;
    }
    return msg->kind == kind ? 0 : err_set(err, EPROTO, "speak with init");
}

static int say_go(int fd, struct err *err)
{
    const struct init_msg go = {.kind = INIT_GO};
    return init_send(fd, &go, err);
}

/* Outside's part while init builds. */
static int attend(struct container *container, int sync_fd, int *programs,
                  struct err *err)
{
    struct init_msg msg;

    if (cgroup_unit_start(container->cgroups, container->pid,
                          &container->spec->os.resources, err) < 0 ||
        state_save(container, err) < 0 || say_go(sync_fd, err) < 0)
        return -err->code;
    io_close_fd(programs); /* while init works */
    if (expect(sync_fd, INIT_HOOKS, &msg, err) < 0 ||
        hooks_run(container, HOOK_PRESTART, STATUS_CREATING, err) < 0 ||
        hooks_run(container, HOOK_CREATE_RUNTIME, STATUS_CREATING, err) < 0 ||
        say_go(sync_fd, err) < 0 || expect(sync_fd, INIT_READY, &msg, err) < 0)
        return -err->code;
    container->image = msg.image;
    /* Without rights outside nobody makes a device; rules need rights. */
    if (cgroup_set_devices(container->cgroups, &container->spec->os.resources,
                           err) < 0 &&
        !(container->globals->is_rootless && err->code == EPERM) &&
        !rootless_forgives(container, err))
        return -err->code;
    return 0;
}

static int write_pid_file(const struct container *container, const char *path,
                          struct err *err)
{
    char text[16];
    if (!path)
        return 0;
    int len = snprintf(text, sizeof text, "%d", (int)container->pid);
    if (file_replace(AT_FDCWD, path, text, (size_t)len, err) < 0)
        return err_wrap(err, "--pid-file");
    return 0;
}

/* While init makes its network, where that can be: with a user namespace init
 * is in them from its beginning, and without rights there may be none. */
static int make_cgroups(struct container *container, struct err *err)
{
    if (cgroup_create(container->cgroups, &container->spec->os.resources, err) <
            0 &&
        rootless_forgive_cgroups(container, err) < 0)
        return -err->code;
    return cgroup_made_parents(container->cgroups) ? state_save(container, err)
                                                   : 0;
}

/* Everything after the state directory is ours. */
static int make(struct container *container, const struct cmd *cmd,
                struct ns_plan *plan, struct err *err)
{
    struct init_args args = {.container = container,
                             .plan = plan,
                             .listen_fd = -1,
                             .tender_fd = -1,
                             .files_fd = -1,
                             .programs = -1,
                             .kvm_fd = -1};
    bool is_meanwhile = !plan->has_user && !container->globals->is_rootless;
    auto_fd int sync_fd = -1;
    auto_fd int listen_fd = -1;
    auto_fd int programs = programs_open();
    auto_fd int tender_fd = program_open(programs, "tender", err);
    if (tender_fd < 0 || (listen_fd = listen_at(container, err)) < 0)
        return -err->code;
    auto_fd int files_fd = files_open_server(programs, err);
    if (files_fd < 0) /* only who needs it will miss it */
        files_fd = -1;
    /* In the namespaces of /proc, and with the rights of outside. */
    if (mounts_map_ids(container, plan->fd[NS_USER], err) < 0)
        return -err->code;
    args.tender_fd = tender_fd;
    args.listen_fd = listen_fd;
    args.files_fd = files_fd;
    args.programs = programs;
    /* What is planned is known before it is made: whoever cleans up after us
     * finds it. That takes a rename but no fsync: all that the state tells of
     * ends with the machine. */
    if (state_save_spec(container, err) < 0 || state_save(container, err) < 0 ||
        (!is_meanwhile && make_cgroups(container, err) < 0) ||
        fork_init(container, &args, &sync_fd, err) < 0 ||
        (is_meanwhile && make_cgroups(container, err) < 0) ||
        attend(container, sync_fd, &programs, err) < 0)
        return -err->code;
    container->status = STATUS_CREATED;
    if (state_save(container, err) < 0)
        return -err->code;
    return write_pid_file(container, cmd->opts.pid_file, err);
}

static int check_terminal(struct container *container,
                          const struct cmd_opts *opts, struct err *err)
{
    bool has_terminal = container->spec->process.has_terminal;
    if (opts->console_socket && !has_terminal)
        return err_refuse(err, "--console-socket: process.terminal is false");
    if (has_terminal && !opts->console_socket && container->console_fd < 0)
        return err_refuse(err, "process.terminal: --console-socket is needed");
    if (opts->console_socket) {
        container->console_fd = console_connect(opts->console_socket, err);
        if (container->console_fd < 0)
            return -err->code;
    }
    return 0;
}

int container_create(struct container *container, const struct cmd *cmd,
                     struct err *err)
{
    struct ns_plan plan;
    struct err ignored;
    bool is_stale;

    container->globals = cmd->globals;
    container->id = cmd->args[0];
    container->state_fd = -1;
    container->status = STATUS_CREATING;
    setting_load();
    if (state_check_id(container->id, err) < 0 ||
        find_bundle(container, cmd->opts.bundle, err) < 0 ||
        setting_check(container, err) < 0 ||
        net_check(container->spec->json, err) < 0 ||
        files_check(container->spec->json, err) < 0 ||
        lsm_check(container->spec, err) < 0 ||
        check_terminal(container, &cmd->opts, err) < 0 ||
        fds_close_on_exec(err) < 0 || userns_check(container, err) < 0 ||
        ns_plan_init(&plan, container->spec, err) < 0)
        return -err->code;
    /* Before anything of us is in a namespace of others; init inherits it. */
    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        return err_set(err, errno, "hide from debuggers");
    container->has_private_pid = plan.has_new_pid;
    note_time(container);
    struct container fresh = *container;
    if (state_claim(container, &is_stale, err) < 0)
        return -err->code;
    if (is_stale) {
        if (container_destroy(container, err) < 0)
            return err_wrap(err, "what another create left");
        *container = fresh;
        if (state_claim(container, &is_stale, err) < 0)
            return -err->code;
    }
    int rc = cgroup_plan(&container->cgroups, container, err);
    if (rc < 0)
        rc = rootless_forgive_cgroups(container, err);
    if (rc == 0)
        rc = make(container, cmd, &plan, err);
    ns_plan_release(&plan);
    if (rc < 0)
        (void)container_destroy(container, &ignored); /* the first one counts */
    return rc;
}

int container_signal(const struct container *container, int sig,
                     struct err *err)
{
    uint64_t start;
    char name[16];
    auto_fd int fd = container->pid > 0
                         ? (int)syscall(SYS_pidfd_open, container->pid, 0)
                         : -1;
    /* With the descriptor held the number can't be another's any more. */
    if (fd < 0 || state_process(container->pid, &start, name) < 0 ||
        start != container->pid_start)
        return err_say(err, ESRCH, STATE_DEAD);
    if (syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) < 0)
        return errno == ESRCH ? err_say(err, ESRCH, STATE_DEAD)
                              : err_set(err, errno, "signal %d", sig);
    return 0;
}

/* Kills and waits until it is dead, our child or not. */
static int end_process(struct container *container, struct err *err)
{
    uint64_t start;
    char name[16];
    struct err ignored;

    if (container->pid <= 0 ||
        state_process(container->pid, &start, name) < 0 ||
        start != container->pid_start)
        return 0;
    auto_fd int fd = (int)syscall(SYS_pidfd_open, container->pid, 0);
    if (container->cgroups)
        (void)cgroup_freeze(container->cgroups, false, &ignored);
    if (container_signal(container, SIGKILL, &ignored) < 0 &&
        ignored.code != ESRCH)
        return err_set(err, ignored.code, "kill process %d", container->pid);
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    if (fd >= 0 && poll(&pfd, 1, KILL_WAIT_MS) == 0)
        return err_set(err, ETIMEDOUT, "process %d does not die",
                       container->pid);
    (void)waitpid(container->pid, NULL, WNOHANG); /* if it was our child */
    return 0;
}

/* What is left of the network is no reason to keep the rest. */
static void unplug(const struct container *container)
{
    bool is_one_way = rootless_is_one_way(container->globals);
    struct err err;
    pid_t pid = is_one_way ? fork() : 0;

    if (pid == 0 && net_unplug(container->spec->json, is_one_way, &err) < 0)
        log_warn("%s", err.text);
    if (pid == 0 && is_one_way)
        _exit(0);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

int container_destroy(struct container *container, struct err *err)
{
    if (end_process(container, err) < 0)
        return -err->code;
    if (container->spec || state_load_spec(container, err) == 0)
        unplug(container);
    if (cgroup_destroy(container->cgroups, err) < 0)
        return -err->code;
    return state_remove(container, err);
}
