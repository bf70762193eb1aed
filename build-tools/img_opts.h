/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that say what goes into an image beside code: `--net NAME` and so
 * on for uni-build, `-Wu,--net=NAME` for uni-cc, `--uni-net=NAME` for uni-ld.
 * One table serves all three.
 */
#ifndef BUILD_TOOLS_IMG_OPTS_H
#define BUILD_TOOLS_IMG_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/image_pack.h"

struct img_opts {
    struct image_spec spec;
    bool has_cwd;
    const char *rootfs_dir; /* NULL: none; owned */
};

/* Is `name` (len bytes, no dashes) one of the options? */
bool img_opts_known(const char *name, size_t len);

/* Takes "NAME=VALUE", or refuses it with a reason. */
int img_opts_set(struct img_opts *opts, const char *text, struct err *err);

void img_opts_init(struct img_opts *opts);

/* After the last option: what follows from several. */
void img_opts_finish(struct img_opts *opts);

void img_opts_release(struct img_opts *opts);

#endif
