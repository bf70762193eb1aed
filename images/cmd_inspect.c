/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-image inspect: what an image says of itself, as JSON or for people. One
 * document serves both; people get it without its punctuation.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "images/commands.h"
#include "images/unifile.h"

/* Settings that may come several times are lists. */
static int add_setting(json_t *settings, const char *text, struct err *err)
{
    static const char *const single[] = {"cwd", "user", "ro"};
    char key[64];
    size_t len = strcspn(text, "=");
    const char *value = text[len] ? text + len + 1 : "";
    (void)snprintf(key, sizeof key, "%.*s", (int)len, text);

    if (strcmp(key, "oci") == 0) {
        json_t *config;
        if (json_from(value, strlen(value), "oci", &config, err) < 0)
            return -err->code;
        if (!json_is_object(config)) {
            json_decref(config);
            return err_refuse(err, "oci: expected an object");
        }
        return json_object_set_new(settings, "container", config);
    }
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (strcmp(key, single[i]) == 0)
            return json_object_set_new(settings, key, safe_json(value));
    json_t *name = safe_json(key);
    if (!name)
        return err_set(err, ENOMEM, "settings");
    json_t *list = json_object_get(settings, json_string_value(name));
    if (list && !json_is_array(list)) {
        json_decref(name);
        return err_refuse(err, "settings: unexpected %.60s beside oci", key);
    }
    if (!list) {
        list = json_array();
        (void)json_object_set_new(settings, json_string_value(name), list);
    }
    json_decref(name);
    return json_array_append_new(list, safe_json(value)) < 0
               ? err_set(err, ENOMEM, "settings")
               : 0;
}

struct sums {
    uint64_t files, folders, others, bytes;
};

static int add_file(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    struct sums *sums = ctx;
    (void)path;
    (void)err;
    unsigned kind = info->mode & 0170000;
    sums->files += kind == 0100000;
    sums->folders += kind == 0040000;
    sums->others += kind != 0100000 && kind != 0040000;
    sums->bytes += kind == 0100000 ? info->size : 0;
    return 0;
}

static json_t *devices_of(const struct unifile *file)
{
    static const char *const classes[] = {"console", "net", "block", "stream",
                                          "core"};
    const struct uni_manifest *manifest = &file->image.manifest;
    json_t *list = json_array();
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:b}", "class",
                            decl->cls < 5 ? classes[decl->cls] : "?", "name",
                            decl->name, "optional",
                            (decl->flags & UNI_DECL_OPTIONAL) != 0));
    }
    return list;
}

static int inspect_uni(const char *path, json_t *json, struct err *err)
{
    struct unifile file;
    struct sums sums = {0};
    json_t *settings = json_object();
    int rc = unifile_open(&file, path, err);
    for (const char *text = NULL;
         rc == 0 && (text = uniconf_next(&file.conf, text));)
        rc = add_setting(settings, text, err) < 0 ? err_wrap(err, "%s", path)
                                                  : 0;
    if (rc == 0 && file.has_rootfs &&
        erofs_view_walk(&file.rootfs, add_file, &sums, err) < 0)
        rc = err_wrap(err, "%s: root file system", path);
    if (rc == 0) {
        const struct uni_note *note = &file.image.note;
        (void)json_object_update_new(
            json, json_pack("{s:s, s:I, s:i, s:I, s:I, s:o, s:O}", "kind",
                            "uni", "size", (json_int_t)file.size, "abi",
                            (int)note->abi_version, "mem_min",
                            (json_int_t)note->mem_min, "stack_size",
                            (json_int_t)note->stack_size, "devices",
                            devices_of(&file), "settings", settings));
        if (file.has_rootfs)
            (void)json_object_set_new(
                json, "rootfs",
                json_pack("{s:I, s:I, s:I, s:I, s:I}", "size",
                          (json_int_t)note->rootfs_size, "files",
                          (json_int_t)sums.files, "folders",
                          (json_int_t)sums.folders, "others",
                          (json_int_t)sums.others, "bytes",
                          (json_int_t)sums.bytes));
    }
    json_decref(settings);
    unifile_release(&file);
    return rc;
}

static void inspect_container(const struct source *source, json_t *json)
{
    json_t *layers = json_array(), *config;
    struct err ignored;
    for (size_t i = 0; i < source->layer_count; i++) {
        const struct layer *layer = &source->layers[i];
        json_t *item =
            json_pack("{s:I, s:s}", "size", (json_int_t)layer->blob.size,
                      "diff_id", layer->diff_id.text);
        if (*layer->digest.text)
            (void)json_object_set_new(item, "digest",
                                      json_string(layer->digest.text));
        (void)json_array_append_new(layers, item);
    }
    (void)json_object_set_new(json, "kind", json_string("container"));
    if (*source->manifest_digest.text)
        (void)json_object_set_new(json, "manifest",
                                  json_string(source->manifest_digest.text));
    (void)json_object_set_new(json, "config_digest",
                              json_string(source->config_digest.text));
    static const char *const keys[] = {"os", "architecture", "created"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(source->config, keys[i]))
            (void)json_object_set(json, keys[i],
                                  json_object_get(source->config, keys[i]));
    if (json_object_of(source->config, "config", &config, &ignored) == 0 &&
        config)
        (void)json_object_set(json, "container", config);
    if (source->annotations)
        (void)json_object_set(json, "annotations", source->annotations);
    (void)json_object_set_new(json, "layers", layers);
}

static void print_json(const json_t *json, int indent);

static void print_scalar(const json_t *json)
{
    if (json_is_string(json))
        print_safe(json_string_value(json));
    else if (json_is_integer(json))
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(json));
    else if (json_is_real(json))
        printf("%g", json_real_value(json));
    else
        printf("%s", json_is_true(json)    ? "yes"
                     : json_is_false(json) ? "no"
                                           : "-");
}

/* What hangs on a name or a dash. */
static void print_member(const json_t *value, int indent)
{
    bool is_deep = json_is_object(value) || json_is_array(value);
    if (!is_deep) {
        printf(" ");
        print_scalar(value);
    } else if (!json_object_size(value) && !json_array_size(value)) {
        printf(" -");
    }
    printf("\n");
    if (is_deep)
        print_json(value, indent + 2);
}

static void print_json(const json_t *json, int indent)
{
    const char *key;
    json_t *value;
    size_t i;
    json_object_foreach((json_t *)json, key, value)
    {
        printf("%*s", indent, "");
        print_safe(key);
        printf(":");
        print_member(value, indent);
    }
    json_array_foreach(json, i, value)
    {
        printf("%*s-", indent, "");
        print_member(value, indent);
    }
}

int cmd_inspect(const struct options *options, struct err *err)
{
    struct source source;
    json_t *json = json_object();
    int rc =
        source_open(&source, options->args[0], NULL, &options->limits, err);
    (void)json_object_set_new(json, "name", safe_json(options->args[0]));
    if (rc == 0 && source.uni_fd >= 0)
        rc = inspect_uni(source.place.path, json, err);
    else if (rc == 0)
        inspect_container(&source, json);
    if (rc == 0 && options->is_json)
        rc = json_dumpf(json, stdout, JSON_INDENT(2)) || puts("") < 0
                 ? err_set(err, errno ? errno : EIO, "write")
                 : 0;
    else if (rc == 0)
        print_json(json, 0);
    json_decref(json);
    source_release(&source);
    return rc;
}
