/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An output file that appears whole or not at all: written under another name
 * in the same folder, then renamed. Not fsynced: like a compiler's output, it
 * can be made again. An output that exists and is no regular file (/dev/null,
 * a pipe) gets the bytes written to it at commit.
 */
#ifndef COMMON_OUTFILE_H
#define COMMON_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

struct outfile {
    int fd;              /* read and write here */
    bool is_special;     /* no regular file: copied to */
    char temp[PATH_MAX]; /* empty once there is nothing to remove */
    const char *path;    /* the caller's */
};

/* mode is cut by the umask. */
int outfile_init(struct outfile *out, const char *path, mode_t mode,
                 struct err *err);
int outfile_commit(struct outfile *out, struct err *err);

/* Removes what was not committed. */
void outfile_release(struct outfile *out);

#endif
