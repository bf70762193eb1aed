/* SPDX-License-Identifier: Apache-2.0 */
/* `run` in the foreground of a terminal: bytes both ways; see console.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/console.h"
#include "runnc/create.h"

static void copy_size(int master)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) == 0)
        (void)ioctl(master, TIOCSWINSZ, &size); /* as it was, else */
}

int console_receive(int socket_fd, struct err *err)
{
    char name[4096];
    int fd;
    struct iovec iov = {name, sizeof name};
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(sizeof fd)];
    } control;
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.buf,
                         .msg_controllen = sizeof control.buf};
    ssize_t got = recvmsg(socket_fd, &msg, MSG_CMSG_CLOEXEC);
    struct cmsghdr *cmsg = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
    if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
        return err_set(err, got < 0 ? errno : EPROTO, "receive the terminal");
    memcpy(&fd, CMSG_DATA(cmsg), sizeof fd);
    copy_size(fd); /* a program may look at it once, when it starts */
    return fd;
}

static int copy(int from, int to)
{
    char buf[4096];
    struct err ignored;
    ssize_t got = read(from, buf, sizeof buf);
    if (got <= 0)
        return -1;
    return write_full(to, buf, (size_t)got, &ignored);
}

static void pass_signal(int signals, int master,
                        const struct container *container)
{
    struct signalfd_siginfo info;
    struct err ignored;
    if (read(signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGWINCH)
        copy_size(master); /* which sends it there */
    else if (info.ssi_signo != SIGCHLD)
        (void)container_signal(container, (int)info.ssi_signo, &ignored);
}

int console_relay(int master_fd, int signals, const struct container *container,
                  struct err *err)
{
    struct termios before, raw;
    auto_fd int process = (int)syscall(SYS_pidfd_open, container->pid, 0);
    struct pollfd pfd[] = {{.fd = 0, .events = POLLIN},
                           {.fd = master_fd, .events = POLLIN},
                           {.fd = process, .events = POLLIN},
                           {.fd = signals, .events = POLLIN}};
    if (process < 0 || tcgetattr(0, &before) < 0)
        return err_set(err, errno, "terminal");
    raw = before;
    cfmakeraw(&raw);
    (void)tcsetattr(0, TCSANOW, &raw); /* else lines come doubled */
    for (;;) {
        if (poll(pfd, 4, -1) < 0) {
            if (errno == EINTR)
                continue;
            break;
        }
        if (pfd[3].revents)
            pass_signal(signals, master_fd, container);
        if (pfd[1].revents && copy(master_fd, 1) < 0)
            break;
        if (pfd[0].revents && copy(0, master_fd) < 0)
            pfd[0].fd = -1;
        if (pfd[2].revents && !pfd[1].revents)
            break;
    }
    (void)tcsetattr(0, TCSANOW, &before); /* nobody is left to tell */
    return 0;
}
