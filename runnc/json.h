/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of foreign JSON, read by tables: what a table does not list is
 * reported and ignored, as the runtime-spec asks ("Extensibility"); what has
 * the wrong type or value is refused with its path.
 */
#ifndef RUNNC_JSON_H
#define RUNNC_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "common/err.h"
#include "runnc/spec.h"

#define JSON_PATH_MAX 200u
#define JSON_LIST_MAX 10000u /* entries of an array or object */

enum json_field_kind {
    FIELD_TEXT,      /* const char * */
    FIELD_PATH,      /* const char *, absolute */
    FIELD_BOOL,      /* bool */
    FIELD_U64,       /* uint64_t, 0..INT64_MAX */
    FIELD_I64,       /* int64_t */
    FIELD_U32,       /* uint32_t */
    FIELD_U16,       /* uint16_t */
    FIELD_INT,       /* int */
    FIELD_STRINGS,   /* struct spec_strings */
    FIELD_OBJECT,    /* take */
    FIELD_ARRAY,     /* take */
    FIELD_HARMLESS,  /* any; why says why nothing needs to be done */
    FIELD_NO_EFFECT, /* any, reported; why says why it can't matter */
    FIELD_REFUSED,   /* any; why says why it can't be had */
};

typedef int json_take_fn(void *to, json_t *json, const char *path,
                         struct err *err);

struct json_field {
    const char *name;
    uint8_t kind;       /* enum json_field_kind */
    bool is_required;   /* present, and no empty string */
    uint16_t at;        /* in *to */
    uint16_t has;       /* of a bool in *to that is set, plus 1; or 0 */
    json_take_fn *take; /* of objects and arrays; gets to + at */
    const char *why;    /* HARMLESS, REFUSED */
};

/* Reads the object by a table that ends with a field without name. */
int json_fields(const struct json_field *fields, void *to, json_t *object,
                const char *path, struct err *err);

/* An array of objects, into a new array of structs of `size` bytes. */
int json_objects(const struct json_field *fields, void **out, size_t *count,
                 size_t size, json_t *array, const char *path, struct err *err);

int json_strings(struct spec_strings *out, json_t *array, const char *path,
                 struct err *err);

/* An object of strings, in its order. */
int json_pairs(struct spec_pair **out, size_t *count, json_t *object,
               const char *path, struct err *err);

/* "expected X" for path; what is there is shown shortly. */
int json_expected(json_t *json, const char *path, const char *what,
                  struct err *err);

/* Zeroed memory that lives until json_release_all(); NULL: *err is set. */
void *json_alloc(size_t count, size_t size, struct err *err);
void json_release_all(void);

/* A JSON text with nothing after it; the caller json_decref()s it. */
json_t *json_text(const char *text, size_t len, const char *name,
                  struct err *err);

#endif
