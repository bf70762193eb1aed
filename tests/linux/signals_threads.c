/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a signal of the process: the main thread while it does not block
 * it, busy others or not; then others; who waits for it in sigwait. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static pthread_t main_thread;
static volatile sig_atomic_t count, on_main, stop;
static volatile int code;
static int fds[2];

static void on_signal(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    count++;
    on_main += pthread_equal(pthread_self(), main_thread) != 0;
    code = info->si_code;
}

static void handle(int sig, int flags)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_signal;
    act.sa_flags = SA_SIGINFO | flags;
    sigaction(sig, &act, NULL);
}

static void show(const char *what)
{
    printf("%s: %d, in main %d\n", what, (int)count, (int)on_main);
    count = on_main = 0;
}

static void *spin(void *arg)
{
    while (!stop)
        if (arg)
            (void)getppid();
    return NULL;
}

static void *nap(void *arg)
{
    (void)arg;
    while (!stop)
        usleep(1000);
    return NULL;
}

/* An alarm ends main's read whatever the other thread does. */
static void beside(void *(*fn)(void *), void *arg, const char *what)
{
    pthread_t t;
    char c;
    struct itimerval value = {{0, 0}, {0, 20000}};
    stop = 0;
    pthread_create(&t, NULL, fn, arg);
    setitimer(ITIMER_REAL, &value, NULL);
    ssize_t rc = read(fds[0], &c, 1);
    printf("%zd %d ", rc, errno == EINTR);
    stop = 1;
    pthread_join(t, NULL);
    show(what);
}

static void *send(void *arg)
{
    (void)arg;
    usleep(10000);
    kill(getpid(), SIGUSR1);
    return NULL;
}

static void *send_in_wait(void *arg)
{
    struct timespec ts = {0, 40000000};
    (void)arg;
    kill(getpid(), SIGUSR1);
    printf("%d ", nanosleep(&ts, NULL)); /* main was meant */
    return NULL;
}

static void *send_to_itself(void *arg)
{
    (void)arg;
    pthread_kill(pthread_self(), SIGUSR1);
    return NULL;
}

static void *wait_for_it(void *arg)
{
    sigset_t set;
    int sig = 0;
    (void)arg;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    printf("sigwait %d", sigwait(&set, &sig));
    printf(" %d\n", sig == SIGUSR1);
    return NULL;
}

static void run(void *(*fn)(void *), const char *what)
{
    pthread_t t;
    struct timespec ts = {0, 60000000};
    pthread_create(&t, NULL, fn, NULL);
    while (nanosleep(&ts, &ts) != 0)
        ;
    pthread_join(t, NULL);
    show(what);
}

static void masked(void)
{
    sigset_t set, old;
    siginfo_t info;
    pthread_t t;
    stop = 0;
    pthread_create(&t, NULL, nap, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    kill(getpid(), SIGUSR1);
    usleep(10000);
    stop = 1;
    pthread_join(t, NULL);
    show("main blocks it");

    kill(getpid(), SIGUSR1); /* nobody takes it until main does */
    pthread_create(&t, NULL, spin, NULL);
    usleep(10000);
    show("all block it");
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    show("main takes it again");
    pthread_join(t, NULL);

    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&t, NULL, wait_for_it, NULL);
    usleep(10000);
    kill(getpid(), SIGUSR1);
    pthread_join(t, NULL);
    pthread_kill(pthread_self(), SIGUSR1);
    printf("%d", sigwaitinfo(&set, &info) == SIGUSR1);
    printf(" %d\n", info.si_code == SI_USER);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void *wait_long(void *arg)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    struct timespec end;
    (void)arg;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += 40000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    int rc = pthread_cond_timedwait(&cond, &mutex, &end);
    printf("timed wait %d\n", rc == ETIMEDOUT);
    return NULL;
}

static void others(void)
{
    struct sigaction act;
    pthread_t t;
    int broken[2];
    pthread_create(&t, NULL, wait_long, NULL);
    usleep(10000);
    pthread_kill(t, SIGUSR1); /* does not end it */
    pthread_join(t, NULL);
    show("in a timed wait");

    if (pipe(broken) < 0)
        return;
    close(broken[0]);
    handle(SIGPIPE, 0);
    printf("%zd", write(broken[1], "x", 1));
    printf(" %d %d\n", errno == EPIPE, code == SI_USER);

    sigaction(SIGUSR1, NULL, &act);
    sigfillset(&act.sa_mask);
    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGUSR1, NULL, &act);
    printf("%d %d %d\n", sigismember(&act.sa_mask, SIGKILL),
           sigismember(&act.sa_mask, SIGSTOP),
           sigismember(&act.sa_mask, SIGTERM));
    struct itimerval value = {{0, 0}, {0, 300000}};
    setitimer(ITIMER_REAL, &value, NULL);
    printf("%u\n", sleep(2)); /* of 1.7 s */
}

int main(void)
{
    if (pipe(fds) < 0)
        return 1;
    main_thread = pthread_self();
    handle(SIGALRM, 0);
    handle(SIGUSR1, 0);
    beside(spin, NULL, "beside a loop");
    beside(spin, fds, "beside calls");
    beside(nap, NULL, "beside sleeps");
    run(send, "sent by another");
    run(send_in_wait, "sent by one that sleeps then");
    run(send_to_itself, "sent to itself");
    masked();
    others();
    return 0;
}
