/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container image says of its program (image-spec config.md): read,
 * checked against the tree, and put into a .uni's configuration.
 */
#ifndef IMAGES_SETTINGS_H
#define IMAGES_SETTINGS_H

#include <jansson.h>
#include <limits.h>

#include "common/fstree.h"
#include "images/uniconf.h"

struct settings {
    json_t *config;         /* the "config" object; owned */
    char program[PATH_MAX]; /* absolute path of the first word */
};

/* Takes a copy of document["config"], which may be missing. */
int settings_init(struct settings *settings, const json_t *document,
                  struct err *err);
void settings_release(struct settings *settings);

/*
 * The first word of entrypoint and command becomes `program`, looked up in the
 * tree along PATH if it has no slash. With `instead` that takes its place.
 */
int settings_find_program(struct settings *settings, struct fstree *tree,
                          const char *instead, struct err *err);

/* Who it runs as is known, and the folders that an engine makes are there:
 * working directory, volumes. */
int settings_prepare(const struct settings *settings, struct fstree *tree,
                     uint64_t dirs_max, struct err *err);

/* All of it into the configuration that the program had. */
int settings_store(const struct settings *settings, struct fstree *tree,
                   struct uniconf *conf, struct err *err);

/* The other way round: from a .uni's configuration. */
int settings_load(struct settings *settings, const struct uniconf *conf,
                  struct err *err);

/* What a configuration keeps of its container image follows settings
 * ("env=K=V", "arg=A", ...) that it has got already. */
int settings_edit(struct uniconf *conf, const char *const *options,
                  unsigned count, struct err *err);

#endif
