/* SPDX-License-Identifier: Apache-2.0 */
/* What the file server uses of the host, and libc's names for the rest. */
#ifndef VOLUMES_HOST_H
#define VOLUMES_HOST_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>
#ifndef STATX_BASIC_STATS /* musl 1.2.5 has its own, and not both can be */
#include <linux/stat.h>
#endif

#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

/* 0 or more, or -errno, of a libc call that sets errno. */
static inline long host(long rc)
{
    return rc < 0 ? -errno : rc;
}

static inline int host_openat2(int dir, const char *path, uint64_t flags,
                               uint64_t mode, uint64_t resolve)
{
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)host(syscall(SYS_openat2, dir, path, &how, sizeof how));
}

#endif
