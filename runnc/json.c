/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign JSON by tables; see json.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "runnc/json.h"
#include "runnc/runnc.h"

/* What parsing allocates is freed at once: specs live as long as a command. */
struct block {
    struct block *next;
    max_align_t data[];
};
static struct block *blocks;

void *json_alloc(size_t count, size_t size, struct err *err)
{
    size_t bytes;
    struct block *block = NULL;
    if (!__builtin_mul_overflow(count ? count : 1, size, &bytes) &&
        !__builtin_add_overflow(bytes, sizeof *block, &bytes))
        block = calloc(1, bytes);
    if (!block) {
        err_set(err, ENOMEM, "config.json");
        return NULL;
    }
    block->next = blocks;
    blocks = block;
    return block->data;
}

void json_release_all(void)
{
    while (blocks) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

json_t *json_text(const char *text, size_t len, const char *name,
                  struct err *err)
{
    const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);
    static bool is_seeded;
    json_error_t error;

    if (!is_seeded && random) { /* else jansson reads /dev/urandom */
        size_t seed;
        memcpy(&seed, random, sizeof seed);
        json_object_seed(seed ? seed : 1);
    }
    is_seeded = true;
    json_t *json =
        json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!json)
        err_refuse(err, "%s: line %d: %s", name, error.line, error.text);
    return json;
}

int json_expected(json_t *json, const char *path, const char *what,
                  struct err *err)
{
    char text[64] = "";
    if (json_is_string(json))
        snprintf(text, sizeof text, "\"%.56s\"", json_string_value(json));
    else if (json_is_integer(json))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(json));
    else if (json)
        snprintf(text, sizeof text, "%s",
                 json_is_object(json)    ? "an object"
                 : json_is_array(json)   ? "an array"
                 : json_is_boolean(json) ? "a boolean"
                                         : "something else");
    return err_refuse(err, "config.json: %s: %s%sexpected %s", path, text,
                      json ? ", " : "", what);
}

/* NULs in strings would cut them short where they are used. */
static bool is_text(json_t *json)
{
    return json_is_string(json) &&
           strlen(json_string_value(json)) == json_string_length(json);
}

int json_strings(struct spec_strings *out, json_t *array, const char *path,
                 struct err *err)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count > JSON_LIST_MAX)
        return json_expected(array, path, "an array of strings", err);
    const char **at = json_alloc(count + 1, sizeof *at, err);
    if (!at)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(array, i);
        if (!is_text(item))
            return json_expected(item, path, "strings without NUL", err);
        at[i] = json_string_value(item);
    }
    *out = (struct spec_strings){at, count};
    return 0;
}

int json_pairs(struct spec_pair **out, size_t *count, json_t *object,
               const char *path, struct err *err)
{
    const char *key;
    json_t *value;
    size_t n = 0;

    if (!json_is_object(object) || json_object_size(object) > JSON_LIST_MAX)
        return json_expected(object, path, "an object of strings", err);
    *out = json_alloc(json_object_size(object), sizeof **out, err);
    if (!*out)
        return -err->code;
    json_object_foreach(object, key, value)
    {
        if (!is_text(value))
            return json_expected(value, path, "strings without NUL", err);
        (*out)[n++] = (struct spec_pair){key, json_string_value(value)};
    }
    *count = n;
    return 0;
}

static int take_number(const struct json_field *field, void *at, json_t *json,
                       const char *path, struct err *err)
{
    static const struct {
        int64_t min, max;
        const char *what;
    } range[] = {
        [FIELD_U64] = {0, INT64_MAX, "a number from 0"},
        [FIELD_I64] = {INT64_MIN, INT64_MAX, "an integer"},
        [FIELD_U32] = {0, UINT32_MAX, "a number from 0 to 4294967295"},
        [FIELD_U16] = {0, UINT16_MAX, "a number from 0 to 65535"},
        [FIELD_INT] = {INT32_MIN, INT32_MAX, "an integer of 32 bits"},
    };
    int64_t value = json_integer_value(json);
    /* Go writes large unsigned numbers that jansson gives as real. */
    if (json_is_real(json) && field->kind == FIELD_U64 &&
        json_real_value(json) >= (double)INT64_MAX)
        value = INT64_MAX;
    else if (!json_is_integer(json) || value < range[field->kind].min ||
             value > range[field->kind].max)
        return json_expected(json, path, range[field->kind].what, err);
    switch (field->kind) {
    case FIELD_U64:
    case FIELD_I64:
        *(int64_t *)at = value;
        break;
    case FIELD_U16:
        *(uint16_t *)at = (uint16_t)value;
        break;
    default:
        *(int32_t *)at = (int32_t)value;
    }
    return 0;
}

/* Not set, as Go's encoders may write it. */
static bool is_empty(json_t *json)
{
    return json_is_null(json) ||
           (json_is_string(json) && !json_string_length(json)) ||
           (json_is_array(json) && !json_array_size(json)) ||
           (json_is_object(json) && !json_object_size(json)) ||
           json_is_false(json);
}

static int take_field(const struct json_field *field, void *to, json_t *json,
                      const char *path, struct err *err)
{
    char *at = (char *)to + field->at;
    const char *text = json_string_value(json);

    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_PATH:
        if (!is_text(json) || (field->is_required && !*text))
            return json_expected(json, path, "a string", err);
        if (field->kind == FIELD_PATH && *text != '/')
            return json_expected(json, path, "an absolute path", err);
        *(const char **)at = text;
        return 0;
    case FIELD_BOOL:
        if (!json_is_boolean(json))
            return json_expected(json, path, "true or false", err);
        *(bool *)at = json_is_true(json);
        return 0;
    case FIELD_STRINGS:
        return json_strings((struct spec_strings *)at, json, path, err);
    case FIELD_OBJECT:
        if (!json_is_object(json) || json_object_size(json) > JSON_LIST_MAX)
            return json_expected(json, path, "an object", err);
        return field->take(at, json, path, err);
    case FIELD_ARRAY:
        if (!json_is_array(json) || json_array_size(json) > JSON_LIST_MAX)
            return json_expected(json, path, "an array", err);
        return field->take(at, json, path, err);
    case FIELD_HARMLESS:
        log_debug("config.json: %s: %s", path, field->why);
        return 0;
    case FIELD_NO_EFFECT:
        if (!is_empty(json))
            log_warn("config.json: %s: no effect: %s", path, field->why);
        return 0;
    case FIELD_REFUSED:
        return err_refuse(err, "config.json: %s: %s", path, field->why);
    default:
        return take_number(field, at, json, path, err);
    }
}

int json_fields(const struct json_field *fields, void *to, json_t *object,
                const char *path, struct err *err)
{
    char name[JSON_PATH_MAX];
    const char *key, *dot = *path ? "." : "";
    json_t *value;

    if (!json_is_object(object))
        return json_expected(object, path, "an object", err);
    json_object_foreach(object, key, value)
    {
        const struct json_field *field = fields;
        while (field->name && strcmp(field->name, key) != 0)
            field++;
        snprintf(name, sizeof name, "%s%s%s", path, dot, key);
        if (!field->name) {
            log_warn("config.json: %s: unknown, ignored", name);
            continue;
        }
        if (json_is_null(value) ||
            (field->kind == FIELD_REFUSED && is_empty(value)))
            continue;
        if (take_field(field, to, value, name, err) < 0)
            return -err->code;
        if (field->has)
            *((bool *)to + field->has - 1) = true;
    }
    for (; fields->name; fields++) {
        value = json_object_get(object, fields->name);
        if (!fields->is_required || (value && !json_is_null(value)))
            continue;
        return err_refuse(err, "config.json: %s%s%s is missing", path, dot,
                          fields->name);
    }
    return 0;
}

int json_objects(const struct json_field *fields, void **out, size_t *count,
                 size_t size, json_t *array, const char *path, struct err *err)
{
    char name[JSON_PATH_MAX];
    size_t n = json_array_size(array);

    *out = json_alloc(n, size, err);
    if (!*out)
        return -err->code;
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s[%zu]", path, i);
        if (json_fields(fields, (char *)*out + i * size,
                        json_array_get(array, i), name, err) < 0)
            return -err->code;
    }
    *count = n;
    return 0;
}
