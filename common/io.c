/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and writes, and cleanup by scope; see io.h. */
#include <errno.h>
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

#define NO_OFFSET UINT64_MAX

static int read_at(int fd, void *buf, size_t len, uint64_t offset,
                   struct err *err)
{
    for (size_t done = 0; done < len;) {
        char *to = (char *)buf + done;
        ssize_t got = offset == NO_OFFSET
                          ? read(fd, to, len - done)
                          : pread(fd, to, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, errno, "read %zu bytes", len);
        if (got == 0)
            return err_refuse(err, "ends after %zu of %zu bytes", done, len);
        done += (size_t)got;
    }
    return 0;
}

static int write_at(int fd, const void *buf, size_t len, uint64_t offset,
                    struct err *err)
{
    for (size_t done = 0; done < len;) {
        const char *from = (const char *)buf + done;
        ssize_t put = offset == NO_OFFSET ? write(fd, from, len - done)
                                          : pwrite(fd, from, len - done,
                                                   (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_set(err, errno, "write %zu bytes", len);
        done += (size_t)put;
    }
    return 0;
}

int read_full(int fd, void *buf, size_t len, struct err *err)
{
    return read_at(fd, buf, len, NO_OFFSET, err);
}

int pread_full(int fd, void *buf, size_t len, uint64_t offset, struct err *err)
{
    return read_at(fd, buf, len, offset, err);
}

int write_full(int fd, const void *buf, size_t len, struct err *err)
{
    return write_at(fd, buf, len, NO_OFFSET, err);
}

int pwrite_full(int fd, const void *buf, size_t len, uint64_t offset,
                struct err *err)
{
    return write_at(fd, buf, len, offset, err);
}
