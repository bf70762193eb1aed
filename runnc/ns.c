/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces; see ns.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/ns.h"
#include "runnc/userns.h"
#include "runnc/util.h"

#define NSFS_MAGIC 0x6e736673 /* linux/magic.h */

static const struct {
    const char *name;
    int flag;
} kinds[NS_KIND_COUNT] = {[NS_USER] = {"user", CLONE_NEWUSER},
                          [NS_PID] = {"pid", CLONE_NEWPID},
                          [NS_MNT] = {"mount", CLONE_NEWNS},
                          [NS_NET] = {"network", CLONE_NEWNET},
                          [NS_IPC] = {"ipc", CLONE_NEWIPC},
                          [NS_UTS] = {"uts", CLONE_NEWUTS},
                          [NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP},
                          [NS_TIME] = {"time", 0x80}};

/* The path is the bundle's: what is no namespace is not even opened. */
static int open_ns(const char *path, unsigned kind, struct err *err)
{
    struct statfs fs;
    auto_fd int at = open(path, O_PATH | O_CLOEXEC);
    if (at < 0 || fstatfs(at, &fs) < 0)
        return err_set(err, errno, "%s namespace %s", kinds[kind].name, path);
    auto_fd int fd =
        fs.f_type == NSFS_MAGIC ? open(fd_path(at), O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 && fs.f_type == NSFS_MAGIC)
        return err_set(err, errno, "%s namespace %s", kinds[kind].name, path);
    if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) != kinds[kind].flag)
        return err_refuse(err, "%s is no %s namespace", path, kinds[kind].name);
    return take_fd(&fd);
}

int ns_plan_init(struct ns_plan *plan, const struct spec *spec, struct err *err)
{
    *plan = (struct ns_plan){0};
    for (unsigned i = 0; i < NS_KIND_COUNT; i++)
        plan->fd[i] = -1;
    for (unsigned i = 0; i < NS_KIND_COUNT; i++) {
        const struct spec_namespace *ns = &spec->os.ns[i];
        if (!ns->is_set)
            continue;
        if (i == NS_TIME)
            return err_refuse(err, "%s namespaces are not supported",
                              kinds[i].name);
        if (!ns->path && i == NS_PID)
            plan->has_new_pid = true;
        else if (!ns->path)
            plan->clone_flags |= kinds[i].flag;
        if (!ns->path)
            continue;
        plan->fd[i] = open_ns(ns->path, i, err);
        if (plan->fd[i] < 0)
            return plan->fd[i];
    }
    plan->has_user = spec->os.ns[NS_USER].is_set;
    if (plan->fd[NS_USER] >= 0 && userns_is_own(plan->fd[NS_USER]))
        return err_refuse(err,
                          "config.json: linux.namespaces: %s is the user "
                          "namespace of runnc itself",
                          spec->os.ns[NS_USER].path);
    /* Without one the container's root would be the host's. */
    if (!(plan->clone_flags & CLONE_NEWNS) && plan->fd[NS_MNT] < 0)
        return err_refuse(err, "a mount namespace of its own is needed");
    return 0;
}

void ns_plan_release(struct ns_plan *plan)
{
    for (unsigned i = 0; i < NS_KIND_COUNT; i++)
        io_close_fd(&plan->fd[i]);
}

pid_t ns_fork(const struct ns_plan *plan, struct err *err)
{
    bool is_other = plan->has_new_pid || plan->fd[NS_PID] >= 0;
    auto_fd int own =
        is_other ? open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC) : -1;
    if (is_other && own < 0)
        return err_set(err, errno, "open our own pid namespace");
    if (plan->has_new_pid && unshare(CLONE_NEWPID) < 0)
        return err_set(err, errno, "make a pid namespace");
    if (plan->fd[NS_PID] >= 0 && setns(plan->fd[NS_PID], CLONE_NEWPID) < 0)
        return err_set(err, errno, "join a pid namespace");
    pid_t pid = fork();
    int code = errno;
    /* Hooks are our children, too, and belong to our namespace. */
    if (pid > 0 && is_other && setns(own, CLONE_NEWPID) < 0)
        log_warn("return to our own pid namespace: %s", strerror(errno));
    return pid < 0 ? err_set(err, code, "fork") : pid;
}

static int bring_up_lo(struct err *err)
{
    struct ifreq ifr = {.ifr_name = "lo"};
    auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr) < 0)
        return err_set(err, errno, "interface lo");
    ifr.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
        return err_set(err, errno, "bring up interface lo");
    return 0;
}

int ns_join(struct ns_plan *plan, bool is_last, struct err *err)
{
    for (unsigned i = 0; i < NS_KIND_COUNT; i++) {
        if (i == NS_USER || plan->fd[i] < 0)
            continue;
        if (setns(plan->fd[i], kinds[i].flag) == 0)
            io_close_fd(&plan->fd[i]);
        else if (is_last || errno != EPERM)
            return err_set(err, errno, "join a %s namespace", kinds[i].name);
    }
    return 0;
}

int ns_make_network(struct ns_plan *plan, struct err *err)
{
    if (plan->has_user || !(plan->clone_flags & CLONE_NEWNET))
        return 0;
    if (unshare(CLONE_NEWNET) < 0)
        return err_set(err, errno, "make a network namespace");
    plan->clone_flags &= ~CLONE_NEWNET;
    return bring_up_lo(err);
}

int ns_enter(struct ns_plan *plan, struct err *err)
{
    if (!plan->has_user) /* ns_fork() has seen to it */
        io_close_fd(&plan->fd[NS_PID]);
    if (ns_join(plan, true, err) < 0)
        return -err->code;
    if (unshare(plan->clone_flags) < 0)
        return err_set(err, errno, "make namespaces");
    if (plan->clone_flags & CLONE_NEWNET)
        return bring_up_lo(err);
    return 0;
}

static int set_sysctl(const struct spec_pair *pair, struct err *err)
{
    char path[512] = "/proc/sys/";
    size_t len = strlen(path);
    /* Dots for slashes, unless there are slashes. */
    bool is_dotted = !strchr(pair->key, '/');
    for (const char *at = pair->key; *at && len < sizeof path - 1; at++)
        path[len++] = is_dotted && *at == '.' ? '/' : *at;
    path[len] = 0;
    if (strstr(path, ".."))
        return err_refuse(err, "sysctl %s: no such name", pair->key);
    if (file_write(AT_FDCWD, path, pair->value, err) < 0)
        return err_wrap(err, "sysctl %s", pair->key);
    return 0;
}

int ns_settle(const struct spec *spec, struct err *err)
{
    if (spec->hostname && sethostname(spec->hostname, strlen(spec->hostname)))
        return err_set(err, errno, "set host name %s", spec->hostname);
    if (spec->domainname &&
        setdomainname(spec->domainname, strlen(spec->domainname)))
        return err_set(err, errno, "set domain name %s", spec->domainname);
    for (size_t i = 0; i < spec->os.sysctl_count; i++)
        if (set_sysctl(&spec->os.sysctl[i], err) < 0)
            return -err->code;
    return 0;
}
