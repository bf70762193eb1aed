/* SPDX-License-Identifier: Apache-2.0 */
/* Who and where the process is. */
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "libc.h"

_Static_assert(sizeof(struct utsname) == sizeof(struct linux_utsname), "uname");

pid_t getpid(void)
{
    return (pid_t)sys_getpid();
}

pid_t getppid(void)
{
    return (pid_t)sys_getppid();
}

pid_t gettid(void)
{
    return (pid_t)sys_gettid();
}

/* One process: its own group and session. */
static pid_t only_self(pid_t pid)
{
    pid_t self = (pid_t)sys_getpid();
    return pid == 0 || pid == self ? self : (pid_t)libc_result(-ESRCH);
}

pid_t getpgid(pid_t pid)
{
    return only_self(pid);
}

pid_t getpgrp(void)
{
    return only_self(0);
}

pid_t getsid(pid_t pid)
{
    return only_self(pid);
}

int setpgid(pid_t pid, pid_t group)
{
    if (only_self(pid) < 0)
        return -1;
    return (int)libc_result(group == 0 || group == getpid() ? 0 : -EPERM);
}

pid_t setpgrp(void)
{
    return 0;
}

pid_t setsid(void)
{
    return (pid_t)libc_result(-EPERM); /* it is the leader already */
}

uid_t getuid(void)
{
    return (uid_t)sys_getuid();
}

uid_t geteuid(void)
{
    return (uid_t)sys_geteuid();
}

gid_t getgid(void)
{
    return (gid_t)sys_getgid();
}

gid_t getegid(void)
{
    return (gid_t)sys_getegid();
}

int getresuid(uid_t *ruid, uid_t *euid, uid_t *suid)
{
    *ruid = getuid();
    *euid = *suid = geteuid();
    return 0;
}

int getresgid(gid_t *rgid, gid_t *egid, gid_t *sgid)
{
    *rgid = getgid();
    *egid = *sgid = getegid();
    return 0;
}

int setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
    return (int)libc_result(sys_setresuid(ruid, euid, suid));
}

int setresgid(gid_t rgid, gid_t egid, gid_t sgid)
{
    return (int)libc_result(sys_setresgid(rgid, egid, sgid));
}

int setuid(uid_t uid)
{
    return geteuid() == 0 ? setresuid(uid, uid, uid)
                          : setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setgid(gid_t gid)
{
    return geteuid() == 0 ? setresgid(gid, gid, gid)
                          : setresgid((gid_t)-1, gid, (gid_t)-1);
}

int seteuid(uid_t uid)
{
    return setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setegid(gid_t gid)
{
    return setresgid((gid_t)-1, gid, (gid_t)-1);
}

int setreuid(uid_t ruid, uid_t euid)
{
    return setresuid(ruid, euid, (uid_t)-1);
}

int setregid(gid_t rgid, gid_t egid)
{
    return setresgid(rgid, egid, (gid_t)-1);
}

int getgroups(int count, gid_t list[])
{
    return (int)libc_result(sys_getgroups(count, list));
}

int setgroups(size_t count, const gid_t *list)
{
    return (int)libc_result(sys_setgroups(count, list));
}

int group_member(gid_t gid)
{
    gid_t list[32];
    int count = getgroups(32, list);
    while (count-- > 0)
        if (list[count] == gid)
            return 1;
    return gid == getgid() || gid == getegid();
}

int issetugid(void)
{
    return 0;
}

int uname(struct utsname *name)
{
    return (int)libc_result(sys_uname((struct linux_utsname *)name));
}

int gethostname(char *name, size_t len)
{
    struct linux_utsname uts;
    long rc = sys_uname(&uts);
    if (rc < 0)
        return (int)libc_result(rc);
    size_t node_len = strlen(uts.nodename) + 1;
    memcpy(name, uts.nodename, node_len < len ? node_len : len);
    return (int)libc_result(node_len > len ? -ENAMETOOLONG : 0);
}

int sethostname(const char *name, size_t len)
{
    return (int)libc_result(sys_sethostname(name, len));
}

int getdomainname(char *name, size_t len)
{
    struct linux_utsname uts;
    long rc = sys_uname(&uts);
    if (rc < 0)
        return (int)libc_result(rc);
    strncpy(name, uts.domainname, len);
    return 0;
}

long gethostid(void)
{
    return 0x007f0100; /* made from 127.0.0.1, as where no file says more */
}

ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
    return libc_result(CANCEL_POINT(sys_getrandom(buf, len, flags)));
}

int getentropy(void *buf, size_t len)
{
    if (len > 256)
        return (int)libc_result(-EIO);
    return libc_result(sys_getrandom(buf, len, 0)) < 0 ? -1 : 0;
}

int prctl(int option, ...)
{
    va_list ap;
    va_start(ap, option);
    char *arg = va_arg(ap, char *);
    va_end(ap);
    switch (option) {
    case PR_SET_NAME:
        snprintf(thread_self()->name, sizeof thread_self()->name, "%.15s", arg);
        return 0;
    case PR_GET_NAME:
        return (int)libc_result(
            -pthread_getname_np((pthread_t)thread_self(), arg, 16));
    case PR_SET_PDEATHSIG:
    case PR_SET_NO_NEW_PRIVS:
    case PR_SET_DUMPABLE:
        return 0;
    case PR_GET_DUMPABLE:
        return 1;
    default:
        return (int)libc_result(-EINVAL);
    }
}

long syscall(long number, ...)
{
    va_list ap;
    va_start(ap, number);
    long a = va_arg(ap, long), b = va_arg(ap, long), c = va_arg(ap, long);
    long d = va_arg(ap, long), e = va_arg(ap, long), f = va_arg(ap, long);
    va_end(ap);
    switch (number) {
    case SYS_gettid:
        return sys_gettid();
    case SYS_futex:
        return libc_result(sys_futex((uint32_t *)a, (int)b, (uint32_t)c,
                                     (const struct linux_timespec *)d,
                                     (uint32_t *)e, (uint32_t)f));
    case SYS_getrandom:
        return libc_result(sys_getrandom((void *)a, (size_t)b, (unsigned)c));
    default:
        return libc_result(-ENOSYS);
    }
}
