/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that are a part of an image: a file, or a piece of one. */
#ifndef IMAGES_BLOB_H
#define IMAGES_BLOB_H

#include <jansson.h>
#include <stdint.h>

#include "common/err.h"
#include "images/digest.h"

struct blob {
    int fd;          /* its source's */
    uint64_t offset; /* bytes */
    uint64_t size;   /* bytes */
    char name[200];  /* for messages */
};

/* A document, with its digest if that is asked for. */
int blob_json(const struct blob *blob, json_t **json, struct digest *digest,
              struct err *err);

/* JSON from text; names given twice are refused, since readers differ. */
int json_from(const char *text, size_t len, const char *name, json_t **json,
              struct err *err);

/*
 * Members of objects. Missing or null: NULL, "" or 0; another type is refused.
 * NULL for an object is fine.
 */
int json_text_of(const json_t *object, const char *key, const char **text,
                 struct err *err);
int json_array_of(const json_t *object, const char *key, json_t **array,
                  struct err *err);
int json_object_of(const json_t *object, const char *key, json_t **member,
                   struct err *err);

/* JSON in one fixed form: no spaces, sorted names. Owned; NULL: no memory. */
char *json_line(const json_t *json);

#endif
