/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libOS's copies of Linux's numbers and structs against the host's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <termios.h>

#undef sa_handler
#include "libos/futex.h"
#include "libos/linux.h"
#include "libos/linux_file.h"
#include "libos/signal.h"
#include "libos/sigstate.h"

static int failures;

static void same(const char *name, long long ours, long long hosts)
{
    if (ours == hosts)
        return;
    printf("not ok - %s: %lld, the host's is %lld\n", name, ours, hosts);
    failures++;
}

#define SIZE(ours, hosts) same(#hosts, sizeof(ours), sizeof(hosts))
#define FIELD(type, ours, hosts)                                               \
    same(#type "." #hosts, offsetof(struct linux_##type, ours),                \
         offsetof(struct type, hosts))

#define SAME(name)                                                             \
    {                                                                          \
#name, (long long)LINUX_##name, (long long)name                        \
    }
static const struct {
    const char *name;
    long long ours, hosts;
} numbers[] = {
    SAME(AT_EACCESS),
    SAME(AT_EMPTY_PATH),
    SAME(AT_FDCWD),
    SAME(AT_NO_AUTOMOUNT),
    SAME(AT_REMOVEDIR),
    SAME(AT_SYMLINK_FOLLOW),
    SAME(AT_SYMLINK_NOFOLLOW),
    SAME(BLKBSZGET),
    SAME(BLKFLSBUF),
    SAME(BLKGETSIZE),
    SAME(BLKGETSIZE64),
    SAME(BLKPBSZGET),
    SAME(BLKROGET),
    SAME(BLKSSZGET),
    SAME(CLOSE_RANGE_CLOEXEC),
    SAME(DT_BLK),
    SAME(DT_CHR),
    SAME(DT_DIR),
    SAME(DT_FIFO),
    SAME(DT_LNK),
    SAME(DT_REG),
    SAME(DT_SOCK),
    SAME(DT_UNKNOWN),
    SAME(E2BIG),
    SAME(EACCES),
    SAME(EADDRINUSE),
    SAME(EADDRNOTAVAIL),
    SAME(EADV),
    SAME(EAFNOSUPPORT),
    SAME(EAGAIN),
    SAME(EALREADY),
    SAME(EBADE),
    SAME(EBADF),
    SAME(EBADFD),
    SAME(EBADMSG),
    SAME(EBADR),
    SAME(EBADRQC),
    SAME(EBADSLT),
    SAME(EBFONT),
    SAME(EBUSY),
    SAME(ECANCELED),
    SAME(ECHILD),
    SAME(ECHRNG),
    SAME(ECOMM),
    SAME(ECONNABORTED),
    SAME(ECONNREFUSED),
    SAME(ECONNRESET),
    SAME(EDEADLOCK),
    SAME(EDESTADDRREQ),
    SAME(EDOM),
    SAME(EDOTDOT),
    SAME(EDQUOT),
    SAME(EEXIST),
    SAME(EFAULT),
    SAME(EFBIG),
    SAME(EFD_SEMAPHORE),
    SAME(EHOSTDOWN),
    SAME(EHOSTUNREACH),
    SAME(EIDRM),
    SAME(EILSEQ),
    SAME(EINPROGRESS),
    SAME(EINTR),
    SAME(EINVAL),
    SAME(EIO),
    SAME(EISCONN),
    SAME(EISDIR),
    SAME(EISNAM),
    SAME(EKEYEXPIRED),
    SAME(EKEYREJECTED),
    SAME(EKEYREVOKED),
    SAME(EL2HLT),
    SAME(EL2NSYNC),
    SAME(EL3HLT),
    SAME(EL3RST),
    SAME(ELIBACC),
    SAME(ELIBBAD),
    SAME(ELIBEXEC),
    SAME(ELIBMAX),
    SAME(ELIBSCN),
    SAME(ELNRNG),
    SAME(ELOOP),
    SAME(EMEDIUMTYPE),
    SAME(EMFILE),
    SAME(EMLINK),
    SAME(EMSGSIZE),
    SAME(EMULTIHOP),
    SAME(ENAMETOOLONG),
    SAME(ENAVAIL),
    SAME(ENETDOWN),
    SAME(ENETRESET),
    SAME(ENETUNREACH),
    SAME(ENFILE),
    SAME(ENOANO),
    SAME(ENOBUFS),
    SAME(ENOCSI),
    SAME(ENODATA),
    SAME(ENODEV),
    SAME(ENOENT),
    SAME(ENOEXEC),
    SAME(ENOKEY),
    SAME(ENOLCK),
    SAME(ENOLINK),
    SAME(ENOMEDIUM),
    SAME(ENOMEM),
    SAME(ENOMSG),
    SAME(ENONET),
    SAME(ENOPKG),
    SAME(ENOPROTOOPT),
    SAME(ENOSPC),
    SAME(ENOSR),
    SAME(ENOSTR),
    SAME(ENOSYS),
    SAME(ENOTBLK),
    SAME(ENOTCONN),
    SAME(ENOTDIR),
    SAME(ENOTEMPTY),
    SAME(ENOTNAM),
    SAME(ENOTRECOVERABLE),
    SAME(ENOTSOCK),
    SAME(ENOTSUP),
    SAME(ENOTTY),
    SAME(ENOTUNIQ),
    SAME(ENXIO),
    SAME(EOVERFLOW),
    SAME(EOWNERDEAD),
    SAME(EPERM),
    SAME(EPFNOSUPPORT),
    SAME(EPIPE),
    SAME(EPOLLET),
    SAME(EPOLLEXCLUSIVE),
    SAME(EPOLLONESHOT),
    SAME(EPOLLWAKEUP),
    SAME(EPOLL_CTL_ADD),
    SAME(EPOLL_CTL_DEL),
    SAME(EPOLL_CTL_MOD),
    SAME(EPROTO),
    SAME(EPROTONOSUPPORT),
    SAME(EPROTOTYPE),
    SAME(ERANGE),
    SAME(EREMCHG),
    SAME(EREMOTE),
    SAME(EREMOTEIO),
    SAME(ERESTART),
    SAME(ERFKILL),
    SAME(EROFS),
    SAME(ESHUTDOWN),
    SAME(ESOCKTNOSUPPORT),
    SAME(ESPIPE),
    SAME(ESRCH),
    SAME(ESRMNT),
    SAME(ESTALE),
    SAME(ESTRPIPE),
    SAME(ETIME),
    SAME(ETIMEDOUT),
    SAME(ETOOMANYREFS),
    SAME(ETXTBSY),
    SAME(EUCLEAN),
    SAME(EUNATCH),
    SAME(EUSERS),
    SAME(EXDEV),
    SAME(EXFULL),
    SAME(FD_CLOEXEC),
    SAME(FIOCLEX),
    SAME(FIONBIO),
    SAME(FIONCLEX),
    SAME(FIONREAD),
    SAME(FUTEX_CLOCK_REALTIME),
    SAME(FUTEX_CMP_REQUEUE),
    SAME(FUTEX_PRIVATE_FLAG),
    SAME(FUTEX_REQUEUE),
    SAME(FUTEX_WAIT),
    SAME(FUTEX_WAIT_BITSET),
    SAME(FUTEX_WAKE),
    SAME(FUTEX_WAKE_BITSET),
    SAME(FUTEX_WAKE_OP),
    SAME(F_ADD_SEALS),
    SAME(F_DUPFD),
    SAME(F_DUPFD_CLOEXEC),
    SAME(F_GETFD),
    SAME(F_GETFL),
    SAME(F_GETLK),
    SAME(F_GETOWN),
    SAME(F_GETPIPE_SZ),
    SAME(F_GETSIG),
    SAME(F_GET_SEALS),
    SAME(F_OFD_GETLK),
    SAME(F_OFD_SETLK),
    SAME(F_OFD_SETLKW),
    SAME(F_RDLCK),
    SAME(F_SETFD),
    SAME(F_SETFL),
    SAME(F_SETLK),
    SAME(F_SETLKW),
    SAME(F_SETOWN),
    SAME(F_SETPIPE_SZ),
    SAME(F_SETSIG),
    SAME(F_UNLCK),
    SAME(F_WRLCK),
    SAME(IOV_MAX),
    SAME(LOCK_EX),
    SAME(LOCK_NB),
    SAME(LOCK_SH),
    SAME(LOCK_UN),
    SAME(MADV_DONTNEED),
    SAME(MADV_FREE),
    SAME(MADV_NORMAL),
    SAME(MADV_REMOVE),
    SAME(MAP_ANONYMOUS),
    SAME(MAP_FIXED),
    SAME(MAP_FIXED_NOREPLACE),
    SAME(MAP_PRIVATE),
    SAME(MAP_SHARED),
    SAME(MAP_SHARED_VALIDATE),
    SAME(MAP_TYPE),
    SAME(MREMAP_DONTUNMAP),
    SAME(MREMAP_FIXED),
    SAME(MREMAP_MAYMOVE),
    SAME(MS_ASYNC),
    SAME(MS_INVALIDATE),
    SAME(MS_SYNC),
    SAME(NAME_MAX),
    SAME(O_ACCMODE),
    SAME(O_APPEND),
    SAME(O_ASYNC),
    SAME(O_CLOEXEC),
    SAME(O_CREAT),
    SAME(O_DIRECT),
    SAME(O_DIRECTORY),
    SAME(O_DSYNC),
    SAME(O_EXCL),
    SAME(O_NOATIME),
    SAME(O_NOCTTY),
    SAME(O_NOFOLLOW),
    SAME(O_NONBLOCK),
    SAME(O_PATH),
    SAME(O_RDONLY),
    SAME(O_RDWR),
    SAME(O_SYNC),
    SAME(O_TMPFILE),
    SAME(O_TRUNC),
    SAME(O_WRONLY),
    SAME(PATH_MAX),
    SAME(PIPEFS_MAGIC),
    SAME(PIPE_BUF),
    SAME(POLLERR),
    SAME(POLLHUP),
    SAME(POLLIN),
    SAME(POLLNVAL),
    SAME(POLLOUT),
    SAME(POLLPRI),
    SAME(POLLRDBAND),
    SAME(POLLRDHUP),
    SAME(POLLRDNORM),
    SAME(POLLWRBAND),
    SAME(POLLWRNORM),
    SAME(PROT_EXEC),
    SAME(PROT_READ),
    SAME(PROT_WRITE),
    SAME(RENAME_EXCHANGE),
    SAME(RENAME_NOREPLACE),
    SAME(RENAME_WHITEOUT),
    SAME(SA_NODEFER),
    SAME(SA_ONSTACK),
    SAME(SA_RESETHAND),
    SAME(SA_RESTART),
    SAME(SA_SIGINFO),
    SAME(SEEK_CUR),
    SAME(SEEK_DATA),
    SAME(SEEK_END),
    SAME(SEEK_HOLE),
    SAME(SEEK_SET),
    SAME(SIGABRT),
    SAME(SIGALRM),
    SAME(SIGBUS),
    SAME(SIGCHLD),
    SAME(SIGCONT),
    SAME(SIGFPE),
    SAME(SIGHUP),
    SAME(SIGILL),
    SAME(SIGINT),
    SAME(SIGKILL),
    SAME(SIGPIPE),
    SAME(SIGPROF),
    SAME(SIGQUIT),
    SAME(SIGSEGV),
    SAME(SIGSTOP),
    SAME(SIGSYS),
    SAME(SIGTERM),
    SAME(SIGTRAP),
    SAME(SIGTSTP),
    SAME(SIGTTIN),
    SAME(SIGTTOU),
    SAME(SIGURG),
    SAME(SIGUSR1),
    SAME(SIGUSR2),
    SAME(SIGVTALRM),
    SAME(SIGWINCH),
    SAME(SIGXCPU),
    SAME(SIGXFSZ),
    SAME(SIG_DFL),
    SAME(SIG_IGN),
    SAME(SI_KERNEL),
    SAME(SI_TKILL),
    SAME(SI_USER),
    SAME(SS_DISABLE),
    SAME(SS_ONSTACK),
    SAME(S_IFBLK),
    SAME(S_IFCHR),
    SAME(S_IFDIR),
    SAME(S_IFIFO),
    SAME(S_IFLNK),
    SAME(S_IFMT),
    SAME(S_IFREG),
    SAME(S_IFSOCK),
    SAME(S_ISGID),
    SAME(S_ISUID),
    SAME(S_ISVTX),
    SAME(TCFLSH),
    SAME(TCGETS),
    SAME(TCSBRK),
    SAME(TCSETS),
    SAME(TCSETSF),
    SAME(TCSETSW),
    SAME(TCXONC),
    SAME(TFD_TIMER_ABSTIME),
    SAME(TFD_TIMER_CANCEL_ON_SET),
    SAME(TIOCGPGRP),
    SAME(TIOCGSID),
    SAME(TIOCGWINSZ),
    SAME(TIOCOUTQ),
    SAME(TIOCSPGRP),
    SAME(TIOCSWINSZ),
    SAME(TMPFS_MAGIC),
    SAME(UTIME_NOW),
    SAME(UTIME_OMIT),
};

static void structs(void)
{
    SIZE(struct linux_iovec, struct iovec);
    SIZE(struct linux_timespec, struct timespec);
    SIZE(struct linux_timeval, struct timeval);
    SIZE(struct linux_itimerval, struct itimerval);
    SIZE(struct linux_stat, struct stat);
    FIELD(stat, ino, st_ino);
    FIELD(stat, nlink, st_nlink);
    FIELD(stat, mode, st_mode);
    FIELD(stat, rdev, st_rdev);
    FIELD(stat, size, st_size);
    FIELD(stat, blocks, st_blocks);
    FIELD(stat, atime, st_atim);
    FIELD(stat, ctime, st_ctim);
    SIZE(struct linux_statfs, struct statfs);
    FIELD(statfs, bavail, f_bavail);
    FIELD(statfs, namelen, f_namelen);
    FIELD(statfs, flags, f_flags);
    FIELD(dirent64, reclen, d_reclen);
    FIELD(dirent64, type, d_type);
    FIELD(dirent64, name, d_name);
    SIZE(struct linux_pollfd, struct pollfd);
    SIZE(struct linux_siginfo, siginfo_t);
    same("si_pid", offsetof(struct linux_siginfo, u.kill.pid),
         offsetof(siginfo_t, si_pid));
    same("si_value", offsetof(struct linux_siginfo, u.kill.value),
         offsetof(siginfo_t, si_value));
    same("si_addr", offsetof(struct linux_siginfo, u.addr),
         offsetof(siginfo_t, si_addr));
    SIZE(struct linux_stack, stack_t);
    SIZE(struct linux_utsname, struct utsname);
    SIZE(struct linux_sysinfo, struct sysinfo);
    FIELD(sysinfo, procs, procs);
    FIELD(sysinfo, mem_unit, mem_unit);
    SIZE(struct linux_rusage, struct rusage);
    FIELD(rusage, maxrss, ru_maxrss);
    FIELD(rusage, nivcsw, ru_nivcsw);
    SIZE(struct linux_tms, struct tms);
    SIZE(struct linux_rlimit, struct rlimit);
    SIZE(struct linux_winsize, struct winsize);
    FIELD(termios, lflag, c_lflag);
    FIELD(termios, cc, c_cc);
}

int main(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        same(numbers[i].name, numbers[i].ours, numbers[i].hosts);
    structs();
    return failures != 0;
}
