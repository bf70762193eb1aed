/* SPDX-License-Identifier: Apache-2.0 */
/* sysconf, pathconf, confstr: man 3 of each; values as on Linux. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "libc.h"

static const struct {
    short name;
    int value;
} constants[] = {
    {_SC_ARG_MAX, ARG_MAX},
    {_SC_CHILD_MAX, 1},
    {_SC_CLK_TCK, 100},
    {_SC_NGROUPS_MAX, NGROUPS_MAX},
    {_SC_STREAM_MAX, 16},
    {_SC_TZNAME_MAX, _POSIX_TZNAME_MAX},
    {_SC_JOB_CONTROL, 1},
    {_SC_SAVED_IDS, 1},
    {_SC_REALTIME_SIGNALS, _POSIX_VERSION},
    {_SC_PRIORITY_SCHEDULING, _POSIX_VERSION},
    {_SC_TIMERS, _POSIX_VERSION},
    {_SC_DELAYTIMER_MAX, INT_MAX},
    {_SC_SHARED_MEMORY_OBJECTS, _POSIX_VERSION},
    {_SC_IPV6, _POSIX_VERSION},
    {_SC_RAW_SOCKETS, _POSIX_VERSION},
    {_SC_ASYNCHRONOUS_IO, -1},
    {_SC_SYNCHRONIZED_IO, _POSIX_VERSION},
    {_SC_FSYNC, _POSIX_VERSION},
    {_SC_MAPPED_FILES, _POSIX_VERSION},
    {_SC_SEMAPHORES, _POSIX_VERSION},
    {_SC_VERSION, _POSIX_VERSION},
    {_SC_PAGESIZE, 4096},
    {_SC_RTSIG_MAX, RTSIG_MAX},
    {_SC_SEM_NSEMS_MAX, -1},
    {_SC_SEM_VALUE_MAX, SEM_VALUE_MAX},
    {_SC_SIGQUEUE_MAX, 1024},
    {_SC_BC_BASE_MAX, BC_BASE_MAX},
    {_SC_BC_DIM_MAX, BC_DIM_MAX},
    {_SC_BC_SCALE_MAX, BC_SCALE_MAX},
    {_SC_BC_STRING_MAX, BC_STRING_MAX},
    {_SC_COLL_WEIGHTS_MAX, COLL_WEIGHTS_MAX},
    {_SC_EXPR_NEST_MAX, EXPR_NEST_MAX},
    {_SC_LINE_MAX, LINE_MAX},
    {_SC_RE_DUP_MAX, RE_DUP_MAX},
    {_SC_2_VERSION, _POSIX2_VERSION},
    {_SC_2_C_BIND, _POSIX2_VERSION},
    {_SC_IOV_MAX, IOV_MAX},
    {_SC_THREADS, _POSIX_VERSION},
    {_SC_THREAD_SAFE_FUNCTIONS, _POSIX_VERSION},
    {_SC_GETGR_R_SIZE_MAX, 1024},
    {_SC_GETPW_R_SIZE_MAX, 1024},
    {_SC_LOGIN_NAME_MAX, LOGIN_NAME_MAX},
    {_SC_TTY_NAME_MAX, TTY_NAME_MAX},
    {_SC_THREAD_DESTRUCTOR_ITERATIONS, PTHREAD_DESTRUCTOR_ITERATIONS},
    {_SC_THREAD_KEYS_MAX, PTHREAD_KEYS_MAX},
    {_SC_THREAD_STACK_MIN, PTHREAD_STACK_MIN},
    {_SC_THREAD_THREADS_MAX, -1},
    {_SC_THREAD_ATTR_STACKADDR, _POSIX_VERSION},
    {_SC_THREAD_ATTR_STACKSIZE, _POSIX_VERSION},
    {_SC_THREAD_PRIORITY_SCHEDULING, _POSIX_VERSION},
    {_SC_THREAD_PROCESS_SHARED, _POSIX_VERSION},
    {_SC_NPROCESSORS_CONF, 1},
    {_SC_NPROCESSORS_ONLN, 1},
    {_SC_ATEXIT_MAX, INT_MAX},
    {_SC_XOPEN_VERSION, _XOPEN_VERSION},
    {_SC_XOPEN_UNIX, 1},
    {_SC_BARRIERS, _POSIX_VERSION},
    {_SC_CLOCK_SELECTION, _POSIX_VERSION},
    {_SC_CPUTIME, _POSIX_VERSION},
    {_SC_THREAD_CPUTIME, _POSIX_VERSION},
    {_SC_MONOTONIC_CLOCK, _POSIX_VERSION},
    {_SC_READER_WRITER_LOCKS, _POSIX_VERSION},
    {_SC_SPIN_LOCKS, _POSIX_VERSION},
    {_SC_REGEXP, 1},
    {_SC_SHELL, -1},
    {_SC_SPAWN, -1},
    {_SC_TIMEOUTS, _POSIX_VERSION},
    {_SC_SYMLOOP_MAX, SYMLOOP_MAX},
    {_SC_HOST_NAME_MAX, HOST_NAME_MAX},
    {_SC_V6_LP64_OFF64, 1},
    {_SC_V7_LP64_OFF64, 1},
    {_SC_MINSIGSTKSZ, MINSIGSTKSZ},
    {_SC_SIGSTKSZ, SIGSTKSZ},
};

long sysconf(int name)
{
    struct linux_sysinfo info;
    struct linux_rlimit limit;

    switch (name) {
    case _SC_OPEN_MAX:
        if (sys_prlimit64(0, RLIMIT_NOFILE, NULL, &limit) < 0)
            return 1024;
        return limit.cur == RLIM_INFINITY ? -1 : (long)limit.cur;
    case _SC_PHYS_PAGES:
        return sys_sysinfo(&info) < 0 ? -1 : (long)(info.totalram / 4096);
    case _SC_AVPHYS_PAGES:
        return sys_sysinfo(&info) < 0 ? -1 : (long)(info.freeram / 4096);
    default:
        for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
            if (constants[i].name == name)
                return constants[i].value;
    }
    if (name < 0 || name > _SC_SIGSTKSZ)
        return libc_result(-EINVAL);
    return -1;
}

static long conf(const struct linux_statfs *fs, int name)
{
    switch (name) {
    case _PC_LINK_MAX:
        return 127;
    case _PC_MAX_CANON:
        return MAX_CANON;
    case _PC_MAX_INPUT:
        return MAX_INPUT;
    case _PC_NAME_MAX:
        return fs->namelen;
    case _PC_PATH_MAX:
        return PATH_MAX;
    case _PC_PIPE_BUF:
        return PIPE_BUF;
    case _PC_CHOWN_RESTRICTED:
    case _PC_NO_TRUNC:
    case _PC_2_SYMLINKS:
        return 1;
    case _PC_VDISABLE:
        return _POSIX_VDISABLE;
    case _PC_FILESIZEBITS:
        return 64;
    case _PC_REC_INCR_XFER_SIZE:
    case _PC_REC_MIN_XFER_SIZE:
    case _PC_REC_XFER_ALIGN:
    case _PC_ALLOC_SIZE_MIN:
        return fs->bsize;
    case _PC_SYNC_IO:
    case _PC_ASYNC_IO:
    case _PC_PRIO_IO:
    case _PC_SOCK_MAXBUF:
    case _PC_REC_MAX_XFER_SIZE:
    case _PC_SYMLINK_MAX:
        return -1;
    default:
        return libc_result(-EINVAL);
    }
}

long pathconf(const char *path, int name)
{
    struct linux_statfs fs;
    long rc = sys_statfs(path, &fs);
    return rc < 0 ? libc_result(rc) : conf(&fs, name);
}

long fpathconf(int fd, int name)
{
    struct linux_statfs fs = {.bsize = 4096, .namelen = NAME_MAX};
    long rc = sys_fstatfs(fd, &fs);
    return rc == -EBADF ? libc_result(rc) : conf(&fs, name);
}

size_t confstr(int name, char *buf, size_t len)
{
    const char *text;
    switch (name) {
    case _CS_PATH:
        text = "/bin:/usr/bin";
        break;
    case _CS_GNU_LIBC_VERSION:
    case _CS_GNU_LIBPTHREAD_VERSION:
        text = ""; /* it is not */
        break;
    default:
        errno = EINVAL;
        return 0;
    }
    size_t size = strlen(text) + 1;
    if (len > 0) {
        memcpy(buf, text, size < len ? size : len);
        buf[(size < len ? size : len) - 1] = 0;
    }
    return size;
}

int getpagesize(void)
{
    return 4096;
}

int getdtablesize(void)
{
    return (int)sysconf(_SC_OPEN_MAX);
}
