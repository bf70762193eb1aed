/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: process. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/spec_parts.h"

#define AT(field) offsetof(struct spec_process, field)
#define HAS(field) (AT(field) + 1)

/* linux/capability.h, in the order of their numbers. */
static const char *const capability_names[] = {"CHOWN",
                                               "DAC_OVERRIDE",
                                               "DAC_READ_SEARCH",
                                               "FOWNER",
                                               "FSETID",
                                               "KILL",
                                               "SETGID",
                                               "SETUID",
                                               "SETPCAP",
                                               "LINUX_IMMUTABLE",
                                               "NET_BIND_SERVICE",
                                               "NET_BROADCAST",
                                               "NET_ADMIN",
                                               "NET_RAW",
                                               "IPC_LOCK",
                                               "IPC_OWNER",
                                               "SYS_MODULE",
                                               "SYS_RAWIO",
                                               "SYS_CHROOT",
                                               "SYS_PTRACE",
                                               "SYS_PACCT",
                                               "SYS_ADMIN",
                                               "SYS_BOOT",
                                               "SYS_NICE",
                                               "SYS_RESOURCE",
                                               "SYS_TIME",
                                               "SYS_TTY_CONFIG",
                                               "MKNOD",
                                               "LEASE",
                                               "AUDIT_WRITE",
                                               "AUDIT_CONTROL",
                                               "SETFCAP",
                                               "MAC_OVERRIDE",
                                               "MAC_ADMIN",
                                               "SYSLOG",
                                               "WAKE_ALARM",
                                               "BLOCK_SUSPEND",
                                               "AUDIT_READ",
                                               "PERFMON",
                                               "BPF",
                                               "CHECKPOINT_RESTORE"};
#define CAPABILITY_COUNT (sizeof capability_names / sizeof *capability_names)

static const struct {
    const char *name;
    int resource;
} rlimit_names[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

int spec_capability(const char *name)
{
    if (strncmp(name, "CAP_", 4) != 0)
        return -1;
    for (size_t i = 0; i < CAPABILITY_COUNT; i++)
        if (!strcmp(name + 4, capability_names[i]))
            return (int)i;
    return -1;
}

const char *spec_capability_name(unsigned number)
{
    return number < CAPABILITY_COUNT ? capability_names[number] : NULL;
}

static int take_console_size(void *to, json_t *json, const char *path,
                             struct err *err)
{
    static const struct json_field fields[] = {
        {"height", FIELD_U16, .is_required = true, .at = AT(rows)},
        {"width", FIELD_U16, .is_required = true, .at = AT(columns)},
        {0}};
    return json_fields(fields, to, json, path, err);
}

static int take_gids(void *to, json_t *json, const char *path, struct err *err)
{
    struct spec_process *process = to;
    size_t count = json_array_size(json);

    if (count > SPEC_GIDS_MAX)
        return err_refuse(err, "config.json: %s: %zu, expected at most %u",
                          path, count, SPEC_GIDS_MAX);
    process->groups = json_alloc(count, sizeof *process->groups, err);
    if (!process->groups)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(json, i);
        json_int_t gid = json_integer_value(item);
        if (!json_is_integer(item) || gid < 0 || gid >= UINT32_MAX)
            return json_expected(item, path, "group ids", err);
        process->groups[i] = (gid_t)gid;
    }
    process->group_count = count;
    return 0;
}

static int take_user(void *to, json_t *json, const char *path, struct err *err)
{
    static const struct json_field fields[] = {
        {"uid", FIELD_U32, .at = AT(uid)},
        {"gid", FIELD_U32, .at = AT(gid)},
        {"umask", FIELD_INT, .at = AT(umask)},
        {"additionalGids", FIELD_ARRAY, .take = take_gids},
        {"username", FIELD_REFUSED, .why = "is for another platform"},
        {0}};
    struct spec_process *process = to;
    if (json_fields(fields, to, json, path, err) < 0)
        return -err->code;
    if (process->umask < -1 || process->umask > 0777)
        return err_refuse(err, "config.json: %s.umask: %d, expected 0 to 511",
                          path, process->umask);
    if (process->uid == UINT32_MAX || process->gid == UINT32_MAX)
        return err_refuse(err, "config.json: %s: 4294967295 is no id", path);
    return 0;
}

static int take_capability_set(void *to, json_t *json, const char *path,
                               struct err *err)
{
    struct spec_strings names;
    if (json_strings(&names, json, path, err) < 0)
        return -err->code;
    *(uint64_t *)to = 0;
    for (size_t i = 0; i < names.count; i++) {
        int number = spec_capability(names.at[i]);
        if (number < 0)
            return err_refuse(err, "config.json: %s: unknown capability %.40s",
                              path, names.at[i]);
        *(uint64_t *)to |= 1ull << number;
    }
    return 0;
}

/* A guest has none; the names are checked all the same, and what is permitted
 * is what the container's files may be served with. */
static int take_capabilities(void *to, json_t *json, const char *path,
                             struct err *err)
{
    enum { BOUNDING, EFFECTIVE, INHERITABLE, PERMITTED, AMBIENT, COUNT };
#define SET(name, n)                                                           \
    {                                                                          \
        name, FIELD_ARRAY, .at = (n) * sizeof(uint64_t),                       \
                           .take = take_capability_set                         \
    }
    static const struct json_field fields[] = {
        SET("bounding", BOUNDING),       SET("effective", EFFECTIVE),
        SET("inheritable", INHERITABLE), SET("permitted", PERMITTED),
        SET("ambient", AMBIENT),         {0}};
    uint64_t sets[COUNT] = {0};
    if (json_fields(fields, sets, json, path, err) < 0)
        return -err->code;
    *(uint64_t *)to = sets[PERMITTED];
    return 0;
}

struct rlimit_entry {
    const char *type;
    uint64_t soft, hard;
};

/* "soft" and "hard" are 64 bits unsigned; jansson stops at 63, so do we: what
 * is larger is RLIM_INFINITY. */
static rlim_t rlimit_value(uint64_t value)
{
    return value >= INT64_MAX ? RLIM_INFINITY : value;
}

static int take_rlimits(void *to, json_t *json, const char *path,
                        struct err *err)
{
    static const struct json_field fields[] = {
        {"type", FIELD_TEXT, .is_required = true,
         .at = offsetof(struct rlimit_entry, type)},
        {"soft", FIELD_U64, .is_required = true,
         .at = offsetof(struct rlimit_entry, soft)},
        {"hard", FIELD_U64, .is_required = true,
         .at = offsetof(struct rlimit_entry, hard)},
        {0}};
    const size_t name_count = sizeof rlimit_names / sizeof *rlimit_names;
    struct spec_process *process = to;
    struct rlimit_entry *entry;
    size_t count, seen = 0;

    if (json_objects(fields, (void **)&entry, &count, sizeof *entry, json, path,
                     err) < 0)
        return -err->code;
    process->rlimits = json_alloc(count, sizeof *process->rlimits, err);
    if (!process->rlimits)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        while (n < name_count && strcmp(rlimit_names[n].name, entry[i].type))
            n++;
        if (n == name_count)
            return err_refuse(err, "config.json: %s[%zu]: unknown limit %.40s",
                              path, i, entry[i].type);
        if (seen & 1u << n)
            return err_refuse(err, "config.json: %s[%zu]: %s is given twice",
                              path, i, entry[i].type);
        seen |= 1u << n;
        if (entry[i].soft > entry[i].hard)
            return err_refuse(err,
                              "config.json: %s[%zu]: %s: soft is above "
                              "hard",
                              path, i, entry[i].type);
        process->rlimits[i] = (struct spec_rlimit){
            rlimit_names[n].resource,
            {rlimit_value(entry[i].soft), rlimit_value(entry[i].hard)}};
    }
    process->rlimit_count = count;
    return 0;
}

/* A name out of a list, as its place there; -EINVAL. */
static int take_name(const char *const *names, size_t count, const char *name,
                     const char *path, struct err *err)
{
    for (size_t i = 0; name && i < count; i++)
        if (names[i] && !strcmp(names[i], name))
            return (int)i;
    return err_refuse(err, "config.json: %s: unknown name %.40s", path,
                      name ? name : "");
}

static int take_io_priority(void *to, json_t *json, const char *path,
                            struct err *err)
{
    static const char *const classes[] = {
        NULL, "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"};
    struct {
        const char *name;
        int level;
    } in = {0};
    const struct json_field fields[] = {
        {"class", FIELD_TEXT, .is_required = true, .at = 0},
        {"priority", FIELD_INT,
         .at = (uint16_t)((char *)&in.level - (char *)&in)},
        {0}};
    struct spec_process *process = to;
    if (json_fields(fields, &in, json, path, err) < 0)
        return -err->code;
    int class = take_name(classes, 4, in.name, path, err);
    if (class < 0)
        return class;
    if (in.level < 0 || in.level > 7)
        return err_refuse(err, "config.json: %s.priority: %d, expected 0 to 7",
                          path, in.level);
    process->io_class = class;
    process->io_level = in.level;
    return 0;
}

struct scheduler_in {
    const char *policy;
    struct spec_strings flags;
};

static int take_scheduler(void *to, json_t *json, const char *path,
                          struct err *err)
{
#define IN(field) offsetof(struct scheduler_in, field)
#define OUT(field) offsetof(struct spec_scheduler, field)
    struct {
        struct spec_scheduler out;
        struct scheduler_in in;
    } both = {0};
    const uint16_t in = (uint16_t)((char *)&both.in - (char *)&both);
    const struct json_field fields[] = {
        {"policy", FIELD_TEXT, .is_required = true, .at = in + IN(policy)},
        {"flags", FIELD_STRINGS, .at = in + IN(flags)},
        {"nice", FIELD_INT, .at = OUT(nice)},
        {"priority", FIELD_U32, .at = OUT(priority)},
        {"runtime", FIELD_U64, .at = OUT(runtime)},
        {"deadline", FIELD_U64, .at = OUT(deadline)},
        {"period", FIELD_U64, .at = OUT(period)},
        {0}};
    static const char *const policies[] = {
        "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",      "SCHED_BATCH",
        NULL,          "SCHED_IDLE", "SCHED_DEADLINE"};
    static const char *const flags[] = {
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM",
        "SCHED_FLAG_DL_OVERRUN",    "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS",   "SCHED_FLAG_UTIL_CLAMP_MIN",
        "SCHED_FLAG_UTIL_CLAMP_MAX"};
    if (json_fields(fields, &both, json, path, err) < 0)
        return -err->code;
    int policy = take_name(policies, 7, both.in.policy, path, err);
    if (policy < 0)
        return policy;
    both.out.policy = (uint32_t)policy;
    for (size_t i = 0; i < both.in.flags.count; i++) {
        int flag = take_name(flags, 7, both.in.flags.at[i], path, err);
        if (flag < 0)
            return flag;
        both.out.flags |= 1u << flag;
    }
    *(struct spec_scheduler *)to = both.out;
    return 0;
}

static const struct json_field process_fields[] = {
    {"terminal", FIELD_BOOL, .at = AT(has_terminal)},
    {"consoleSize", FIELD_OBJECT, .take = take_console_size},
    {"user", FIELD_OBJECT, .take = take_user},
    {"args", FIELD_STRINGS, .at = AT(args)},
    {"env", FIELD_STRINGS, .at = AT(env)},
    {"cwd", FIELD_PATH, .is_required = true, .at = AT(cwd)},
    {"capabilities", FIELD_OBJECT, .at = AT(capabilities),
     .take = take_capabilities},
    {"rlimits", FIELD_ARRAY, .take = take_rlimits},
    {"noNewPrivileges", FIELD_HARMLESS, .why = "always so"},
    {"oomScoreAdj", FIELD_INT, .at = AT(oom_score_adj),
     .has = HAS(has_oom_score_adj)},
    {"apparmorProfile", FIELD_TEXT, .at = AT(apparmor_profile)},
    {"selinuxLabel", FIELD_TEXT, .at = AT(selinux_label)},
    {"ioPriority", FIELD_OBJECT, .take = take_io_priority,
     .has = HAS(has_io_priority)},
    {"scheduler", FIELD_OBJECT, .at = AT(scheduler), .take = take_scheduler,
     .has = HAS(has_scheduler)},
    {"execCPUAffinity", FIELD_HARMLESS, .why = "only exec would use it"},
    {"commandLine", FIELD_REFUSED, .why = "is for another platform"},
    {0}};

int spec_process_init(struct spec_process *process, struct err *err)
{
    const char **none = json_alloc(1, sizeof *none, err);
    if (!none)
        return -err->code;
    process->args.at = process->env.at = none;
    process->umask = -1;
    return 0;
}

int spec_process_parse(struct spec_process *process, json_t *json,
                       struct err *err)
{
    if (json_fields(process_fields, process, json, "process", err) < 0)
        return -err->code;
    for (size_t i = 0; i < process->env.count; i++) {
        const char *eq = strchr(process->env.at[i], '=');
        if (!eq || eq == process->env.at[i])
            return err_refuse(err,
                              "config.json: process.env: \"%.40s\", expected "
                              "NAME=VALUE",
                              process->env.at[i]);
    }
    if (process->has_oom_score_adj &&
        (process->oom_score_adj < -1000 || process->oom_score_adj > 1000))
        return err_refuse(err,
                          "config.json: process.oomScoreAdj: %d, expected "
                          "-1000 to 1000",
                          process->oom_score_adj);
    return 0;
}
