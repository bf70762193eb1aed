/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux x86-64's numbers and structs, as its kernel has them (include/uapi of
 * Linux 6.1; man section 2). Self-contained: C headers only. The unit test
 * tests/unit/linux_abi compares each with the host's own headers.
 */
#ifndef LIBOS_LINUX_H
#define LIBOS_LINUX_H

#include <stdint.h>

/* Error numbers: asm-generic/errno-base.h, errno.h */
enum linux_errno {
    LINUX_EPERM = 1,
    LINUX_ENOENT = 2,
    LINUX_ESRCH = 3,
    LINUX_EINTR = 4,
    LINUX_EIO = 5,
    LINUX_ENXIO = 6,
    LINUX_E2BIG = 7,
    LINUX_ENOEXEC = 8,
    LINUX_EBADF = 9,
    LINUX_ECHILD = 10,
    LINUX_EAGAIN = 11,
    LINUX_ENOMEM = 12,
    LINUX_EACCES = 13,
    LINUX_EFAULT = 14,
    LINUX_ENOTBLK = 15,
    LINUX_EBUSY = 16,
    LINUX_EEXIST = 17,
    LINUX_EXDEV = 18,
    LINUX_ENODEV = 19,
    LINUX_ENOTDIR = 20,
    LINUX_EISDIR = 21,
    LINUX_EINVAL = 22,
    LINUX_ENFILE = 23,
    LINUX_EMFILE = 24,
    LINUX_ENOTTY = 25,
    LINUX_ETXTBSY = 26,
    LINUX_EFBIG = 27,
    LINUX_ENOSPC = 28,
    LINUX_ESPIPE = 29,
    LINUX_EROFS = 30,
    LINUX_EMLINK = 31,
    LINUX_EPIPE = 32,
    LINUX_EDOM = 33,
    LINUX_ERANGE = 34,
    LINUX_EDEADLOCK = 35,
    LINUX_ENAMETOOLONG = 36,
    LINUX_ENOLCK = 37,
    LINUX_ENOSYS = 38,
    LINUX_ENOTEMPTY = 39,
    LINUX_ELOOP = 40,
    LINUX_ENOMSG = 42,
    LINUX_EIDRM = 43,
    LINUX_ECHRNG = 44,
    LINUX_EL2NSYNC = 45,
    LINUX_EL3HLT = 46,
    LINUX_EL3RST = 47,
    LINUX_ELNRNG = 48,
    LINUX_EUNATCH = 49,
    LINUX_ENOCSI = 50,
    LINUX_EL2HLT = 51,
    LINUX_EBADE = 52,
    LINUX_EBADR = 53,
    LINUX_EXFULL = 54,
    LINUX_ENOANO = 55,
    LINUX_EBADRQC = 56,
    LINUX_EBADSLT = 57,
    LINUX_EBFONT = 59,
    LINUX_ENOSTR = 60,
    LINUX_ENODATA = 61,
    LINUX_ETIME = 62,
    LINUX_ENOSR = 63,
    LINUX_ENONET = 64,
    LINUX_ENOPKG = 65,
    LINUX_EREMOTE = 66,
    LINUX_ENOLINK = 67,
    LINUX_EADV = 68,
    LINUX_ESRMNT = 69,
    LINUX_ECOMM = 70,
    LINUX_EPROTO = 71,
    LINUX_EMULTIHOP = 72,
    LINUX_EDOTDOT = 73,
    LINUX_EBADMSG = 74,
    LINUX_EOVERFLOW = 75,
    LINUX_ENOTUNIQ = 76,
    LINUX_EBADFD = 77,
    LINUX_EREMCHG = 78,
    LINUX_ELIBACC = 79,
    LINUX_ELIBBAD = 80,
    LINUX_ELIBSCN = 81,
    LINUX_ELIBMAX = 82,
    LINUX_ELIBEXEC = 83,
    LINUX_EILSEQ = 84,
    LINUX_ERESTART = 85,
    LINUX_ESTRPIPE = 86,
    LINUX_EUSERS = 87,
    LINUX_ENOTSOCK = 88,
    LINUX_EDESTADDRREQ = 89,
    LINUX_EMSGSIZE = 90,
    LINUX_EPROTOTYPE = 91,
    LINUX_ENOPROTOOPT = 92,
    LINUX_EPROTONOSUPPORT = 93,
    LINUX_ESOCKTNOSUPPORT = 94,
    LINUX_ENOTSUP = 95,
    LINUX_EPFNOSUPPORT = 96,
    LINUX_EAFNOSUPPORT = 97,
    LINUX_EADDRINUSE = 98,
    LINUX_EADDRNOTAVAIL = 99,
    LINUX_ENETDOWN = 100,
    LINUX_ENETUNREACH = 101,
    LINUX_ENETRESET = 102,
    LINUX_ECONNABORTED = 103,
    LINUX_ECONNRESET = 104,
    LINUX_ENOBUFS = 105,
    LINUX_EISCONN = 106,
    LINUX_ENOTCONN = 107,
    LINUX_ESHUTDOWN = 108,
    LINUX_ETOOMANYREFS = 109,
    LINUX_ETIMEDOUT = 110,
    LINUX_ECONNREFUSED = 111,
    LINUX_EHOSTDOWN = 112,
    LINUX_EHOSTUNREACH = 113,
    LINUX_EALREADY = 114,
    LINUX_EINPROGRESS = 115,
    LINUX_ESTALE = 116,
    LINUX_EUCLEAN = 117,
    LINUX_ENOTNAM = 118,
    LINUX_ENAVAIL = 119,
    LINUX_EISNAM = 120,
    LINUX_EREMOTEIO = 121,
    LINUX_EDQUOT = 122,
    LINUX_ENOMEDIUM = 123,
    LINUX_EMEDIUMTYPE = 124,
    LINUX_ECANCELED = 125,
    LINUX_ENOKEY = 126,
    LINUX_EKEYEXPIRED = 127,
    LINUX_EKEYREVOKED = 128,
    LINUX_EKEYREJECTED = 129,
    LINUX_EOWNERDEAD = 130,
    LINUX_ENOTRECOVERABLE = 131,
    LINUX_ERFKILL = 132,
};

/* Signal numbers: asm/signal.h */
enum linux_signal {
    LINUX_SIGHUP = 1,
    LINUX_SIGINT = 2,
    LINUX_SIGQUIT = 3,
    LINUX_SIGILL = 4,
    LINUX_SIGTRAP = 5,
    LINUX_SIGABRT = 6,
    LINUX_SIGBUS = 7,
    LINUX_SIGFPE = 8,
    LINUX_SIGKILL = 9,
    LINUX_SIGUSR1 = 10,
    LINUX_SIGSEGV = 11,
    LINUX_SIGUSR2 = 12,
    LINUX_SIGPIPE = 13,
    LINUX_SIGALRM = 14,
    LINUX_SIGTERM = 15,
    LINUX_SIGCHLD = 17,
    LINUX_SIGCONT = 18,
    LINUX_SIGSTOP = 19,
    LINUX_SIGTSTP = 20,
    LINUX_SIGTTIN = 21,
    LINUX_SIGTTOU = 22,
    LINUX_SIGURG = 23,
    LINUX_SIGXCPU = 24,
    LINUX_SIGXFSZ = 25,
    LINUX_SIGVTALRM = 26,
    LINUX_SIGPROF = 27,
    LINUX_SIGWINCH = 28,
    LINUX_SIGSYS = 31,
    LINUX_SIGRTMIN = 32,
};

struct linux_iovec {
    void *base;
    uint64_t len; /* bytes */
};

struct linux_timespec {
    int64_t sec;
    int64_t nsec;
};

struct linux_timeval {
    int64_t sec;
    int64_t usec;
};

struct linux_itimerval {
    struct linux_timeval interval;
    struct linux_timeval value;
};

struct linux_itimerspec {
    struct linux_timespec interval;
    struct linux_timespec value;
};

struct linux_sigevent {
    uint64_t value;
    int32_t signo;
    int32_t notify;
    int32_t tid; /* SIGEV_THREAD_ID */
    int32_t pad[11];
};
_Static_assert(sizeof(struct linux_sigevent) == 64, "struct sigevent");

struct linux_stat {
    uint64_t dev;
    uint64_t ino;
    uint64_t nlink;
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    uint32_t pad;
    uint64_t rdev;
    int64_t size;
    int64_t blksize;
    int64_t blocks; /* of 512 bytes */
    struct linux_timespec atime;
    struct linux_timespec mtime;
    struct linux_timespec ctime;
    int64_t unused[3];
};
_Static_assert(sizeof(struct linux_stat) == 144, "struct stat");

struct linux_statfs {
    int64_t type;
    int64_t bsize;
    uint64_t blocks;
    uint64_t bfree;
    uint64_t bavail;
    uint64_t files;
    uint64_t ffree;
    int32_t fsid[2];
    int64_t namelen;
    int64_t frsize;
    int64_t flags;
    int64_t spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "struct statfs");

struct linux_dirent64 {
    uint64_t ino;
    int64_t off;
    uint16_t reclen; /* bytes, multiple of 8 */
    uint8_t type;    /* DT_* */
    char name[];
};

struct linux_pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
};

struct linux_siginfo {
    int32_t signo;
    int32_t error;
    int32_t code;
    int32_t pad;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            uint64_t value;
        } kill;
        uint64_t addr;
        uint64_t raw[14];
    } u;
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "siginfo_t");

struct linux_sigaction {
    void (*handler)(int); /* or void (*)(int, siginfo_t *, void *) */
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

struct linux_stack {
    void *addr;
    int32_t flags;
    uint64_t size;
};

struct linux_utsname {
    char sysname[65];
    char nodename[65];
    char release[65];
    char version[65];
    char machine[65];
    char domainname[65];
};

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3];
    uint64_t totalram;
    uint64_t freeram;
    uint64_t sharedram;
    uint64_t bufferram;
    uint64_t totalswap;
    uint64_t freeswap;
    uint16_t procs;
    uint16_t pad;
    uint64_t totalhigh;
    uint64_t freehigh;
    uint32_t mem_unit;
};
_Static_assert(sizeof(struct linux_sysinfo) == 112, "struct sysinfo");

struct linux_rusage {
    struct linux_timeval utime;
    struct linux_timeval stime;
    int64_t maxrss; /* KiB */
    int64_t ixrss, idrss, isrss;
    int64_t minflt, majflt, nswap;
    int64_t inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
_Static_assert(sizeof(struct linux_rusage) == 144, "struct rusage");

struct linux_tms {
    int64_t utime, stime, cutime, cstime; /* ticks of 1/100 s */
};

struct linux_rlimit {
    uint64_t cur;
    uint64_t max;
};

struct linux_winsize {
    uint16_t row, col, xpixel, ypixel;
};

struct linux_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line;
    uint8_t cc[19];
};

#endif
