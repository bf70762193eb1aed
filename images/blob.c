/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that are a part of an image: see blob.h. */
#include <errno.h>
#include <stdlib.h>

#include "common/io.h"
#include "images/blob.h"
#include "images/limits.h"

int json_from(const char *text, size_t len, const char *name, json_t **json,
              struct err *err)
{
    json_error_t where;
    *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    if (!*json)
        return err_refuse(err, "%s: no JSON: line %d: %s", name, where.line,
                          where.text);
    return 0;
}

int blob_json(const struct blob *blob, json_t **json, struct digest *digest,
              struct err *err)
{
    if (blob->size > IMG_JSON_MAX)
        return err_refuse(err, "%s: %lu bytes, at most %llu", blob->name,
                          blob->size, IMG_JSON_MAX);
    auto_free char *text = malloc(blob->size + 1);
    if (!text)
        return err_set(err, ENOMEM, "%s", blob->name);
    if (pread_full(blob->fd, text, blob->size, blob->offset, err) < 0)
        return err_wrap(err, "%s", blob->name);
    if (digest && digest_of(digest, text, blob->size, err) < 0)
        return -err->code;
    return json_from(text, blob->size, blob->name, json, err);
}

static int wrong(const char *key, const char *wanted, struct err *err)
{
    return err_refuse(err, "\"%s\": expected %s", key, wanted);
}

int json_text_of(const json_t *object, const char *key, const char **text,
                 struct err *err)
{
    const json_t *member = json_object_get(object, key);
    *text = json_is_string(member) ? json_string_value(member) : "";
    if (member && !json_is_null(member) && !json_is_string(member))
        return wrong(key, "a string", err);
    return 0;
}

int json_array_of(const json_t *object, const char *key, json_t **array,
                  struct err *err)
{
    json_t *member = json_object_get(object, key);
    *array = json_is_array(member) ? member : NULL;
    if (member && !json_is_null(member) && !*array)
        return wrong(key, "a list", err);
    return 0;
}

int json_object_of(const json_t *object, const char *key, json_t **member,
                   struct err *err)
{
    json_t *value = json_object_get(object, key);
    *member = json_is_object(value) ? value : NULL;
    if (value && !json_is_null(value) && !*member)
        return wrong(key, "an object", err);
    return 0;
}

char *json_line(const json_t *json)
{
    return json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
}
