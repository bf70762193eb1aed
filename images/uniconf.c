/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a .uni: see uniconf.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_pack.h"
#include "images/uniconf.h"

int uniconf_init(struct uniconf *conf, const char *text, uint64_t size,
                 struct err *err)
{
    *conf = (struct uniconf){0};
    while (size && text[size - 1])
        size--;
    if (size > IMAGE_CONFIG_MAX)
        return err_refuse(err, "configuration of %lu bytes, at most %u", size,
                          IMAGE_CONFIG_MAX);
    conf->text = malloc(size + 1);
    if (!conf->text)
        return err_set(err, ENOMEM, "configuration");
    if (size)
        memcpy(conf->text, text, size);
    conf->size = (uint32_t)size;
    return 0;
}

void uniconf_release(struct uniconf *conf)
{
    free(conf->text);
    *conf = (struct uniconf){0};
}

int uniconf_add(struct uniconf *conf, const char *key, const char *value,
                struct err *err)
{
    size_t len = strlen(key) + 1 + strlen(value) + 1;
    if (len > IMAGE_CONFIG_MAX - conf->size)
        return err_refuse(err, "configuration of more than %u bytes (%s)",
                          IMAGE_CONFIG_MAX, key);
    char *text = realloc(conf->text, conf->size + len);
    if (!text)
        return err_set(err, ENOMEM, "configuration");
    conf->text = text;
    char *end = stpcpy(text + conf->size, key);
    *end = '=';
    (void)strcpy(end + 1, value);
    conf->size += (uint32_t)len;
    return 0;
}

const char *uniconf_next(const struct uniconf *conf, const char *previous)
{
    const char *next = previous ? previous + strlen(previous) + 1 : conf->text;
    return next && next < conf->text + conf->size ? next : NULL;
}

static bool is_key(const char *text, const char *key)
{
    size_t len = strlen(key);
    return strncmp(text, key, len) == 0 && text[len] == '=';
}

const char *uniconf_value(const struct uniconf *conf, const char *key,
                          const char *previous)
{
    const char *text = previous ? previous - strlen(key) - 1 : NULL;
    while ((text = uniconf_next(conf, text)))
        if (is_key(text, key))
            return text + strlen(key) + 1;
    return NULL;
}

void uniconf_drop(struct uniconf *conf, const char *key, const char *name)
{
    size_t kept = 0, len;
    for (size_t at = 0; at < conf->size; at += len) {
        char *text = conf->text + at;
        len = strlen(text) + 1;
        if (is_key(text, key) &&
            (!name || is_key(text + strlen(key) + 1, name)))
            continue;
        memmove(conf->text + kept, text, len);
        kept += len;
    }
    conf->size = (uint32_t)kept;
}
