/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX signals within the program: man 7 signal. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

static volatile sig_atomic_t count, last, depth_now, depth_max;
static siginfo_t last_info;
static int order[16], order_len;

static void on_signal(int sig)
{
    last = sig;
    count++;
}

static void on_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    last = sig;
    count++;
    last_info = *info;
    if (order_len < 16)
        order[order_len++] = info->si_value.sival_int;
}

static void set(int sig, void (*fn)(int), int flags)
{
    struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};
    EQUAL(sigaction(sig, &sa, NULL), 0);
}

static sigset_t set_of(int sig)
{
    sigset_t set;
    sigemptyset(&set);
    if (sig)
        sigaddset(&set, sig);
    return set;
}

static void raise_runs_the_handler_at_once(void)
{
    count = 0;
    set(SIGUSR1, on_signal, 0);
    raise(SIGUSR1);
    EQUAL(count, 1);
    kill(getpid(), SIGUSR1);
    EQUAL(count, 2);
    pthread_kill(pthread_self(), SIGUSR1);
    EQUAL(count, 3);
    EQUAL(kill(getpid(), 0), 0);
    EQUAL(kill(12345, SIGUSR1), -1);
    EQUAL(errno, ESRCH);
    EQUAL(kill(getpid(), 99), -1);
    EQUAL(errno, EINVAL);
}

static void blocked_ones_wait(void)
{
    sigset_t usr1 = set_of(SIGUSR1), old, pending;
    count = 0;
    sigprocmask(SIG_BLOCK, &usr1, &old);
    raise(SIGUSR1);
    raise(SIGUSR1);
    EQUAL(count, 0);
    sigpending(&pending);
    EQUAL(sigismember(&pending, SIGUSR1), 1);
    EQUAL(sigismember(&pending, SIGUSR2), 0);
    sigprocmask(SIG_SETMASK, &old, NULL);
    EQUAL(count, 1); /* standard signals do not queue */
    sigpending(&pending);
    EQUAL(sigismember(&pending, SIGUSR1), 0);
}

static void real_time_ones_queue_in_order(void)
{
    int sig = SIGRTMIN + 1;
    struct sigaction sa = {.sa_sigaction = on_info, .sa_flags = SA_SIGINFO};
    sigaction(sig, &sa, NULL);
    sigset_t block = set_of(sig);
    sigprocmask(SIG_BLOCK, &block, NULL);
    count = order_len = 0;
    for (int i = 0; i < 5; i++) {
        union sigval value = {.sival_int = 10 + i};
        EQUAL(sigqueue(getpid(), sig, value), 0);
    }
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    EQUAL(count, 5);
    for (int i = 0; i < 5; i++)
        EQUAL(order[i], 10 + i);
    EQUAL(last_info.si_code, SI_QUEUE);
    EQUAL(last_info.si_signo, sig);
}

static void a_full_queue_is_an_error(void)
{
    int sig = SIGRTMIN + 1, sent = 0;
    sigset_t block = set_of(sig);
    sigprocmask(SIG_BLOCK, &block, NULL);
    count = 0;
    while (sent < 20000 && sigqueue(getpid(), sig, (union sigval){0}) == 0)
        sent++;
    EQUAL(errno, EAGAIN);
    CHECK(sent >= 32 && sent < 20000); /* _POSIX_SIGQUEUE_MAX */
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    EQUAL(count, sent);
}

static void on_nested(int sig)
{
    if (++depth_now > depth_max)
        depth_max = depth_now;
    if (++count < 3)
        raise(sig);
    depth_now--;
}

static void flags_do_what_they_say(void)
{
    struct sigaction old;
    count = depth_max = 0;
    set(SIGUSR2, on_nested, 0); /* masked while it runs */
    raise(SIGUSR2);
    EQUAL(count, 3);
    EQUAL(depth_max, 1);
    count = depth_max = 0;
    set(SIGUSR2, on_nested, SA_NODEFER);
    raise(SIGUSR2);
    EQUAL(depth_max, 3);

    count = 0;
    set(SIGUSR2, on_signal, SA_RESETHAND);
    raise(SIGUSR2);
    EQUAL(count, 1);
    sigaction(SIGUSR2, NULL, &old);
    CHECK(old.sa_handler == SIG_DFL);
    EQUAL(sigaction(SIGKILL, &old, NULL), -1);
    EQUAL(errno, EINVAL);

    set(SIGUSR2, SIG_IGN, 0);
    raise(SIGUSR2);
    set(SIGCHLD, SIG_DFL, 0);
    raise(SIGCHLD);
    raise(SIGWINCH);
    raise(SIGCONT);
    raise(SIGTSTP); /* nobody could continue us */
}

static void ignoring_drops_what_is_pending(void)
{
    sigset_t usr1 = set_of(SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    set(SIGUSR1, on_signal, 0);
    raise(SIGUSR1);
    set(SIGUSR1, SIG_IGN, 0);
    set(SIGUSR1, on_signal, 0);
    count = 0;
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
    EQUAL(count, 0);
}

static sigjmp_buf back;
static void on_jump(int sig)
{
    siglongjmp(back, sig);
}

static void longjmp_out_restores_the_mask(void)
{
    sigset_t now;
    volatile int times = 0;
    set(SIGUSR1, on_jump, 0);
    for (int i = 0; i < 1000; i++) {
        if (!sigsetjmp(back, 1)) {
            raise(SIGUSR1);
            CHECK(!"came back");
        }
        times++;
    }
    EQUAL(times, 1000);
    sigprocmask(SIG_BLOCK, NULL, &now);
    EQUAL(sigismember(&now, SIGUSR1), 0);
}

static void *sends_later(void *arg)
{
    struct timespec ts = {0, 20000000};
    nanosleep(&ts, NULL);
    kill(getpid(), (int)(intptr_t)arg);
    return NULL;
}

/* A signal for the process, 20 ms from now; this thread waits. */
static pthread_t send_later(int sig)
{
    pthread_t thread;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_create(&thread, NULL, sends_later, (void *)(intptr_t)sig);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return thread;
}

static void sigsuspend_swaps_the_mask(void)
{
    sigset_t usr1 = set_of(SIGUSR1), none = set_of(0), now;
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    set(SIGUSR1, on_signal, 0);
    count = 0;
    raise(SIGUSR1);
    EQUAL(count, 0);
    EQUAL(sigsuspend(&none), -1);
    EQUAL(errno, EINTR);
    EQUAL(count, 1);
    sigprocmask(SIG_BLOCK, NULL, &now);
    EQUAL(sigismember(&now, SIGUSR1), 1);
    pthread_t thread = send_later(SIGUSR1);
    EQUAL(sigsuspend(&none), -1);
    EQUAL(count, 2);
    pthread_join(thread, NULL);
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
    EQUAL(count, 2);
}

static void waiting_takes_without_a_handler(void)
{
    sigset_t usr1 = set_of(SIGUSR1);
    siginfo_t info;
    struct timespec soon = {0, 10000000}, now = {0, 0}, late = {10, 0};
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    count = 0;
    EQUAL(sigtimedwait(&usr1, &info, &soon), -1);
    EQUAL(errno, EAGAIN);
    EQUAL(sigtimedwait(&usr1, &info, &now), -1);
    EQUAL(errno, EAGAIN);
    kill(getpid(), SIGUSR1);
    EQUAL(sigtimedwait(&usr1, &info, &late), SIGUSR1);
    EQUAL(info.si_code, SI_USER);
    EQUAL(info.si_pid, getpid());
    pthread_t thread = send_later(SIGUSR1);
    EQUAL(sigwaitinfo(&usr1, &info), SIGUSR1);
    pthread_join(thread, NULL);
    int sig = 0;
    thread = send_later(SIGUSR1);
    EQUAL(sigwait(&usr1, &sig), 0);
    EQUAL(sig, SIGUSR1);
    pthread_join(thread, NULL);
    EQUAL(count, 0);
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void blocked_calls_end_or_begin_again(void)
{
    int fds[2];
    char byte;
    EQUAL(pipe(fds), 0);
    set(SIGUSR1, on_signal, 0);
    count = 0;
    pthread_t thread = send_later(SIGUSR1);
    EQUAL(read(fds[0], &byte, 1), -1);
    EQUAL(errno, EINTR);
    EQUAL(count, 1);
    pthread_join(thread, NULL);

    /* With SA_RESTART the read goes on; a second signal's handler writes. */
    set(SIGUSR1, on_signal, SA_RESTART);
    set(SIGALRM, on_jump, 0);
    thread = send_later(SIGUSR1);
    if (!sigsetjmp(back, 1)) {
        struct itimerval it = {.it_value = {0, 100000}};
        setitimer(ITIMER_REAL, &it, NULL);
        (void)!read(fds[0], &byte, 1);
        CHECK(!"the read came back");
    }
    EQUAL(count, 2);
    pthread_join(thread, NULL);

    /* Sleeps end early and say what is left. */
    struct timespec ts = {5, 0}, left = {0, 0};
    set(SIGUSR1, on_signal, SA_RESTART);
    thread = send_later(SIGUSR1);
    EQUAL(nanosleep(&ts, &left), -1);
    EQUAL(errno, EINTR);
    CHECK(left.tv_sec == 4 && left.tv_nsec > 0);
    pthread_join(thread, NULL);
    thread = send_later(SIGUSR1);
    EQUAL(pause(), -1);
    EQUAL(errno, EINTR);
    pthread_join(thread, NULL);
    close(fds[0]);
    close(fds[1]);
}

static volatile uintptr_t handler_sp;
static void on_where(int sig)
{
    (void)sig;
    handler_sp = (uintptr_t)__builtin_frame_address(0);
}

static void the_alternate_stack_is_used(void)
{
    static char stack[32768];
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
    EQUAL(sigaltstack(&alt, NULL), 0);
    set(SIGUSR1, on_where, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK(handler_sp - (uintptr_t)stack < sizeof stack);
    set(SIGUSR1, on_where, 0);
    raise(SIGUSR1);
    CHECK(handler_sp - (uintptr_t)stack >= sizeof stack);
    alt.ss_flags = SS_DISABLE;
    EQUAL(sigaltstack(&alt, NULL), 0);
    alt.ss_flags = 0;
    alt.ss_size = 100;
    EQUAL(sigaltstack(&alt, NULL), -1);
    EQUAL(errno, ENOMEM);
}

static volatile pthread_t handled_by;
static void on_whom(int sig)
{
    (void)sig;
    handled_by = pthread_self();
    count++;
}

static volatile int may_end;
static void *spins(void *arg)
{
    while (!may_end)
        ;
    return arg;
}

static void a_thread_gets_its_own(void)
{
    pthread_t thread;
    may_end = 0;
    count = 0;
    set(SIGUSR1, on_whom, 0);
    pthread_create(&thread, NULL, spins, NULL);
    pthread_kill(thread, SIGUSR1); /* interrupts its loop */
    for (int i = 0; i < 2000 && !count; i++) {
        struct timespec ts = {0, 1000000};
        nanosleep(&ts, NULL);
    }
    EQUAL(count, 1);
    CHECK(pthread_equal(handled_by, thread));
    may_end = 1;
    pthread_join(thread, NULL);
    /* What all others block comes to who does not. */
    sigset_t usr1 = set_of(SIGUSR1);
    may_end = 0;
    count = 0;
    pthread_create(&thread, NULL, spins, NULL);
    pthread_sigmask(SIG_BLOCK, &usr1, NULL);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 2000 && !count; i++) {
        struct timespec ts = {0, 1000000};
        nanosleep(&ts, NULL);
    }
    EQUAL(count, 1);
    CHECK(pthread_equal(handled_by, thread));
    may_end = 1;
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
}

/* Handlers while memory is allocated and values live in vector registers. */
static void on_alarm(int sig)
{
    (void)sig;
    volatile double x = 3;
    for (int i = 0; i < 50; i++)
        x = x * 1.5 / 1.5;
    count++;
}

static void handlers_interrupt_anything(void)
{
    struct itimerval it = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    count = 0;
    set(SIGALRM, on_alarm, SA_RESTART);
    setitimer(ITIMER_REAL, &it, NULL);
    time_t start = time(NULL);
    int wrong = 0;
    while (count < 20 && time(NULL) - start < 20) {
        double sum = 0;
        char *block[20];
        for (int i = 0; i < 20; i++) {
            block[i] = malloc((size_t)i * 37 + 1);
            memset(block[i], i, (size_t)i * 37 + 1);
            sum += i * 0.5;
        }
        for (int i = 0; i < 20; i++) {
            wrong |= block[i][i * 37] != i;
            free(block[i]);
        }
        wrong |= sum != 95.0;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    CHECK(count >= 20);
    EQUAL(wrong, 0);
}

int main(void)
{
    raise_runs_the_handler_at_once();
    blocked_ones_wait();
    real_time_ones_queue_in_order();
    a_full_queue_is_an_error();
    flags_do_what_they_say();
    ignoring_drops_what_is_pending();
    longjmp_out_restores_the_mask();
    sigsuspend_swaps_the_mask();
    waiting_takes_without_a_handler();
    blocked_calls_end_or_begin_again();
    the_alternate_stack_is_used();
    a_thread_gets_its_own();
    handlers_interrupt_anything();
    puts("done");
    return failures != 0;
}
