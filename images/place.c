/* SPDX-License-Identifier: Apache-2.0 */
/* "oci:DIR:REF" and its like, taken apart: see source.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "images/source.h"

static const struct {
    const char *prefix;
    enum place_kind kind;
    bool has_ref;
} kinds[] = {
    {"uni:", PLACE_FILE, false},
    {"oci:", PLACE_OCI, true},
    {"docker-archive:", PLACE_ARCHIVE, true},
    {"docker:", PLACE_DOCKER, false},
    {"podman:", PLACE_PODMAN, false},
};

/* Names of images: image-spec annotations.md, and what engines take. */
static bool is_ref(const char *text)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._-/:@+";
    return *text && *text != '-' && strlen(text) <= 512 &&
           text[strspn(text, chars)] == '\0';
}

int place_parse(struct place *place, const char *text, struct err *err)
{
    bool has_ref = false;
    const char *path = text;

    *place = (struct place){.kind = PLACE_FILE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t len = strlen(kinds[i].prefix);
        if (strncmp(text, kinds[i].prefix, len) != 0)
            continue;
        place->kind = kinds[i].kind;
        has_ref = kinds[i].has_ref;
        path = text + len;
    }
    size_t len = has_ref ? strcspn(path, ":") : strlen(path);
    bool is_name = place->kind == PLACE_DOCKER || place->kind == PLACE_PODMAN;
    if (!len || (is_name && !is_ref(path)) ||
        (path[len] && !is_ref(path + len + 1)))
        return err_refuse(err,
                          "%.200s: expected FILE, oci:DIR[:REF], "
                          "docker-archive:FILE[:REF], docker:NAME or "
                          "podman:NAME",
                          text);
    place->path = strndup(path, len);
    place->ref = path[len] ? strdup(path + len + 1) : NULL;
    if (!place->path || (path[len] && !place->ref))
        return err_set(err, ENOMEM, "%.200s", text);
    return 0;
}

void place_release(struct place *place)
{
    free(place->path);
    free(place->ref);
}
