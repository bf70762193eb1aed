/* SPDX-License-Identifier: Apache-2.0 */
/* From `start` to the tender; see launch.h and init.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/files.h"
#include "runnc/hooks.h"
#include "runnc/init.h"
#include "runnc/launch.h"
#include "runnc/mounts.h"
#include "runnc/state.h"
#include "runnc/userns.h"
#include "runnc/util.h"
#include "uni.h"

#define ARG_MAX_COUNT 4096u
#define HANDOVER_MAX (1u << 20)
#define MEM_DEFAULT (64ull << 20)

/* The tender's command line while it grows. */
static char *argv[ARG_MAX_COUNT];
static size_t argc;

static int add(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static int add(struct err *err, const char *fmt, ...)
{
    va_list ap;
    if (argc + 1 >= ARG_MAX_COUNT)
        return err_say(err, E2BIG, "more than %u arguments", ARG_MAX_COUNT);
    va_start(ap, fmt);
    int len = vasprintf(&argv[argc], fmt, ap);
    va_end(ap);
    if (len < 0)
        return err_set(err, ENOMEM, "arguments");
    argc++;
    return 0;
}

/* Goes through exec. */
static int keep(int fd, struct err *err)
{
    if (fcntl(fd, F_SETFD, 0) < 0)
        return err_set(err, errno, "descriptor %d", fd);
    return 0;
}

static int add_mem(const struct launch *launch, struct err *err)
{
    const struct spec_resources *res = &launch->container->spec->os.resources;
    const char *wanted = setting(launch->container, "mem");
    if (wanted)
        return add(err, "--mem=%s", wanted);
    uint64_t size = MEM_DEFAULT;
    if (res->has_limit && res->limit > 0)
        size = (uint64_t)res->limit;
    if (size < launch->container->image.mem_min)
        size = launch->container->image.mem_min;
    if (size > UNI_ARENA_MAX_SIZE)
        size = UNI_ARENA_MAX_SIZE;
    return add(err, "--mem=%llu", (unsigned long long)size & ~0xfffull);
}

static int add_user(const struct spec_process *process, struct err *err)
{
    char text[2048];
    int len = snprintf(text, sizeof text, "--conf=user=%u:%u", process->uid,
                       process->gid);
    for (size_t i = 0; i < process->group_count; i++) /* SPEC_GIDS_MAX */
        len += snprintf(text + len, sizeof text - (size_t)len, ",%u",
                        process->groups[i]);
    return add(err, "%s", text);
}

static unsigned clamp(rlim_t value)
{
    return value < INT32_MAX ? (unsigned)value : INT32_MAX;
}

/* Limits that a program asks for, or meets, inside. */
static int add_rlimits(const struct spec_process *process, struct err *err)
{
    for (size_t i = 0; i < process->rlimit_count; i++) {
        const struct rlimit *limit = &process->rlimits[i].limit;
        if (process->rlimits[i].resource != RLIMIT_NOFILE)
            continue;
        return add(err, "--conf=nofile=%u:%u", clamp(limit->rlim_cur),
                   clamp(limit->rlim_max));
    }
    return 0;
}

static int add_settings(struct launch *launch, struct err *err)
{
    const struct spec *spec = launch->container->spec;
    const struct spec_process *process = &spec->process;
    const char *cage = setting(launch->container, "cage");

    if (add(err, "tender") < 0 || add(err, "--hidden") < 0 ||
        add(err, "--image=fd:%d", launch->image_fd) < 0 ||
        keep(launch->image_fd, err) < 0)
        return -err->code;
    if (cage && add(err, "--cage=%s", cage) < 0)
        return -err->code;
    if (cage && !strcmp(cage, "kvm") && launch->kvm_fd >= 0 &&
        (keep(launch->kvm_fd, err) < 0 ||
         add(err, "--kvm=fd:%d", launch->kvm_fd) < 0))
        return -err->code;
    if (add_mem(launch, err) < 0 || add_user(process, err) < 0 ||
        add_rlimits(process, err) < 0 ||
        add(err, "--conf=cwd=%s", process->cwd) < 0)
        return -err->code;
    if (spec->is_root_readonly && add(err, "--conf=ro=1") < 0)
        return -err->code;
    const char *layer = setting(launch->container, "layer");
    if (layer && add(err, "--conf=layer=%s", layer) < 0)
        return -err->code;
    if (process->umask >= 0 && add(err, "--conf=umask=%o", process->umask) < 0)
        return -err->code;
    if (spec->domainname &&
        add(err, "--conf=domainname=%s", spec->domainname) < 0)
        return -err->code;
    for (size_t i = 0; i < process->env.count; i++)
        if (add(err, "--env=%s", process->env.at[i]) < 0)
            return -err->code;
    return 0;
}

static int add_files(struct launch *launch, struct files *files,
                     struct err *err)
{
    struct files_request req = {.config = launch->container->spec->json,
                                .manifest = &launch->container->image.manifest,
                                .image = launch->path,
                                .server_fd = launch->files_fd,
                                .tty_fd = -1};
    if (launch->container->spec->process.has_terminal)
        req.tty_fd = 0;
    if (files_start(files, &req, err) < 0)
        return err_wrap(err, "files");
    for (unsigned i = 0; i < files->conf_count; i++)
        if (add(err, "--conf=%s", files->conf[i]) < 0)
            return -err->code;
    if (files->fd < 0)
        return 0;
    int fd = files->fd;
    return keep(fd, err) < 0 ||
                   add(err, "--stream:" FILES_STREAM "=fd:%d", fd) < 0
               ? -err->code
               : 0;
}

/* The strings of start, each with the descriptor that belongs to it. */
static int add_handover(const char *text, size_t len, int *fds, size_t count,
                        struct err *err)
{
    size_t next = 0;
    for (size_t at = 0; at < len; at += strlen(text + at) + 1) {
        bool has_fd = text[at++] == 'F'; /* what it ends in is not ours */
        if (!has_fd) {
            if (add(err, "%s", text + at) < 0)
                return -err->code;
            continue;
        }
        if (next == count)
            return err_set(err, EPROTO, "handover");
        if (keep(fds[next], err) < 0 ||
            add(err, "%s%d", text + at, fds[next]) < 0)
            return -err->code;
        next++;
    }
    return 0;
}

static int receive(int conn, struct err *err)
{
    static int fds[INIT_FDS_MAX];
    struct stat st;
    int count = init_receive_fds(conn, fds, INIT_FDS_MAX, err);
    if (count < 0)
        return err_wrap(err, "handover");
    static char text[HANDOVER_MAX];
    if (fstat(fds[0], &st) < 0 || st.st_size >= (off_t)sizeof text)
        return err_set(err, EPROTO, "handover");
    if (pread_full(fds[0], text, (size_t)st.st_size, 0, err) < 0)
        return -err->code;
    io_close_fd(&fds[0]);
    return add_handover(text, (size_t)st.st_size, fds + 1, (size_t)count - 1,
                        err);
}

/* The guest's process alone: the file server needs room for its own. */
static int set_rlimits(const struct spec_process *process, struct err *err)
{
    for (size_t i = 0; i < process->rlimit_count; i++)
        if (setrlimit((unsigned)process->rlimits[i].resource,
                      &process->rlimits[i].limit) < 0)
            return err_set(err, errno, "set rlimit %d",
                           process->rlimits[i].resource);
    return 0;
}

/* man 2 sched_setattr; libc has no wrapper. */
struct sched_attr_v0 {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* "scheduler" and "ioPriority". */
static int set_priorities(const struct spec_process *process, struct err *err)
{
    const struct spec_scheduler *from = &process->scheduler;
    struct sched_attr_v0 attr = {.size = sizeof attr,
                                 .policy = from->policy,
                                 .flags = from->flags,
                                 .nice = from->nice,
                                 .priority = from->priority,
                                 .runtime = from->runtime,
                                 .deadline = from->deadline,
                                 .period = from->period};
    const int who_process = 1, class_shift = 13; /* linux/ioprio.h */

    if (process->has_scheduler && syscall(SYS_sched_setattr, 0, &attr, 0u) < 0)
        return err_set(err, errno, "set process.scheduler");
    if (process->has_io_priority &&
        syscall(SYS_ioprio_set, who_process, 0,
                process->io_class << class_shift | process->io_level) < 0)
        return err_set(err, errno, "set process.ioPriority");
    return 0;
}

/* No capability in any set, for good. */
static int drop_all(const struct spec_process *process, struct err *err)
{
    struct __user_cap_header_struct head = {.version =
                                                _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_set(err, errno, "no_new_privs");
    int cap = 0;
    while (prctl(PR_CAPBSET_DROP, cap) == 0)
        cap++;
    if (errno != EINVAL || !cap) /* EINVAL: there are no more */
        return err_set(err, errno, "drop capability %d", cap);
    if (userns_become(process, err) < 0)
        return -err->code;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        syscall(SYS_capset, &head, none) < 0)
        return err_set(err, errno, "drop all capabilities");
    return 0;
}

static int become(struct launch *launch, int conn, struct err *err)
{
    const struct spec_process *process = &launch->container->spec->process;
    static struct files files;
    char *const no_env[] = {NULL};

    files.fd = -1;
    if (add_settings(launch, err) < 0 || receive(conn, err) < 0)
        return -err->code;
    if (hooks_run(launch->container, HOOK_START_CONTAINER, STATUS_CREATED,
                  err) < 0 ||
        add_files(launch, &files, err) < 0)
        return -err->code;
    if (add(err, "--") < 0)
        return -err->code;
    for (size_t i = 0; i < process->args.count; i++)
        if (add(err, "%s", process->args.at[i]) < 0)
            return -err->code;
    if (mounts_vanish(launch->nowhere_fd, err) < 0 ||
        set_priorities(process, err) < 0 || set_rlimits(process, err) < 0 ||
        drop_all(process, err) < 0)
        return -err->code;
    argv[argc] = NULL;
    (void)syscall(SYS_execveat, launch->tender_fd, "", argv, no_env,
                  AT_EMPTY_PATH);
    return err_set(err, errno, "execute the tender");
}

static int greet(struct launch *launch, int conn, struct err *err)
{
    int rc = init_send_fds(conn, launch->ns_fds, 2, err);
    io_close_fd(&launch->ns_fds[0]);
    io_close_fd(&launch->ns_fds[1]);
    return rc;
}

/* Process 1 of a namespace ends by no signal that it does not handle. */
static void end(int sig)
{
    _exit(128 + sig);
}

static void take_signals(void)
{
    static const uint8_t sigs[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1,
                                   SIGUSR2, SIGALRM, SIGTERM, SIGIO};
    for (size_t i = 0; i < sizeof sigs; i++)
        (void)signal(sigs[i], end); /* valid arguments; exec resets it */
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* What the engine left open, and what create needed: a container that waits
 * would hold it for as long. */
static void close_others(const struct launch *launch, int listen_fd)
{
    int fds[] = {launch->tender_fd, launch->files_fd,  launch->image_fd,
                 launch->kvm_fd,    launch->proc_fds,  launch->nowhere_fd,
                 launch->ns_fds[0], launch->ns_fds[1], listen_fd};
    const size_t count = sizeof fds / sizeof *fds;
    unsigned from = 3;

    qsort(fds, count, sizeof *fds, by_number);
    for (size_t i = 0; i < count; i++) {
        if (fds[i] < (int)from)
            continue; /* there is none, or it is the console's */
        if (fds[i] > (int)from)
            (void)syscall(SYS_close_range, from, (unsigned)fds[i] - 1, 0u);
        from = (unsigned)fds[i] + 1;
    }
    (void)syscall(SYS_close_range, from, ~0u, 0u); /* valid arguments */
}

_Noreturn void launch_wait(struct launch *launch, int listen_fd)
{
    struct err err;
    int conn;

    take_signals();
    close_others(launch, listen_fd);
    do
        conn = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    while (conn < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (conn >= 0 &&
        (greet(launch, conn, &err) < 0 || become(launch, conn, &err) < 0))
        (void)send(conn, err.text, strlen(err.text) + 1, MSG_NOSIGNAL);
    _exit(1);
}
