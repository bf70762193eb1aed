/* SPDX-License-Identifier: Apache-2.0 */
/* Cancellation: at blocking points, deferred, disabled, asynchronous; cleanup
 * handlers; what holds a mutex afterwards. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

static int fds[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem, started;
static FILE *input, *output; /* of pipes, empty and full */
static char line[16];

static void cleanup(void *arg)
{
    printf("  cleanup %s\n", (char *)arg);
}

static void block(int how)
{
    char c;
    struct pollfd pfd = {fds[0], POLLIN, 0};
    fd_set set;
    sigset_t none;
    switch (how) {
    case 0:
        (void)!read(fds[0], &c, 1);
        break;
    case 1:
        poll(&pfd, 1, -1);
        break;
    case 2:
        sleep(100);
        break;
    case 3:
        pthread_mutex_lock(&mutex);
        pthread_cond_wait(&cond, &mutex);
        break;
    case 4:
        sem_wait(&sem);
        break;
    case 5:
        FD_ZERO(&set);
        FD_SET(fds[0], &set);
        select(fds[0] + 1, &set, NULL, NULL, NULL);
        break;
    case 6:
        pause();
        break;
    case 7:
        sigfillset(&none);
        sigsuspend(&none);
        break;
    case 8:
        (void)!fgets(line, sizeof line, input);
        break;
    case 9:
        for (;;)
            fprintf(output, "more than a pipe holds\n");
    default:
        for (;;)
            pthread_testcancel();
    }
}

static void unlock(void *arg)
{
    printf("  unlock %d\n", pthread_mutex_unlock(arg));
}

static void *blocked(void *arg)
{
    int how = (int)(long)arg;
    pthread_cleanup_push(cleanup, "outer");
    pthread_cleanup_push(cleanup, "inner");
    sem_post(&started);
    if (how == 3) {
        pthread_cleanup_push(unlock, &mutex);
        block(how);
        pthread_cleanup_pop(0);
    } else {
        block(how);
    }
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(1);
    printf("  not cancelled\n");
    return NULL;
}

static void *disabled(void *arg)
{
    int old;
    (void)arg;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    printf("%d\n", old == PTHREAD_CANCEL_ENABLE);
    sem_post(&started);
    usleep(20000);
    printf("  survived\n");
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
    pthread_testcancel();
    printf("  never here\n");
    return NULL;
}

/* It waits when the request comes, and does not notice. */
static void *undisturbed(void *arg)
{
    char c = 0;
    (void)arg;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    sem_post(&started);
    printf("%d ", (int)read(fds[0], &c, 1));
    printf("%c\n", c);
    return NULL;
}

static void disturb(void)
{
    pthread_t t;
    void *result;
    pthread_create(&t, NULL, undisturbed, NULL);
    sem_wait(&started);
    usleep(5000);
    pthread_cancel(t);
    usleep(5000);
    (void)!write(fds[1], "x", 1);
    pthread_join(t, &result);
    printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

static volatile long spins;

static void *asynchronous(void *arg)
{
    (void)arg;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    sem_post(&started);
    for (;;)
        spins++;
    return NULL;
}

static void *enabled_late(void *arg)
{
    (void)arg;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    sem_post(&started);
    usleep(20000);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    printf("  never here\n");
    return NULL;
}

static void *own(void *arg)
{
    (void)arg;
    pthread_cancel(pthread_self());
    printf("  still here\n");
    pthread_testcancel();
    return NULL;
}

static void run(void *(*fn)(void *), long arg, int wait_ms)
{
    pthread_t t;
    void *result;
    int rc = 0;
    pthread_create(&t, NULL, fn, (void *)arg);
    if (wait_ms) {
        sem_wait(&started);
        usleep(1000 * (useconds_t)wait_ms);
        rc = pthread_cancel(t);
    }
    pthread_join(t, &result);
    printf("%d ", rc);
    printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

int main(void)
{
    int full[2];
    if (pipe(fds) < 0 || pipe(full) < 0)
        return 1;
    input = fdopen(fds[0], "r");
    output = fdopen(full[1], "w");
    sem_init(&sem, 0, 0);
    sem_init(&started, 0, 0);
    for (int how = 0; how < 11; how++) {
        printf("%d\n", how);
        fflush(stdout);
        run(blocked, how, 5);
    }
    printf("mutex %d\n", pthread_mutex_trylock(&mutex));
    printf("streams %d %d\n", ftrylockfile(input), ftrylockfile(output));
    run(disabled, 0, 5);
    disturb();
    run(asynchronous, 0, 5);
    run(enabled_late, 0, 5);
    run(own, 0, 0);
    fflush(stdout);
    _exit(0); /* exit would wait for the full pipe */
}
