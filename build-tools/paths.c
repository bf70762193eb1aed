/* SPDX-License-Identifier: Apache-2.0 */
/* Where a tool's own files are: see paths.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/paths.h"

int paths_init(struct paths *paths, struct err *err)
{
    static const char *const places[] = {"sysroot", "lib/septum/sysroot"};
    struct paths found;
    char script[PATH_MAX];

    ssize_t len = readlink("/proc/self/exe", found.bin, sizeof found.bin);
    if (len < 0)
        return err_set(err, errno, "readlink /proc/self/exe");
    if ((size_t)len == sizeof found.bin)
        return err_set(err, ENAMETOOLONG, "own path");
    found.bin[len] = '\0';
    *strrchr(found.bin, '/') = '\0';
    size_t prefix_len = (size_t)(strrchr(found.bin, '/') - found.bin);

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int n = snprintf(found.sysroot, sizeof found.sysroot, "%.*s/%s",
                         (int)prefix_len, found.bin, places[i]);
        if (n < 0 || (size_t)n >= sizeof found.sysroot)
            return err_set(err, ENAMETOOLONG, "%s", found.bin);
        n = snprintf(script, sizeof script, "%s/lib/uni.ld", found.sysroot);
        if (n < 0 || (size_t)n >= sizeof script)
            return err_set(err, ENAMETOOLONG, "%s", found.sysroot);
        if (access(script, R_OK) == 0) {
            *paths = found;
            return 0;
        }
    }
    return err_say(err, ENOENT,
                   "no sysroot: neither sysroot nor lib/septum/sysroot in "
                   "%.*s has lib/uni.ld",
                   (int)prefix_len, found.bin);
}
