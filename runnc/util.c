/* SPDX-License-Identifier: Apache-2.0 */
/* Small files and descriptors; see runnc.h. */
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/runnc.h"
#include "runnc/util.h"

#define READ_STEP 8192u
#define PATH_SIZE 4096
#define NAME_ROOM 64 /* for a program's name */

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

static int open_readonly(const char *path)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    auto_fd int fd =
        open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    return fd >= 0 &&
                   mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) == 0
               ? take_fd(&fd)
               : -1;
}

/* Of our own program, with the slash; room for a name is left. */
static int own_folder(char path[PATH_SIZE], struct err *err)
{
    ssize_t len = readlink("/proc/self/exe", path, PATH_SIZE - NAME_ROOM);
    if (len <= 0)
        return err_set(err, errno, "read /proc/self/exe");
    while (path[len - 1] != '/')
        len--;
    path[len] = 0;
    return (int)len;
}

int programs_open(void)
{
    char path[PATH_SIZE];
    struct err ignored;
    return own_folder(path, &ignored) < 0 ? -1 : open_readonly(path);
}

int program_open(int programs, const char *name, struct err *err)
{
    char path[PATH_SIZE];
    struct stat wanted, st;
    int len = own_folder(path, err);
    if (len < 0)
        return len;
    snprintf(path + len, NAME_ROOM, "%s", name);
    if (stat(path, &wanted) < 0) {
        snprintf(path + len, NAME_ROOM, "../libexec/septum/%s", name);
        if (stat(path, &wanted) < 0) {
            snprintf(path + len, NAME_ROOM, "%s", name);
            return err_set(err, errno, "open %s", path);
        }
        programs = -1;
    }
    /* A program that is a mount of its own, or a link, is not there. */
    auto_fd int fd =
        programs < 0 ? -1 : openat(programs, name, O_PATH | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == wanted.st_ino &&
        st.st_dev == wanted.st_dev)
        return take_fd(&fd);
    io_close_fd(&fd);
    fd = open_readonly(path);
    if (fd < 0) /* without the right to mount */
        fd = open(path, O_PATH | O_CLOEXEC);
    return fd < 0 ? err_set(err, errno, "open %s", path) : take_fd(&fd);
}
