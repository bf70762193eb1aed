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
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/ns.h"
#include "runnc/util.h"

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

int ns_plan_init(struct ns_plan *plan, const struct spec *spec, struct err *err)
{
    *plan = (struct ns_plan){0};
    for (unsigned i = 0; i < NS_KIND_COUNT; i++)
        plan->fd[i] = -1;
    for (unsigned i = 0; i < NS_KIND_COUNT; i++) {
        const struct spec_namespace *ns = &spec->os.ns[i];
        if (!ns->is_set)
            continue;
        if (i == NS_USER || i == NS_TIME)
            return err_refuse(err, "%s namespaces are not supported",
                              kinds[i].name);
        if (!ns->path && i == NS_PID)
            plan->has_new_pid = true;
        else if (!ns->path)
            plan->clone_flags |= kinds[i].flag;
        if (!ns->path)
            continue;
        plan->fd[i] = open(ns->path, O_RDONLY | O_CLOEXEC);
        if (plan->fd[i] < 0)
            return err_set(err, errno, "%s namespace %s", kinds[i].name,
                           ns->path);
        if (ioctl(plan->fd[i], NS_GET_NSTYPE) != kinds[i].flag)
            return err_refuse(err, "%s is no %s namespace", ns->path,
                              kinds[i].name);
    }
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

int ns_enter(const struct ns_plan *plan, struct err *err)
{
    for (unsigned i = 0; i < NS_KIND_COUNT; i++)
        if (i != NS_PID && plan->fd[i] >= 0 &&
            setns(plan->fd[i], kinds[i].flag) < 0)
            return err_set(err, errno, "join a %s namespace", kinds[i].name);
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
