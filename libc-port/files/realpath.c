/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

struct walk {
    char out[PATH_MAX];  /* absolute, no link in it, no '/' at its end */
    size_t len;          /* bytes of it */
    char rest[PATH_MAX]; /* what is still to walk */
    int links;
};

static long follow(struct walk *walk, const char *rest)
{
    char target[PATH_MAX];
    long len = sys_readlinkat(AT_FDCWD, walk->out, target, sizeof target - 1);
    if (len == -EINVAL)
        return 0; /* no link */
    if (len < 0)
        return len;
    if (++walk->links > SYMLOOP_MAX)
        return -ELOOP;
    size_t rest_len = strlen(rest);
    if ((size_t)len + rest_len >= PATH_MAX)
        return -ENAMETOOLONG;
    memmove(walk->rest + len, rest, rest_len + 1); /* "" or "/..." */
    memcpy(walk->rest, target, (size_t)len);
    return 1;
}

static long walk_path(struct walk *walk)
{
    const char *at = walk->rest;
    for (;;) {
        at += strspn(at, "/");
        size_t len = strcspn(at, "/");
        if (len == 0)
            return 0;
        const char *name = at;
        at += len;
        if (len == 1 && name[0] == '.')
            continue;
        if (len == 2 && name[0] == '.' && name[1] == '.') {
            while (walk->len > 0 && walk->out[--walk->len] != '/')
                ;
            walk->out[walk->len] = 0;
            continue;
        }
        if (walk->len + 1 + len >= PATH_MAX)
            return -ENAMETOOLONG;
        size_t parent_len = walk->len;
        walk->out[walk->len++] = '/';
        memcpy(walk->out + walk->len, name, len);
        walk->len += len;
        walk->out[walk->len] = 0;

        long rc = follow(walk, at);
        if (rc < 0)
            return rc;
        if (rc == 0) {
            struct linux_stat st;
            rc = *at ? sys_newfstatat(AT_FDCWD, walk->out, &st, 0) : 0;
            if (rc == 0 && *at && !S_ISDIR(st.mode))
                rc = -ENOTDIR;
            if (rc < 0)
                return rc;
            continue;
        }
        walk->len = walk->rest[0] == '/' ? 0 : parent_len;
        walk->out[walk->len] = 0;
        at = walk->rest;
    }
}

char *realpath(const char *path, char *resolved)
{
    struct walk walk = {.len = 0};
    long rc = 0;

    if (!path)
        rc = -EINVAL;
    else if (!*path)
        rc = -ENOENT;
    else if (strlen(path) >= PATH_MAX)
        rc = -ENAMETOOLONG;
    if (rc == 0 && path[0] != '/') {
        rc = sys_getcwd(walk.out, sizeof walk.out);
        walk.len = rc > 0 ? (size_t)rc - 1 : 0;
        if (walk.len == 1) /* "/" */
            walk.len = 0;
    }
    if (rc >= 0) {
        strcpy(walk.rest, path);
        rc = walk_path(&walk);
    }
    if (walk.len == 0)
        walk.out[walk.len++] = '/';
    walk.out[walk.len] = 0;
    if (libc_result(rc) < 0)
        return NULL;
    return resolved ? strcpy(resolved, walk.out) : strdup(walk.out);
}

char *canonicalize_file_name(const char *path)
{
    return realpath(path, NULL);
}
