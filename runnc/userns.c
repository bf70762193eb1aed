/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces: the stage between create and init; see userns.h. */
#include "runnc/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/mounts.h"
#include "runnc/util.h"

#define MAP_FILE_MAX 16384u

/*
 * What stage and create say to each other: MAP, MAPPED, then the last word,
 * DONE with init's process id, or FAILED with the reason.
 */
enum stage_msg_kind { STAGE_MAP = 1, STAGE_MAPPED, STAGE_DONE, STAGE_FAILED };

struct stage_msg {
    enum stage_msg_kind kind;
    pid_t pid;
    struct err err;
};

static int tell(int fd, const struct stage_msg *msg, struct err *err)
{
    return send(fd, msg, sizeof *msg, MSG_NOSIGNAL) == (ssize_t)sizeof *msg
               ? 0
               : err_set(err, errno, "user namespace: speak with create");
}

static int hear(int fd, struct stage_msg *msg, struct err *err)
{
    ssize_t got;
    do
        got = recv(fd, msg, sizeof *msg, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *msg
               ? 0
               : err_set(err, got < 0 ? errno : EPIPE,
                         "user namespace: its first process has died");
}

bool userns_is_own(int fd)
{
    struct stat own, other;
    return stat("/proc/self/ns/user", &own) == 0 && fstat(fd, &other) == 0 &&
           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/* The stage. */
static int make_user_ns(int fd, struct err *err)
{
    struct stage_msg msg = {.kind = STAGE_MAP};
    bool is_root = geteuid() == 0;

    if (unshare(CLONE_NEWUSER) < 0)
        return err_set(err, errno, "make a user namespace");
    /* Its files in /proc are its user's for newuidmap(1) only while it is
     * dumpable; nobody else is in the namespace yet. */
    if (!is_root && prctl(PR_SET_DUMPABLE, 1) < 0)
        return err_set(err, errno, "user namespace");
    if (tell(fd, &msg, err) < 0 || hear(fd, &msg, err) < 0)
        return -err->code;
    if (msg.kind != STAGE_MAPPED)
        return err_set(err, EPROTO, "user namespace: speak with create");
    return prctl(PR_SET_DUMPABLE, 0) < 0 ? err_set(err, errno, "user namespace")
                                         : 0;
}

/* Without groups: those of who runs us are nobody's inside, but where a user
 * has mapped nothing but itself it has to keep them. */
static int become_root(struct err *err)
{
    if (setgroups(0, NULL) < 0 && errno != EPERM)
        return err_set(err, errno, "user namespace: leave groups");
    if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        return errno == EINVAL
                   ? err_refuse(err, "the user namespace maps nobody to its "
                                     "user 0 or group 0")
                   : err_set(err, errno, "user namespace: become its user 0");
    return 0;
}

static int enter_user_ns(struct ns_plan *plan, int fd, struct err *err)
{
    if (plan->fd[NS_USER] < 0) {
        plan->clone_flags &= ~CLONE_NEWUSER;
        return make_user_ns(fd, err);
    }
    if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
        setns(plan->fd[NS_USER], CLONE_NEWUSER) < 0)
        return err_set(err, errno, "join a user namespace");
    io_close_fd(&plan->fd[NS_USER]);
    return 0;
}

/* Returns in init; the stage itself ends here. */
static int run_stage(struct ns_plan *plan, struct init_args *args, int fd,
                     struct err *err)
{
    struct stage_msg done = {.kind = STAGE_DONE};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return err_set(err, errno, "signal of create's death");
    /* Or a user could not write to files of its own process in /proc. */
    if (geteuid() != 0 && prctl(PR_SET_DUMPABLE, 1) < 0)
        return err_set(err, errno, "user namespace");
    /* What is joined before is joined with the rights of outside; what those
     * are not enough for belongs to the user namespace. */
    mounts_take_sources(args->container);
    if (init_outside(args, err) < 0 || ns_join(plan, false, err) < 0 ||
        enter_user_ns(plan, fd, err) < 0 || become_root(err) < 0 ||
        ns_join(plan, true, err) < 0)
        return -err->code;
    if (plan->has_new_pid && unshare(CLONE_NEWPID) < 0)
        return err_set(err, errno, "make a pid namespace");
    done.pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (done.pid == 0)
        return 0;
    if (done.pid < 0)
        return err_set(err, errno, "fork");
    if (tell(fd, &done, err) < 0)
        return -err->code; /* init hears of create's end itself */
    _exit(0);
}

/* Create's side: init's process id. */
static pid_t attend(int fd, pid_t stage, const struct spec_linux *os,
                    struct err *err)
{
    struct stage_msg msg;

    for (;;) {
        if (hear(fd, &msg, err) < 0)
            return -err->code;
        if (msg.kind == STAGE_DONE)
            return msg.pid;
        if (msg.kind == STAGE_FAILED) {
            *err = msg.err;
            return -err->code;
        }
        msg.kind = STAGE_MAPPED;
        if (userns_map(stage, &os->maps, err) < 0 || tell(fd, &msg, err) < 0)
            return -err->code;
    }
}

pid_t userns_fork(struct ns_plan *plan, struct init_args *args, struct err *err)
{
    struct stage_msg failed = {.kind = STAGE_FAILED};
    struct err ignored;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket pair");
    pid_t stage = fork();
    if (stage == 0) {
        close(pair[0]);
        if (run_stage(plan, args, pair[1], &failed.err) == 0) {
            close(pair[1]);
            return 0;
        }
        (void)tell(pair[1], &failed, &ignored); /* or nobody is there */
        _exit(1);
    }
    auto_fd int fd = pair[0];
    close(pair[1]);
    if (stage < 0)
        return err_set(err, errno, "fork");
    pid_t pid = attend(fd, stage, &args->container->spec->os, err);
    if (pid < 0)
        (void)kill(stage, SIGKILL); /* ours, not waited for yet */
    while (waitpid(stage, NULL, 0) < 0 && errno == EINTR)
        ;
    return pid;
}

/*
 * Ids.
 */
static bool denies_setgroups;

/* Is the id in the first column of a map of /proc/self? */
static bool is_mapped(const char *map, uint32_t id)
{
    unsigned first, outside, size;
    int len;
    for (; sscanf(map, "%u %u %u%n", &first, &outside, &size, &len) == 3;
         map += len)
        if (id >= first && id - first < size)
            return true;
    return false;
}

/* The maps that come with a path must be those of the namespace there. */
static int check_map(const char *map, const struct spec_id_map *maps,
                     size_t count, const char *field, struct err *err)
{
    unsigned inside, outside, size;
    size_t same = 0, lines = 0;
    int len;

    for (; sscanf(map, "%u %u %u%n", &inside, &outside, &size, &len) == 3;
         map += len, lines++)
        for (size_t i = 0; i < count; i++)
            same += maps[i].container_id == inside &&
                    maps[i].host_id == outside && maps[i].size == size;
    return count && (same != count || lines != count)
               ? err_refuse(err,
                            "config.json: linux.%s: the user namespace that "
                            "is joined has others",
                            field)
               : 0;
}

int userns_check_process(const struct spec *spec, struct err *err)
{
    const struct spec_process *process = &spec->process;
    const struct spec_linux *os = &spec->os;
    auto_free char *uids = NULL, *gids = NULL, *groups = NULL;

    if (file_read(AT_FDCWD, "/proc/self/uid_map", MAP_FILE_MAX, &uids, err) <
            0 ||
        file_read(AT_FDCWD, "/proc/self/gid_map", MAP_FILE_MAX, &gids, err) <
            0 ||
        file_read(AT_FDCWD, "/proc/self/setgroups", 64, &groups, err) < 0)
        return -err->code;
    if (check_map(uids, os->maps.uid, os->maps.uid_count, "uidMappings", err) <
            0 ||
        check_map(gids, os->maps.gid, os->maps.gid_count, "gidMappings", err) <
            0)
        return -err->code;
    if (!is_mapped(uids, process->uid))
        return err_refuse(err, "process.user.uid: %u has no mapping",
                          process->uid);
    if (!is_mapped(gids, process->gid))
        return err_refuse(err, "process.user.gid: %u has no mapping",
                          process->gid);
    for (size_t i = 0; i < process->group_count; i++)
        if (!is_mapped(gids, process->groups[i]))
            return err_refuse(err,
                              "process.user.additionalGids: %u has no mapping",
                              process->groups[i]);
    denies_setgroups = strncmp(groups, "deny", 4) == 0;
    if (denies_setgroups && process->group_count)
        return err_refuse(err, "process.user.additionalGids: groups cannot be "
                               "set where a user has mapped only itself");
    return 0;
}

int userns_become(const struct spec_process *process, struct err *err)
{
    if ((!denies_setgroups &&
         setgroups(process->group_count, process->groups) < 0) ||
        setresgid(process->gid, process->gid, process->gid) < 0 ||
        setresuid(process->uid, process->uid, process->uid) < 0)
        return err_set(err, errno, "become user %u:%u", process->uid,
                       process->gid);
    return 0;
}
