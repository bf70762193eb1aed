/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and writes, and cleanup by scope; see io.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/io.h"

void io_close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* writers check their writes and fsync */
    *fd = -1;
}

void io_free_ptr(void *ptr)
{
    free(*(void **)ptr);
}

int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

int io_open_std(struct err *err)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return err_set(err, errno, "open /dev/null");
    return 0;
}

#define NO_OFFSET UINT64_MAX

/* One call of the kind that the arguments ask for. */
static ssize_t transfer_once(int fd, char *buf, size_t len, uint64_t offset,
                             bool is_write)
{
    if (offset == NO_OFFSET)
        return is_write ? write(fd, buf, len) : read(fd, buf, len);
    return is_write ? pwrite(fd, buf, len, (off_t)offset)
                    : pread(fd, buf, len, (off_t)offset);
}

static int transfer(int fd, char *buf, size_t len, uint64_t offset,
                    bool is_write, struct err *err)
{
    for (size_t done = 0; done < len;) {
        uint64_t at = offset == NO_OFFSET ? offset : offset + done;
        ssize_t got = transfer_once(fd, buf + done, len - done, at, is_write);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, errno, "%s %zu bytes",
                           is_write ? "write" : "read", len);
        if (got == 0)
            return err_refuse(err, "ends after %zu of %zu bytes", done, len);
        done += (size_t)got;
    }
    return 0;
}

int read_full(int fd, void *buf, size_t len, struct err *err)
{
    return transfer(fd, buf, len, NO_OFFSET, false, err);
}

int pread_full(int fd, void *buf, size_t len, uint64_t offset, struct err *err)
{
    return transfer(fd, buf, len, offset, false, err);
}

int write_full(int fd, const void *buf, size_t len, struct err *err)
{
    return transfer(fd, (char *)buf, len, NO_OFFSET, true, err);
}

int pwrite_full(int fd, const void *buf, size_t len, uint64_t offset,
                struct err *err)
{
    return transfer(fd, (char *)buf, len, offset, true, err);
}
