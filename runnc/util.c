/* SPDX-License-Identifier: Apache-2.0 */
/* Small files and descriptors; see runnc.h. */
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/runnc.h"
#include "runnc/util.h"

#define READ_STEP 8192u

int file_read(int dirfd, const char *path, size_t max, char **text,
              struct err *err)
{
    size_t size = READ_STEP, len = 0;
    auto_fd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    auto_free char *buf = malloc(size + 1);
    while (buf) {
        ssize_t got = read(fd, buf + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, errno, "read %s", path);
        len += (size_t)got;
        if (len > max)
            return err_refuse(err, "%s: more than %zu bytes", path, max);
        if (got == 0) {
            buf[len] = 0;
            *text = buf;
            buf = NULL;
            return (int)len;
        }
        if (len < size)
            continue;
        size *= 2;
        char *more = realloc(buf, size + 1);
        if (!more)
            break;
        buf = more;
    }
    return err_set(err, ENOMEM, "read %s", path);
}

int file_write(int dirfd, const char *path, const char *text, struct err *err)
{
    auto_fd int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    if (write(fd, text, strlen(text)) < 0)
        return err_set(err, errno, "write \"%.80s\" to %s", text, path);
    return 0;
}

int file_replace(int dirfd, const char *path, const char *text, size_t len,
                 struct err *err)
{
    char temporary[4096 + 16];
    snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
    auto_fd int fd =
        openat(dirfd, temporary,
               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0644);
    if (fd < 0)
        return err_set(err, errno, "create %s", temporary);
    int rc = write_full(fd, text, len, err);
    if (rc == 0 && renameat(dirfd, temporary, dirfd, path) < 0)
        rc = err_set(err, errno, "rename %s", temporary);
    if (rc < 0)
        (void)unlinkat(dirfd, temporary, 0); /* ours, and of no use */
    return rc;
}

int fds_close_on_exec(struct err *err)
{
    if (syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */) < 0)
        return err_set(err, errno, "close descriptors at exec");
    return 0;
}

const char *fd_path(int fd)
{
    static char text[4][32];
    static unsigned next;
    char *at = text[next++ % 4];
    snprintf(at, sizeof text[0], "/proc/self/fd/%d", fd);
    return at;
}

const char *status_name(enum status status)
{
    static const char *const names[] = {[STATUS_CREATING] = "creating",
                                        [STATUS_CREATED] = "created",
                                        [STATUS_RUNNING] = "running",
                                        [STATUS_PAUSED] = "paused",
                                        [STATUS_STOPPED] = "stopped"};
    return names[status];
}

void file_remove_all(int dirfd)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    if (!dir) {
        io_close_fd(&fd);
        return;
    }
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd, entry->d_name, 0); /* rmdir will tell */
    closedir(dir);
}

/* Whoever sees the process opens the program through /proc/PID/exe, and could
 * write to it there later: through a mount that is read-only nobody can. */
static int open_program_file(const char *path)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    auto_fd int fd =
        open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd >= 0 &&
        mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) == 0)
        return take_fd(&fd);
    return errno == ENOENT ? -1 : open(path, O_PATH | O_CLOEXEC);
}

int program_open(const char *name, struct err *err)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 64);
    if (len <= 0)
        return err_set(err, errno, "read /proc/self/exe");
    path[len] = 0;
    char *slash = strrchr(path, '/');
    snprintf(slash + 1, 64, "%s", name);
    int fd = open_program_file(path);
    if (fd < 0 && errno == ENOENT) {
        snprintf(slash + 1, 64, "../libexec/septum/%.32s", name);
        fd = open_program_file(path);
        snprintf(slash + 1, 64, "%s", name);
    }
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    return fd;
}
