/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a tool's own files are, told from where the tool is: in the build
 * tree (out/bin, out/sysroot) or installed (PREFIX/bin,
 * PREFIX/lib/septum/sysroot).
 */
#ifndef BUILD_TOOLS_PATHS_H
#define BUILD_TOOLS_PATHS_H

#include <limits.h>

#include "common/err.h"

struct paths {
    char bin[PATH_MAX];     /* folder of the running program */
    char sysroot[PATH_MAX]; /* has include/ and lib/ */
};

int paths_init(struct paths *paths, struct err *err);

#endif
