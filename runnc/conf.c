/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: an annotation "septum.KEY", else a line "KEY = VALUE" of
 * /etc/septum/runnc.conf; "#" starts a comment.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "runnc/conf.h"
#include "runnc/runnc.h"
#include "runnc/util.h"

#define CONF_MAX (64u << 10)

static char *conf_text;

/* Read once, while the host's files can be seen. */
void setting_load(void)
{
    struct err ignored; /* mostly: there is none */
    if (!conf_text &&
        file_read(AT_FDCWD, CONF_FILE, CONF_MAX, &conf_text, &ignored) < 0)
        conf_text = NULL;
}

const char *setting_of_host(const char *key)
{
    static char value[256];
    size_t len = strlen(key);
    for (char *at = conf_text; at && *at; at += strcspn(at, "\n")) {
        at += strspn(at, " \t\n");
        if (strncmp(at, key, len) != 0)
            continue;
        char *rest = at + len + strspn(at + len, " \t");
        if (*rest != '=')
            continue;
        rest += 1 + strspn(rest + 1, " \t");
        size_t end = strcspn(rest, "#\n");
        while (end && isspace((unsigned char)rest[end - 1]))
            end--;
        snprintf(value, sizeof value, "%.*s", (int)end, rest);
        return value;
    }
    return NULL;
}

const char *setting(const struct container *container, const char *key)
{
    char name[64];
    snprintf(name, sizeof name, "septum.%s", key);
    const char *value =
        json_string_value(json_object_get(container->annotations, name));
    return value ? value : setting_of_host(key);
}
