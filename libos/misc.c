/* SPDX-License-Identifier: Apache-2.0 */
/* Who and what: names, ids, resource figures. */
#include "arena.h"
#include "enter.h"
#include "file.h"
#include "libos.h"
#include "sys.h"
#include "thread.h"
#include "user.h"
#include "vfs.h"

#define USEC_NS 1000

static char hostname[65] = "septum";
static char domainname[65] = "(none)";
static uint32_t fd_limit_hard = FD_LIMIT_MAX;
static unsigned ids[2][3];          /* user, group: real, effective, saved */
static unsigned groups[GROUPS_MAX]; /* supplementary */
static unsigned group_count;

static bool take_id(const char **at, const char *ends, unsigned *id);

/* A setting that cannot be understood is left out. */
static void complain(const char *key, const char *value, const char *want)
{
    print_err("septum: %s=%s: expected %s\n", key, value, want);
}

/* "SOFT:HARD", as far as there can be so many. */
static void take_fd_limit(const char *text)
{
    unsigned soft, hard;
    const char *at = text;
    if (!text)
        return;
    if (!take_id(&at, ":", &soft) || !take_id(&at, "", &hard)) {
        complain("nofile", text, "SOFT:HARD");
        return;
    }
    fd_limit_hard = hard < FD_LIMIT_MAX ? hard : FD_LIMIT_MAX;
    fd_limit = soft < fd_limit_hard ? soft : fd_limit_hard;
}

/* Octal. */
static void take_umask(const char *text)
{
    uint32_t mask = 0;
    const char *at = text;
    if (!text)
        return;
    for (; *at >= '0' && *at <= '7'; at++)
        mask = mask << 3 | (uint32_t)(*at - '0');
    if (at == text || *at)
        complain("umask", text, "an octal number");
    else
        fs_context.umask = mask & 0777;
}

static void take_name(char name[65], const char *key)
{
    const char *text = libos_conf(key);
    if (text && strlen(text) > 64)
        complain(key, text, "at most 64 bytes");
    else if (text)
        memcpy(name, text, strlen(text) + 1);
}

void misc_init(const struct uni_boot *boot)
{
    (void)boot;
    take_name(hostname, "hostname");
    take_name(domainname, "domainname");
    take_umask(libos_conf("umask"));
    take_fd_limit(libos_conf("nofile"));
}

long sys_uname(struct linux_utsname *name)
{
    LIBOS_CALL();
    struct linux_utsname value = {.sysname = "Septum",
                                  .release = SEPTUM_VERSION,
                                  .version = "libOS " SEPTUM_VERSION,
                                  .machine = "x86_64"};
    memcpy(value.nodename, hostname, sizeof hostname);
    memcpy(value.domainname, domainname, sizeof domainname);
    return user_copy(name, &value, sizeof value);
}

long sys_sethostname(const char *name, size_t len)
{
    LIBOS_CALL();
    char value[sizeof hostname] = {0};
    if (len >= sizeof value)
        return -LINUX_EINVAL;
    if (user_copy(value, name, len) < 0)
        return -LINUX_EFAULT;
    memcpy(hostname, value, sizeof hostname);
    return 0;
}

long sys_sysinfo(struct linux_sysinfo *info)
{
    LIBOS_CALL();
    struct arena_stats stats;
    arena_stats(&stats);
    struct linux_sysinfo value = {
        .uptime = time_ticks_to_ns(tsc_read() - cpu.start_tsc) / NS_PER_SEC,
        .totalram = stats.total,
        .freeram = stats.total - stats.used,
        .procs = (uint16_t)cpu.thread_count,
        .mem_unit = 1,
    };
    return user_copy(info, &value, sizeof value);
}

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

long sys_getrusage(int who, struct linux_rusage *usage)
{
    LIBOS_CALL();
    struct linux_rusage value = {.maxrss = 0};
    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
        return -LINUX_EINVAL;
    if (who != RUSAGE_CHILDREN) {
        int64_t ns = who == RUSAGE_SELF
                         ? process_cpu_ns()
                         : time_ticks_to_ns(thread_cpu_ticks(thread_self()));
        struct arena_stats stats;
        arena_stats(&stats);
        value.utime.sec = ns / NS_PER_SEC;
        value.utime.usec = ns % NS_PER_SEC / USEC_NS;
        value.maxrss = (int64_t)(stats.high_water / 1024);
        value.nvcsw = (int64_t)cpu.switch_count;
    }
    return user_copy(usage, &value, sizeof value);
}

long sys_times(struct linux_tms *tms)
{
    LIBOS_CALL();
    const int64_t ns_per_tick = NS_PER_SEC / 100;
    struct linux_tms value = {.utime = process_cpu_ns() / ns_per_tick};
    if (tms && user_copy(tms, &value, sizeof value) < 0)
        return -LINUX_EFAULT;
    return time_now() / ns_per_tick;
}

/* man 2 getrlimit; uapi/asm-generic/resource.h */
#define RLIM_INFINITY UINT64_MAX
#define RLIMIT_COUNT 16
enum {
    RLIMIT_DATA = 2,
    RLIMIT_STACK = 3,
    RLIMIT_CORE = 4,
    RLIMIT_NPROC = 6,
    RLIMIT_NOFILE = 7,
    RLIMIT_AS = 9,
};

static struct linux_rlimit limits[RLIMIT_COUNT];
static bool has_limits;

static void init_limits(void)
{
    for (int i = 0; i < RLIMIT_COUNT; i++)
        limits[i] = (struct linux_rlimit){RLIM_INFINITY, RLIM_INFINITY};
    uint64_t stack = cpu.all_first->stack_size;
    limits[RLIMIT_STACK] = (struct linux_rlimit){stack, stack};
    limits[RLIMIT_NOFILE] = (struct linux_rlimit){fd_limit, fd_limit_hard};
    has_limits = true;
}

long sys_prlimit64(int pid, int resource, const struct linux_rlimit *value,
                   struct linux_rlimit *old)
{
    LIBOS_CALL();
    struct linux_rlimit limit;
    if (pid != 0 && pid != 1)
        return -LINUX_ESRCH;
    if (resource < 0 || resource >= RLIMIT_COUNT)
        return -LINUX_EINVAL;
    if (!has_limits)
        init_limits();
    if (value) {
        if (user_copy(&limit, value, sizeof limit) < 0)
            return -LINUX_EFAULT;
        if (limit.cur > limit.max)
            return -LINUX_EINVAL;
        if (resource == RLIMIT_NOFILE && limit.max > limits[resource].max)
            return -LINUX_EPERM;
    }
    if (old && user_copy(old, &limits[resource], sizeof limit) < 0)
        return -LINUX_EFAULT;
    if (!value)
        return 0;
    limits[resource] = limit;
    if (resource == RLIMIT_NOFILE)
        fd_limit =
            limit.cur < FD_LIMIT_MAX ? (uint32_t)limit.cur : FD_LIMIT_MAX;
    return 0;
}

long sys_getpid(void)
{
    return 1;
}

long sys_getppid(void)
{
    return 0;
}

enum { REAL, EFFECTIVE, SAVED };

long sys_getuid(void)
{
    return ids[0][REAL];
}

long sys_geteuid(void)
{
    return ids[0][EFFECTIVE];
}

long sys_getgid(void)
{
    return ids[1][REAL];
}

long sys_getegid(void)
{
    return ids[1][EFFECTIVE];
}

#define KEEP UINT32_MAX

/* Who is not user 0 may only take what it already is: man 2 setresuid. */
static long set_ids(unsigned have[3], unsigned r, unsigned e, unsigned s)
{
    const unsigned want[3] = {r, e, s};
    bool is_privileged = ids[0][EFFECTIVE] == 0;
    for (int i = 0; i < 3; i++) {
        unsigned id = want[i];
        if (id != KEEP && !is_privileged && id != have[REAL] &&
            id != have[EFFECTIVE] && id != have[SAVED])
            return -LINUX_EPERM;
    }
    for (int i = 0; i < 3; i++)
        if (want[i] != KEEP)
            have[i] = want[i];
    return 0;
}

long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid)
{
    LIBOS_CALL();
    return set_ids(ids[0], ruid, euid, suid);
}

long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid)
{
    LIBOS_CALL();
    return set_ids(ids[1], rgid, egid, sgid);
}

long sys_getgroups(int count, unsigned *list)
{
    LIBOS_CALL();
    if (count < 0 || (count && (unsigned)count < group_count))
        return -LINUX_EINVAL;
    long rc = count && group_count
                  ? user_copy(list, groups, group_count * sizeof *list)
                  : 0;
    return rc < 0 ? rc : (long)group_count;
}

long sys_setgroups(size_t count, const unsigned *list)
{
    LIBOS_CALL();
    unsigned copy[GROUPS_MAX];
    if (ids[0][EFFECTIVE] != 0)
        return -LINUX_EPERM;
    if (count > GROUPS_MAX)
        return -LINUX_EINVAL;
    long rc = count ? user_copy(copy, list, count * sizeof *copy) : 0;
    if (rc < 0)
        return rc;
    memcpy(groups, copy, count * sizeof *copy);
    group_count = (unsigned)count;
    return 0;
}

/* A number that ends with one of `ends`; moves behind it. */
static bool take_id(const char **at, const char *ends, unsigned *id)
{
    uint64_t value = 0;
    const char *digit = *at;
    for (; *digit >= '0' && *digit <= '9' && value < KEEP; digit++)
        value = value * 10 + (uint64_t)(*digit - '0');
    if (digit == *at || value >= KEEP || (*digit && !strchr(ends, *digit)))
        return false;
    *id = (unsigned)value;
    *at = *digit ? digit + 1 : digit;
    return true;
}

int misc_set_user(const char *text)
{
    unsigned uid, gid = 0, list[GROUPS_MAX], count = 0;
    if (!take_id(&text, ":", &uid) || (*text && !take_id(&text, ",", &gid)))
        return -LINUX_EINVAL;
    while (*text)
        if (count == GROUPS_MAX || !take_id(&text, ",", &list[count++]))
            return -LINUX_EINVAL;
    memcpy(groups, list, count * sizeof *list);
    group_count = count;
    for (int i = 0; i < 3; i++) {
        ids[0][i] = uid;
        ids[1][i] = gid;
    }
    return 0;
}
