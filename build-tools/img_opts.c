/* SPDX-License-Identifier: Apache-2.0 */
/* Options that say what goes into an image: see img_opts.h. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "build-tools/img_opts.h"
#include "uni.h"

#define STACK_MIN (64ull << 10)
#define STACK_MAX (1ull << 30)
#define STACK_DEFAULT (1ull << 20)
#define MEM_SPARE (1ull << 20) /* least memory beside main's stack */

struct img_opt {
    const char *name;
    int (*set)(struct img_opts *opts, const struct img_opt *opt,
               const char *value, struct err *err);
    uint32_t cls;   /* devices: enum uni_class */
    uint32_t flags; /* devices: enum uni_decl_flag */
};

static int is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static int set_device(struct img_opts *opts, const struct img_opt *opt,
                      const char *value, struct err *err)
{
    struct uni_manifest *manifest = &opts->spec.manifest;
    size_t len = 0;
    while (is_name_char(value[len]))
        len++;
    if (len == 0 || len >= UNI_NAME_MAX || value[len])
        return err_refuse(err,
                          "--%s=%s: expected a name of 1 to %u of "
                          "a-z 0-9 _ -",
                          opt->name, value, UNI_NAME_MAX - 1);
    for (uint32_t i = 0; i < manifest->count; i++)
        if (strcmp(manifest->decl[i].name, value) == 0)
            return err_refuse(err, "--%s=%s: there is a device of that name",
                              opt->name, value);
    if (manifest->count == UNI_DECL_MAX)
        return err_refuse(err,
                          "--%s=%s: there are %u devices, the most an "
                          "image can have",
                          opt->name, value, UNI_DECL_MAX);
    struct uni_decl *decl = &manifest->decl[manifest->count++];
    decl->cls = opt->cls;
    decl->flags = opt->flags;
    memcpy(decl->name, value, len);
    return 0;
}

/* A "key=value" string of the image's configuration. */
static int add_config(struct img_opts *opts, const char *key, const char *value,
                      struct err *err)
{
    struct image_spec *spec = &opts->spec;
    size_t len = strlen(key) + 1 + strlen(value) + 1;
    if (len > IMAGE_CONFIG_MAX - spec->config_size)
        return err_refuse(err, "--%s=%.40s: more than %u bytes of options", key,
                          value, IMAGE_CONFIG_MAX);
    char *config = realloc((char *)spec->config, spec->config_size + len);
    if (!config)
        return err_set(err, ENOMEM, "--%s", key);
    char *end = stpcpy(config + spec->config_size, key);
    *end = '=';
    (void)strcpy(end + 1, value);
    spec->config = config;
    spec->config_size += (uint32_t)len;
    return 0;
}

static int set_text(struct img_opts *opts, const struct img_opt *opt,
                    const char *value, struct err *err)
{
    return add_config(opts, opt->name, value, err);
}

static int set_env(struct img_opts *opts, const struct img_opt *opt,
                   const char *value, struct err *err)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return err_refuse(err, "--env=%s: expected NAME=VALUE", value);
    return add_config(opts, opt->name, value, err);
}

static int parse_size(const struct img_opt *opt, const char *value,
                      uint64_t *size, struct err *err)
{
    static const char units[] = "KMGT";
    char *end = NULL;
    unsigned shift = 0;

    errno = 0;
    unsigned long long number =
        value[0] >= '0' && value[0] <= '9' ? strtoull(value, &end, 10) : 0;
    if (end && *end && strchr(units, *end)) {
        shift = 10 * (unsigned)(strchr(units, *end) - units + 1);
        end++;
    }
    if (!end || *end || errno || number > UINT64_MAX >> shift)
        return err_refuse(err, "--%s=%s: expected bytes, with K, M, G or T",
                          opt->name, value);
    *size = (uint64_t)number << shift;
    return 0;
}

static int set_cwd(struct img_opts *opts, const struct img_opt *opt,
                   const char *value, struct err *err)
{
    if (value[0] != '/')
        return err_refuse(err, "--%s=%s: expected an absolute path", opt->name,
                          value);
    if (opts->has_cwd)
        return err_refuse(err, "--cwd=%s: expected one folder", value);
    opts->has_cwd = true;
    return add_config(opts, opt->name, value, err);
}

/* PATH or PATH:SIZE; the libOS reads the size. */
static int set_tmpfs(struct img_opts *opts, const struct img_opt *opt,
                     const char *value, struct err *err)
{
    const char *colon = strchr(value, ':');
    uint64_t size = 1;
    if (value[0] != '/')
        return err_refuse(err, "--tmpfs=%s: expected an absolute path", value);
    if (colon && parse_size(opt, colon + 1, &size, err) < 0)
        return -err->code;
    if (!size)
        return err_refuse(err, "--tmpfs=%s: expected a size above 0", value);
    return add_config(opts, opt->name, value, err);
}

static int set_root(struct img_opts *opts, const struct img_opt *opt,
                    const char *value, struct err *err)
{
    (void)opt;
    if (strcmp(value, "rw") == 0)
        return 0;
    if (strcmp(value, "ro") == 0)
        return add_config(opts, "ro", "1", err);
    return err_refuse(err, "--root=%s: expected ro or rw", value);
}

static int set_rootfs(struct img_opts *opts, const struct img_opt *opt,
                      const char *value, struct err *err)
{
    if (!*value || opts->rootfs_dir)
        return err_refuse(err, "--%s=%s: expected one folder", opt->name,
                          value);
    opts->rootfs_dir = strdup(value);
    return opts->rootfs_dir ? 0 : err_set(err, ENOMEM, "--%s", opt->name);
}

static int set_stack(struct img_opts *opts, const struct img_opt *opt,
                     const char *value, struct err *err)
{
    uint64_t size;
    if (parse_size(opt, value, &size, err) < 0)
        return -err->code;
    if (size < STACK_MIN || size > STACK_MAX)
        return err_refuse(err, "--stack=%s: expected 64K to 1G", value);
    opts->spec.stack_size = (size + UNI_PAGE_SIZE - 1) & ~(UNI_PAGE_SIZE - 1);
    return 0;
}

static int set_mem(struct img_opts *opts, const struct img_opt *opt,
                   const char *value, struct err *err)
{
    uint64_t size;
    if (parse_size(opt, value, &size, err) < 0)
        return -err->code;
    if (size > UNI_ARENA_MAX_SIZE)
        return err_refuse(err, "--mem=%s: expected at most %lluG", value,
                          UNI_ARENA_MAX_SIZE >> 30);
    opts->spec.mem_min = size;
    return 0;
}

static const struct img_opt table[] = {
    {"net", set_device, UNI_CLASS_NET, 0},
    {"optional-net", set_device, UNI_CLASS_NET, UNI_DECL_OPTIONAL},
    {"block", set_device, UNI_CLASS_BLOCK, 0},
    {"optional-block", set_device, UNI_CLASS_BLOCK, UNI_DECL_OPTIONAL},
    {"stream", set_device, UNI_CLASS_STREAM, 0},
    {"optional-stream", set_device, UNI_CLASS_STREAM, UNI_DECL_OPTIONAL},
    {"rootfs", set_rootfs, 0, 0},
    {"arg", set_text, 0, 0},
    {"env", set_env, 0, 0},
    {"cwd", set_cwd, 0, 0},
    {"tmpfs", set_tmpfs, 0, 0},
    {"root", set_root, 0, 0},
    {"stack", set_stack, 0, 0},
    {"mem", set_mem, 0, 0},
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

static const struct img_opt *find(const char *name, size_t len)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (strlen(table[i].name) == len &&
            memcmp(table[i].name, name, len) == 0)
            return &table[i];
    return NULL;
}

bool img_opts_known(const char *name, size_t len)
{
    return find(name, len) != NULL;
}

int img_opts_set(struct img_opts *opts, const char *text, struct err *err)
{
    size_t len = strcspn(text, "=");
    const struct img_opt *opt = find(text, len);
    if (!opt || text[len] != '=')
        return err_refuse(err,
                          "--%s: expected --OPTION=VALUE, one of net, "
                          "block, stream, rootfs, root, tmpfs, arg, env, "
                          "cwd, stack, mem",
                          text);
    return opt->set(opts, opt, text + len + 1, err);
}

void img_opts_init(struct img_opts *opts)
{
    memset(opts, 0, sizeof *opts);
    opts->spec.set = IMAGE_ALL;
}

/*
 * What a container runtime offers every image: networks, a file server for
 * volumes, a relay to name servers (docs/net.md, docs/volumes.md). An image
 * that declares devices of a class says itself what it takes of it.
 */
static void offer_devices(struct uni_manifest *manifest)
{
    static const struct uni_decl offers[] = {
        {.cls = UNI_CLASS_NET, .flags = UNI_DECL_OPTIONAL, .name = "eth0"},
        {.cls = UNI_CLASS_NET, .flags = UNI_DECL_OPTIONAL, .name = "eth1"},
        {.cls = UNI_CLASS_NET, .flags = UNI_DECL_OPTIONAL, .name = "eth2"},
        {.cls = UNI_CLASS_NET, .flags = UNI_DECL_OPTIONAL, .name = "eth3"},
        {.cls = UNI_CLASS_STREAM, .flags = UNI_DECL_OPTIONAL, .name = "files"},
        {.cls = UNI_CLASS_STREAM, .flags = UNI_DECL_OPTIONAL, .name = "dns"},
    };
    uint32_t given = 0; /* a bit for each class */
    for (uint32_t i = 0; i < manifest->count; i++)
        given |= 1u << manifest->decl[i].cls;
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++)
        if (!(given >> offers[i].cls & 1) && manifest->count < UNI_DECL_MAX)
            manifest->decl[manifest->count++] = offers[i];
}

void img_opts_finish(struct img_opts *opts)
{
    struct image_spec *spec = &opts->spec;
    offer_devices(&spec->manifest);
    uint64_t stack = spec->stack_size ? spec->stack_size : STACK_DEFAULT;
    if (spec->mem_min < stack + MEM_SPARE)
        spec->mem_min = stack + MEM_SPARE;
}

void img_opts_release(struct img_opts *opts)
{
    free((char *)opts->spec.config);
    free((char *)opts->rootfs_dir);
}
