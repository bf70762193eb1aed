/* SPDX-License-Identifier: Apache-2.0 */
/* `run` in the foreground of a terminal: bytes both ways; see console.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/console.h"

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

static void copy_size(int master)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) == 0)
        (void)ioctl(master, TIOCSWINSZ, &size); /* as it was, else */
}

int console_relay(int master_fd, pid_t pid, struct err *err)
{
    struct termios before, raw;
    auto_fd int process = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd pfd[] = {{.fd = 0, .events = POLLIN},
                           {.fd = master_fd, .events = POLLIN},
                           {.fd = process, .events = POLLIN}};
    if (process < 0 || tcgetattr(0, &before) < 0)
        return err_set(err, errno, "terminal");
    raw = before;
    cfmakeraw(&raw);
    (void)tcsetattr(0, TCSANOW, &raw); /* else lines come doubled */
    for (;;) {
        /* A signal is blocked for us: sizes are looked at now and then. */
        int rc = poll(pfd, 3, 500);
        copy_size(master_fd);
        if (rc < 0 && errno != EINTR)
            break;
        if (rc > 0 && pfd[1].revents && copy(master_fd, 1) < 0)
            break;
        if (rc > 0 && pfd[0].revents && copy(0, master_fd) < 0)
            pfd[0].fd = -1;
        if (rc > 0 && pfd[2].revents && !pfd[1].revents)
            break;
    }
    (void)tcsetattr(0, TCSANOW, &before); /* nobody is left to tell */
    return 0;
}
