/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files: names by random letters, tried until one is free. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

enum { LETTERS = 6, TRIES = 62 * 62 * 62 };

static long try_file(const char *path, int flags)
{
    return sys_openat(AT_FDCWD, path,
                      (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
}

static long try_dir(const char *path, int flags)
{
    (void)flags;
    return sys_mkdirat(AT_FDCWD, path, 0700);
}

/* Free is a name that nothing has. */
static long try_name(const char *path, int flags)
{
    struct linux_stat st;
    (void)flags;
    long rc = sys_newfstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    return rc == 0 ? -EEXIST : rc == -ENOENT ? 0 : rc;
}

static int make(char *path, int suffix_len, int flags,
                long (*try)(const char *, int))
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t len = strlen(path);
    if (suffix_len < 0 || len < (size_t)suffix_len + LETTERS ||
        strncmp(path + len - suffix_len - LETTERS, "XXXXXX", LETTERS) != 0)
        return (int)libc_result(-EINVAL);
    char *at = path + len - suffix_len - LETTERS;
    for (int i = 0; i < TRIES; i++) {
        uint64_t value;
        (void)sys_getrandom(&value, sizeof value, 0);
        for (int k = 0; k < LETTERS; k++, value /= 62)
            at[k] = letters[value % 62];
        long rc = try(path, flags);
        if (rc != -EEXIST)
            return (int)libc_result(rc);
    }
    return (int)libc_result(-EEXIST);
}

int mkostemps(char *path, int suffix_len, int flags)
{
    return make(path, suffix_len, flags, try_file);
}

int mkostemp(char *path, int flags)
{
    return make(path, 0, flags, try_file);
}

int mkstemps(char *path, int suffix_len)
{
    return make(path, suffix_len, 0, try_file);
}

int mkstemp(char *path)
{
    return make(path, 0, 0, try_file);
}

char *mkdtemp(char *path)
{
    return make(path, 0, 0, try_dir) < 0 ? NULL : path;
}

char *mktemp(char *path)
{
    if (make(path, 0, 0, try_name) < 0)
        *path = 0;
    return path;
}

FILE *tmpfile(void)
{
    char path[] = P_tmpdir "/tmpfXXXXXX";
    int fd = make(path, 0, O_CLOEXEC, try_file);
    if (fd < 0)
        return NULL;
    (void)sys_unlinkat(AT_FDCWD, path, 0);
    FILE *stream = fdopen(fd, "w+");
    if (!stream)
        (void)sys_close(fd);
    return stream;
}

char *tmpnam_r(char *name)
{
    if (!name)
        return NULL;
    strcpy(name, P_tmpdir "/fileXXXXXX");
    return make(name, 0, 0, try_name) < 0 ? NULL : name;
}

char *tmpnam(char *name)
{
    static char own[L_tmpnam];
    return tmpnam_r(name ? name : own);
}

static bool is_dir(const char *path)
{
    struct linux_stat st;
    return path && *path && sys_newfstatat(AT_FDCWD, path, &st, 0) == 0 &&
           S_ISDIR(st.mode);
}

char *tempnam(const char *dir, const char *prefix)
{
    char *path;
    const char *env = getenv("TMPDIR");
    dir = is_dir(env) ? env : is_dir(dir) ? dir : P_tmpdir;
    if (asprintf(&path, "%s/%.5sXXXXXX", dir, prefix ? prefix : "file") < 0)
        return NULL;
    if (make(path, 0, 0, try_name) == 0)
        return path;
    free(path);
    return NULL;
}
