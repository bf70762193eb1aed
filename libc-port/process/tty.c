/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "libc.h"

int isatty(int fd)
{
    struct linux_termios termios;
    long rc = sys_ioctl(fd, TCGETS, (unsigned long)&termios);
    return libc_result(rc) == 0;
}

/* The kernel's struct has fewer control characters and no speeds. */
int tcgetattr(int fd, struct termios *out)
{
    struct linux_termios in = {0};
    long rc = sys_ioctl(fd, TCGETS, (unsigned long)&in);
    if (rc < 0)
        return (int)libc_result(rc);
    *out = (struct termios){
        .c_iflag = in.iflag,
        .c_oflag = in.oflag,
        .c_cflag = in.cflag,
        .c_lflag = in.lflag,
        .c_line = in.line,
        .c_ispeed = in.cflag & CBAUD,
        .c_ospeed = in.cflag & CBAUD,
    };
    memcpy(out->c_cc, in.cc, sizeof in.cc);
    return 0;
}

int tcsetattr(int fd, int when, const struct termios *in)
{
    struct linux_termios out = {
        .iflag = in->c_iflag,
        .oflag = in->c_oflag,
        .cflag = in->c_cflag,
        .lflag = in->c_lflag,
        .line = in->c_line,
    };
    if (when < TCSANOW || when > TCSAFLUSH)
        return (int)libc_result(-EINVAL);
    memcpy(out.cc, in->c_cc, sizeof out.cc);
    return (int)libc_result(
        sys_ioctl(fd, TCSETS + (unsigned long)when, (unsigned long)&out));
}

int tcsendbreak(int fd, int duration)
{
    (void)duration;
    return (int)libc_result(sys_ioctl(fd, TCSBRK, 0));
}

int tcdrain(int fd)
{
    return (int)libc_result(CANCEL_POINT(sys_ioctl(fd, TCSBRK, 1)));
}

int tcflush(int fd, int queue)
{
    return (int)libc_result(sys_ioctl(fd, TCFLSH, (unsigned long)queue));
}

int tcflow(int fd, int action)
{
    return (int)libc_result(sys_ioctl(fd, TCXONC, (unsigned long)action));
}

pid_t tcgetpgrp(int fd)
{
    int group;
    long rc = sys_ioctl(fd, TIOCGPGRP, (unsigned long)&group);
    return rc < 0 ? (pid_t)libc_result(rc) : group;
}

int tcsetpgrp(int fd, pid_t group)
{
    return (int)libc_result(sys_ioctl(fd, TIOCSPGRP, (unsigned long)&group));
}

pid_t tcgetsid(int fd)
{
    int session;
    long rc = sys_ioctl(fd, TIOCGSID, (unsigned long)&session);
    return rc < 0 ? (pid_t)libc_result(rc) : session;
}

speed_t cfgetispeed(const struct termios *termios)
{
    return termios->c_ispeed;
}

speed_t cfgetospeed(const struct termios *termios)
{
    return termios->c_ospeed;
}

int cfsetospeed(struct termios *termios, speed_t speed)
{
    if (speed & ~(speed_t)CBAUD)
        return (int)libc_result(-EINVAL);
    termios->c_cflag = (termios->c_cflag & ~(tcflag_t)CBAUD) | speed;
    termios->c_ospeed = speed;
    return 0;
}

int cfsetispeed(struct termios *termios, speed_t speed)
{
    if (speed & ~(speed_t)CBAUD)
        return (int)libc_result(-EINVAL);
    termios->c_ispeed = speed;
    return 0;
}

int cfsetspeed(struct termios *termios, speed_t speed)
{
    return cfsetospeed(termios, speed) < 0 ? -1 : cfsetispeed(termios, speed);
}

/* man 3 termios, "Raw mode" */
void cfmakeraw(struct termios *termios)
{
    termios->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
                                    IGNCR | ICRNL | IXON);
    termios->c_oflag &= ~(tcflag_t)OPOST;
    termios->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    termios->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    termios->c_cflag |= CS8;
    termios->c_cc[VMIN] = 1;
    termios->c_cc[VTIME] = 0;
}

int ttyname_r(int fd, char *buf, size_t len)
{
    static const char *const names[] = {"/dev/console", "/dev/tty"};
    struct linux_stat st, node;
    if (!isatty(fd))
        return errno;
    long rc = sys_fstat(fd, &st);
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        if (sys_newfstatat(-100, names[i], &node, 0) < 0 ||
            node.rdev != st.rdev)
            continue;
        if (strlen(names[i]) >= len)
            return ERANGE;
        strcpy(buf, names[i]);
        return 0;
    }
    return rc < 0 ? (int)-rc : ENODEV;
}

char *ttyname(int fd)
{
    static char name[TTY_NAME_MAX];
    int rc = ttyname_r(fd, name, sizeof name);
    if (rc == 0)
        return name;
    errno = rc;
    return NULL;
}

char *ctermid(char *name)
{
    static char own[L_ctermid];
    return strcpy(name ? name : own, "/dev/tty");
}
