/* SPDX-License-Identifier: Apache-2.0 */
/* Small files and descriptors. */
#ifndef RUNNC_UTIL_H
#define RUNNC_UTIL_H

#include <stddef.h>

#include "common/err.h"

/* Descriptors 3 and up are closed at exec. */
int fds_close_on_exec(struct err *err);

/* Path of an open descriptor below /proc/self/fd; good for three more calls. */
const char *fd_path(int fd);

/* A whole small file (at most `max` bytes), NUL-terminated; returns its length;
 * the caller frees *text. */
int file_read(int dirfd, const char *path, size_t max, char **text,
              struct err *err);
/* Writes text to an existing file, in one write. */
int file_write(int dirfd, const char *path, const char *text, struct err *err);
/* A whole file by rename: readers see the old one or the new one. */
int file_replace(int dirfd, const char *path, const char *text, size_t len,
                 struct err *err);
/* Removes the plain files of an open directory. */
void file_remove_all(int dirfd);

/*
 * Whoever sees a process opens its program through /proc/PID/exe, and could
 * write to it there later: through a mount that is read-only nobody can.
 *
 * One for all programs beside our own; -1: no right to mount. To close it
 * takes some 0.1 ms (the kernel waits for other processors).
 */
int programs_open(void);
/* A program beside our own, or in DIR/../libexec/septum: O_PATH | O_CLOEXEC;
 * programs: from programs_open(), or -1. */
int program_open(int programs, const char *name, struct err *err);

#endif
