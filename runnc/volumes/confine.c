/* SPDX-License-Identifier: Apache-2.0 */
/* Confinement: confine.h. */
#include "runnc/volumes/confine.h"

#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "volume_filter.h"
#include "runnc/volumes/host.h"

#define MOVED 96 /* above all places */

static int move(int *fd, int to)
{
    int rc = (int)host(to == MOVED ? fcntl(*fd, F_DUPFD_CLOEXEC, MOVED)
                                   : dup3(*fd, to, O_CLOEXEC));
    if (rc >= 0)
        *fd = rc;
    return rc;
}

static int each_fd(struct server *server, bool is_up, int *report)
{
    int next = PLACE_FIRST;
    int rc = move(&server->stream, is_up ? MOVED : PLACE_STREAM);
    if (rc >= 0)
        rc = move(&server->proc_fds, is_up ? MOVED : PLACE_PROC);
    if (rc >= 0 && server->tty >= 0)
        rc = move(&server->tty, is_up ? MOVED : PLACE_TTY);
    for (unsigned i = 0; i < server->export_count && rc >= 0; i++)
        rc = move(&server->export[i].fd, is_up ? MOVED : next++);
    if (rc >= 0)
        rc = move(report, is_up ? MOVED : next++);
    return rc < 0 ? rc : next;
}

/* 0, 1 and 2 are taken by what can be neither read nor written. */
int confine_fds(struct server *server, int *report, struct err *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    int next = each_fd(server, true, report);
    if (next >= 0)
        next = each_fd(server, false, report);
    for (int fd = 0; fd < 3 && next >= 0; fd++)
        if (dup3(server->proc_fds, fd, O_CLOEXEC) < 0)
            next = -errno;
    if (next >= 0 && server->tty < 0)
        (void)close(PLACE_TTY);
    if (next >= 0)
        next = (int)host(syscall(SYS_close_range, next, ~0u, 0));
    return next < 0 ? err_set(err, -next, "place descriptors") : 0;
}

/* linux/landlock.h of later kernels; Documentation/userspace-api/landlock. */
enum landlock_right {
    LL_WRITE_FILE = 1 << 1,
    LL_READ_FILE = 1 << 2,
    LL_READ_DIR = 1 << 3,
    LL_ALL_2 = (1 << 14) - 1, /* of ABI 2 */
    LL_TRUNCATE = 1 << 14,    /* ABI 3 */
    LL_IOCTL_DEV = 1 << 15,   /* ABI 5 */
    /* EXECUTE, MAKE_CHAR, MAKE_BLOCK */
    LL_NEVER = 1 << 0 | 1 << 6 | 1 << 11 | LL_IOCTL_DEV,
    LL_OF_FILE = LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE,
};
#define LL_CREATE 444
#define LL_ADD 445
#define LL_RESTRICT 446

static int add_rule(int ruleset, const struct export *export, uint64_t handled)
{
    struct __attribute__((packed)) {
        uint64_t rights;
        int32_t fd;
    } rule = {.fd = export->fd};
    struct statx st;
    int rc = stat_fd(export->fd, &st);
    if (rc < 0)
        return rc;
    rule.rights = export->is_readonly ? LL_READ_FILE | LL_READ_DIR
                                      : handled & ~(uint64_t)LL_NEVER;
    if (!S_ISDIR(st.stx_mode))
        rule.rights &= LL_OF_FILE;
    return (int)host(syscall(LL_ADD, ruleset, 1, &rule, 0));
}

/* ABI 1 would refuse every rename between directories. */
static int landlock(const struct server *server, struct err *err)
{
    long abi = syscall(LL_CREATE, NULL, 0, 1);
    if (abi < 2)
        return 0;
    uint64_t handled =
        LL_ALL_2 | (abi >= 3 ? LL_TRUNCATE : 0) | (abi >= 5 ? LL_IOCTL_DEV : 0);
    int ruleset = (int)host(syscall(LL_CREATE, &handled, sizeof handled, 0));
    int rc = ruleset < 0 ? ruleset : 0;
    for (unsigned i = 0; i < server->export_count && rc == 0; i++)
        rc = add_rule(ruleset, &server->export[i], handled);
    if (rc == 0)
        rc = (int)host(syscall(LL_RESTRICT, ruleset, 0));
    if (ruleset >= 0)
        (void)close(ruleset);
    return rc < 0 ? err_set(err, -rc, "landlock") : 0;
}

/* Where a user has mapped nothing but itself it has to keep its groups,
 * user_namespaces(7). */
static bool denies_setgroups(const struct server *server)
{
    char text[4] = "";
    int fd = openat(server->proc_fds, "../setgroups", O_RDONLY | O_CLOEXEC);
    bool denies = fd >= 0 && read(fd, text, sizeof text) == sizeof text &&
                  !memcmp(text, "deny", sizeof text);
    if (fd >= 0)
        (void)close(fd); /* only read */
    return denies;
}

static int set_user(const struct server *server, const struct identity *who,
                    struct err *err)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct now[2], want[2] = {{0}};
    gid_t groups[GROUPS_MAX];
    for (unsigned i = 0; i < who->group_count; i++)
        groups[i] = who->group[i];
    /* The bounding set first: that needs a capability itself. */
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (!(who->caps & CONFINE_CAPS & 1ull << cap))
            (void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    (void)prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (who->is_given &&
        ((syscall(SYS_setgroups, (size_t)who->group_count, groups) < 0 &&
          (who->group_count || !denies_setgroups(server))) ||
         syscall(SYS_setresgid, who->gid, who->gid, who->gid) < 0 ||
         syscall(SYS_setresuid, who->uid, who->uid, who->uid) < 0))
        return err_set(err, errno, "become user %u:%u", who->uid, who->gid);
    if (syscall(SYS_capget, &head, now) < 0)
        return err_set(err, errno, "capget");
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    want[0].permitted = want[0].effective =
        now[0].permitted & (uint32_t)(who->caps & CONFINE_CAPS);
    if (syscall(SYS_capset, &head, want) < 0)
        return err_set(err, errno, "capset");
    return 0;
}

int confine(const struct server *server, const struct identity *who,
            struct err *err)
{
    struct sock_fprog filter = {
        .len = sizeof volume_filter / sizeof volume_filter[0],
        .filter = (struct sock_filter *)volume_filter,
    };
    (void)umask(0);
    if (chdir("/") < 0)
        return err_set(err, errno, "chdir /");
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    if (set_user(server, who, err) < 0)
        return -err->code;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_set(err, errno, "no_new_privs");
    if (landlock(server, err) < 0)
        return -err->code;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        return err_set(err, errno, "seccomp filter");
    return 0;
}
