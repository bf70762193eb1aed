/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: linux.resources, which `update` gets alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/spec_parts.h"

#define AT(field) offsetof(struct spec_resources, field)
#define HAS(field) (AT(field) + 1)

struct rule_entry {
    struct spec_device_rule rule;
    const char *type, *access;
};

static int rule_finish(struct spec_device_rule *rule,
                       const struct rule_entry *entry, const char *path,
                       struct err *err)
{
    const char *type = entry->type ? entry->type : "a";
    const char *access = entry->access ? entry->access : "rwm";

    *rule = entry->rule;
    if (!rule->has_major)
        rule->major = -1;
    if (!rule->has_minor)
        rule->minor = -1;
    if (strlen(type) != 1 || !strchr("abc", *type))
        return err_refuse(err,
                          "config.json: %s.type: %.40s, expected a, b or "
                          "c",
                          path, type);
    rule->type = *type;
    if (rule->major < -1 || rule->minor < -1)
        return err_refuse(err, "config.json: %s: %ld:%ld is no device", path,
                          (long)rule->major, (long)rule->minor);
    for (; *access; access++) {
        const char *at = strchr("rwm", *access);
        if (!at)
            return err_refuse(err,
                              "config.json: %s.access: %.40s, expected "
                              "some of rwm",
                              path, entry->access);
        rule->access |= (uint8_t)(1 << (at - strchr("rwm", 'r')));
    }
    return 0;
}

static int take_rules(void *to, json_t *json, const char *path, struct err *err)
{
#define RULE(field) offsetof(struct rule_entry, field)
    static const struct json_field fields[] = {
        {"allow", FIELD_BOOL, .is_required = true, .at = RULE(rule.is_allowed)},
        {"type", FIELD_TEXT, .at = RULE(type)},
        {"major", FIELD_I64, .at = RULE(rule.major),
         .has = RULE(rule.has_major) + 1},
        {"minor", FIELD_I64, .at = RULE(rule.minor),
         .has = RULE(rule.has_minor) + 1},
        {"access", FIELD_TEXT, .at = RULE(access)},
        {0}};
    struct spec_resources *resources = to;
    struct rule_entry *entry;
    size_t count;

    if (json_objects(fields, (void **)&entry, &count, sizeof *entry, json, path,
                     err) < 0)
        return -err->code;
    resources->devices = json_alloc(count, sizeof *resources->devices, err);
    if (!resources->devices)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        char name[JSON_PATH_MAX];
        snprintf(name, sizeof name, "%s[%zu]", path, i);
        if (rule_finish(&resources->devices[i], &entry[i], name, err) < 0)
            return -err->code;
    }
    resources->device_count = count;
    return 0;
}

static int take_memory(void *to, json_t *json, const char *path,
                       struct err *err)
{
    static const char no_kernel[] = "ignored by kernels since 5.16";
    static const struct json_field fields[] = {
        {"limit", FIELD_I64, .at = AT(limit), .has = HAS(has_limit)},
        {"reservation", FIELD_I64, .at = AT(reservation),
         .has = HAS(has_reservation)},
        {"swap", FIELD_I64, .at = AT(swap), .has = HAS(has_swap)},
        {"kernel", FIELD_NO_EFFECT, .why = no_kernel},
        {"kernelTCP", FIELD_I64, .at = AT(kernel_tcp),
         .has = HAS(has_kernel_tcp)},
        {"swappiness", FIELD_U64, .at = AT(swappiness),
         .has = HAS(has_swappiness)},
        {"disableOOMKiller", FIELD_BOOL, .at = AT(is_oom_kill_disabled)},
        {"useHierarchy", FIELD_HARMLESS, .why = "always so"},
        {"checkBeforeUpdate", FIELD_BOOL, .at = AT(is_usage_checked)},
        {0}};
    struct spec_resources *resources = to;
    if (json_fields(fields, to, json, path, err) < 0)
        return -err->code;
    if (resources->has_swappiness && resources->swappiness > 100)
        return err_refuse(err,
                          "config.json: %s.swappiness: %lu, expected 0 to "
                          "100",
                          path, (unsigned long)resources->swappiness);
    if (resources->has_limit && resources->has_swap && resources->swap > 0 &&
        resources->limit > 0 && resources->swap < resources->limit)
        return err_refuse(err,
                          "config.json: %s.swap: memory and swap together "
                          "are less than limit",
                          path);
    return 0;
}

static int take_cpu(void *to, json_t *json, const char *path, struct err *err)
{
    static const struct json_field fields[] = {
        {"shares", FIELD_U64, .at = AT(shares)},
        {"quota", FIELD_I64, .at = AT(quota)},
        {"burst", FIELD_I64, .at = AT(burst), .has = HAS(has_burst)},
        {"period", FIELD_U64, .at = AT(period)},
        {"realtimeRuntime", FIELD_I64, .at = AT(rt_runtime)},
        {"realtimePeriod", FIELD_U64, .at = AT(rt_period)},
        {"cpus", FIELD_TEXT, .at = AT(cpus)},
        {"mems", FIELD_TEXT, .at = AT(mems)},
        {"idle", FIELD_I64, .at = AT(idle), .has = HAS(has_idle)},
        {0}};
    return json_fields(fields, to, json, path, err);
}

static int take_pids(void *to, json_t *json, const char *path, struct err *err)
{
    static const struct json_field fields[] = {
        {"limit", FIELD_I64, .at = AT(pids), .has = HAS(has_pids)}, {0}};
    return json_fields(fields, to, json, path, err);
}

struct blkio_entry {
    uint64_t major, minor, rate, weight;
    bool has_weight;
};

static const struct blkio_list {
    const char *name, *file;
} blkio_lists[] = {
    {"weightDevice", "weight_device"},
    {"throttleReadBpsDevice", "throttle.read_bps_device"},
    {"throttleWriteBpsDevice", "throttle.write_bps_device"},
    {"throttleReadIOPSDevice", "throttle.read_iops_device"},
    {"throttleWriteIOPSDevice", "throttle.write_iops_device"},
};
#define BLKIO_LIST_COUNT (sizeof blkio_lists / sizeof *blkio_lists)

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

static int take_blkio_list(void *to, json_t *json, const char *path,
                           struct err *err)
{
#define BLKIO(field) offsetof(struct blkio_entry, field)
    static const struct json_field fields[] = {
        {"major", FIELD_U64, .is_required = true, .at = BLKIO(major)},
        {"minor", FIELD_U64, .is_required = true, .at = BLKIO(minor)},
        {"rate", FIELD_U64, .at = BLKIO(rate)},
        {"weight", FIELD_U64, .at = BLKIO(weight),
         .has = BLKIO(has_weight) + 1},
        {"leafWeight", FIELD_NO_EFFECT, .why = "gone with the cfq scheduler"},
        {0}};
    struct spec_resources *resources = to;
    const struct blkio_list *list = blkio_lists;
    struct blkio_entry *entry;
    size_t count;

    while (strcmp(list->name, last_part(path)) != 0)
        list++; /* the table that got us here has the same names */
    if (json_objects(fields, (void **)&entry, &count, sizeof *entry, json, path,
                     err) < 0)
        return -err->code;
    struct spec_pair *all =
        json_alloc(resources->blkio_count + count, sizeof *all, err);
    if (!all)
        return -err->code;
    if (resources->blkio_count)
        memcpy(all, resources->blkio, resources->blkio_count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        char *line = json_alloc(64, 1, err);
        if (!line)
            return -err->code;
        if (spec_device_numbers((int64_t)entry[i].major,
                                (int64_t)entry[i].minor, path, err) < 0)
            return -err->code;
        snprintf(line, 64, "%lu:%lu %lu", entry[i].major, entry[i].minor,
                 entry[i].has_weight ? entry[i].weight : entry[i].rate);
        all[resources->blkio_count++] = (struct spec_pair){list->file, line};
    }
    resources->blkio = all;
    return 0;
}

static int take_blkio(void *to, json_t *json, const char *path, struct err *err)
{
    static const struct json_field fields[] = {
        {"weight", FIELD_U16, .at = AT(blkio_weight)},
        {"leafWeight", FIELD_NO_EFFECT, .why = "gone with the cfq scheduler"},
        {"weightDevice", FIELD_ARRAY, .take = take_blkio_list},
        {"throttleReadBpsDevice", FIELD_ARRAY, .take = take_blkio_list},
        {"throttleWriteBpsDevice", FIELD_ARRAY, .take = take_blkio_list},
        {"throttleReadIOPSDevice", FIELD_ARRAY, .take = take_blkio_list},
        {"throttleWriteIOPSDevice", FIELD_ARRAY, .take = take_blkio_list},
        {0}};
    struct spec_resources *resources = to;
    _Static_assert(BLKIO_LIST_COUNT == 5, "each list has a field");
    if (json_fields(fields, to, json, path, err) < 0)
        return -err->code;
    if (resources->blkio_weight &&
        (resources->blkio_weight < 10 || resources->blkio_weight > 1000))
        return err_refuse(err,
                          "config.json: %s.weight: %u, expected 10 to "
                          "1000",
                          path, resources->blkio_weight);
    return 0;
}

static int take_hugepages(void *to, json_t *json, const char *path,
                          struct err *err)
{
    static const struct json_field fields[] = {
        {"pageSize", FIELD_TEXT, .is_required = true,
         .at = offsetof(struct spec_hugepage, size)},
        {"limit", FIELD_U64, .is_required = true,
         .at = offsetof(struct spec_hugepage, limit)},
        {0}};
    struct spec_resources *resources = to;
    if (json_objects(fields, (void **)&resources->hugepages,
                     &resources->hugepage_count, sizeof *resources->hugepages,
                     json, path, err) < 0)
        return -err->code;
    for (size_t i = 0; i < resources->hugepage_count; i++) {
        const char *size = resources->hugepages[i].size;
        size_t digits = strspn(size, "0123456789");
        if (!digits || digits > 4 || !strchr("KMG", size[digits]) ||
            strcmp(size + digits + 1, "B") != 0)
            return err_refuse(err,
                              "config.json: %s[%zu].pageSize: %.40s, "
                              "expected the like of 2MB",
                              path, i, size);
    }
    return 0;
}

static int take_network(void *to, json_t *json, const char *path,
                        struct err *err)
{
    static const struct json_field fields[] = {
        {"classID", FIELD_U32, .at = AT(net_class), .has = HAS(has_net_class)},
        {"priorities", FIELD_REFUSED,
         .why = "packets of a guest carry no priority of a socket"},
        {0}};
    return json_fields(fields, to, json, path, err);
}

static int take_unified(void *to, json_t *json, const char *path,
                        struct err *err)
{
    struct spec_resources *resources = to;
    if (json_pairs(&resources->unified, &resources->unified_count, json, path,
                   err) < 0)
        return -err->code;
    for (size_t i = 0; i < resources->unified_count; i++)
        if (strchr(resources->unified[i].key, '/') ||
            !strchr(resources->unified[i].key, '.') ||
            resources->unified[i].key[0] == '.')
            return err_refuse(err,
                              "config.json: %s: %.60s is no file of a "
                              "controller",
                              path, resources->unified[i].key);
    return 0;
}

int spec_resources_parse(struct spec_resources *resources, json_t *json,
                         struct err *err)
{
    static const struct json_field fields[] = {
        {"devices", FIELD_ARRAY, .take = take_rules},
        {"memory", FIELD_OBJECT, .take = take_memory},
        {"cpu", FIELD_OBJECT, .take = take_cpu},
        {"pids", FIELD_OBJECT, .take = take_pids},
        {"blockIO", FIELD_OBJECT, .take = take_blkio},
        {"hugepageLimits", FIELD_ARRAY, .take = take_hugepages},
        {"network", FIELD_OBJECT, .take = take_network},
        {"rdma", FIELD_REFUSED, .why = "a guest has no RDMA devices"},
        {"unified", FIELD_OBJECT, .take = take_unified},
        {0}};
    resources->is_set = true;
    return json_fields(fields, resources, json, "linux.resources", err);
}
