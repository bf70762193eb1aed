/* SPDX-License-Identifier: Apache-2.0 */
/* An output file that appears whole or not at all: see outfile.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/outfile.h"

int outfile_init(struct outfile *out, const char *path, mode_t mode,
                 struct err *err)
{
    struct stat st;
    const char *folder = getenv("TMPDIR");
    int len;

    out->path = path;
    out->is_special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (out->is_special && S_ISDIR(st.st_mode))
        return err_set(err, EISDIR, "%s", path);
    if (!out->is_special)
        len = snprintf(out->temp, sizeof out->temp, "%s.XXXXXX", path);
    else
        len = snprintf(out->temp, sizeof out->temp, "%s/uni.XXXXXX",
                       folder && *folder ? folder : "/tmp");
    if (len < 0 || (size_t)len >= sizeof out->temp)
        return err_set(err, ENAMETOOLONG, "%s", path);

    out->fd = mkostemp(out->temp, O_CLOEXEC);
    if (out->fd < 0)
        return err_set(err, errno, "create %s", out->temp);
    mode_t mask = umask(0);
    (void)umask(mask);
    if (fchmod(out->fd, mode & ~mask) < 0) {
        err_set(err, errno, "chmod %s", out->temp);
        outfile_release(out);
        return -err->code;
    }
    return 0;
}

static int copy_to_special(struct outfile *out, struct err *err)
{
    char buf[65536];
    auto_fd int to = open(out->path, O_WRONLY | O_CLOEXEC);
    if (to < 0)
        return err_set(err, errno, "open %s", out->path);
    if (lseek(out->fd, 0, SEEK_SET) < 0)
        return err_set(err, errno, "lseek %s", out->temp);
    for (;;) {
        ssize_t got = read(out->fd, buf, sizeof buf);
        if (got < 0)
            return err_set(err, errno, "read %s", out->temp);
        if (got == 0)
            return 0;
        if (write_full(to, buf, (size_t)got, err) < 0)
            return -err->code;
    }
}

int outfile_commit(struct outfile *out, struct err *err)
{
    if (out->is_special)
        return copy_to_special(out, err);
    if (rename(out->temp, out->path) < 0)
        return err_set(err, errno, "rename %s to %s", out->temp, out->path);
    out->temp[0] = '\0';
    return 0;
}

void outfile_release(struct outfile *out)
{
    if (out->fd >= 0)
        (void)close(out->fd);
    out->fd = -1;
    if (out->temp[0])
        (void)unlink(out->temp);
    out->temp[0] = '\0';
}
