/* SPDX-License-Identifier: Apache-2.0 */
/* Linux x86-64's signals: man 7 signal, asm/signal.h, asm-generic/siginfo.h */
#ifndef _SYS_SIGNAL_H
#define _SYS_SIGNAL_H

#include <sys/cdefs.h>
#include <sys/features.h>
#include <sys/types.h>
#include <sys/_sigset.h>
#include <sys/_timespec.h>

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

typedef void (*_sig_func_ptr)(int);

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCLD SIGCHLD
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define NSIG 65
#define _NSIG NSIG
#define SIGRTMIN 34 /* 32 and 33 belong to the thread library, as on Linux */
#define SIGRTMAX 64

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

union sigval {
    int sival_int;
    void *sival_ptr;
};
typedef union sigval sigval_t;

struct sigevent {
    union sigval sigev_value;
    int sigev_signo;
    int sigev_notify;
    void (*sigev_notify_function)(union sigval);
    pthread_attr_t *sigev_notify_attributes;
    int __pad[8];
};
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2

typedef struct {
    int si_signo;
    int si_errno;
    int si_code;
    int __pad0;
    union {
        struct {
            pid_t __pid;
            uid_t __uid;
            union {
                union sigval __value;
                struct {
                    int __status;
                    clock_t __utime;
                    clock_t __stime;
                } __child;
            } __u;
        } __kill;
        struct {
            int __timerid;
            int __overrun;
            union sigval __value;
        } __timer;
        struct {
            void *__addr;
            short __addr_lsb;
        } __fault;
        struct {
            long __band;
            int __fd;
        } __poll;
        struct {
            void *__addr;
            int __number;
            unsigned __arch;
        } __syscall;
        unsigned long __raw[14];
    } __f;
} siginfo_t;
#define si_pid __f.__kill.__pid
#define si_uid __f.__kill.__uid
#define si_value __f.__kill.__u.__value
#define si_int __f.__kill.__u.__value.sival_int
#define si_ptr __f.__kill.__u.__value.sival_ptr
#define si_status __f.__kill.__u.__child.__status
#define si_utime __f.__kill.__u.__child.__utime
#define si_stime __f.__kill.__u.__child.__stime
#define si_timerid __f.__timer.__timerid
#define si_overrun __f.__timer.__overrun
#define si_addr __f.__fault.__addr
#define si_addr_lsb __f.__fault.__addr_lsb
#define si_band __f.__poll.__band
#define si_fd __f.__poll.__fd
#define si_call_addr __f.__syscall.__addr
#define si_syscall __f.__syscall.__number
#define si_arch __f.__syscall.__arch

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_TKILL (-6)
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

struct sigaction {
    union {
        void (*__handler)(int);
        void (*__sigaction)(int, siginfo_t *, void *);
    } __fn;
    sigset_t sa_mask;
    int sa_flags;
    void (*sa_restorer)(void);
};
#define sa_handler __fn.__handler
#define sa_sigaction __fn.__sigaction

#define SA_NOCLDSTOP 1
#define SA_NOCLDWAIT 2
#define SA_SIGINFO 4
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_INTERRUPT 0x20000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000
#define SA_NOMASK SA_NODEFER
#define SA_ONESHOT SA_RESETHAND

typedef struct sigaltstack {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
} stack_t;
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

struct sigstack {
    void *ss_sp;
    int ss_onstack;
};

__BEGIN_DECLS
int kill(pid_t pid, int sig);
int killpg(pid_t group, int sig);
int sigaction(int sig, const struct sigaction *__restrict act,
              struct sigaction *__restrict old);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigismember(const sigset_t *set, int sig);
int sigpending(sigset_t *set);
int sigprocmask(int how, const sigset_t *__restrict set,
                sigset_t *__restrict old);
int pthread_sigmask(int how, const sigset_t *__restrict set,
                    sigset_t *__restrict old);
int pthread_kill(pthread_t thread, int sig);
int pthread_sigqueue(pthread_t thread, int sig, const union sigval value);
int sigsuspend(const sigset_t *mask);
int sigwait(const sigset_t *__restrict set, int *__restrict sig);
int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info);
int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
                 const struct timespec *__restrict timeout);
int sigqueue(pid_t pid, int sig, const union sigval value);
int sigaltstack(const stack_t *__restrict stack, stack_t *__restrict old);
int siginterrupt(int sig, int flag);
int sighold(int sig);
int sigignore(int sig);
int sigpause(int sig);
int sigrelse(int sig);
_sig_func_ptr sigset(int sig, _sig_func_ptr handler);
void psiginfo(const siginfo_t *info, const char *text);
#if __GNU_VISIBLE
int sigisemptyset(const sigset_t *set);
int sigandset(sigset_t *out, const sigset_t *a, const sigset_t *b);
int sigorset(sigset_t *out, const sigset_t *a, const sigset_t *b);
const char *sigabbrev_np(int sig);
const char *sigdescr_np(int sig);
#endif
#if __BSD_VISIBLE
extern const char *const sys_siglist[NSIG];
int sigmask(int sig);
int sigblock(int mask);
int sigsetmask(int mask);
#endif
__END_DECLS

#include <sys/ucontext.h>
#include <signal.h>

#endif
