/* SPDX-License-Identifier: Apache-2.0 */
/* A nameless temporary file: see spool.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/outfile.h"
#include "images/spool.h"

#define ALIGN 4096u /* file systems share whole blocks */

/* Nameless from the start where the file system can (man 2 open). */
static int open_in(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    if (snprintf(path, sizeof path, "%s/uni-image.XXXXXX", folder) >=
        (int)sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

/* The folder in which `near` will be a file, or is a folder; false: beside
 * /dev/stdout is not where files belong. */
static bool folder_of(const char *near, char folder[PATH_MAX])
{
    bool is_special;
    struct err err;
    int rc = outfile_resolve(near, folder, &is_special, &err);
    if (rc < 0 ? rc != -EISDIR : is_special)
        return false;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[1] = '\0';
    else
        (void)strcpy(folder, ".");
    return true;
}

int spool_init(struct spool *spool, const char *near, struct err *err)
{
    const char *temp = getenv("TMPDIR");
    char folder[PATH_MAX];

    *spool = (struct spool){.fd = -1};
    if (near && folder_of(near, folder))
        spool->fd = open_in(folder);
    if (!temp || !*temp)
        temp = "/tmp";
    if (spool->fd < 0)
        spool->fd = open_in(temp);
    if (spool->fd < 0)
        return err_set(err, errno, "temporary file in %s", temp);
    return 0;
}

void spool_release(struct spool *spool)
{
    if (spool->fd >= 0)
        (void)close(spool->fd);
    spool->fd = -1;
}

uint64_t spool_take(struct spool *spool, uint64_t size)
{
    if (size >= ALIGN)
        spool->end = (spool->end + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
    uint64_t offset = spool->end;
    spool->end += size;
    return offset;
}

int spool_finish(struct spool *spool, struct err *err)
{
    if (ftruncate(spool->fd, (off_t)spool->end) < 0)
        return err_set(err, errno, "temporary file of %lu bytes", spool->end);
    return 0;
}

static int spool_open(const struct fs_data *data, struct err *err)
{
    const struct spool *spool = data->ctx;
    int fd = fcntl(spool->fd, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? err_set(err, errno, "temporary file") : fd;
}

struct fs_data spool_data(struct spool *spool, uint64_t offset,
                          const char *path)
{
    return (struct fs_data){
        .open = spool_open, .ctx = spool, .path = path, .offset = offset};
}
