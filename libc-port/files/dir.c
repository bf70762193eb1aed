/* SPDX-License-Identifier: Apache-2.0 */
/* Directory streams. telldir's positions are the libOS's d_off. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

struct __libc_dir {
    int fd;
    uint32_t lock;
    size_t at, len; /* bytes of buf: read so far, there */
    long position;  /* d_off of the last entry given */
    _Alignas(struct dirent) char buf[4096];
};

static void lock(DIR *dir)
{
    if (unlikely(atomic_cas(&dir->lock, 0, 1) != 0))
        while (atomic_swap(&dir->lock, 2) != 0)
            (void)__libc_futex_wait(&dir->lock, 2, 0, NULL);
}

static void unlock(DIR *dir)
{
    if (unlikely(atomic_swap(&dir->lock, 0) == 2))
        (void)__libc_futex_wake(&dir->lock, 1);
}

DIR *fdopendir(int fd)
{
    struct linux_stat st;
    long rc = sys_fstat(fd, &st);
    if (rc == 0 && !S_ISDIR(st.mode))
        rc = -ENOTDIR;
    if (libc_result(rc) < 0)
        return NULL;
    DIR *dir = calloc(1, sizeof *dir);
    if (!dir)
        return NULL;
    (void)sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
    dir->fd = fd;
    return dir;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    DIR *dir = calloc(1, sizeof *dir);
    if (!dir) {
        (void)sys_close(fd);
        return NULL;
    }
    dir->fd = fd;
    return dir;
}

int closedir(DIR *dir)
{
    int fd = dir->fd;
    free(dir);
    return (int)libc_result(sys_close(fd));
}

static struct dirent *next_entry(DIR *dir)
{
    if (dir->at >= dir->len) {
        long rc = sys_getdents64(dir->fd, dir->buf, sizeof dir->buf);
        if (rc <= 0) {
            if (rc < 0 && rc != -ENOENT) /* ENOENT: removed meanwhile */
                errno = (int)-rc;
            return NULL;
        }
        dir->at = 0;
        dir->len = (size_t)rc;
    }
    struct dirent *entry = (struct dirent *)(dir->buf + dir->at);
    dir->at += entry->d_reclen;
    dir->position = entry->d_off;
    return entry;
}

struct dirent *readdir(DIR *dir)
{
    lock(dir);
    struct dirent *entry = next_entry(dir);
    unlock(dir);
    return entry;
}

int readdir_r(DIR *dir, struct dirent *entry, struct dirent **result)
{
    int saved = errno, rc;
    errno = 0;
    lock(dir);
    struct dirent *next = next_entry(dir);
    if (next)
        memcpy(entry, next, next->d_reclen);
    unlock(dir);
    rc = errno;
    errno = saved;
    *result = next ? entry : NULL;
    return rc;
}

void seekdir(DIR *dir, long position)
{
    lock(dir);
    (void)sys_lseek(dir->fd, position, SEEK_SET);
    dir->at = dir->len = 0;
    dir->position = position;
    unlock(dir);
}

void rewinddir(DIR *dir)
{
    seekdir(dir, 0);
}

long telldir(DIR *dir)
{
    return dir->position;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

ssize_t getdents64(int fd, void *buf, size_t len)
{
    return libc_result(sys_getdents64(fd, buf, len));
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcoll((*a)->d_name, (*b)->d_name);
}

int versionsort(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int collect(DIR *dir, struct dirent ***out,
                   int (*choose)(const struct dirent *))
{
    struct dirent **list = NULL, *entry;
    size_t count = 0, room = 0;

    errno = 0;
    while ((entry = readdir(dir)) != NULL) {
        if (choose && !choose(entry))
            continue;
        if (count == room) {
            room = room ? 2 * room : 16;
            struct dirent **more = reallocarray(list, room, sizeof *list);
            if (!more)
                break;
            list = more;
        }
        size_t size =
            offsetof(struct dirent, d_name) + strlen(entry->d_name) + 1;
        if (!(list[count] = malloc(size)))
            break;
        memcpy(list[count++], entry, size);
        errno = 0;
    }
    if (errno) {
        while (count > 0)
            free(list[--count]);
        free(list);
        return -1;
    }
    *out = list;
    return (int)count;
}

int scandirat(int dirfd_, const char *path, struct dirent ***list,
              int (*choose)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **))
{
    int saved = errno;
    int fd = openat(dirfd_, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            (void)sys_close(fd);
        return -1;
    }
    int count = collect(dir, list, choose);
    int rc = errno;
    (void)closedir(dir);
    if (count < 0) {
        errno = rc;
        return -1;
    }
    errno = saved;
    if (compare && count > 1)
        qsort(*list, (size_t)count, sizeof **list,
              (int (*)(const void *, const void *))compare);
    return count;
}

int scandir(const char *path, struct dirent ***list,
            int (*choose)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    return scandirat(AT_FDCWD, path, list, choose, compare);
}
