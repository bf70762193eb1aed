/* SPDX-License-Identifier: Apache-2.0 */
/* The container's first process until it waits for `start`; see init.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/elf.h"
#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/console.h"
#include "runnc/hooks.h"
#include "runnc/init.h"
#include "runnc/json.h"
#include "runnc/launch.h"
#include "runnc/log.h"
#include "runnc/lsm.h"
#include "runnc/mounts.h"
#include "runnc/rootless.h"
#include "runnc/state.h"
#include "runnc/userns.h"
#include "runnc/util.h"

#define PASSWD_MAX (4 << 20) /* bytes of /etc/passwd */

int init_send(int fd, const struct init_msg *msg, struct err *err)
{
    ssize_t rc = send(fd, msg, sizeof *msg, MSG_NOSIGNAL);
    return rc == (ssize_t)sizeof *msg
               ? 0
               : err_set(err, rc < 0 ? errno : EIO, "speak with init");
}

int init_receive(int fd, struct init_msg *msg, struct err *err)
{
    ssize_t rc;
    do
        rc = recv(fd, msg, sizeof *msg, 0);
    while (rc < 0 && errno == EINTR);
    if (rc == (ssize_t)sizeof *msg)
        return 0;
    return err_set(err, rc < 0 ? errno : EPIPE, "init has died");
}

int init_send_fds(int conn, const int *fds, size_t count, struct err *err)
{
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(sizeof(int) * INIT_FDS_MAX)];
    } control = {0};
    char byte = 0;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.buf,
                         .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *cmsg = &control.align;

    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
    return sendmsg(conn, &msg, MSG_NOSIGNAL) == 1
               ? 0
               : err_set(err, errno, "send descriptors");
}

int init_receive_fds(int conn, int *fds, size_t max, struct err *err)
{
    char byte;
    struct iovec iov = {&byte, 1};
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(sizeof(int) * INIT_FDS_MAX)];
    } control;
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.buf,
                         .msg_controllen = CMSG_SPACE(sizeof(int) * max)};
    ssize_t got;

    do
        got = recvmsg(conn, &msg, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    if (got != 1 || !cmsg || cmsg->cmsg_type != SCM_RIGHTS)
        return err_set(err, got < 0 ? errno : EPROTO, "receive descriptors");
    size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    count = count < max ? count : max; /* of an odd max, padding */
    memcpy(fds, CMSG_DATA(cmsg), count * sizeof(int));
    return (int)count;
}

static int await_go(int fd, struct err *err)
{
    struct init_msg msg;
    if (init_receive(fd, &msg, err) < 0)
        return -err->code;
    return msg.kind == INIT_GO ? 0 : err_set(err, EPROTO, "speak with create");
}

/* What an engine or shell has set for itself is no business of a guest. */
static int reset_process(const struct spec_process *process, struct err *err)
{
    sigset_t none;

    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return err_set(err, errno, "signals");
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* some can't be changed */
    umask(process->umask >= 0 ? (mode_t)process->umask : 022);
    return 0;
}

/* Who may not raise its limits later gets room for them now; set_rlimits() of
 * launch.c makes them what they are to be. */
static void make_room(const struct spec_process *process)
{
    for (size_t i = 0; i < process->rlimit_count; i++) {
        const struct spec_rlimit *wanted = &process->rlimits[i];
        struct rlimit now;
        if (getrlimit((unsigned)wanted->resource, &now) < 0 ||
            now.rlim_max >= wanted->limit.rlim_max)
            continue;
        now.rlim_max = wanted->limit.rlim_max;
        (void)setrlimit((unsigned)wanted->resource, &now); /* it will tell */
    }
}

int init_outside(struct init_args *args, struct err *err)
{
    const struct container *container = args->container;
    const struct spec_process *process = &container->spec->process;
    char text[16];

    /* First the cgroups: nearly all that follows counts, and a cgroup
     * namespace is rooted there. */
    if (cgroup_enter(container->cgroups, 0, err) < 0 &&
        !rootless_forgives(container, err))
        return -err->code;
    snprintf(text, sizeof text, "%d", process->oom_score_adj);
    if (process->has_oom_score_adj &&
        file_write(AT_FDCWD, "/proc/self/oom_score_adj", text, err) < 0 &&
        !(container->globals->is_rootless && err->code == EACCES))
        return err_wrap(err, "oomScoreAdj");
    make_room(process);
    args->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC); /* or -1 */
    return 0;
}

/* A file of the root, read-only: neither what a link of procfs leads to, which
 * may be the host's, nor a device, whose mere opening may act. */
static int open_regular(const struct launch *launch, const char *path,
                        mode_t needed)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                 .resolve = RESOLVE_NO_MAGICLINKS};
    char name[16];
    struct stat st;
    auto_fd int fd =
        (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || (needed && !(st.st_mode & needed)))
        return -EACCES;
    snprintf(name, sizeof name, "%d", fd);
    int file = openat(launch->proc_fds, name, O_RDONLY | O_CLOEXEC);
    return file < 0 ? -errno : file;
}

/* The program: as execvp would find it, and as engines read its absence. */
static int open_program(const struct launch *launch,
                        const struct spec_process *process, char **path,
                        struct err *err)
{
    const char *name = process->args.at[0];
    const char *search = NULL;

    for (size_t i = 0; i < process->env.count; i++)
        if (!strncmp(process->env.at[i], "PATH=", 5))
            search = process->env.at[i] + 5;
    if (strchr(name, '/'))
        search = NULL;
    else if (!search)
        search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    int code = ENOENT;
    const char *at = search ? search : "";
    do {
        size_t len = strcspn(at, ":");
        if (asprintf(path, "%.*s%s%s", (int)len, at, search ? "/" : "", name) <
            0)
            return err_set(err, ENOMEM, "program");
        int fd = open_regular(launch, *path, 0111);
        if (fd >= 0)
            return fd;
        if (fd != -ENOENT && fd != -ENOTDIR)
            code = -fd;
        free(*path);
        *path = NULL;
        at += len;
    } while (*at++ == ':');
    if (search && code == ENOENT)
        return err_say(err, code,
                       "exec: \"%s\": executable file not found in $PATH",
                       name);
    if (code == ENOENT)
        return err_say(err, code,
                       "exec: \"%s\": stat %s: no such file or directory", name,
                       name);
    if (code == EACCES)
        return err_say(err, code, "exec: \"%s\": permission denied", name);
    return err_set(err, code, "exec: \"%s\"", name);
}

/* Where engines name none: what the container's own file of users says. */
static int add_home(const struct launch *launch, struct spec_process *process,
                    struct err *err)
{
    const char *home = "/";
    const struct passwd *user;
    struct stat st;

    for (size_t i = 0; i < process->env.count; i++)
        if (!strncmp(process->env.at[i], "HOME=", 5))
            return 0;
    int fd = open_regular(launch, "/etc/passwd", 0);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (file && fstat(fd, &st) == 0 && st.st_size <= PASSWD_MAX)
        while ((user = fgetpwent(file)))
            if (user->pw_uid == process->uid) {
                home = user->pw_dir;
                break;
            }
    const char **env = json_alloc(process->env.count + 1, sizeof *env, err);
    char *text = NULL;
    if (env && asprintf(&text, "HOME=%s", *home ? home : "/") >= 0) {
        memcpy(env, process->env.at, process->env.count * sizeof *env);
        env[process->env.count++] = text;
        process->env.at = env;
    }
    if (file)
        (void)fclose(file); /* read-only */
    return text ? 0 : err_set(err, ENOMEM, "environment");
}

/* run --init: the engine's init, a Linux program, has nothing to do here. */
static void skip_init(struct spec_process *process)
{
    static const char *const inits[] = {"/sbin/docker-init", "/run/podman-init",
                                        "/dev/init" /* podman's up to 3 */};
    struct spec_strings *args = &process->args;
    for (size_t i = 0; i < sizeof inits / sizeof *inits; i++)
        if (args->count >= 3 && !strcmp(args->at[0], inits[i]) &&
            !strcmp(args->at[1], "--")) {
            args->at += 2;
            args->count -= 2;
            return;
        }
}

static int open_image(struct launch *launch, struct init_msg *ready,
                      struct err *err)
{
    static struct elf_image image;
    struct spec_process *process = &launch->container->spec->process;

    skip_init(process);
    launch->image_fd = open_program(launch, process, &launch->path, err);
    int rc = launch->image_fd < 0 ? -err->code : add_home(launch, process, err);
    io_close_fd(&launch->proc_fds);
    if (rc < 0)
        return rc;
    if (elf_read(&image, launch->image_fd, err) < 0)
        return err_wrap(err, "exec: \"%s\": not a unikernel image: %s",
                        process->args.at[0], launch->path);
    ready->image.mem_min = image.note.mem_min;
    ready->image.rootfs_size = image.note.rootfs_size;
    ready->image.manifest = image.manifest;
    launch->container->image = ready->image;
    return 0;
}

/* What `start` needs to make the network inside. */
static int open_namespaces(struct launch *launch, struct err *err)
{
    launch->ns_fds[0] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    launch->ns_fds[1] = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
    return launch->ns_fds[0] < 0 || launch->ns_fds[1] < 0
               ? err_set(err, errno, "open /proc/self/ns")
               : 0;
}

/* All of create that happens inside. */
static int build(struct init_args *args, struct launch *launch, struct err *err)
{
    struct container *container = args->container;
    struct spec *spec = container->spec;
    struct init_msg msg = {.kind = INIT_HOOKS};
    struct mounts mounts;

    io_close_fd(&args->programs);
    if (ns_make_network(args->plan, err) < 0 ||
        await_go(args->sync_fd, err) < 0)
        return -err->code;
    if (prctl(PR_SET_PDEATHSIG, 0) < 0)
        return err_set(err, errno, "init: signal of its parent's death");
    bool is_in_userns =
        args->plan->has_user || container->globals->is_in_userns;
    if ((!args->plan->has_user && init_outside(args, err) < 0) ||
        reset_process(&spec->process, err) < 0 ||
        ns_enter(args->plan, err) < 0 ||
        (is_in_userns && userns_check_process(spec, err) < 0))
        return -err->code;
    launch->kvm_fd = args->kvm_fd;
    if (setsid() < 0)
        return err_set(err, errno, "make a session");
    if (mounts_prepare(&mounts, container, err) < 0 ||
        init_send(args->sync_fd, &msg, err) < 0 ||
        await_go(args->sync_fd, err) < 0)
        return -err->code;
    container->pid = getpid();
    if (hooks_run(container, HOOK_CREATE_CONTAINER, STATUS_CREATING, err) < 0)
        return -err->code;
    if (spec->process.has_terminal &&
        console_setup(&mounts, &spec->process, container->console_fd, err) < 0)
        return -err->code;
    /* Made and opened inside of the root: a cwd like /proc/self/fd/7 would be
     * a directory of the host that an engine left open. */
    auto_fd int cwd =
        mounts_open_or_make(&mounts, spec->process.cwd, true, err);
    if (cwd < 0)
        return err_wrap(err, "process.cwd");
    if (ns_settle(spec, err) < 0 || mounts_finish(&mounts, err) < 0 ||
        lsm_label_exec(&spec->process, err) < 0)
        return -err->code;
    launch->proc_fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (launch->proc_fds < 0)
        return err_set(err, errno, "open /proc/self/fd");
    if (open_namespaces(launch, err) < 0)
        return -err->code;
    if (mounts_enter(&mounts, err) < 0)
        return -err->code;
    launch->nowhere_fd = mounts.nowhere_fd;
    msg = (struct init_msg){.kind = INIT_READY};
    if (fchdir(cwd) < 0)
        return err_set(err, errno, "chdir to cwd (\"%s\")", spec->process.cwd);
    if (open_image(launch, &msg, err) < 0)
        return -err->code;
    if (prctl(PR_SET_NAME, STATE_INIT_NAME) < 0)
        return err_set(err, errno, "init's name");
    return init_send(args->sync_fd, &msg, err);
}

_Noreturn void init_run(struct init_args *args)
{
    static struct launch launch;
    struct init_msg msg = {.kind = INIT_FAILED};
    struct err ignored;

    log_inside();
    launch = (struct launch){.container = args->container,
                             .tender_fd = args->tender_fd,
                             .files_fd = args->files_fd,
                             .image_fd = -1,
                             .kvm_fd = -1,
                             .proc_fds = -1,
                             .nowhere_fd = -1,
                             .ns_fds = {-1, -1}};
    if (build(args, &launch, &msg.err) < 0) {
        (void)init_send(args->sync_fd, &msg, &ignored); /* or it is gone */
        _exit(1);
    }
    io_close_fd(&args->sync_fd);
    launch_wait(&launch, args->listen_fd);
}
