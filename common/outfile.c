/* SPDX-License-Identifier: Apache-2.0 */
/* An output file that appears whole or not at all: see outfile.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "common/outfile.h"

#define LINKS_MAX 40 /* as Linux follows */

/* The one that a signal would leave behind. */
static struct outfile *volatile pending;

/* Links of /proc have no path to rename something to: what they lead to may
 * have lost its name, or be another's standard output. */
static bool has_magic_link(const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_NO_MAGICLINKS,
    };
    auto_fd int fd =
        (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    return fd < 0 && errno == ELOOP;
}

/* The target of a link in the link's place; 1: it was none. */
static int follow_link(char path[PATH_MAX], struct err *err)
{
    char target[PATH_MAX], next[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target);
    if (len < 0)
        return 1;
    const char *slash = strrchr(path, '/');
    int folder_len = slash && target[0] != '/' ? (int)(slash - path) + 1 : 0;
    if (len == sizeof target ||
        snprintf(next, sizeof next, "%.*s%.*s", folder_len, path, (int)len,
                 target) >= (int)sizeof next)
        return err_set(err, ENAMETOOLONG, "%s", path);
    (void)strcpy(path, next);
    return 0;
}

int outfile_resolve(const char *path, char target[PATH_MAX], bool *is_special,
                    struct err *err)
{
    struct stat st;
    int rc = 0;

    if (strlen(path) >= PATH_MAX)
        return err_set(err, ENAMETOOLONG, "%s", path);
    (void)strcpy(target, path);
    *is_special =
        stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || has_magic_link(path));
    for (int i = 0; !*is_special && rc == 0; i++) {
        if (i > LINKS_MAX)
            return err_set(err, ELOOP, "%s", path);
        rc = follow_link(target, err);
    }
    if (rc < 0)
        return rc;
    if (*is_special && S_ISDIR(st.st_mode))
        return err_set(err, EISDIR, "%s", path);
    return 0;
}

static int make_temp(struct outfile *out, mode_t mode, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    int len;

    out->temp[0] = '\0';
    if (!out->is_special)
        len = snprintf(out->temp, sizeof out->temp, "%s.XXXXXX", out->path);
    else
        len = snprintf(out->temp, sizeof out->temp, "%s/uni.XXXXXX",
                       folder && *folder ? folder : "/tmp");
    if (len < 0 || (size_t)len >= sizeof out->temp)
        return err_set(err, ENAMETOOLONG, "%s", out->path);

    out->fd = mkostemp(out->temp, O_CLOEXEC);
    if (out->fd < 0)
        return err_set(err, errno, "create %s", out->temp);
    pending = out;
    mode_t mask = umask(0);
    (void)umask(mask);
    if (fchmod(out->fd, mode & ~mask) < 0) {
        err_set(err, errno, "chmod %s", out->temp);
        outfile_release(out);
        return -err->code;
    }
    return 0;
}

int outfile_init(struct outfile *out, const char *path, mode_t mode,
                 struct err *err)
{
    if (outfile_resolve(path, out->path, &out->is_special, err) < 0)
        return -err->code;
    return make_temp(out, mode, err);
}

int outfile_init_new(struct outfile *out, const char *path, mode_t mode,
                     struct err *err)
{
    out->is_special = false;
    if (snprintf(out->path, sizeof out->path, "%s", path) >=
        (int)sizeof out->path)
        return err_set(err, ENAMETOOLONG, "%s", path);
    return make_temp(out, mode, err);
}

static int copy_to_special(struct outfile *out, struct err *err)
{
    char buf[65536];
    auto_fd int to = open(out->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
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
    if (pending == out)
        pending = NULL;
}

void outfile_abandon(void)
{
    const struct outfile *out = pending;
    if (out && out->temp[0])
        (void)unlink(out->temp);
}
