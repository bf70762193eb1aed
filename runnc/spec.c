/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: its top, its root, hooks and mounts; see spec.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/mount_options.h"
#include "runnc/runnc.h"
#include "runnc/spec_parts.h"
#include "runnc/util.h"

#define AT(field) offsetof(struct spec, field)

static int take_root(void *to, json_t *json, const char *path, struct err *err)
{
    static const struct json_field fields[] = {
        {"path", FIELD_TEXT, .is_required = true, .at = AT(root_path)},
        {"readonly", FIELD_BOOL, .at = AT(is_root_readonly)},
        {0}};
    return json_fields(fields, to, json, path, err);
}

static int take_process(void *to, json_t *json, const char *path,
                        struct err *err)
{
    (void)path;
    return spec_process_parse(to, json, err);
}

static int take_mounts(void *to, json_t *json, const char *path,
                       struct err *err)
{
    struct spec *spec = to;
    return spec_mounts_parse(&spec->mounts, &spec->mount_count, json, path,
                             err);
}

static int take_annotations(void *to, json_t *json, const char *path,
                            struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(
        json, key,
        value) if (!*key ||
                   !json_is_string(
                       value)) return json_expected(value, path,
                                                    "names with strings", err);
    *(json_t **)to = json;
    return 0;
}

static int take_hook_list(void *to, json_t *json, const char *path,
                          struct err *err)
{
    static const struct json_field fields[] = {
        {"path", FIELD_PATH, .is_required = true,
         .at = offsetof(struct spec_hook, path)},
        {"args", FIELD_STRINGS, .at = offsetof(struct spec_hook, args)},
        {"env", FIELD_STRINGS, .at = offsetof(struct spec_hook, env),
         .has = offsetof(struct spec_hook, has_env) + 1},
        {"timeout", FIELD_INT, .at = offsetof(struct spec_hook, timeout_s),
         .has = offsetof(struct spec_hook, has_timeout) + 1},
        {0}};
    struct spec_hooks *hooks = to;
    if (json_objects(fields, (void **)&hooks->hook, &hooks->count,
                     sizeof *hooks->hook, json, path, err) < 0)
        return -err->code;
    for (size_t i = 0; i < hooks->count; i++)
        if (hooks->hook[i].has_timeout && hooks->hook[i].timeout_s <= 0)
            return err_refuse(err,
                              "config.json: %s[%zu].timeout: %d, expected "
                              "seconds > 0",
                              path, i, hooks->hook[i].timeout_s);
    return 0;
}

static int take_hooks(void *to, json_t *json, const char *path, struct err *err)
{
#define HOOK(name, kind)                                                       \
    {                                                                          \
        name, FIELD_ARRAY, .at = (kind) * sizeof(struct spec_hooks),           \
                           .take = take_hook_list                              \
    }
    static const struct json_field fields[] = {
        HOOK("prestart", HOOK_PRESTART),
        HOOK("createRuntime", HOOK_CREATE_RUNTIME),
        HOOK("createContainer", HOOK_CREATE_CONTAINER),
        HOOK("startContainer", HOOK_START_CONTAINER),
        HOOK("poststart", HOOK_POSTSTART),
        HOOK("poststop", HOOK_POSTSTOP),
        {0}};
    return json_fields(fields, to, json, path, err);
}

static const char other_platform[] = "is for another platform than Linux";

static const struct json_field spec_fields[] = {
    {"ociVersion", FIELD_TEXT, .is_required = true, .at = AT(oci_version)},
    {"root", FIELD_OBJECT, .is_required = true, .take = take_root},
    {"process", FIELD_OBJECT, .at = AT(process), .take = take_process,
     .has = AT(has_process) + 1},
    {"hostname", FIELD_TEXT, .at = AT(hostname)},
    {"domainname", FIELD_TEXT, .at = AT(domainname)},
    {"mounts", FIELD_ARRAY, .take = take_mounts},
    {"hooks", FIELD_OBJECT, .at = AT(hooks), .take = take_hooks},
    {"annotations", FIELD_OBJECT, .at = AT(annotations),
     .take = take_annotations},
    {"linux", FIELD_OBJECT, .at = AT(os), .take = spec_linux_parse},
    {"windows", FIELD_REFUSED, .why = other_platform},
    {"solaris", FIELD_REFUSED, .why = other_platform},
    {"freebsd", FIELD_REFUSED, .why = other_platform},
    {"zos", FIELD_REFUSED, .why = other_platform},
    {"vm", FIELD_REFUSED,
     .why = "names a hypervisor, kernel and image of its own; the tender is "
            "chosen by the annotation septum.cage"},
    {0}};

/* SemVer 2.0.0 s2, s9: 1.x.y, then a pre-release or build text. */
static bool is_version_known(const char *text)
{
    static const char digits[] = "0123456789";
    size_t minor, patch;

    if (strncmp(text, "1.", 2) != 0)
        return false;
    minor = strspn(text + 2, digits);
    if (!minor || text[2 + minor] != '.')
        return false;
    text += 3 + minor;
    patch = strspn(text, digits);
    return patch &&
           (!text[patch] ||
            ((text[patch] == '-' || text[patch] == '+') && text[patch + 1]));
}

static int check_names(const struct spec *spec, struct err *err)
{
    const struct {
        const char *name, *value;
    } names[] = {{"hostname", spec->hostname},
                 {"domainname", spec->domainname}};

    for (unsigned i = 0; i < 2; i++) {
        if (!names[i].value || !*names[i].value)
            continue;
        if (strlen(names[i].value) > 64) /* man 7 hostname, HOST_NAME_MAX */
            return err_refuse(err, "config.json: %s: %zu bytes, at most 64",
                              names[i].name, strlen(names[i].value));
        if (!spec->os.ns[NS_UTS].is_set)
            return err_refuse(err,
                              "config.json: %s: needs a uts namespace, the "
                              "host's name stays",
                              names[i].name);
    }
    return 0;
}

static int check_whole(struct spec *spec, struct err *err)
{
    if (!is_version_known(spec->oci_version))
        return err_refuse(err, "config.json: ociVersion: %s, expected 1.x.y",
                          spec->oci_version);
    if (check_names(spec, err) < 0)
        return -err->code;
    return spec_linux_check(spec, err);
}

struct spec *spec_parse(const char *text, size_t len, struct err *err)
{
    struct spec *spec = calloc(1, sizeof *spec);
    char *copy = malloc(len + 1);
    if (!spec || !copy) {
        free(spec);
        free(copy);
        err_set(err, ENOMEM, "config.json");
        return NULL;
    }
    memcpy(copy, text, len);
    copy[len] = 0;
    spec->text = copy;
    spec->text_len = len;
    spec->process.umask = -1;
    spec->json = json_text(copy, len, "config.json", err);
    if (spec->json && spec_process_init(&spec->process, err) == 0 &&
        json_fields(spec_fields, spec, spec->json, "", err) == 0 &&
        check_whole(spec, err) == 0)
        return spec;
    spec_free(spec);
    return NULL;
}

struct spec *spec_load(int dirfd, const char *path, struct err *err)
{
    char *text;
    int len = file_read(dirfd, path, SPEC_FILE_MAX, &text, err);
    if (len < 0)
        return NULL;
    struct spec *spec = spec_parse(text, (size_t)len, err);
    free(text);
    return spec;
}

void spec_free(struct spec *spec)
{
    if (!spec)
        return;
    json_decref(spec->json);
    free(spec->text);
    free(spec);
}

const char *spec_annotation(const struct spec *spec, const char *key)
{
    return json_string_value(json_object_get(spec->annotations, key));
}
