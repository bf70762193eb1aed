/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_UNISTD_H
#define _SYS_UNISTD_H

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/features.h>
#include <bits/confname.h>
#define __need_NULL
#include <stddef.h>
#include <stdint.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#define SEEK_DATA 3
#define SEEK_HOLE 4
#define F_ULOCK 0
#define F_LOCK 1
#define F_TLOCK 2
#define F_TEST 3
#define CLOSE_RANGE_CLOEXEC 4

__BEGIN_DECLS
extern char **environ;

void _exit(int status) __attribute__((__noreturn__));
int access(const char *path, int mode);
unsigned alarm(unsigned seconds);
int chdir(const char *path);
int fchdir(int fd);
int chown(const char *path, uid_t owner, gid_t group);
int fchown(int fd, uid_t owner, gid_t group);
int lchown(const char *path, uid_t owner, gid_t group);
int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags);
int close(int fd);
size_t confstr(int name, char *buf, size_t len);
int dup(int fd);
int dup2(int fd, int to);
int dup3(int fd, int to, int flags);
int execl(const char *path, const char *arg, ...);
int execle(const char *path, const char *arg, ...);
int execlp(const char *file, const char *arg, ...);
int execv(const char *path, char *const argv[]);
int execve(const char *path, char *const argv[], char *const envp[]);
int execvp(const char *file, char *const argv[]);
int fexecve(int fd, char *const argv[], char *const envp[]);
int faccessat(int dirfd, const char *path, int mode, int flags);
pid_t fork(void);
long fpathconf(int fd, int name);
int fsync(int fd);
int fdatasync(int fd);
int ftruncate(int fd, off_t size);
char *getcwd(char *buf, size_t len);
gid_t getegid(void);
uid_t geteuid(void);
gid_t getgid(void);
uid_t getuid(void);
int getgroups(int count, gid_t list[]);
long gethostid(void);
int gethostname(char *name, size_t len);
char *getlogin(void);
int getlogin_r(char *name, size_t len);
int getopt(int argc, char *const argv[], const char *options);
extern char *optarg;
extern int optind, opterr, optopt;
pid_t getpgid(pid_t pid);
pid_t getpgrp(void);
pid_t getpid(void);
pid_t getppid(void);
pid_t getsid(pid_t pid);
int isatty(int fd);
int link(const char *from, const char *to);
int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int lockf(int fd, int cmd, off_t len);
off_t lseek(int fd, off_t offset, int whence);
int nice(int increment);
long pathconf(const char *path, int name);
int pause(void);
int pipe(int fds[2]);
ssize_t pread(int fd, void *buf, size_t len, off_t offset);
ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
ssize_t read(int fd, void *buf, size_t len);
ssize_t write(int fd, const void *buf, size_t len);
ssize_t readlink(const char *__restrict path, char *__restrict buf, size_t len);
ssize_t readlinkat(int dirfd, const char *__restrict path, char *__restrict buf,
                   size_t len);
int rmdir(const char *path);
int setegid(gid_t gid);
int seteuid(uid_t uid);
int setgid(gid_t gid);
int setuid(uid_t uid);
int setregid(gid_t rgid, gid_t egid);
int setreuid(uid_t ruid, uid_t euid);
int setpgid(pid_t pid, pid_t group);
pid_t setpgrp(void);
pid_t setsid(void);
unsigned sleep(unsigned seconds);
int symlink(const char *target, const char *path);
int symlinkat(const char *target, int dirfd, const char *path);
void sync(void);
long sysconf(int name);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);
int truncate(const char *path, off_t size);
char *ttyname(int fd);
int ttyname_r(int fd, char *buf, size_t len);
int unlink(const char *path);
int unlinkat(int dirfd, const char *path, int flags);
#if __XSI_VISIBLE
char *crypt(const char *key, const char *salt);
void swab(const void *__restrict from, void *__restrict to, ssize_t len);
#endif
#if __MISC_VISIBLE || __GNU_VISIBLE || __XSI_VISIBLE
int usleep(useconds_t usec);
useconds_t ualarm(useconds_t usec, useconds_t interval);
pid_t vfork(void);
int getdtablesize(void);
int getpagesize(void);
char *getwd(char *buf);
int chroot(const char *path);
int getentropy(void *buf, size_t len);
#endif
#if __MISC_VISIBLE || __GNU_VISIBLE
int brk(void *addr);
void *sbrk(intptr_t increment);
int daemon(int keep_dir, int keep_files);
int getdomainname(char *name, size_t len);
int setdomainname(const char *name, size_t len);
int sethostname(const char *name, size_t len);
int sethostid(long id);
char *getpass(const char *prompt);
char *getusershell(void);
void setusershell(void);
void endusershell(void);
int setgroups(size_t count, const gid_t *list);
int issetugid(void);
void closefrom(int first);
int acct(const char *path);
int vhangup(void);
long syscall(long number, ...);
int setlogin(const char *name);
#endif
#if __GNU_VISIBLE
char *get_current_dir_name(void);
int pipe2(int fds[2], int flags);
int euidaccess(const char *path, int mode);
int eaccess(const char *path, int mode);
int execvpe(const char *file, char *const argv[], char *const envp[]);
int getresuid(uid_t *ruid, uid_t *euid, uid_t *suid);
int getresgid(gid_t *rgid, gid_t *egid, gid_t *sgid);
int setresuid(uid_t ruid, uid_t euid, uid_t suid);
int setresgid(gid_t rgid, gid_t egid, gid_t sgid);
int group_member(gid_t gid);
pid_t gettid(void);
int syncfs(int fd);
int close_range(unsigned first, unsigned last, int flags);
ssize_t copy_file_range(int in_fd, off_t *in_off, int out_fd, off_t *out_off,
                        size_t len, unsigned flags);
#define TEMP_FAILURE_RETRY(expression)                                         \
    (__extension__({                                                           \
        long __result;                                                         \
        do                                                                     \
            __result = (long)(expression);                                     \
        while (__result == -1 && errno == EINTR);                              \
        __result;                                                              \
    }))
#endif
#ifdef _COMPILING_NEWLIB
int _close(int fd);
int _isatty(int fd);
int _unlink(const char *path);
#endif
__END_DECLS

#define lseek64 lseek
#define pread64 pread
#define pwrite64 pwrite
#define truncate64 truncate
#define ftruncate64 ftruncate
#define lockf64 lockf

#endif
