/* SPDX-License-Identifier: Apache-2.0 */
/* pause, resume, update, exec. */
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

static int read_all(const char *path, char **text, struct err *err)
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

/* The options for people, as the object that engines send. */
static json_t *from_options(const struct cmd_opts *opts, struct err *err)
{
    const struct {
        const char *value, *group, *key, *option;
        bool is_text;
    } table[] = {
        {opts->cpu_period, "cpu", "period", "cpu-period", false},
        {opts->cpu_quota, "cpu", "quota", "cpu-quota", false},
        {opts->cpu_burst, "cpu", "burst", "cpu-burst", false},
        {opts->cpu_share, "cpu", "shares", "cpu-share", false},
        {opts->cpu_rt_period, "cpu", "realtimePeriod", "cpu-rt-period", false},
        {opts->cpu_rt_runtime, "cpu", "realtimeRuntime", "cpu-rt-runtime",
         false},
        {opts->cpuset_cpus, "cpu", "cpus", "cpuset-cpus", true},
        {opts->cpuset_mems, "cpu", "mems", "cpuset-mems", true},
        {opts->cpu_idle, "cpu", "idle", "cpu-idle", false},
        {opts->memory, "memory", "limit", "memory", false},
        {opts->memory_reservation, "memory", "reservation",
         "memory-reservation", false},
        {opts->memory_swap, "memory", "swap", "memory-swap", false},
        {opts->kernel_memory_tcp, "memory", "kernelTCP", "kernel-memory-tcp",
         false},
        {opts->pids_limit, "pids", "limit", "pids-limit", false},
        {opts->blkio_weight, "blockIO", "weight", "blkio-weight", false},
    };
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *end;
        if (!table[i].value)
            continue;
        json_t *group = json_object_get(all, table[i].group);
        if (!group) {
            group = json_object();
            json_object_set_new(all, table[i].group, group);
        }
        long long number = strtoll(table[i].value, &end, 10);
        if (!table[i].is_text && (*end || end == table[i].value)) {
            err_refuse(err, "--%s: %s is no number", table[i].option,
                       table[i].value);
            return NULL;
        }
        json_object_set_new(group, table[i].key,
                            table[i].is_text ? json_string(table[i].value)
                                             : json_integer(number));
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
        int len = read_all(cmd->opts.resources, &text, err);
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

/* All that an exec would need is checked; then the last step is missing. */
int cmd_exec(struct cmd *cmd, struct err *err)
{
    static struct container container;
    static struct spec_process process;
    const char *name = cmd->arg_count > 1 ? cmd->args[1] : NULL;

    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (container.status != STATUS_RUNNING &&
        container.status != STATUS_CREATED)
        return err_refuse(err, "cannot exec in a %s container",
                          status_name(container.status));
    if (cmd->opts.process) {
        char *text;
        int len = read_all(cmd->opts.process, &text, err);
        json_t *json =
            len < 0 ? NULL : json_text(text, (size_t)len, "--process", err);
        if (!json || spec_process_parse(&process, json, err) < 0)
            return err_wrap(err, "exec");
        name = process.args.at[0];
    }
    if (!name)
        return err_refuse(err, "exec: no program was named");
    return err_say(err, ENOSYS,
                   "exec: \"%s\": a unikernel cannot run a second program",
                   name);
}
