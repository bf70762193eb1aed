/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-ar and uni-ranlib: the host's, in the form that knows objects of
 * gcc -flto. One program; the name it is called by says which one it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"

#define EXIT_TROUBLE 1

static const char help[] =
    "Usage: %s [options of %s] ...\n"
    "The host's %s for archives of Septum objects, with LTO objects, too.\n"
    "Environment: UNI_GCC, the gcc whose gcc-%s is run (gcc); without one,\n"
    "%s itself is.\n"
    "Exit status: that program's; 1 for other trouble.\n";

static int uni_ar(char **argv, const char *tool, struct err *err)
{
    const char *gcc = getenv("UNI_GCC");
    char *name;

    /* /usr/bin/gcc-12 has its /usr/bin/gcc-ar-12 */
    if (!gcc || !*gcc)
        gcc = "gcc";
    const char *base = strrchr(gcc, '/');
    base = base ? base + 1 : gcc;
    const char *suffix = strstr(base, "gcc");
    if (!suffix)
        return err_refuse(err, "UNI_GCC=%s: expected a name with gcc", gcc);
    int prefix_len = (int)(suffix + 3 - gcc);
    if (asprintf(&name, "%.*s-%s%s", prefix_len, gcc, tool, suffix + 3) < 0)
        return err_set(err, ENOMEM, "options");
    argv[0] = name;
    execvp(name, argv);
    argv[0] = (char *)tool;
    if (errno == ENOENT)
        execvp(tool, argv);
    return err_set(err, errno, "run %s", tool);
}

int main(int argc, char **argv)
{
    struct err err;
    const char *self = strrchr(argv[0], '/');
    self = self ? self + 1 : argv[0];
    const char *tool = strstr(self, "ranlib") ? "ranlib" : "ar";

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return printf(help, self, tool, tool, tool, tool) < 0 ? EXIT_TROUBLE
                                                              : 0;
    uni_ar(argv, tool, &err);
    fprintf(stderr, "uni-%s: %s\n", tool, err.text);
    return EXIT_TROUBLE;
}
