/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: handlers, masks, waiting, timers, jumps out of handlers, faults. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count, last;
static siginfo_t info;

static void on_signal(int sig)
{
    count++;
    last = sig;
}

static void on_info(int sig, siginfo_t *i, void *context)
{
    on_signal(sig);
    info = *i;
    if (!context)
        abort();
}

static void handlers(void)
{
    printf("%d", signal(SIGUSR1, on_signal) == SIG_DFL);
    printf(" %d", raise(SIGUSR1));
    printf(" %d %d", (int)count, last == SIGUSR1);
    printf(" %d", signal(SIGUSR1, SIG_IGN) == on_signal);
    raise(SIGUSR1);
    printf(" %d\n", (int)count);
    struct sigaction act, old;
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_info;
    act.sa_flags = SA_SIGINFO | SA_RESETHAND;
    sigaddset(&act.sa_mask, SIGUSR2);
    printf("%d", sigaction(SIGUSR1, &act, &old));
    printf(" %d", old.sa_handler == SIG_IGN);
    kill(getpid(), SIGUSR1);
    printf(" %d %d %d %d", (int)count, info.si_signo == SIGUSR1, info.si_code,
           info.si_pid == getpid());
    sigaction(SIGUSR1, NULL, &old);
    printf(" %d", old.sa_handler == SIG_DFL);
    printf(" %d", sigaction(SIGKILL, &act, NULL));
    printf(" %d", errno == EINVAL);
    printf(" %d", sigaction(999, &act, NULL));
    printf(" %d\n", errno == EINVAL);
}

static void masks(void)
{
    sigset_t set, old, pending;
    signal(SIGUSR1, on_signal);
    count = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    printf("%d", sigprocmask(SIG_BLOCK, &set, &old));
    raise(SIGUSR1);
    raise(SIGUSR1);
    sigpending(&pending);
    printf(" %d %d", (int)count, sigismember(&pending, SIGUSR1));
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf(" %d", (int)count);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigset_t none;
    sigemptyset(&none);
    printf(" %d", sigsuspend(&none));
    printf(" %d %d", errno == EINTR, (int)count);
    raise(SIGUSR1);
    int sig;
    printf(" %d", sigwait(&set, &sig));
    printf(" %d %d", sig == SIGUSR1, (int)count);
    struct timespec ts = {0, 1000000};
    printf(" %d", sigtimedwait(&set, NULL, &ts));
    printf(" %d", errno == EAGAIN);
    union sigval value = {.sival_int = 77};
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    printf(" %d", sigqueue(getpid(), SIGRTMIN, value));
    value.sival_int = 78;
    sigqueue(getpid(), SIGRTMIN, value);
    siginfo_t si;
    printf(" %d", sigwaitinfo(&set, &si) == SIGRTMIN);
    printf(" %d %d", si.si_value.sival_int, si.si_code == SI_QUEUE);
    sigwaitinfo(&set, &si);
    printf(" %d\n", si.si_value.sival_int);
    sigprocmask(SIG_SETMASK, &old, NULL);
    sigfillset(&set);
    printf("%d", sigdelset(&set, SIGINT));
    printf(" %d %d", sigismember(&set, SIGINT), sigismember(&set, SIGTERM));
    printf(" %d\n", sigaddset(&set, 0));
}

static void timers(void)
{
    struct itimerval value = {{0, 2000}, {0, 2000}}, old;
    signal(SIGALRM, on_signal);
    count = 0;
    printf("%d", setitimer(ITIMER_REAL, &value, NULL));
    while (count < 3)
        pause();
    memset(&value, 0, sizeof value);
    printf(" %d", setitimer(ITIMER_REAL, &value, &old));
    printf(" %ld\n", (long)old.it_interval.tv_usec);
    printf("%u", alarm(50));
    printf(" %d\n", alarm(0) == 50);
    struct timespec ts = {0, 50000000}, left = {9, 9};
    value.it_value.tv_usec = 5000;
    setitimer(ITIMER_REAL, &value, NULL);
    printf("%d", nanosleep(&ts, &left));
    printf(" %d %d\n", errno == EINTR, left.tv_sec == 0 && left.tv_nsec > 0);
}

static sigjmp_buf env;

static void jump(int sig)
{
    siglongjmp(env, sig);
}

static void jumps(void)
{
    sigset_t now;
    signal(SIGUSR2, jump);
    int rc = sigsetjmp(env, 1);
    if (rc == 0)
        raise(SIGUSR2);
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("%d %d\n", rc == SIGUSR2, sigismember(&now, SIGUSR2));
    rc = sigsetjmp(env, 0);
    if (rc == 0)
        raise(SIGUSR2);
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("%d %d\n", rc == SIGUSR2, sigismember(&now, SIGUSR2));
    sigemptyset(&now);
    sigprocmask(SIG_SETMASK, &now, NULL);
    jmp_buf plain;
    volatile int times = 0;
    rc = setjmp(plain);
    if (times++ < 3)
        longjmp(plain, times - 1);
    printf("%d %d\n", rc, times);
}

static void on_fault(int sig, siginfo_t *si, void *context)
{
    (void)context;
    info = *si;
    siglongjmp(env, sig);
}

static void faults(void)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_fault;
    act.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGFPE, &act, NULL);
    sigaction(SIGILL, &act, NULL);
    stack_t stack = {.ss_sp = malloc(32768), .ss_size = 32768};
    printf("%d", sigaltstack(&stack, NULL));
    int rc = sigsetjmp(env, 1);
    if (rc == 0)
        *(volatile int *)0x10 = 1;
    printf(" %d %d", rc == SIGSEGV, info.si_addr == (void *)0x10);
    rc = sigsetjmp(env, 1);
    volatile int zero = 0, one = 1;
    if (rc == 0)
        one /= zero;
    (void)one;
    printf(" %d %d", rc == SIGFPE, info.si_code == FPE_INTDIV);
    rc = sigsetjmp(env, 1);
    if (rc == 0)
        __asm__ volatile("ud2");
    printf(" %d\n", rc == SIGILL);
}

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31) /* linux/signal.h */
#endif

static char *stack_addr;

static void show_stack(void)
{
    stack_t now;
    sigaltstack(NULL, &now);
    printf(" %x %d", (unsigned)now.ss_flags, now.ss_sp == stack_addr);
}

static void on_own_stack(int sig)
{
    char here;
    stack_t other = {.ss_sp = malloc(32768), .ss_size = 32768};
    printf(" in %d", &here - stack_addr >= 0 && &here - stack_addr < 32768);
    show_stack();
    printf(" set %d", sigaltstack(&other, NULL));
    if (sig == SIGSEGV)
        siglongjmp(env, 1);
}

static void disarmed(void)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = on_own_stack;
    act.sa_flags = SA_ONSTACK;
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGUSR1, &act, NULL);
    stack_addr = malloc(32768);
    stack_t stack = {.ss_sp = stack_addr, .ss_size = 32768};
    stack.ss_flags = (int)SS_AUTODISARM;
    printf("%d", sigaltstack(&stack, NULL));
    show_stack();
    raise(SIGUSR1);
    show_stack();
    if (sigsetjmp(env, 1) == 0)
        *(volatile int *)0x10 = 1;
    show_stack();
    stack.ss_flags |= SS_DISABLE;
    printf(" %d", sigaltstack(&stack, NULL));
    show_stack();
    printf("\n");
}

static void interrupted(void)
{
    int fds[2];
    char c;
    struct sigaction act;
    struct itimerval value = {{0, 0}, {0, 5000}};
    if (pipe(fds) < 0)
        return;
    memset(&act, 0, sizeof act);
    act.sa_handler = on_signal;
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &value, NULL);
    printf("%zd", read(fds[0], &c, 1));
    printf(" %d\n", errno == EINTR);
    printf("%d", write(fds[1], "x", 1) == 1);
    close(fds[0]);
    signal(SIGPIPE, on_signal);
    count = 0;
    printf(" %zd", write(fds[1], "x", 1));
    printf(" %d %d\n", errno == EPIPE, (int)count);
}

int main(void)
{
    handlers();
    masks();
    timers();
    jumps();
    faults();
    disarmed();
    interrupted();
    printf("%s|%s|", strsignal(SIGSEGV), strsignal(SIGTERM));
    printf("%s|", strsignal(SIGRTMIN + 1)); /* its text may be made anew */
    printf("%s\n", strsignal(999));
    printf("%s %s\n", sigabbrev_np(SIGINT), sigdescr_np(SIGHUP));
    psignal(SIGINT, "psignal");
    fflush(stdout);
    signal(SIGABRT, on_signal);
    abort(); /* its handler comes back: ends with SIGABRT all the same */
}
