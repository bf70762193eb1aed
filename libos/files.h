/* SPDX-License-Identifier: Apache-2.0 */
/* Among those who set the file side up: files.c, mount.c. */
#ifndef LIBOS_FILES_H
#define LIBOS_FILES_H

#include <stdbool.h>
#include <stdint.h>

/* "64M"; 0 if it is no size. */
uint64_t files_parse_size(const char *s);
/* Sees to it that the path is there, for a mount to lie on: missing
 * directories are made, and the last, or an empty file, with that mode. */
int files_make_place(const char *path, unsigned mode);
/* The value of one "mount=": 0 or -errno. */
int mount_conf(const char *value);
/* The same for one on "/": the directory that lies below the root. */
struct inode;
int mount_base(const char *value, struct inode **base);

#endif
