/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of a .uni: NUL-terminated "key=value" strings, one after
 * the other (docs/abi.md).
 */
#ifndef IMAGES_UNICONF_H
#define IMAGES_UNICONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

struct uniconf {
    char *text; /* owned */
    uint32_t size;
};

/* From another's bytes; what has no end is left out. */
int uniconf_init(struct uniconf *conf, const char *text, uint64_t size,
                 struct err *err);
void uniconf_release(struct uniconf *conf);

int uniconf_add(struct uniconf *conf, const char *key, const char *value,
                struct err *err);

/* Takes away all strings of a key; of "env" only those that set `name`. */
void uniconf_drop(struct uniconf *conf, const char *key, const char *name);

/* One string after the other: the first after NULL; NULL after the last. */
const char *uniconf_next(const struct uniconf *conf, const char *previous);

/* The value of the next string of a key, likewise. */
const char *uniconf_value(const struct uniconf *conf, const char *key,
                          const char *previous);

#endif
