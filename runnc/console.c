/* SPDX-License-Identifier: Apache-2.0 */
/* The container's terminal; see console.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/console.h"
#include "runnc/util.h"

#define MASTER_NAME "/dev/ptmx"

int console_connect(const char *path, struct err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const char *slash = strrchr(path, '/');
    char dir[4096];

    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set(err, errno, "--console-socket");
    auto_fd int dir_fd = -1;
    if (strlen(path) < sizeof addr.sun_path) {
        strcpy(addr.sun_path, path);
    } else { /* too long for an address: through its directory */
        snprintf(dir, sizeof dir, "%.*s/", slash ? (int)(slash - path) : 0,
                 path);
        dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0 || !slash ||
            snprintf(addr.sun_path, sizeof addr.sun_path, "%s/%s",
                     fd_path(dir_fd), slash + 1) >= (int)sizeof addr.sun_path)
            return err_set(err, ENAMETOOLONG, "--console-socket %.200s", path);
    }
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        return err_set(err, errno, "--console-socket: connect to %.300s", path);
    return take_fd(&fd);
}

static int send_master(int socket_fd, int master, struct err *err)
{
    char name[] = MASTER_NAME;
    struct iovec iov = {name, sizeof name - 1};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.space,
                         .msg_controllen = sizeof control.space};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof master);
    memcpy(CMSG_DATA(cmsg), &master, sizeof master);
    if (sendmsg(socket_fd, &msg, MSG_NOSIGNAL) < 0)
        return err_set(err, errno, "terminal: send it to the console socket");
    return 0;
}

/* The last mount of the terminal; a /dev without room for it is no reason to
 * fail. */
static void bind_console(const struct mounts *mounts, int slave)
{
    struct err ignored;
    char path[64];
    int number;
    if (ioctl(slave, TIOCGPTN, &number) < 0)
        return;
    snprintf(path, sizeof path, "/dev/pts/%d", number);
    auto_fd int source = mounts_open(mounts, path, 0);
    auto_fd int fd =
        mounts_open_or_make(mounts, "/dev/console", false, &ignored);
    if (source >= 0 && fd >= 0)
        (void)mounts_on(fd, fd_path(source), NULL, MS_BIND, NULL);
}

int console_setup(const struct mounts *mounts,
                  const struct spec_process *process, int socket_fd,
                  struct err *err)
{
    int unlock = 0;
    struct winsize size = {.ws_row = process->rows, .ws_col = process->columns};

    auto_fd int node = mounts_open(mounts, "/dev/pts/ptmx", 0);
    if (node < 0)
        return err_set(err, -node,
                       "terminal: /dev/pts/ptmx: is devpts "
                       "mounted?");
    auto_fd int master = open(fd_path(node), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
        return err_set(err, errno, "terminal: open /dev/pts/ptmx");
    auto_fd int slave =
        ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return err_set(err, errno, "terminal: open its slave");
    if ((size.ws_row || size.ws_col) && ioctl(master, TIOCSWINSZ, &size) < 0)
        return err_set(err, errno, "terminal: set its size");
    if (process->uid && fchown(slave, process->uid, (gid_t)-1) < 0)
        return err_set(err, errno, "terminal: give it to user %u",
                       process->uid);
    bind_console(mounts, master);
    if (send_master(socket_fd, master, err) < 0)
        return -err->code;
    for (int fd = 0; fd < 3; fd++)
        if (dup2(slave, fd) < 0)
            return err_set(err, errno, "terminal");
    if (ioctl(0, TIOCSCTTY, 0) < 0)
        return err_set(err, errno, "terminal: make it the controlling one");
    return 0;
}
