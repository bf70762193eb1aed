/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of uni-image, a file each; main.c calls them. */
#ifndef IMAGES_COMMANDS_H
#define IMAGES_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>

#include "common/err.h"
#include "images/dest.h"
#include "images/limits.h"

/* What the command line says; the table in main.c fills it. */
struct options {
    struct img_limits limits;
    const char *rootfs, *app, *output;
    const char *packing, *digest;
    const char *config[64]; /* "key=value" for the image's configuration */
    unsigned config_count;
    bool is_long, is_json, is_quiet;
    char **args; /* what is no option */
    int arg_count;
};

int cmd_build(const struct options *options, struct err *err);
int cmd_convert(const struct options *options, struct err *err);
int cmd_inspect(const struct options *options, struct err *err);
int cmd_ls(const struct options *options, struct err *err);
int cmd_cat(const struct options *options, struct err *err);
int cmd_verify(const struct options *options, struct err *err);

/* Text of a file as a JSON string; bytes that are no UTF-8 or would do
 * something to a terminal become \ooo. */
json_t *safe_json(const char *text);

/* The same as printed text. */
void print_safe(const char *text);

#endif
