/* SPDX-License-Identifier: Apache-2.0 */
/* TCP beyond net_tcp.c: connecting without waiting, being disconnected, ends
 * that are shut, SO_RCVLOWAT, signals while a call waits. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "net.h"

#define ALL (POLLIN | POLLOUT | POLLRDHUP)

static int events(int fd)
{
    struct pollfd pfd = {fd, ALL, 0};

    usleep(20000); /* what is under way arrives */
    poll(&pfd, 1, 0);
    return pfd.revents;
}

static void connecting(void)
{
    struct sockaddr_in addr;
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    socklen_t len = sizeof addr;
    int l = bound(SOCK_STREAM, &addr),
        c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    char buf[8];

    printf("-- connecting\n");
    listen(l, 4);
    say("connect", connect(c, (void *)&addr, sizeof addr));
    printf("poll %x\n", events(c));
    say("told", connect(c, (void *)&addr, sizeof addr));
    say("told again", connect(c, (void *)&addr, sizeof addr));
    int s = accept(l, NULL, NULL);
    say("disconnect", connect(c, &none, sizeof none));
    printf("poll %x\n", events(c));
    say("peer", recv(s, buf, 1, MSG_DONTWAIT));
    say("getpeername", getpeername(c, (void *)&addr, &len));
    len = sizeof addr;
    getsockname(l, (void *)&addr, &len);
    say("anew", connect(c, (void *)&addr, sizeof addr));
    printf("poll %x\n", events(c));
    say("told", connect(c, (void *)&addr, sizeof addr));
    close(s);
    s = accept(l, NULL, NULL);
    say("send", send(c, "ab", 2, 0));
    say("recv", recv(s, buf, sizeof buf, 0));
    say("listener", connect(l, &none, sizeof none));
    say("listens no more", accept(l, NULL, NULL));
    close(s);
    close(c);
    close(l);
}

static void refused(void)
{
    struct sockaddr_in addr;
    int fd = bound(SOCK_STREAM, &addr),
        c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    char buf[8];

    printf("-- refused\n");
    close(fd);
    say("connect", connect(c, (void *)&addr, sizeof addr));
    printf("poll %x\n", events(c));
    printf("SO_ERROR %d\n", get_int(c, SOL_SOCKET, SO_ERROR));
    printf("SO_ERROR %d\n", get_int(c, SOL_SOCKET, SO_ERROR));
    printf("poll %x\n", events(c));
    say("recv", recv(c, buf, 1, 0));
    say("send", send(c, "x", 1, MSG_NOSIGNAL));
    say("told", connect(c, (void *)&addr, sizeof addr));
    say("recv", recv(c, buf, 1, 0));
    say("connect", connect(c, (void *)&addr, sizeof addr));
    usleep(20000);
    say("told", connect(c, (void *)&addr, sizeof addr));
    say("connect", connect(c, (void *)&addr, sizeof addr));
    usleep(20000);
    say("recv", recv(c, buf, 1, 0));
    say("recv", recv(c, buf, 1, 0));
    close(c);
}

static void shut(void)
{
    int fds[2];
    char buf[8];

    printf("-- shut\n");
    pair(fds);
    say("reading", shutdown(fds[0], SHUT_RD));
    say("recv", recv(fds[0], buf, sizeof buf, 0));
    say("peer sends", send(fds[1], "data", 4, 0));
    printf("poll %x\n", events(fds[0]));
    say("recv", recv(fds[0], buf, sizeof buf, 0));
    say("recv", recv(fds[0], buf, sizeof buf, 0));
    say("writing", shutdown(fds[0], SHUT_WR));
    printf("poll %x %x\n", events(fds[0]), events(fds[1]));
    say("peer sends", send(fds[1], "more", 4, 0));
    printf("poll %x %x\n", events(fds[0]), events(fds[1]));
    say("recv", recv(fds[0], buf, sizeof buf, 0));
    say("recv", recv(fds[0], buf, sizeof buf, 0));
    say("shutdown", shutdown(fds[0], SHUT_RDWR));
    say("of the peer", shutdown(fds[1], SHUT_RDWR));
    close(fds[0]);
    close(fds[1]);
}

static void low_water(void)
{
    struct timeval tv = {0, 50000};
    int fds[2], five = 5, zero = 0;
    char buf[16];

    printf("-- low water\n");
    pair(fds);
    say("set", setsockopt(fds[0], SOL_SOCKET, SO_RCVLOWAT, &five, sizeof five));
    printf("%d\n", get_int(fds[0], SOL_SOCKET, SO_RCVLOWAT));
    send(fds[1], "abc", 3, 0);
    printf("poll %x\n", events(fds[0]));
    say("not waiting", recv(fds[0], buf, 1, MSG_DONTWAIT));
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    say("what there is", recv(fds[0], buf, sizeof buf, 0));
    send(fds[1], "defgh", 5, 0);
    printf("poll %x\n", events(fds[0]));
    say("five", recv(fds[0], buf, sizeof buf, 0));
    say("set", setsockopt(fds[0], SOL_SOCKET, SO_RCVLOWAT, &zero, sizeof zero));
    printf("%d\n", get_int(fds[0], SOL_SOCKET, SO_RCVLOWAT));
    close(fds[0]);
    close(fds[1]);
}

static void on_signal(int sig)
{
    (void)sig;
}

static void *kick(void *arg)
{
    usleep(50000);
    pthread_kill(*(pthread_t *)arg, SIGUSR1);
    usleep(50000);
    return NULL;
}

/* signal(7): calls with a timeout are not restarted, whatever the handler
 * says. */
static void interrupted(int flags)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = flags};
    struct timeval tv = {5, 0};
    pthread_t self = pthread_self(), thread;
    struct sockaddr_in addr;
    int fds[2], l = bound(SOCK_STREAM, &addr);
    char c;

    printf("-- interrupted %d\n", flags != 0);
    sigaction(SIGUSR1, &act, NULL);
    pair(fds);
    listen(l, 1);
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    pthread_create(&thread, NULL, kick, &self);
    say("recv", recv(fds[0], &c, 1, 0));
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, kick, &self);
    say("accept", accept(l, NULL, NULL));
    pthread_join(thread, NULL);
    close(l);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    connecting();
    refused();
    shut();
    low_water();
    interrupted(0);
    interrupted(SA_RESTART);
    return 0;
}
