/* SPDX-License-Identifier: Apache-2.0 */
/* pause, resume, update. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cmd.h"
#include "runnc/json.h"
#include "runnc/spec.h"
#include "runnc/state.h"
#include "runnc/util.h"

#define RESOURCES_MAX (1u << 20)

static int freeze(struct cmd *cmd, bool is_frozen, struct err *err)
{
    static struct container container;
    if (state_open(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    bool is_right = is_frozen ? container.status == STATUS_RUNNING ||
                                    container.status == STATUS_CREATED
                              : container.status == STATUS_PAUSED;
    if (!is_right)
        return err_refuse(err, "container not %s: %s",
                          is_frozen ? "running" : "paused",
                          status_name(container.status));
    return cgroup_freeze(container.cgroups, is_frozen, err);
}

int cmd_pause(struct cmd *cmd, struct err *err)
{
    return freeze(cmd, true, err);
}

int cmd_resume(struct cmd *cmd, struct err *err)
{
    return freeze(cmd, false, err);
}

int cmd_read(const char *path, char **text, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return file_read(AT_FDCWD, path, RESOURCES_MAX, text, err);
    char *buf = malloc(RESOURCES_MAX + 1);
    size_t len = 0;
    ssize_t got = 1;
    while (buf && got > 0 && len < RESOURCES_MAX) {
        got = read(0, buf + len, RESOURCES_MAX - len);
        if (got > 0)
            len += (size_t)got;
    }
    if (!buf || got < 0)
        return err_set(err, buf ? errno : ENOMEM, "read standard input");
    buf[len] = 0;
    *text = buf;
    return (int)len;
}

/* "64m", "1GiB", "-1": as runc reads sizes. */
static bool parse_size(const char *text, int64_t *size)
{
    static const char units[] = "kmgtp";
    char *end;
    int64_t value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (!strcmp(text, "-1") || !isdigit((unsigned char)*text) || errno) {
        *size = -1;
        return !strcmp(text, "-1");
    }
    const char *unit =
        *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
    if (unit) {
        int64_t factor = INT64_C(1) << (10 * (unit - units + 1));
        if (__builtin_mul_overflow(value, factor, &value))
            return false;
        end++;
        end += tolower((unsigned char)*end) == 'i';
    }
    end += tolower((unsigned char)*end) == 'b';
    *size = value;
    return !*end;
}

static bool parse_number(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return !errno && end != text && !*end;
}

enum value_kind { VALUE_NUMBER, VALUE_SIZE, VALUE_TEXT };
struct option {
    const char *value, *group, *key, *name;
    enum value_kind kind;
};

/* Into its place of the object. */
static int add_option(json_t *all, const struct option *option, struct err *err)
{
    json_t *group = json_object_get(all, option->group);
    int64_t number = 0;

    if (option->kind == VALUE_NUMBER && !parse_number(option->value, &number))
        return err_refuse(err, "--%s: %s is no number, or too large",
                          option->name, option->value);
    if (option->kind == VALUE_SIZE && !parse_size(option->value, &number))
        return err_refuse(err, "--%s: %s is no size like 64m", option->name,
                          option->value);
    if (!group) {
        group = json_object();
        json_object_set_new(all, option->group, group);
    }
    json_object_set_new(group, option->key,
                        option->kind == VALUE_TEXT ? json_string(option->value)
                                                   : json_integer(number));
    return 0;
}

/* The options for people, as the object that engines send. */
static json_t *from_options(const struct cmd_opts *opts, struct err *err)
{
    const struct option table[] = {
        {opts->cpu_period, "cpu", "period", "cpu-period", VALUE_NUMBER},
        {opts->cpu_quota, "cpu", "quota", "cpu-quota", VALUE_NUMBER},
        {opts->cpu_burst, "cpu", "burst", "cpu-burst", VALUE_NUMBER},
        {opts->cpu_share, "cpu", "shares", "cpu-share", VALUE_NUMBER},
        {opts->cpu_rt_period, "cpu", "realtimePeriod", "cpu-rt-period",
         VALUE_NUMBER},
        {opts->cpu_rt_runtime, "cpu", "realtimeRuntime", "cpu-rt-runtime",
         VALUE_NUMBER},
        {opts->cpuset_cpus, "cpu", "cpus", "cpuset-cpus", VALUE_TEXT},
        {opts->cpuset_mems, "cpu", "mems", "cpuset-mems", VALUE_TEXT},
        {opts->cpu_idle, "cpu", "idle", "cpu-idle", VALUE_NUMBER},
        {opts->memory, "memory", "limit", "memory", VALUE_SIZE},
        {opts->memory_reservation, "memory", "reservation",
         "memory-reservation", VALUE_SIZE},
        {opts->memory_swap, "memory", "swap", "memory-swap", VALUE_SIZE},
        {opts->kernel_memory_tcp, "memory", "kernelTCP", "kernel-memory-tcp",
         VALUE_SIZE},
        {opts->pids_limit, "pids", "limit", "pids-limit", VALUE_NUMBER},
        {opts->blkio_weight, "blockIO", "weight", "blkio-weight", VALUE_NUMBER},
    };
    if (opts->l3_cache || opts->mem_bandwidth) {
        err_refuse(err, "--%s: Intel RDT is not supported",
                   opts->l3_cache ? "l3-cache-schema" : "mem-bw-schema");
        return NULL;
    }
    if (opts->kernel_memory)
        log_warn("--kernel-memory: ignored, as by newer kernels");
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].value && add_option(all, &table[i], err) < 0) {
            json_decref(all);
            return NULL;
        }
    return all;
}

int cmd_update(struct cmd *cmd, struct err *err)
{
    static struct container container;
    static struct spec_resources resources;
    json_t *json;
    char *text;

    if (cmd->opts.resources) {
        int len = cmd_read(cmd->opts.resources, &text, err);
        if (len < 0)
            return len;
        json = json_text(text, (size_t)len, "--resources", err);
    } else {
        json = from_options(&cmd->opts, err);
    }
    if (!json || spec_resources_parse(&resources, json, err) < 0)
        return err_wrap(err, "update");
    resources.is_set = true;
    if (state_open(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (container.status == STATUS_STOPPED)
        return err_say(err, ESRCH, STATE_DEAD);
    if (!container.cgroups)
        return err_refuse(err, "update: the container has no cgroup");
    if (cgroup_set(container.cgroups, &resources, err) < 0)
        return -err->code;
    return cgroup_set_devices(container.cgroups, &resources, err);
}
