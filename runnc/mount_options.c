/* SPDX-License-Identifier: Apache-2.0 */
/* Mount options: a table; see mount_options.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "runnc/json.h"
#include "runnc/mount_options.h"
#include "runnc/runnc.h"
#include "runnc/spec_parts.h"

#define NOSYMFOLLOW 0x200000 /* MOUNT_ATTR_*, since Linux 5.14 */

enum effect {
    SET,   /* flags */
    CLEAR, /* flags off */
    PROPAGATE,
    BIND, /* bits: recursive */
    ATTR, /* MOUNT_ATTR_* on all mounts below, mount_setattr(2) */
    ATTR_CLEAR,
    ATTR_ATIME, /* one of the values that exclude each other */
    COPY_UP,
    IDMAP, /* bits: recursive */
    NOTHING,
    REFUSE,
};

static const struct option {
    const char *name;
    uint8_t effect;
    unsigned long bits;
} options[] = {
    {"acl", NOTHING, 0},
    {"async", CLEAR, MS_SYNCHRONOUS},
    {"atime", CLEAR, MS_NOATIME},
    {"bind", BIND, 0},
    {"defaults", NOTHING, 0},
    {"dev", CLEAR, MS_NODEV},
    {"diratime", CLEAR, MS_NODIRATIME},
    {"dirsync", SET, MS_DIRSYNC},
    {"exec", CLEAR, MS_NOEXEC},
    {"iversion", SET, MS_I_VERSION},
    {"lazytime", SET, MS_LAZYTIME},
    {"loud", CLEAR, MS_SILENT},
    {"mand", REFUSE, 0},
    {"noacl", NOTHING, 0},
    {"noatime", SET, MS_NOATIME},
    {"nodev", SET, MS_NODEV},
    {"nodiratime", SET, MS_NODIRATIME},
    {"noexec", SET, MS_NOEXEC},
    {"noiversion", CLEAR, MS_I_VERSION},
    {"nolazytime", CLEAR, MS_LAZYTIME},
    {"nomand", NOTHING, 0},
    {"norelatime", CLEAR, MS_RELATIME},
    {"nostrictatime", CLEAR, MS_STRICTATIME},
    {"nosuid", SET, MS_NOSUID},
    {"nosymfollow", SET, 256 /* MS_NOSYMFOLLOW */},
    {"private", PROPAGATE, MS_PRIVATE},
    {"ratime", ATTR_ATIME, MOUNT_ATTR_RELATIME},
    {"rbind", BIND, 1},
    {"rdev", ATTR_CLEAR, MOUNT_ATTR_NODEV},
    {"rdiratime", ATTR_CLEAR, MOUNT_ATTR_NODIRATIME},
    {"relatime", SET, MS_RELATIME},
    {"remount", SET, MS_REMOUNT},
    {"rexec", ATTR_CLEAR, MOUNT_ATTR_NOEXEC},
    {"rnoatime", ATTR_ATIME, MOUNT_ATTR_NOATIME},
    {"rnodev", ATTR, MOUNT_ATTR_NODEV},
    {"rnodiratime", ATTR, MOUNT_ATTR_NODIRATIME},
    {"rnoexec", ATTR, MOUNT_ATTR_NOEXEC},
    {"rnorelatime", ATTR_ATIME, MOUNT_ATTR_STRICTATIME},
    {"rnostrictatime", ATTR_ATIME, MOUNT_ATTR_RELATIME},
    {"rnosuid", ATTR, MOUNT_ATTR_NOSUID},
    {"rnosymfollow", ATTR, NOSYMFOLLOW},
    {"ro", SET, MS_RDONLY},
    {"rprivate", PROPAGATE, MS_PRIVATE | MS_REC},
    {"rrelatime", ATTR_ATIME, MOUNT_ATTR_RELATIME},
    {"rro", ATTR, MOUNT_ATTR_RDONLY},
    {"rrw", ATTR_CLEAR, MOUNT_ATTR_RDONLY},
    {"rshared", PROPAGATE, MS_SHARED | MS_REC},
    {"rslave", PROPAGATE, MS_SLAVE | MS_REC},
    {"rstrictatime", ATTR_ATIME, MOUNT_ATTR_STRICTATIME},
    {"rsuid", ATTR_CLEAR, MOUNT_ATTR_NOSUID},
    {"rsymfollow", ATTR_CLEAR, NOSYMFOLLOW},
    {"runbindable", PROPAGATE, MS_UNBINDABLE | MS_REC},
    {"rw", CLEAR, MS_RDONLY},
    {"shared", PROPAGATE, MS_SHARED},
    {"silent", SET, MS_SILENT},
    {"slave", PROPAGATE, MS_SLAVE},
    {"strictatime", SET, MS_STRICTATIME},
    {"suid", CLEAR, MS_NOSUID},
    {"symfollow", CLEAR, 256},
    {"sync", SET, MS_SYNCHRONOUS},
    {"tmpcopyup", COPY_UP, 0},
    {"unbindable", PROPAGATE, MS_UNBINDABLE},
    {"idmap", IDMAP, 0},
    {"ridmap", IDMAP, 1},
    {NULL, 0, 0},
};

static const struct option *find(const char *name)
{
    for (const struct option *option = options; option->name; option++)
        if (!strcmp(option->name, name))
            return option;
    return NULL;
}

const char *mount_option_name(unsigned i)
{
    if (i >= sizeof options / sizeof *options)
        return NULL;
    return options[i].effect == REFUSE ? "" : options[i].name;
}

unsigned long mount_propagation(const char *name)
{
    const struct option *option = find(name);
    return option && option->effect == PROPAGATE ? option->bits : 0;
}

/* False: the kind of file system decides about it. */
static bool apply(struct spec_mount *mount, const struct option *option)
{
    switch (option->effect) {
    case SET:
        mount->flags |= option->bits;
        mount->clear &= ~option->bits;
        break;
    case CLEAR:
        mount->clear |= option->bits;
        mount->flags &= ~option->bits;
        break;
    case PROPAGATE:
        mount->propagation = option->bits;
        break;
    case BIND:
        mount->is_bind = true;
        mount->is_recursive |= option->bits != 0;
        break;
    case ATTR:
        mount->attr_set |= option->bits;
        mount->attr_clear &= ~option->bits;
        break;
    case ATTR_CLEAR:
        mount->attr_clear |= option->bits;
        mount->attr_set &= ~option->bits;
        break;
    case ATTR_ATIME: /* the kernel wants all of them cleared */
        mount->attr_clear |= MOUNT_ATTR__ATIME;
        mount->attr_set &= ~(uint64_t)MOUNT_ATTR__ATIME;
        mount->attr_set |= option->bits;
        break;
    case COPY_UP:
        mount->is_copy_up = true;
        break;
    case IDMAP:
        mount->is_idmap = true;
        mount->is_ridmap |= option->bits != 0;
        break;
    default:
        break;
    }
    return option->effect != REFUSE;
}

int mount_options_take(struct spec_mount *mount,
                       const struct spec_strings *names, const char *path,
                       struct err *err)
{
    size_t size = 1;
    for (size_t i = 0; i < names->count; i++)
        size += strlen(names->at[i]) + 1;
    char *at = json_alloc(size, 1, err);
    if (!at)
        return -err->code;
    mount->data = at;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->at[i];
        const struct option *option = find(name);
        if (option && !apply(mount, option))
            return err_refuse(err,
                              "config.json: %s: option %s is not "
                              "supported",
                              path, name);
        if (option || !*name)
            continue;
        if (at != mount->data)
            *at++ = ',';
        at = stpcpy(at, name);
    }
    mount->is_readonly |=
        (mount->flags & MS_RDONLY) || (mount->attr_set & MOUNT_ATTR_RDONLY);
    return 0;
}

struct mount_entry {
    struct spec_mount mount;
    struct spec_strings options;
};

int spec_mounts_parse(struct spec_mount **mounts, size_t *count, json_t *json,
                      const char *path, struct err *err)
{
#define AT(field) offsetof(struct mount_entry, field)
    static const struct json_field fields[] = {
        {"destination", FIELD_TEXT, .is_required = true,
         .at = AT(mount.destination)},
        {"type", FIELD_TEXT, .at = AT(mount.type)},
        {"source", FIELD_TEXT, .at = AT(mount.source)},
        {"options", FIELD_STRINGS, .at = AT(options)},
        {"uidMappings", FIELD_ARRAY, .take = spec_uid_maps,
         .at = AT(mount.maps)},
        {"gidMappings", FIELD_ARRAY, .take = spec_gid_maps,
         .at = AT(mount.maps)},
        {0}};
    struct mount_entry *entry;
    size_t n;

    if (json_objects(fields, (void **)&entry, &n, sizeof *entry, json, path,
                     err) < 0)
        return -err->code;
    *mounts = json_alloc(n, sizeof **mounts, err);
    if (!*mounts)
        return -err->code;
    for (size_t i = 0; i < n; i++) {
        char name[JSON_PATH_MAX];
        struct spec_mount *mount = &entry[i].mount;
        snprintf(name, sizeof name, "%s[%zu] (%.100s)", path, i,
                 mount->destination);
        if (mount_options_take(mount, &entry[i].options, name, err) < 0)
            return -err->code;
        if (mount->type && !strcmp(mount->type, "bind"))
            mount->is_bind = true;
        if (mount->is_bind)
            mount->type = "bind";
        if (mount->is_bind && *mount->data)
            log_warn("config.json: %s: %.100s: no option of a bind mount, "
                     "ignored",
                     name, mount->data);
        if (!mount->type || !*mount->type || !strcmp(mount->type, "none"))
            return err_refuse(err, "config.json: %s: type is missing", name);
        if (mount->is_bind && (!mount->source || !*mount->source))
            return err_refuse(err, "config.json: %s: source is missing", name);
        if (mount->is_copy_up && strcmp(mount->type, "tmpfs") != 0)
            return err_refuse(err, "config.json: %s: tmpcopyup is for tmpfs",
                              name);
        if (!mount->maps.uid_count != !mount->maps.gid_count)
            return err_refuse(err,
                              "config.json: %s: uidMappings and gidMappings "
                              "take each other",
                              name);
        mount->is_idmap |= mount->maps.uid_count != 0;
        if (mount->is_idmap && !mount->is_bind)
            return err_refuse(err,
                              "config.json: %s: only a bind mount can be "
                              "id-mapped",
                              name);
        (*mounts)[i] = *mount;
    }
    *count = n;
    return 0;
}
