/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libOS's calls: Linux x86-64's system calls as C functions, for the
 * personalities (newlib today, unmodified Linux programs later). Semantics,
 * numbers, structs and flags are Linux's (man section 2; kernel 6.1 uapi);
 * results are 0 or more, or minus a Linux errno. All run in the calling
 * green thread and may switch to another one when they block.
 *
 * Outside of the guest objects' own link every name is prefixed (see
 * libos/module.mk), so an application may call its own function sys_open.
 */
#ifndef LIBOS_SYS_H
#define LIBOS_SYS_H

#include <stddef.h>
#include <stdint.h>

#include "linux.h"

/* Files: libos/fd.c, vfs.c */
long sys_openat(int dirfd, const char *path, int flags, unsigned mode);
long sys_close(int fd);
long sys_close_range(unsigned first, unsigned last, unsigned flags);
long sys_read(int fd, void *buf, size_t len);
long sys_write(int fd, const void *buf, size_t len);
long sys_pread64(int fd, void *buf, size_t len, int64_t offset);
long sys_pwrite64(int fd, const void *buf, size_t len, int64_t offset);
long sys_readv(int fd, const struct linux_iovec *iov, int iov_count);
long sys_writev(int fd, const struct linux_iovec *iov, int iov_count);
long sys_preadv(int fd, const struct linux_iovec *iov, int iov_count,
                int64_t offset);
long sys_pwritev(int fd, const struct linux_iovec *iov, int iov_count,
                 int64_t offset);
long sys_sendfile(int out_fd, int in_fd, int64_t *offset, size_t count);
long sys_copy_file_range(int in_fd, int64_t *in_off, int out_fd,
                         int64_t *out_off, size_t len, unsigned flags);
long sys_lseek(int fd, int64_t offset, int whence);
long sys_fstat(int fd, struct linux_stat *st);
long sys_newfstatat(int dirfd, const char *path, struct linux_stat *st,
                    int flags);
long sys_getdents64(int fd, void *buf, size_t len);
long sys_mkdirat(int dirfd, const char *path, unsigned mode);
long sys_mknodat(int dirfd, const char *path, unsigned mode, uint64_t dev);
long sys_unlinkat(int dirfd, const char *path, int flags);
long sys_renameat2(int from_dirfd, const char *from, int to_dirfd,
                   const char *to, unsigned flags);
long sys_linkat(int from_dirfd, const char *from, int to_dirfd, const char *to,
                int flags);
long sys_symlinkat(const char *target, int dirfd, const char *path);
long sys_readlinkat(int dirfd, const char *path, char *buf, size_t len);
long sys_fchmod(int fd, unsigned mode);
long sys_fchmodat(int dirfd, const char *path, unsigned mode, int flags);
long sys_fchown(int fd, unsigned uid, unsigned gid);
long sys_fchownat(int dirfd, const char *path, unsigned uid, unsigned gid,
                  int flags);
long sys_utimensat(int dirfd, const char *path,
                   const struct linux_timespec times[2], int flags);
long sys_truncate(const char *path, int64_t size);
long sys_ftruncate(int fd, int64_t size);
long sys_fallocate(int fd, int mode, int64_t offset, int64_t len);
long sys_faccessat2(int dirfd, const char *path, int mode, int flags);
long sys_fcntl(int fd, int cmd, unsigned long arg);
long sys_flock(int fd, int operation);
long sys_ioctl(int fd, unsigned long request, unsigned long arg);
long sys_dup(int fd);
long sys_dup3(int from, int to, int flags);
long sys_pipe2(int fds[2], int flags);
long sys_eventfd2(unsigned initval, int flags);
struct linux_epoll_event;
long sys_epoll_create1(int flags);
long sys_epoll_ctl(int epfd, int op, int fd, struct linux_epoll_event *event);
long sys_epoll_pwait(int epfd, struct linux_epoll_event *events, int max,
                     int timeout_ms, const uint64_t *sigmask);
long sys_timerfd_create(int clock, int flags);
long sys_timerfd_settime(int fd, int flags,
                         const struct linux_itimerspec *value,
                         struct linux_itimerspec *old);
long sys_timerfd_gettime(int fd, struct linux_itimerspec *value);
long sys_ppoll(struct linux_pollfd *fds, unsigned count,
               const struct linux_timespec *timeout, const uint64_t *sigmask);
long sys_pselect6(int nfds, unsigned long *in, unsigned long *out,
                  unsigned long *ex, const struct linux_timespec *timeout,
                  const uint64_t *sigmask);
long sys_fsync(int fd);
long sys_fdatasync(int fd);
long sys_sync(void);
long sys_getcwd(char *buf, size_t len); /* bytes with the NUL */
long sys_chdir(const char *path);
long sys_fchdir(int fd);
long sys_umask(unsigned mask);
long sys_statfs(const char *path, struct linux_statfs *st);
long sys_fstatfs(int fd, struct linux_statfs *st);

/* Memory: libos/vm.c. Anonymous memory, and private copies of files. */
long sys_mmap(void *addr, size_t len, int prot, int flags, int fd,
              int64_t offset); /* address or minus errno */
long sys_munmap(void *addr, size_t len);
long sys_mremap(void *addr, size_t old_len, size_t new_len, int flags,
                void *new_addr);
long sys_mprotect(void *addr, size_t len, int prot);
long sys_msync(void *addr, size_t len, int flags);
long sys_madvise(void *addr, size_t len, int advice);

/* Threads and signals: libos/thread.c, futex.c, signal.c */
long sys_futex(uint32_t *uaddr, int op, uint32_t val,
               const struct linux_timespec *timeout, uint32_t *uaddr2,
               uint32_t val3);
long sys_sched_yield(void);
long sys_gettid(void);
long sys_getpid(void);  /* 1 */
long sys_getppid(void); /* 0 */
long sys_rt_sigaction(int sig, const struct linux_sigaction *act,
                      struct linux_sigaction *old);
long sys_rt_sigprocmask(int how, const uint64_t *set, uint64_t *old);
long sys_rt_sigpending(uint64_t *set);
long sys_rt_sigsuspend(const uint64_t *mask);
long sys_rt_sigtimedwait(const uint64_t *set, struct linux_siginfo *info,
                         const struct linux_timespec *timeout);
long sys_sigaltstack(const struct linux_stack *stack, struct linux_stack *old);
long sys_kill(int pid, int sig);
long sys_tkill(int tid, int sig);
long sys_rt_sigqueueinfo(int pid, int sig, const struct linux_siginfo *info);
long sys_rt_tgsigqueueinfo(int pid, int tid, int sig,
                           const struct linux_siginfo *info);
long sys_setitimer(int which, const struct linux_itimerval *value,
                   struct linux_itimerval *old);
long sys_getitimer(int which, struct linux_itimerval *value);
long sys_timer_create(int clock, const struct linux_sigevent *event, int *id);
long sys_timer_settime(int id, int flags, const struct linux_itimerspec *value,
                       struct linux_itimerspec *old);
long sys_timer_gettime(int id, struct linux_itimerspec *value);
long sys_timer_getoverrun(int id);
long sys_timer_delete(int id);
long sys_pause(void);
_Noreturn void sys_exit_thread(int status);
_Noreturn void sys_exit_group(int status);

/* Time and the rest: libos/time.c, random.c, misc.c */
long sys_clock_gettime(int id, struct linux_timespec *ts);
long sys_clock_getres(int id, struct linux_timespec *ts);
long sys_clock_settime(int id, const struct linux_timespec *ts); /* -EPERM */
long sys_clock_nanosleep(int id, int flags, const struct linux_timespec *req,
                         struct linux_timespec *rem);
long sys_getrandom(void *buf, size_t len, unsigned flags);
long sys_uname(struct linux_utsname *name);
long sys_sethostname(const char *name, size_t len);
long sys_sysinfo(struct linux_sysinfo *info);
long sys_getrusage(int who, struct linux_rusage *usage);
long sys_times(struct linux_tms *tms);
long sys_prlimit64(int pid, int resource, const struct linux_rlimit *value,
                   struct linux_rlimit *old);
long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);
long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid);
long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid);
#define GROUPS_MAX 64u /* supplementary ones; Linux: 65536 */
long sys_getgroups(int count, unsigned *list);
long sys_setgroups(size_t count, const unsigned *list);

/*
 * What a personality gives the libOS and takes from it.
 */

/* The first code of a personality; runs as thread 1 on main's stack with the
 * libOS up. Both arrays are NULL-terminated and live forever. No return. */
_Noreturn void personality_start(int argc, char **argv, char **envp);

/*
 * A new green thread that runs entry(arg) on the caller-owned stack with
 * thread pointer `tls` (what code reads at fs:0). Returns its tid (> 1) or
 * -EAGAIN, -ENOMEM. When it has ended and its stack is no more in use,
 * *clear_tid (if not NULL) becomes 0 and a futex waiter on it is woken, like
 * Linux's CLONE_CHILD_CLEARTID.
 */
long sys_thread_new(void (*entry)(void *), void *arg, void *stack,
                    size_t stack_size, void *tls, uint32_t *clear_tid);

/* The running thread's thread pointer. */
void sys_set_tls(void *tls);
/* What -fstack-protector compares with, for all threads (fs:0x28). */
void sys_set_stack_guard(uint64_t guard);

/*
 * Memory in pages, for the personality's malloc: zeroed when `zeroed`,
 * page-aligned, or NULL. sys_pages_grow makes the block larger in place if
 * what follows is free: 0 or -ENOMEM.
 */
void *sys_pages_alloc(size_t size, int zeroed);
void sys_pages_free(void *addr, size_t size);
long sys_pages_grow(void *addr, size_t size, size_t new_size);

/* The image's note (bindings/abi/uni_note.h) and boot info. */
struct uni_note;
struct uni_boot;
const struct uni_note *sys_note(void);
const struct uni_boot *sys_boot(void);

#endif
