/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: handles 0, 1, 2, as open files without an inode. The line
 * discipline is the host's and there is no call to change it. Where a file
 * server has the terminal (p9_tty.c) it is asked; without one the mode is
 * the usual, the size is the start's, and a program that wants another mode
 * is refused (EPERM) instead of left to believe.
 *
 * A host handle may block, and then all threads would wait. So a read waits
 * until the handle is ready, and a write does where another thread could run
 * meanwhile or a signal could wait for a poll, in pieces that a ready pipe
 * takes whole.
 */
#include "arena.h"
#include "hc.h"
#include "p9.h"
#include "signal.h"
#include "sys.h"
#include "thread.h"
#include "user.h"
#include "vfs.h"

/* Of a file: the handle it writes to, or 0 if it is for reading only. Input
 * is always handle 0. */
static uint32_t output_of(const struct file *file)
{
    return (uint32_t)(uintptr_t)file->data;
}
static uint32_t handle_of(const struct file *file, bool is_write)
{
    return is_write ? output_of(file) : 0;
}

static unsigned look(uint32_t handle, unsigned events)
{
    static const struct uni_timespec none = {0, 0};
    struct uni_pollfd fd = {.handle = (int32_t)handle,
                            .events = (uint16_t)events};
    return hc_poll(&fd, 1, &none) > 0 ? fd.revents : 0;
}

/* 0 when the handle is ready, else -EAGAIN, -EINTR. */
static int await(const struct file *file, bool is_write)
{
    uint32_t handle = handle_of(file, is_write);
    while (!look(handle, is_write ? UNI_POLLOUT : UNI_POLLIN)) {
        if (file->flags & LINUX_O_NONBLOCK)
            return -LINUX_EAGAIN;
        int rc = wait_on(event_queue(handle, is_write), WAIT_FOREVER);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static long console_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    (void)pos;
    if (!len)
        return 0;
    if (len > UNI_IO_MAX)
        len = UNI_IO_MAX;
    int rc = await(file, false);
    return rc < 0 ? rc : hc_read(handle_of(file, false), buf, len);
}

static long console_write(struct file *file, const void *buf, size_t len,
                          int64_t *pos)
{
    (void)pos;
    size_t done = 0;
    while (done < len) {
        /* One that waits for the host keeps other threads and signals out. */
        bool is_polite = cpu.thread_count > 1 || signal_host_waits ||
                         (file->flags & LINUX_O_NONBLOCK);
        size_t part = len - done;
        size_t limit = is_polite ? LINUX_PIPE_BUF : UNI_IO_MAX;
        if (part > limit)
            part = limit;
        long rc = is_polite ? await(file, true) : 0;
        if (rc == 0)
            rc = hc_write(output_of(file), (const char *)buf + done, part);
        if (rc == -LINUX_EPIPE && !done)
            signal_broken_pipe();
        if (rc <= 0)
            return done ? (long)done : rc;
        done += (size_t)rc;
    }
    return (long)done;
}

/* Pieces to one: what a program writes with one call (a line, a record) goes
 * out with one call if it is small. */
static long console_writev(struct file *file, const struct linux_iovec *iov,
                           int count)
{
    char line[1024];
    size_t used = 0;
    long done = 0;
    for (int i = 0; i <= count; i++) {
        bool is_end = i == count;
        bool fits = !is_end && iov[i].len <= sizeof line - used;
        if (fits) {
            if (user_copy(line + used, iov[i].base, iov[i].len) < 0)
                return done ? done : -LINUX_EFAULT;
            used += iov[i].len;
            continue;
        }
        long rc = used ? console_write(file, line, used, NULL) : 0;
        if (rc < 0 || (size_t)rc < used)
            return done ? done : rc;
        done += rc;
        used = 0;
        if (is_end)
            break;
        rc = console_write(file, iov[i].base, iov[i].len, NULL);
        if (rc < 0 || (size_t)rc < iov[i].len)
            return done + (rc > 0 ? rc : 0) ? done + (rc > 0 ? rc : 0) : rc;
        done += rc;
    }
    return done;
}

static bool is_tty(uint32_t handle)
{
    return sys_boot()->flags & (UNI_BOOT_TTY_IN << handle);
}

/* What a terminal has after `stty sane`: man 3 termios. */
static const struct linux_termios sane = {
    .iflag = 0x4500, /* ICRNL IXON IUTF8 */
    .oflag = 5,      /* OPOST ONLCR */
    .cflag = 0xbf,   /* CS8 CREAD, 38400 baud */
    .lflag = 0x8a3b, /* ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN */
    .cc = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22},
};

static long get_termios(void *user)
{
    struct p9_tty tty;
    if (tty_get(&tty) == 0) /* begins with the kernel's struct: 19 c_cc */
        return user_copy(user, &tty, P9_TTY_TERMIOS_SIZE);
    return user_copy(user, &sane, P9_TTY_TERMIOS_SIZE);
}

static long set_termios(const void *user, unsigned when)
{
    struct p9_tty want;
    if (user_copy(&want, user, P9_TTY_TERMIOS_SIZE) < 0)
        return -LINUX_EFAULT;
    int rc = tty_set(&want, when);
    if (rc != -LINUX_ENOTTY)
        return rc;
    bool is_same = want.iflag == sane.iflag && want.oflag == sane.oflag &&
                   want.lflag == sane.lflag;
    return is_same ? 0 : -LINUX_EPERM;
}

static long get_winsize(void *user)
{
    const struct uni_boot *boot = sys_boot();
    struct linux_winsize size = {.row = boot->tty_rows,
                                 .col = boot->tty_columns};
    struct p9_tty tty;
    if (tty_get(&tty) == 0)
        size = (struct linux_winsize){tty.rows, tty.columns, tty.x_pixels,
                                      tty.y_pixels};
    return user_copy(user, &size, sizeof size);
}

static long tty_ioctl(unsigned long request, void *user)
{
    switch (request) {
    case LINUX_TCGETS:
        return get_termios(user);
    case LINUX_TCSETS:
    case LINUX_TCSETSW:
    case LINUX_TCSETSF:
        return set_termios(user, (unsigned)request - LINUX_TCSETS);
    case LINUX_TIOCGWINSZ:
        return get_winsize(user);
    case LINUX_TIOCGPGRP:
    case LINUX_TIOCGSID: {
        int pid = 1;
        return user_copy(user, &pid, sizeof pid);
    }
    case LINUX_TIOCSPGRP:
    case LINUX_TCFLSH:
    case LINUX_TCSBRK:
    case LINUX_TCXONC:
        return 0;
    case LINUX_TIOCSWINSZ:
        return -LINUX_EPERM;
    }
    return -LINUX_ENOTTY;
}

static long console_ioctl(struct file *file, unsigned long request,
                          unsigned long arg)
{
    if (request == LINUX_FIONREAD) {
        int ready = look(0, UNI_POLLIN) & UNI_POLLIN ? 1 : 0;
        return user_copy((void *)arg, &ready, sizeof ready);
    }
    return is_tty(output_of(file)) ? tty_ioctl(request, (void *)arg)
                                   : -LINUX_ENOTTY;
}

static unsigned console_poll(struct file *file, struct poll_set *set)
{
    unsigned ready = 0;
    if (file_may_read(file)) {
        poll_add(set, event_queue(0, false));
        ready |= look(0, UNI_POLLIN);
    }
    if (file_may_write(file)) {
        poll_add(set, event_queue(output_of(file), true));
        ready |= look(output_of(file), UNI_POLLOUT);
    }
    return ready;
}

static int console_stat(struct file *file, struct linux_stat *st)
{
    uint32_t handle = output_of(file);
    if (file->inode)
        return inode_getattr(file->inode, st);
    st->ino = handle + 3;
    st->nlink = 1;
    st->mode = LINUX_S_IFIFO | 0600;
    if (is_tty(handle)) {
        st->mode = LINUX_S_IFCHR | 0620;
        st->rdev = DEV(136, 0);
        st->ino = 3;
        st->blksize = 1024;
    }
    return 0;
}

const struct file_ops console_ops = {
    .read = console_read,
    .write = console_write,
    .writev = console_writev,
    .ioctl = console_ioctl,
    .poll = console_poll,
    .stat = console_stat,
    .name = "console",
};

/* A terminal is one device behind all of its handles. */
struct file *console_open(uint32_t handle)
{
    unsigned flags = handle ? LINUX_O_WRONLY : LINUX_O_RDONLY;
    struct file *file =
        file_new(&console_ops, is_tty(handle) ? LINUX_O_RDWR : flags, NULL);
    if (!file)
        return NULL;
    uint32_t output = handle;
    if (!handle && is_tty(0))
        output = is_tty(1) ? 1 : is_tty(2) ? 2 : 0;
    if (!handle && is_tty(0) && !output)
        file->flags = LINUX_O_RDONLY;
    file->data = (void *)(uintptr_t)output;
    return file;
}

/* /dev/console, and /dev/tty if there is one. */
int console_attach(struct file *file, bool is_tty_only)
{
    uint32_t output = is_tty(1) ? 1 : is_tty(2) ? 2 : 0;
    if (!output && is_tty_only)
        return -LINUX_ENXIO;
    file->ops = &console_ops;
    file->data = (void *)(uintptr_t)(output ? output : 1);
    return 0;
}
