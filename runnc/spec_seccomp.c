/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json: linux.seccomp. A profile narrows what a program may ask of the
 * kernel. The guest's filter is narrower than any: seven calls, from one page
 * (tender/filter.c). So a profile is checked, and its effect is there without
 * it. What asks for more than narrowing is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/spec_parts.h"

struct profile {
    const char *default_action;
    struct spec_strings architectures, flags;
    uint32_t errno_ret;
    bool has_errno;
};

const char *const spec_seccomp_actions[] = {
    "SCMP_ACT_ALLOW",        "SCMP_ACT_ERRNO",       "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
    "SCMP_ACT_TRACE",        "SCMP_ACT_TRAP",        NULL};
const char *const spec_seccomp_operators[] = {
    "SCMP_CMP_EQ", "SCMP_CMP_GE",        "SCMP_CMP_GT", "SCMP_CMP_LE",
    "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL};

static bool is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static int check_action(const char *action, const char *path, struct err *err)
{
    if (is_one_of(spec_seccomp_actions, action))
        return 0;
    if (!strcmp(action, "SCMP_ACT_NOTIFY"))
        return err_refuse(err,
                          "config.json: %s: SCMP_ACT_NOTIFY: a guest "
                          "makes no calls that an agent could see",
                          path);
    return err_refuse(err, "config.json: %s: unknown action %.40s", path,
                      action);
}

/* Only these two give a number back. */
static int check_errno(const char *action, bool has_errno, const char *path,
                       struct err *err)
{
    if (!has_errno || !strcmp(action, "SCMP_ACT_ERRNO") ||
        !strcmp(action, "SCMP_ACT_TRACE"))
        return 0;
    return err_refuse(err, "config.json: %s: %.40s has no errno to return",
                      path, action);
}

struct rule {
    const char *action;
    struct spec_strings names;
    uint32_t errno_ret;
    bool has_errno;
};

static int check_op(const char *op, const char *path, struct err *err)
{
    if (is_one_of(spec_seccomp_operators, op))
        return 0;
    return err_refuse(err, "config.json: %s: unknown operator %.40s", path, op);
}

static int check_args(void *to, json_t *json, const char *path, struct err *err)
{
    struct arg {
        uint64_t value, value_two;
        uint32_t index;
        const char *op;
    } * arg;
    static const struct json_field fields[] = {
        {"index", FIELD_U32, .is_required = true,
         .at = offsetof(struct arg, index)},
        {"value", FIELD_U64, .is_required = true,
         .at = offsetof(struct arg, value)},
        {"valueTwo", FIELD_U64, .at = offsetof(struct arg, value_two)},
        {"op", FIELD_TEXT, .is_required = true, .at = offsetof(struct arg, op)},
        {0}};
    size_t count;
    (void)to;
    if (json_objects(fields, (void **)&arg, &count, sizeof *arg, json, path,
                     err) < 0)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        if (arg[i].index > 5) /* a call has six arguments */
            return err_refuse(err,
                              "config.json: %s[%zu].index: %u, expected 0 "
                              "to 5",
                              path, i, arg[i].index);
        if (check_op(arg[i].op, path, err) < 0)
            return -err->code;
    }
    return 0;
}

static int check_rules(void *to, json_t *json, const char *path,
                       struct err *err)
{
    static const struct json_field fields[] = {
        {"names", FIELD_STRINGS, .is_required = true,
         .at = offsetof(struct rule, names)},
        {"action", FIELD_TEXT, .is_required = true,
         .at = offsetof(struct rule, action)},
        {"errnoRet", FIELD_U32, .at = offsetof(struct rule, errno_ret),
         .has = offsetof(struct rule, has_errno) + 1},
        {"args", FIELD_ARRAY, .take = check_args},
        {"comment", FIELD_HARMLESS, .why = "a comment"},
        {"includes", FIELD_HARMLESS, .why = "docker's notes"},
        {"excludes", FIELD_HARMLESS, .why = "docker's notes"},
        {0}};
    struct rule *rule;
    size_t count;

    (void)to;
    if (json_objects(fields, (void **)&rule, &count, sizeof *rule, json, path,
                     err) < 0)
        return -err->code;
    for (size_t i = 0; i < count; i++) {
        if (check_action(rule[i].action, path, err) < 0 ||
            check_errno(rule[i].action, rule[i].has_errno, path, err) < 0)
            return -err->code;
        if (!rule[i].names.count)
            return err_refuse(err, "config.json: %s[%zu].names: empty", path,
                              i);
    }
    return 0;
}

int spec_seccomp_check(void *to, json_t *json, const char *path,
                       struct err *err)
{
    static const char no_agent[] =
        "a guest makes no calls that an agent could see";
    static const struct json_field fields[] = {
        {"defaultAction", FIELD_TEXT, .is_required = true,
         .at = offsetof(struct profile, default_action)},
        {"defaultErrnoRet", FIELD_U32,
         .at = offsetof(struct profile, errno_ret),
         .has = offsetof(struct profile, has_errno) + 1},
        {"architectures", FIELD_STRINGS,
         .at = offsetof(struct profile, architectures)},
        {"flags", FIELD_STRINGS, .at = offsetof(struct profile, flags)},
        {"listenerPath", FIELD_REFUSED, .why = no_agent},
        {"listenerMetadata", FIELD_REFUSED, .why = no_agent},
        {"syscalls", FIELD_ARRAY, .take = check_rules},
        {0}};
    struct profile profile = {0};

    (void)to;
    if (json_fields(fields, &profile, json, path, err) < 0)
        return -err->code;
    for (size_t i = 0; i < profile.architectures.count; i++)
        if (strncmp(profile.architectures.at[i], "SCMP_ARCH_", 10) != 0)
            return err_refuse(err,
                              "config.json: %s.architectures: unknown "
                              "architecture %.40s",
                              path, profile.architectures.at[i]);
    for (size_t i = 0; i < profile.flags.count; i++)
        if (strncmp(profile.flags.at[i], "SECCOMP_FILTER_FLAG_", 20) != 0)
            return err_refuse(err, "config.json: %s.flags: unknown flag %.40s",
                              path, profile.flags.at[i]);
    if (check_action(profile.default_action, path, err) < 0)
        return -err->code;
    return check_errno(profile.default_action, profile.has_errno, path, err);
}
