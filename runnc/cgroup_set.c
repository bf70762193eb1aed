/* SPDX-License-Identifier: Apache-2.0 */
/* Limits into the cgroups' files: a table for each version; see cgroup.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/util.h"

/* Writes a limit; a controller or file that is not there is an error only
 * because the limit was asked for. */
static int put(const struct cgroup_dir *dir, const char *file, const char *text,
               struct err *err)
{
    char path[4200];
    if (!dir)
        return err_say(err, ENOTSUP, "limit %s: no such controller here", file);
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    if (file_write(AT_FDCWD, path, text, err) < 0)
        return err_wrap(err, "cgroups");
    return 0;
}

static int put_number(const struct cgroup_dir *dir, const char *file,
                      int64_t value, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return put(dir, file, text, err);
}

/* -1: "max" */
static int put_max(const struct cgroup_dir *dir, const char *file,
                   int64_t value, struct err *err)
{
    return value < 0 ? put(dir, file, "max", err)
                     : put_number(dir, file, value, err);
}

/* A limit may not be above that with swap at any moment. */
static int set_memory_v1(const struct cgroups *cgroups,
                         const struct spec_resources *res, struct err *err)
{
    static const char limit[] = "memory.limit_in_bytes";
    static const char swap[] = "memory.memsw.limit_in_bytes";
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "memory");
    bool has_limit = res->has_limit && res->limit != 0;
    bool has_swap = res->has_swap && res->swap != 0;
    struct err ignored;

    if (has_limit && has_swap) {
        /* Upwards the one with swap comes first, downwards the other. */
        if (put_number(dir, swap, res->swap, &ignored) == 0)
            has_swap = false;
    }
    if (has_limit && put_number(dir, limit, res->limit, err) < 0)
        return -err->code;
    if (has_swap && put_number(dir, swap, res->swap, err) < 0)
        return -err->code;
    if (has_limit && res->has_swap && res->swap != 0 && !has_swap &&
        put_number(dir, swap, res->swap, err) < 0)
        return -err->code;
    if (res->has_reservation && res->reservation != 0 &&
        put_number(dir, "memory.soft_limit_in_bytes", res->reservation, err) <
            0)
        return -err->code;
    if (res->has_kernel_tcp && res->kernel_tcp != 0 &&
        put_number(dir, "memory.kmem.tcp.limit_in_bytes", res->kernel_tcp,
                   err) < 0)
        return -err->code;
    if (res->has_swappiness &&
        put_number(dir, "memory.swappiness", (int64_t)res->swappiness, err) < 0)
        return -err->code;
    if (res->is_oom_kill_disabled &&
        put(dir, "memory.oom_control", "1", err) < 0)
        return -err->code;
    return 0;
}

/* "checkBeforeUpdate": a limit below what is in use would kill. */
static int check_usage(const struct cgroup_dir *dir,
                       const struct spec_resources *res, struct err *err)
{
    char path[4200], *text;
    if (!res->is_usage_checked || !res->has_limit || res->limit <= 0 || !dir)
        return 0;
    snprintf(path, sizeof path, "%s/memory.current", dir->path);
    if (file_read(AT_FDCWD, path, 64, &text, err) < 0)
        return err_wrap(err, "cgroups");
    int64_t used = strtoll(text, NULL, 10);
    free(text);
    if (used > res->limit)
        return err_say(err, EBUSY,
                       "memory limit %lld: %lld bytes are in use already",
                       (long long)res->limit, (long long)used);
    return 0;
}

static int set_memory_v2(const struct cgroup_dir *dir,
                         const struct spec_resources *res, struct err *err)
{
    int64_t swap = res->swap;
    if (res->has_swappiness || res->is_oom_kill_disabled ||
        (res->has_kernel_tcp && res->kernel_tcp))
        return err_say(err, ENOTSUP,
                       "limits: swappiness, disableOOMKiller and kernelTCP are "
                       "of cgroup version 1, this host has version 2");
    if (check_usage(dir, res, err) < 0)
        return -err->code;
    if (res->has_swap && res->has_limit && swap > 0 && res->limit > 0)
        swap -= res->limit;
    if (res->has_limit && res->limit != 0 &&
        put_max(dir, "memory.max", res->limit, err) < 0)
        return -err->code;
    if (res->has_swap && res->swap != 0 &&
        put_max(dir, "memory.swap.max", swap, err) < 0)
        return -err->code;
    if (res->has_reservation && res->reservation != 0 &&
        put_max(dir, "memory.low", res->reservation, err) < 0)
        return -err->code;
    return 0;
}

static int set_cpu_v1(const struct cgroups *cgroups,
                      const struct spec_resources *res, struct err *err)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "cpu");
    if (res->shares &&
        put_number(dir, "cpu.shares", (int64_t)res->shares, err) < 0)
        return -err->code;
    if (res->period &&
        put_number(dir, "cpu.cfs_period_us", (int64_t)res->period, err) < 0)
        return -err->code;
    if (res->quota && put_number(dir, "cpu.cfs_quota_us", res->quota, err) < 0)
        return -err->code;
    if (res->has_burst &&
        put_number(dir, "cpu.cfs_burst_us", res->burst, err) < 0)
        return -err->code;
    if (res->rt_period &&
        put_number(dir, "cpu.rt_period_us", (int64_t)res->rt_period, err) < 0)
        return -err->code;
    if (res->rt_runtime &&
        put_number(dir, "cpu.rt_runtime_us", res->rt_runtime, err) < 0)
        return -err->code;
    if (res->has_idle && put_number(dir, "cpu.idle", res->idle, err) < 0)
        return -err->code;
    return 0;
}

static int set_cpu_v2(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err)
{
    char text[64];
    /* man 7 cgroups has no formula; this is what runtimes agree on. */
    if (res->shares &&
        put_number(dir, "cpu.weight",
                   1 + (((int64_t)res->shares - 2) * 9999) / 262142, err) < 0)
        return -err->code;
    if (res->rt_period || res->rt_runtime)
        return err_say(err, ENOTSUP,
                       "limits: realtimePeriod and realtimeRuntime are of "
                       "cgroup version 1, this host has version 2");
    if (res->has_idle && put_number(dir, "cpu.idle", res->idle, err) < 0)
        return -err->code;
    if (res->has_burst && put_number(dir, "cpu.max.burst", res->burst, err) < 0)
        return -err->code;
    if (!res->quota && !res->period)
        return 0;
    if (res->quota > 0)
        snprintf(text, sizeof text, "%lld %llu", (long long)res->quota,
                 (unsigned long long)(res->period ? res->period : 100000));
    else
        snprintf(text, sizeof text, "max %llu",
                 (unsigned long long)(res->period ? res->period : 100000));
    return put(dir, "cpu.max", text, err);
}

static int set_cpuset(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err)
{
    if (res->cpus && *res->cpus && put(dir, "cpuset.cpus", res->cpus, err) < 0)
        return -err->code;
    if (res->mems && *res->mems && put(dir, "cpuset.mems", res->mems, err) < 0)
        return -err->code;
    return 0;
}

static int put_device(const struct cgroup_dir *dir,
                      const struct spec_device_rule *rule, struct err *err)
{
    char text[80], major[24] = "*", minor[24] = "*";
    if (rule->has_major && rule->major >= 0)
        snprintf(major, sizeof major, "%lld", (long long)rule->major);
    if (rule->has_minor && rule->minor >= 0)
        snprintf(minor, sizeof minor, "%lld", (long long)rule->minor);
    if (rule->type == 'a')
        snprintf(text, sizeof text, "a");
    else
        snprintf(text, sizeof text, "%c %s:%s %s%s%s", rule->type, major, minor,
                 rule->access & 1 ? "r" : "", rule->access & 2 ? "w" : "",
                 rule->access & 4 ? "m" : "");
    return put(dir, rule->is_allowed ? "devices.allow" : "devices.deny", text,
               err);
}

int cgroup_set_devices(const struct cgroups *cgroups,
                       const struct spec_resources *res, struct err *err)
{
    if (!cgroups || !res->device_count)
        return 0;
    if (cgroups->is_unified)
        return cgroup_bpf_devices(cgroup_v2(cgroups)->path, res->devices,
                                  res->device_count, err);
    for (size_t i = 0; i < res->device_count; i++)
        if (put_device(cgroup_v1(cgroups, "devices"), &res->devices[i], err) <
            0)
            return -err->code;
    return 0;
}

/* Version 2's word for a file of version 1; both take "MAJOR:MINOR VALUE". */
static int put_blkio_v2(const struct cgroup_dir *dir,
                        const struct spec_pair *pair, struct err *err)
{
    static const struct {
        const char *v1, *v2;
    } words[] = {{"throttle.read_bps_device", "rbps"},
                 {"throttle.write_bps_device", "wbps"},
                 {"throttle.read_iops_device", "riops"},
                 {"throttle.write_iops_device", "wiops"}};
    const char *value = strchr(pair->value, ' ');
    char text[80];

    for (size_t i = 0; value && i < sizeof words / sizeof *words; i++) {
        if (strcmp(pair->key, words[i].v1) != 0)
            continue;
        snprintf(text, sizeof text, "%.*s %s=%s", (int)(value - pair->value),
                 pair->value, words[i].v2, value + 1);
        return put(dir, "io.max", text, err);
    }
    return put(dir, "io.weight", pair->value, err);
}

/* 10..1000 to 1..10000, as runtimes agree. */
static int put_blkio_weight(const struct cgroups *cgroups, uint16_t weight,
                            struct err *err)
{
    if (!cgroups->is_unified)
        return put_number(cgroup_v1(cgroups, "blkio"), "blkio.weight", weight,
                          err);
    return put_number(cgroup_v2(cgroups), "io.weight",
                      1 + (weight - 10) * 9999 / 990, err);
}

static int set_others(const struct cgroups *cgroups,
                      const struct spec_resources *res, struct err *err)
{
    bool is_v2 = cgroups->is_unified;
    char name[80];
    if (res->has_pids && res->pids != 0 &&
        put_max(is_v2 ? cgroup_v2(cgroups) : cgroup_v1(cgroups, "pids"),
                "pids.max", res->pids, err) < 0)
        return -err->code;
    if (res->blkio_weight &&
        put_blkio_weight(cgroups, res->blkio_weight, err) < 0)
        return -err->code;
    for (size_t i = 0; i < res->blkio_count; i++) {
        if (is_v2) {
            if (put_blkio_v2(cgroup_v2(cgroups), &res->blkio[i], err) < 0)
                return -err->code;
            continue;
        }
        snprintf(name, sizeof name, "blkio.%s", res->blkio[i].key);
        if (put(cgroup_v1(cgroups, "blkio"), name, res->blkio[i].value, err) <
            0)
            return -err->code;
    }
    for (size_t i = 0; i < res->hugepage_count; i++) {
        snprintf(name, sizeof name, "hugetlb.%s.%s", res->hugepages[i].size,
                 is_v2 ? "max" : "limit_in_bytes");
        if (put_number(is_v2 ? cgroup_v2(cgroups)
                             : cgroup_v1(cgroups, "hugetlb"),
                       name, (int64_t)res->hugepages[i].limit, err) < 0)
            return -err->code;
    }
    if (res->has_net_class && res->net_class &&
        put_number(cgroup_v1(cgroups, "net_cls"), "net_cls.classid",
                   res->net_class, err) < 0)
        return -err->code;
    for (size_t i = 0; i < res->unified_count; i++)
        if (put(cgroup_v2(cgroups), res->unified[i].key, res->unified[i].value,
                err) < 0)
            return -err->code;
    return 0;
}

int cgroup_set(const struct cgroups *cgroups, const struct spec_resources *res,
               struct err *err)
{
    const struct cgroup_dir *v2 = cgroup_v2(cgroups);
    if (!res->is_set)
        return 0;
    int rc = cgroups->is_unified ? set_memory_v2(v2, res, err)
                                 : set_memory_v1(cgroups, res, err);
    if (rc == 0)
        rc = cgroups->is_unified ? set_cpu_v2(v2, res, err)
                                 : set_cpu_v1(cgroups, res, err);
    if (rc == 0)
        rc = set_cpuset(cgroups->is_unified ? v2 : cgroup_v1(cgroups, "cpuset"),
                        res, err);
    return rc < 0 ? rc : set_others(cgroups, res, err);
}
