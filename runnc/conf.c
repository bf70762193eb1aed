/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: an annotation "septum.KEY", else a line "KEY = VALUE" of
 * /etc/septum/runnc.conf; "#" starts a comment.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "runnc/conf.h"
#include "runnc/log.h"
#include "runnc/runnc.h"
#include "runnc/util.h"
#include "uni.h"

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

static bool is_among(const char *key, size_t len, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == len && !strncmp(key, *list, len))
            return true;
    return false;
}

static const char *const of_container[] = {"cage", "mem", "layer", NULL};
static const char *const of_host[] = {"pod-plain", "pod-runtime", NULL};

/* Lines of the file that are no settings. */
static void report_file(void)
{
    const char *next = conf_text;
    for (const char *at = next; at && *at; at = next) {
        size_t len = strcspn(at, "\n");
        next = at + len + (at[len] == '\n');
        size_t skip = strspn(at, " \t");
        at += skip;
        size_t key = strcspn(at, " \t=#\n");
        if (!key && (*at == '#' || *at == '\n' || !*at))
            continue;
        if (at[key + strspn(at + key, " \t")] != '=' ||
            (!is_among(at, key, of_container) && !is_among(at, key, of_host)))
            log_warn(CONF_FILE ": %.*s: unknown, ignored", (int)(len - skip),
                     at);
    }
}

/* Annotations that ask for what is not done. */
static void report(json_t *annotations)
{
    static const char systemd[] = "org.systemd.property.", own[] = "septum.";
    const char *key;
    json_t *value;
    json_object_foreach(annotations, key, value)
    {
        const char *name = key + sizeof own - 1;
        if (!strncmp(key, own, sizeof own - 1) &&
            !is_among(name, strlen(name), of_container))
            log_warn("config.json: annotations: %.100s: unknown, ignored", key);
        if (!strncmp(key, systemd, sizeof systemd - 1))
            log_warn("config.json: annotations: %.100s: no effect: runnc sets "
                     "only properties that are limits",
                     key);
    }
}

/* Bytes from min to max, with one of the units, or a share, 1% to 100%: as the
 * tender and the libOS take them. */
static bool is_size(const char *text, const char *units, uint64_t min,
                    uint64_t max)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    const char *unit =
        *end ? strchr(units, tolower((unsigned char)*end)) : NULL;

    if (!isdigit((unsigned char)*text) || errno || (*end && (!unit || end[1])))
        return false;
    if (*end == '%')
        return value >= 1 && value <= 100;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    return value <= max >> shift && value << shift >= min;
}

int setting_check(const struct container *container, struct err *err)
{
    report_file();
    report(container->annotations);
    const char *cage = setting(container, "cage");
    if (cage && strcmp(cage, "seccomp") != 0 && strcmp(cage, "kvm") != 0)
        return err_refuse(err, "septum.cage: %.40s is not seccomp or kvm",
                          cage);
    const char *mem = setting(container, "mem");
    if (mem && !is_size(mem, "kmgt", 1, UNI_ARENA_MAX_SIZE))
        return err_refuse(err,
                          "septum.mem: %.40s is not a size like 64M, up to "
                          "128G",
                          mem);
    const char *layer = setting(container, "layer");
    if (layer && !is_size(layer, "kmgt%", UNI_PAGE_SIZE, UINT64_MAX))
        return err_refuse(err,
                          "septum.layer: %.40s is not a size like 64M or "
                          "50%%",
                          layer);
    return 0;
}
