/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: linux, but for resources and seccomp (config-linux.md). */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/mount_options.h"
#include "runnc/spec_parts.h"

#define AT(field) offsetof(struct spec_linux, field)

static const char *const ns_names[NS_KIND_COUNT] = {
    [NS_USER] = "user",     [NS_PID] = "pid",   [NS_MNT] = "mount",
    [NS_NET] = "network",   [NS_IPC] = "ipc",   [NS_UTS] = "uts",
    [NS_CGROUP] = "cgroup", [NS_TIME] = "time",
};

struct ns_entry {
    const char *type, *path;
};

static int take_namespaces(void *to, json_t *json, const char *path,
                           struct err *err)
{
    static const struct json_field fields[] = {
        {"type", FIELD_TEXT, .is_required = true,
         .at = offsetof(struct ns_entry, type)},
        {"path", FIELD_TEXT, .at = offsetof(struct ns_entry, path)},
        {0}};
    struct spec_linux *os = to;
    struct ns_entry *entry;
    size_t count;

    if (json_objects(fields, (void **)&entry, &count, sizeof *entry, json, path,
                     err) < 0)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        unsigned kind = 0;
        while (kind < NS_KIND_COUNT && strcmp(ns_names[kind], entry[i].type))
            kind++;
        if (kind == NS_KIND_COUNT)
            return err_refuse(err,
                              "config.json: %s[%zu]: unknown namespace "
                              "%.40s",
                              path, i, entry[i].type);
        if (os->ns[kind].is_set)
            return err_refuse(err, "config.json: %s[%zu]: %s is given twice",
                              path, i, entry[i].type);
        os->ns[kind].is_set = true;
        if (!entry[i].path || !*entry[i].path)
            continue;
        if (entry[i].path[0] != '/')
            return err_refuse(err,
                              "config.json: %s[%zu].path: %.100s, "
                              "expected an absolute path",
                              path, i, entry[i].path);
        os->ns[kind].path = entry[i].path;
    }
    return 0;
}

static int take_maps(struct spec_id_map **map, size_t *count, json_t *json,
                     const char *path, struct err *err)
{
#define MAP(field) offsetof(struct spec_id_map, field)
    static const struct json_field fields[] = {
        {"containerID", FIELD_U32, .at = MAP(container_id)},
        {"hostID", FIELD_U32, .at = MAP(host_id)},
        {"size", FIELD_U32, .is_required = true, .at = MAP(size)},
        {0}};
    if (json_objects(fields, (void **)map, count, sizeof **map, json, path,
                     err) < 0)
        return -err->code;
    for (size_t i = 0; i < *count; i++)
        if (!(*map)[i].size)
            return err_refuse(err,
                              "config.json: %s[%zu].size: 0, expected "
                              "more",
                              path, i);
    return 0;
}

int spec_uid_maps(void *to, json_t *json, const char *path, struct err *err)
{
    struct spec_id_maps *maps = to;
    return take_maps(&maps->uid, &maps->uid_count, json, path, err);
}

int spec_gid_maps(void *to, json_t *json, const char *path, struct err *err)
{
    struct spec_id_maps *maps = to;
    return take_maps(&maps->gid, &maps->gid_count, json, path, err);
}

struct device_entry {
    struct spec_device device;
    const char *type;
    uint32_t mode;
};

static int take_devices(void *to, json_t *json, const char *path,
                        struct err *err)
{
#define DEV(field) offsetof(struct device_entry, field)
    static const struct json_field fields[] = {
        {"path", FIELD_PATH, .is_required = true, .at = DEV(device.path)},
        {"type", FIELD_TEXT, .is_required = true, .at = DEV(type)},
        {"major", FIELD_I64, .at = DEV(device.major)},
        {"minor", FIELD_I64, .at = DEV(device.minor)},
        {"fileMode", FIELD_U32, .at = DEV(mode),
         .has = DEV(device.has_mode) + 1},
        {"uid", FIELD_U32, .at = DEV(device.uid)},
        {"gid", FIELD_U32, .at = DEV(device.gid)},
        {0}};
    struct spec_linux *os = to;
    struct device_entry *entry;

    if (json_objects(fields, (void **)&entry, &os->device_count, sizeof *entry,
                     json, path, err) < 0)
        return -err->code;
    os->devices = json_alloc(os->device_count, sizeof *os->devices, err);
    if (!os->devices)
        return -err->code;
    for (size_t i = 0; i < os->device_count; i++) {
        struct spec_device *device = &os->devices[i];
        char name[JSON_PATH_MAX];
        *device = entry[i].device;
        snprintf(name, sizeof name, "%s[%zu]", path, i);
        if (strlen(entry[i].type) != 1 || !strchr("bcup", entry[i].type[0]))
            return err_refuse(err,
                              "config.json: %s.type: %.40s, expected c, "
                              "b, u or p",
                              name, entry[i].type);
        device->type = entry[i].type[0];
        device->mode = device->has_mode ? entry[i].mode & 07777 : 0666;
        if (device->type != 'p' &&
            spec_device_numbers(device->major, device->minor, name, err) < 0)
            return -err->code;
    }
    return 0;
}

int spec_device_numbers(int64_t major, int64_t minor, const char *path,
                        struct err *err)
{
    if (major < 0 || major >= 1 << 12 || minor < 0 || minor >= 1 << 20)
        return err_refuse(err, "config.json: %s: %ld:%ld is no device", path,
                          (long)major, (long)minor);
    return 0;
}

static int take_sysctl(void *to, json_t *json, const char *path,
                       struct err *err)
{
    struct spec_linux *os = to;
    return json_pairs(&os->sysctl, &os->sysctl_count, json, path, err);
}

static int take_personality(void *to, json_t *json, const char *path,
                            struct err *err)
{
    struct {
        const char *domain;
        struct spec_strings flags;
    } in = {0};
    const struct json_field fields[] = {
        {"domain", FIELD_TEXT, .is_required = true},
        {"flags", FIELD_STRINGS,
         .at = (uint16_t)((char *)&in.flags - (char *)&in)},
        {0}};
    (void)to;
    if (json_fields(fields, &in, json, path, err) < 0)
        return -err->code;
    if (strcmp(in.domain, "LINUX") != 0 || in.flags.count)
        return err_refuse(err,
                          "config.json: %s: %.40s, expected LINUX without "
                          "flags",
                          path, in.domain);
    return 0;
}

static int take_time_offsets(void *to, json_t *json, const char *path,
                             struct err *err)
{
#define OFF(field) offsetof(struct spec_time_offset, field)
    static const struct json_field fields[] = {
        {"secs", FIELD_I64, .at = OFF(secs)},
        {"nanosecs", FIELD_U32, .at = OFF(nanosecs)},
        {0}};
    struct spec_linux *os = to;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        unsigned i = strcmp(key, "boottime") == 0;
        if (!i && strcmp(key, "monotonic") != 0)
            return err_refuse(err, "config.json: %s: unknown clock %.40s", path,
                              key);
        if (json_fields(fields, &os->time_offset[i], value, path, err) < 0)
            return -err->code;
        os->time_offset[i].is_set = true;
    }
    return 0;
}

static int take_resources(void *to, json_t *json, const char *path,
                          struct err *err)
{
    (void)path;
    return spec_resources_parse(to, json, err);
}

struct linux_texts {
    struct spec_linux os;
    const char *propagation;
};

static const struct json_field linux_fields[] = {
    {"namespaces", FIELD_ARRAY, .take = take_namespaces},
    {"uidMappings", FIELD_ARRAY, .take = spec_uid_maps, .at = AT(maps)},
    {"gidMappings", FIELD_ARRAY, .take = spec_gid_maps, .at = AT(maps)},
    {"timeOffsets", FIELD_OBJECT, .take = take_time_offsets},
    {"devices", FIELD_ARRAY, .take = take_devices},
    {"cgroupsPath", FIELD_TEXT, .at = AT(cgroups_path)},
    {"resources", FIELD_OBJECT, .at = AT(resources), .take = take_resources},
    {"rootfsPropagation", FIELD_TEXT,
     .at = offsetof(struct linux_texts, propagation)},
    {"seccomp", FIELD_OBJECT, .take = spec_seccomp_check},
    {"sysctl", FIELD_OBJECT, .take = take_sysctl},
    {"maskedPaths", FIELD_STRINGS, .at = AT(masked_paths)},
    {"readonlyPaths", FIELD_STRINGS, .at = AT(readonly_paths)},
    {"mountLabel", FIELD_TEXT, .at = AT(mount_label)},
    {"personality", FIELD_OBJECT, .take = take_personality},
    {"intelRdt", FIELD_REFUSED, .why = "is not supported"},
    {"memoryPolicy", FIELD_REFUSED, .why = "is not supported"},
    {"netDevices", FIELD_REFUSED,
     .why = "is not supported: let the engine put them into the namespace"},
    {0}};

int spec_linux_parse(void *to, json_t *json, const char *path, struct err *err)
{
    struct linux_texts in = {0};
    struct spec_linux *os = to;

    if (json_fields(linux_fields, &in, json, path, err) < 0)
        return -err->code;
    if (in.propagation && *in.propagation) {
        in.os.rootfs_propagation = mount_propagation(in.propagation);
        if (!in.os.rootfs_propagation)
            return err_refuse(err,
                              "config.json: %s.rootfsPropagation: unknown "
                              "propagation %.40s",
                              path, in.propagation);
    }
    *os = in.os;
    return 0;
}

/* Sysctls that belong to a namespace (man 7 namespaces, Documentation/admin-
 * guide/sysctl); all others are the host's. */
static const struct {
    const char *name; /* a prefix where it ends in a dot */
    uint8_t ns;
} sysctl_ns[] = {
    {"fs.mqueue.", NS_IPC},      {"kernel.domainname", NS_UTS},
    {"kernel.hostname", NS_UTS}, {"kernel.msgmax", NS_IPC},
    {"kernel.msgmnb", NS_IPC},   {"kernel.msgmni", NS_IPC},
    {"kernel.sem", NS_IPC},      {"kernel.shm_rmid_forced", NS_IPC},
    {"kernel.shmall", NS_IPC},   {"kernel.shmmax", NS_IPC},
    {"kernel.shmmni", NS_IPC},   {"net.", NS_NET},
    {"user.", NS_USER},
};
#define SYSCTL_NS_COUNT (sizeof sysctl_ns / sizeof *sysctl_ns)

static int check_sysctl(const struct spec *spec, const char *key,
                        struct err *err)
{
    char name[128];
    if (strlen(key) >= sizeof name || strstr(key, "..") || *key == '/' ||
        *key == '.')
        return err_refuse(err, "config.json: linux.sysctl: %.60s is no name",
                          key);
    strcpy(name, key);
    for (char *c = name; *c && !strchr(key, '.'); c++)
        if (*c == '/') /* net/core/somaxconn is fine as well */
            *c = '.';
    for (size_t i = 0; i < SYSCTL_NS_COUNT; i++) {
        size_t len = strlen(sysctl_ns[i].name);
        bool is_prefix = sysctl_ns[i].name[len - 1] == '.';
        if (is_prefix ? strncmp(name, sysctl_ns[i].name, len) != 0
                      : strcmp(name, sysctl_ns[i].name) != 0)
            continue;
        if (spec->os.ns[sysctl_ns[i].ns].is_set)
            return 0;
        return err_refuse(err,
                          "config.json: linux.sysctl: %s: needs a %s "
                          "namespace",
                          key, ns_names[sysctl_ns[i].ns]);
    }
    return err_refuse(err,
                      "config.json: linux.sysctl: %s is the host's, no "
                      "namespace has its own",
                      key);
}

static int check_paths(const struct spec_strings *paths, const char *name,
                       struct err *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (paths->at[i][0] != '/')
            return err_refuse(err,
                              "config.json: linux.%s: %.100s, expected an "
                              "absolute path",
                              name, paths->at[i]);
    return 0;
}

int spec_linux_check(const struct spec *spec, struct err *err)
{
    const struct spec_linux *os = &spec->os;
    bool has_maps = os->maps.uid_count || os->maps.gid_count;

    for (size_t i = 0; i < os->sysctl_count; i++)
        if (check_sysctl(spec, os->sysctl[i].key, err) < 0)
            return -err->code;
    if (check_paths(&os->masked_paths, "maskedPaths", err) < 0 ||
        check_paths(&os->readonly_paths, "readonlyPaths", err) < 0)
        return -err->code;
    if (!os->ns[NS_MNT].is_set || os->ns[NS_MNT].path)
        return err_refuse(err, "config.json: linux.namespaces: a new mount "
                               "namespace is needed");
    for (size_t i = 0; i < spec->mount_count; i++)
        if (spec->mounts[i].is_idmap && !spec->mounts[i].maps.uid_count &&
            !os->ns[NS_USER].is_set)
            return err_refuse(err,
                              "config.json: mounts[%zu]: idmap: without maps "
                              "of its own it needs a user namespace",
                              i);
    if (has_maps && !os->ns[NS_USER].is_set)
        return err_refuse(err, "config.json: linux.uidMappings: needs a user "
                               "namespace");
    if (os->ns[NS_USER].is_set && !os->ns[NS_USER].path &&
        !(os->maps.uid_count && os->maps.gid_count))
        return err_refuse(err, "config.json: linux.uidMappings, gidMappings: "
                               "a new user namespace needs both");
    if ((os->time_offset[0].is_set || os->time_offset[1].is_set) &&
        (!os->ns[NS_TIME].is_set || os->ns[NS_TIME].path))
        return err_refuse(err, "config.json: linux.timeOffsets: needs a new "
                               "time namespace");
    return 0;
}
