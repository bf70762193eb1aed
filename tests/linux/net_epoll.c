/* SPDX-License-Identifier: Apache-2.0 */
/* epoll over sockets, pipes, eventfds, timerfds: level, edge, one shot. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "net.h"

static int ctl(int ep, int op, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events,
                                .data.u64 = 0x100000000ull + (unsigned)fd};
    return epoll_ctl(ep, op, fd, &event);
}

static void show(const char *what, int ep, int fd)
{
    struct epoll_event events[4];
    int n = epoll_wait(ep, events, 4, 0);

    printf("%s: %d", what, n);
    for (int i = 0; i < n; i++)
        printf(" [%x %d]", (unsigned)events[i].events,
               events[i].data.u64 == 0x100000000ull + (unsigned)fd);
    printf("\n");
}

static void triggers(void)
{
    int ep = epoll_create1(EPOLL_CLOEXEC), pair[2];
    char buf[8];

    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    say("add", ctl(ep, EPOLL_CTL_ADD, pair[0], EPOLLIN));
    say("add twice", ctl(ep, EPOLL_CTL_ADD, pair[0], EPOLLIN));
    show("empty", ep, pair[0]);
    write(pair[1], "ab", 2);
    show("level", ep, pair[0]);
    show("level again", ep, pair[0]);
    read(pair[0], buf, 1);
    show("one byte left", ep, pair[0]);
    read(pair[0], buf, 1);
    show("none left", ep, pair[0]);
    say("edge", ctl(ep, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLET));
    write(pair[1], "c", 1);
    show("edge", ep, pair[0]);
    show("edge again", ep, pair[0]);
    write(pair[1], "d", 1);
    show("edge, more", ep, pair[0]);
    say("one shot", ctl(ep, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLONESHOT));
    show("one shot", ep, pair[0]);
    write(pair[1], "e", 1);
    show("is over", ep, pair[0]);
    say("armed",
        ctl(ep, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLOUT | EPOLLONESHOT));
    show("both", ep, pair[0]);
    say("rdhup", ctl(ep, EPOLL_CTL_MOD, pair[0], EPOLLRDHUP));
    shutdown(pair[1], SHUT_WR);
    show("rdhup", ep, pair[0]);
    close(pair[1]);
    show("hup", ep, pair[0]);
    say("delete", ctl(ep, EPOLL_CTL_DEL, pair[0], 0));
    say("delete again", ctl(ep, EPOLL_CTL_DEL, pair[0], 0));
    show("deleted", ep, pair[0]);
    close(pair[0]);
    close(ep);
}

static void closing(void)
{
    int ep = epoll_create1(0), fds[2], copy;
    struct epoll_event event;

    if (pipe(fds) < 0)
        return;
    ctl(ep, EPOLL_CTL_ADD, fds[0], EPOLLIN);
    copy = dup(fds[0]);
    write(fds[1], "x", 1);
    close(fds[0]); /* the description lives on in copy */
    printf("still there: %d\n", epoll_wait(ep, &event, 1, 0));
    close(copy);
    printf("gone: %d\n", epoll_wait(ep, &event, 1, 0));
    close(fds[1]);
    close(ep);
}

static void *writer(void *arg)
{
    uint64_t one = 1;

    usleep(50000);
    write(*(int *)arg, &one, sizeof one);
    return NULL;
}

static void kinds(void)
{
    int ep = epoll_create(1), ev = eventfd(0, EFD_NONBLOCK), outer, tfd;
    struct itimerspec spec = {.it_value.tv_nsec = 30000000,
                              .it_interval.tv_nsec = 10000000};
    struct epoll_event event;
    uint64_t value;
    pthread_t thread;

    say("eventfd", ctl(ep, EPOLL_CTL_ADD, ev, EPOLLIN));
    pthread_create(&thread, NULL, writer, &ev);
    say("wait", epoll_wait(ep, &event, 1, 5000));
    pthread_join(thread, NULL);
    outer = epoll_create1(0);
    say("epoll in epoll", ctl(outer, EPOLL_CTL_ADD, ep, EPOLLIN));
    say("and back", ctl(ep, EPOLL_CTL_ADD, outer, EPOLLIN));
    show("outer", outer, ep);
    struct pollfd pfd = {outer, POLLIN, 0};
    printf("poll %d %x\n", poll(&pfd, 1, 0), (unsigned)pfd.revents);
    read(ev, &value, sizeof value);
    show("outer empty", outer, ep);
    tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    say("timerfd", ctl(ep, EPOLL_CTL_ADD, tfd, EPOLLIN));
    say("early", read(tfd, &value, sizeof value));
    say("settime", timerfd_settime(tfd, 0, &spec, NULL));
    say("wait", epoll_wait(ep, &event, 1, 5000));
    usleep(35000);
    say("read", read(tfd, &value, sizeof value));
    printf("several %d\n", value >= 3);
    memset(&spec, 0, sizeof spec);
    say("stop", timerfd_settime(tfd, 0, &spec, &spec));
    printf("interval %ld\n", (long)spec.it_interval.tv_nsec);
    say("timeout", epoll_wait(ep, &event, 1, 20));
    close(tfd);
    close(ev);
    close(outer);
    close(ep);
}

static int pipe_fds[2];

static void *late(void *arg)
{
    usleep(100000);
    write(pipe_fds[1], arg, 1);
    return NULL;
}

/* Told once, read, ready again: of who waits now, each way of waiting. */
static void again(void)
{
    int inner = epoll_create1(0), outer = epoll_create1(0);
    struct pollfd pfd = {inner, POLLIN, 0};
    struct epoll_event event;
    pthread_t thread;
    char c;

    if (pipe(pipe_fds) < 0)
        return;
    ctl(inner, EPOLL_CTL_ADD, pipe_fds[0], EPOLLIN);
    ctl(outer, EPOLL_CTL_ADD, inner, EPOLLIN);
    for (int i = 0; i < 3; i++) {
        write(pipe_fds[1], "a", 1);
        say("outer", epoll_wait(outer, &event, 1, 1000));
        say("inner", epoll_wait(inner, &event, 1, 0));
        read(pipe_fds[0], &c, 1);
        pthread_create(&thread, NULL, late, "b");
        if (i == 0)
            say("poll", poll(&pfd, 1, 5000));
        else if (i == 1)
            say("outer", epoll_wait(outer, &event, 1, 5000));
        else
            say("inner", epoll_wait(inner, &event, 1, 5000));
        pthread_join(thread, NULL);
        read(pipe_fds[0], &c, 1);
        show("empty", outer, inner);
    }
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    close(outer);
    close(inner);
}

static void *worker(void *arg)
{
    struct epoll_event event;
    char c;
    int n = epoll_wait(*(int *)arg, &event, 1, 5000);

    if (n == 1)
        read(pipe_fds[0], &c, 1);
    usleep(300000); /* busy with it, while the other one has the next */
    return (void *)(long)n;
}

/* What one thread has and is busy with keeps nothing from the other one, nor
 * does a poll of the same epoll. */
static void workers(void)
{
    int ep = epoll_create1(0);
    pthread_t thread[2];
    void *got[2];

    if (pipe(pipe_fds) < 0)
        return;
    ctl(ep, EPOLL_CTL_ADD, pipe_fds[0], EPOLLIN);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, worker, &ep);
    usleep(50000);
    write(pipe_fds[1], "a", 1);
    usleep(100000);
    write(pipe_fds[1], "b", 1);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], &got[i]);
    printf("workers: %ld %ld\n", (long)got[0], (long)got[1]);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    close(ep);
}

static void nothing_wanted(uint32_t flags)
{
    int ep = epoll_create1(0), pair[2];

    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    say("nothing", ctl(ep, EPOLL_CTL_ADD, pair[0], flags));
    write(pair[1], "a", 1);
    show("data", ep, pair[0]);
    close(pair[1]);
    show("end", ep, pair[0]);
    show("end again", ep, pair[0]);
    close(pair[0]);
    close(ep);
}

static void errors(void)
{
    int ep = epoll_create1(0), fd = open("/", O_RDONLY), ev = eventfd(0, 0);
    struct epoll_event event;

    say("size 0", epoll_create(0));
    say("flags", epoll_create1(77));
    say("bad fd", ctl(ep, EPOLL_CTL_ADD, 999, EPOLLIN));
    say("bad epoll", ctl(999, EPOLL_CTL_ADD, ep, EPOLLIN));
    say("itself", ctl(ep, EPOLL_CTL_ADD, ep, EPOLLIN));
    say("a folder", ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN));
    say("absent", ctl(ep, EPOLL_CTL_MOD, ev, EPOLLIN));
    say("op", ctl(ep, 9, ev, EPOLLIN));
    say("max 0", epoll_wait(ep, &event, 0, 0));
    say("not an epoll", epoll_wait(fd, &event, 1, 0));
    close(fd);
    close(ev);
    close(ep);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    triggers();
    closing();
    kinds();
    again();
    workers();
    nothing_wanted(0);
    nothing_wanted(EPOLLONESHOT);
    errors();
    return 0;
}
