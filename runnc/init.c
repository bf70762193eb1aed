/* SPDX-License-Identifier: Apache-2.0 */
/* The container's first process until it waits for `start`; see init.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
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
#include "runnc/launch.h"
#include "runnc/mounts.h"
#include "runnc/state.h"
#include "runnc/util.h"

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
    char text[16];

    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return err_set(err, errno, "signals");
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* some can't be changed */
    umask(process->umask >= 0 ? (mode_t)process->umask : 022);
    if (process->has_oom_score_adj) {
        snprintf(text, sizeof text, "%d", process->oom_score_adj);
        if (file_write(AT_FDCWD, "/proc/self/oom_score_adj", text, err) < 0)
            return err_wrap(err, "oomScoreAdj");
    }
    return 0;
}

/* A file of the root, read-only: neither what a link of procfs leads to, which
 * may be the host's, nor a device, whose mere opening may act. */
static int open_regular(const struct launch *launch, const char *path)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                 .resolve = RESOLVE_NO_MAGICLINKS};
    char name[16];
    struct stat st;
    auto_fd int fd =
        (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
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
        int fd = open_regular(launch, *path);
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

/* docker run --init: its init has nothing to do here. */
static void skip_init(struct spec_process *process)
{
    if (process->args.count >= 3 &&
        !strcmp(process->args.at[0], "/sbin/docker-init") &&
        !strcmp(process->args.at[1], "--")) {
        process->args.at += 2;
        process->args.count -= 2;
    } else if (process->args.count >= 3 &&
               !strcmp(process->args.at[0], "/dev/init") &&
               !strcmp(process->args.at[1], "--")) {
        process->args.at += 2;
        process->args.count -= 2;
    }
}

static int open_image(struct launch *launch, struct init_msg *ready,
                      struct err *err)
{
    static struct elf_image image;
    struct spec_process *process = &launch->container->spec->process;

    skip_init(process);
    launch->image_fd = open_program(launch, process, &launch->path, err);
    io_close_fd(&launch->proc_fds);
    if (launch->image_fd < 0)
        return -err->code;
    if (elf_read(&image, launch->image_fd, err) < 0)
        return err_wrap(err, "exec: \"%s\": not a unikernel image: %s",
                        process->args.at[0], launch->path);
    ready->image.mem_min = image.note.mem_min;
    ready->image.rootfs_size = image.note.rootfs_size;
    ready->image.manifest = image.manifest;
    launch->container->image = ready->image;
    return 0;
}

/* All of create that happens inside. */
static int build(struct init_args *args, struct launch *launch, struct err *err)
{
    struct container *container = args->container;
    struct spec *spec = container->spec;
    struct init_msg msg = {.kind = INIT_HOOKS};
    struct mounts mounts;

    if (prctl(PR_SET_PDEATHSIG, 0) < 0)
        return err_set(err, errno, "init: signal of its parent's death");
    if (await_go(args->sync_fd, err) < 0)
        return -err->code;
    /* First the cgroups: all that follows counts, and a cgroup namespace is
     * rooted there. */
    if (cgroup_enter(container->cgroups, 0, err) < 0 ||
        reset_process(&spec->process, err) < 0 || ns_enter(args->plan, err) < 0)
        return -err->code;
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
    if (ns_settle(spec, err) < 0 || mounts_finish(&mounts, err) < 0)
        return -err->code;
    launch->proc_fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (launch->proc_fds < 0)
        return err_set(err, errno, "open /proc/self/fd");
    launch->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC); /* or -1 */
    if (mounts_enter(&mounts, err) < 0)
        return -err->code;
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

    launch = (struct launch){.container = args->container,
                             .tender_fd = args->tender_fd,
                             .files_fd = args->files_fd,
                             .image_fd = -1,
                             .kvm_fd = -1,
                             .proc_fds = -1};
    if (build(args, &launch, &msg.err) < 0) {
        (void)init_send(args->sync_fd, &msg, &ignored); /* or it is gone */
        _exit(1);
    }
    io_close_fd(&args->sync_fd);
    launch_wait(&launch, args->listen_fd);
}
