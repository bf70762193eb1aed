/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes, FIFOs, eventfd, poll, select between threads. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

#define TOTAL 1000000

static int fds[2], event;
static char out_buf[TOTAL], in_buf[TOTAL];

static void *writes_all(void *arg)
{
    (void)arg;
    EQUAL(write(fds[1], out_buf, TOTAL), TOTAL); /* blocks many times */
    close(fds[1]);
    return NULL;
}

static void pipe_between_threads(void)
{
    pthread_t thread;
    for (int i = 0; i < TOTAL; i++)
        out_buf[i] = (char)(i * 31);
    EQUAL(pipe(fds), 0);
    EQUAL(pthread_create(&thread, NULL, writes_all, NULL), 0);
    long done = 0, got;
    while ((got = read(fds[0], in_buf + done, 7777)) > 0)
        done += got;
    EQUAL(got, 0);
    EQUAL(done, TOTAL);
    CHECK(memcmp(in_buf, out_buf, TOTAL) == 0);
    pthread_join(thread, NULL);
    close(fds[0]);
}

static void broken_pipe(void)
{
    signal(SIGPIPE, SIG_IGN);
    EQUAL(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    EQUAL(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
    EQUAL(read(fds[0], in_buf, 1), -1);
    EQUAL(errno, EAGAIN);
    EQUAL(write(fds[1], out_buf, 100000), 65536);
    EQUAL(write(fds[1], out_buf, 1), -1);
    EQUAL(errno, EAGAIN);
    close(fds[0]);
    EQUAL(write(fds[1], out_buf, 1), -1);
    EQUAL(errno, EPIPE);
    close(fds[1]);
}

static void *wakes_later(void *arg)
{
    struct timespec ts = {0, 20000000};
    uint64_t one = 1;
    (void)arg;
    nanosleep(&ts, NULL);
    EQUAL(write(event, &one, 8), 8);
    return NULL;
}

static void waits(void)
{
    pthread_t thread;
    uint64_t value;
    event = eventfd(0, 0);
    EQUAL(pipe(fds), 0);
    struct pollfd list[2] = {{fds[0], POLLIN, 0}, {event, POLLIN, 0}};
    EQUAL(poll(list, 2, 0), 0);
    EQUAL(poll(list, 2, 10), 0);
    pthread_create(&thread, NULL, wakes_later, NULL);
    EQUAL(poll(list, 2, 5000), 1);
    CHECK(!list[0].revents && list[1].revents == POLLIN);
    pthread_join(thread, NULL);
    EQUAL(read(event, &value, 8), 8);
    EQUAL(value, 1);
    pthread_create(&thread, NULL, wakes_later, NULL);
    fd_set in;
    FD_ZERO(&in);
    FD_SET(fds[0], &in);
    FD_SET(event, &in);
    struct timeval tv = {5, 0};
    EQUAL(select((event > fds[0] ? event : fds[0]) + 1, &in, NULL, NULL, &tv),
          1);
    CHECK(FD_ISSET(event, &in) && !FD_ISSET(fds[0], &in));
    pthread_join(thread, NULL);
    close(fds[1]);
    EQUAL(poll(list, 1, 1000), 1);
    EQUAL(list[0].revents, POLLHUP);
    close(fds[0]);
    EQUAL(poll(list, 1, 1000), 1);
    EQUAL(list[0].revents, POLLNVAL);
    close(event);
}

static void *opens_fifo(void *arg)
{
    int fd = open(arg, O_WRONLY);
    EQUAL(write(fd, "fifo", 4), 4);
    close(fd);
    return NULL;
}

static void fifo(void)
{
    pthread_t thread;
    EQUAL(mkfifo("/tmp/fifo", 0600), 0);
    EQUAL(open("/tmp/fifo", O_WRONLY | O_NONBLOCK), -1);
    EQUAL(errno, ENXIO);
    pthread_create(&thread, NULL, opens_fifo, (void *)"/tmp/fifo");
    int fd = open("/tmp/fifo", O_RDONLY); /* waits for the writer */
    EQUAL(read(fd, in_buf, 10), 4);
    EQUAL(read(fd, in_buf, 10), 0);
    pthread_join(thread, NULL);
    close(fd);
}

int main(void)
{
    pipe_between_threads();
    broken_pipe();
    waits();
    fifo();
    return failures != 0;
}
