/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to a program with its root file system and configuration. */
#ifndef IMAGES_COMBINE_H
#define IMAGES_COMBINE_H

#include <jansson.h>

#include "images/apply.h"
#include "images/settings.h"
#include "images/source.h"
#include "images/uniconf.h"

struct combined {
    struct apply apply; /* the root file system, without the program */
    struct settings settings;
    const json_t *document;    /* the source's; NULL: it has none */
    const json_t *annotations; /* likewise */
    int app_fd;                /* the program, a .uni */
    char app_name[200];        /* for messages */
    int64_t app_mtime;
    struct uniconf app_conf; /* what the program was built with */
    bool is_uni;             /* the source was a .uni */
};

/* app: a .uni of the host in the place of the image's program, or NULL.
 * near: where the result will be. The source has to live as long. */
int combine(struct combined *combined, const struct source *source,
            const char *app, const char *near, const struct img_limits *limits,
            struct err *err);
void combine_release(struct combined *combined);

/*
 * Writes it as a .uni to an empty file. With `has_settings` it stands alone: it
 * begins as the container would; else an engine gives it arguments, environment
 * and so on.
 */
int combine_write(struct combined *combined, int output, bool has_settings,
                  struct err *err);

#endif
