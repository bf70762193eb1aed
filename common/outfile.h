/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An output file that appears whole or not at all: written under another name
 * in the same folder, then renamed. Not fsynced: like a compiler's output, it
 * can be made again. What a symbolic link leads to is the output, the link
 * stays. An output that exists and is no regular file (/dev/null, a pipe), or
 * that a link of /proc leads to, gets the bytes written to it at commit.
 */
#ifndef COMMON_OUTFILE_H
#define COMMON_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

struct outfile {
    int fd;              /* read and write here */
    bool is_special;     /* not to be replaced: copied to */
    char temp[PATH_MAX]; /* empty once there is nothing to remove */
    char path[PATH_MAX]; /* without links, unless it is special */
};

/* mode is cut by the umask. */
int outfile_init(struct outfile *out, const char *path, mode_t mode,
                 struct err *err);

/* The same in a folder that others have filled: what has the name is replaced,
 * whatever it is, and never followed or written to. */
int outfile_init_new(struct outfile *out, const char *path, mode_t mode,
                     struct err *err);
int outfile_commit(struct outfile *out, struct err *err);

/* Removes what was not committed. */
void outfile_release(struct outfile *out);

/* For a signal handler, before it ends the program: the same for the one that
 * is being written. */
void outfile_abandon(void);

/*
 * Where a path leads: itself, or what is behind symbolic links (that may be
 * missing). *is_special: there is something that must not be replaced.
 */
int outfile_resolve(const char *path, char target[PATH_MAX], bool *is_special,
                    struct err *err);

#endif
