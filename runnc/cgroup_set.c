/* SPDX-License-Identifier: Apache-2.0 */
/* Limits into the files of cgroups of version 1; see cgroup.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cgroup_unit.h"
#include "runnc/util.h"

int cgroup_put(const struct cgroup_dir *dir, const char *file, const char *text,
               struct err *err)
{
    char path[4200];
    if (!dir)
        return err_say(err, ENOTSUP, "limit %s: no such controller here", file);
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    if (file_write(AT_FDCWD, path, text, err) == 0)
        return 0;
    /* Of version 2 a controller that is not passed down has no files. */
    if (err->code == ENOENT && access(dir->path, F_OK) == 0)
        return err_say(err, ENOENT, "limit %s: no such controller here", file);
    return err_wrap(err, "cgroups");
}

int cgroup_put_number(const struct cgroup_dir *dir, const char *file,
                      int64_t value, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return cgroup_put(dir, file, text, err);
}

int cgroup_put_max(const struct cgroup_dir *dir, const char *file,
                   int64_t value, struct err *err)
{
    return value < 0 ? cgroup_put(dir, file, "max", err)
                     : cgroup_put_number(dir, file, value, err);
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
        if (cgroup_put_number(dir, swap, res->swap, &ignored) == 0)
            has_swap = false;
    }
    if (has_limit && cgroup_put_number(dir, limit, res->limit, err) < 0)
        return -err->code;
    if (has_swap && cgroup_put_number(dir, swap, res->swap, err) < 0)
        return -err->code;
    if (has_limit && res->has_swap && res->swap != 0 && !has_swap &&
        cgroup_put_number(dir, swap, res->swap, err) < 0)
        return -err->code;
    if (res->has_reservation && res->reservation != 0 &&
        cgroup_put_number(dir, "memory.soft_limit_in_bytes", res->reservation,
                          err) < 0)
        return -err->code;
    if (res->has_kernel_tcp && res->kernel_tcp != 0 &&
        cgroup_put_number(dir, "memory.kmem.tcp.limit_in_bytes",
                          res->kernel_tcp, err) < 0)
        return -err->code;
    if (res->has_swappiness &&
        cgroup_put_number(dir, "memory.swappiness", (int64_t)res->swappiness,
                          err) < 0)
        return -err->code;
    if (res->is_oom_kill_disabled &&
        cgroup_put(dir, "memory.oom_control", "1", err) < 0)
        return -err->code;
    return 0;
}

static int set_cpu_v1(const struct cgroups *cgroups,
                      const struct spec_resources *res, struct err *err)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "cpu");
    if (res->shares &&
        cgroup_put_number(dir, "cpu.shares", (int64_t)res->shares, err) < 0)
        return -err->code;
    if (res->period && cgroup_put_number(dir, "cpu.cfs_period_us",
                                         (int64_t)res->period, err) < 0)
        return -err->code;
    if (res->quota &&
        cgroup_put_number(dir, "cpu.cfs_quota_us", res->quota, err) < 0)
        return -err->code;
    if (res->has_burst &&
        cgroup_put_number(dir, "cpu.cfs_burst_us", res->burst, err) < 0)
        return -err->code;
    if (res->rt_period && cgroup_put_number(dir, "cpu.rt_period_us",
                                            (int64_t)res->rt_period, err) < 0)
        return -err->code;
    if (res->rt_runtime &&
        cgroup_put_number(dir, "cpu.rt_runtime_us", res->rt_runtime, err) < 0)
        return -err->code;
    if (res->has_idle && cgroup_put_number(dir, "cpu.idle", res->idle, err) < 0)
        return -err->code;
    return 0;
}

int cgroup_put_cpuset(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err)
{
    if (res->cpus && *res->cpus &&
        cgroup_put(dir, "cpuset.cpus", res->cpus, err) < 0)
        return -err->code;
    if (res->mems && *res->mems &&
        cgroup_put(dir, "cpuset.mems", res->mems, err) < 0)
        return -err->code;
    return 0;
}

static int set_cpuset_v1(const struct cgroups *cgroups,
                         const struct spec_resources *res, struct err *err)
{
    return cgroup_put_cpuset(cgroup_v1(cgroups, "cpuset"), res, err);
}

static int put_device(const struct cgroup_dir *dir,
                      const struct spec_device_rule *rule, char type,
                      struct err *err)
{
    char text[80], major[24] = "*", minor[24] = "*";
    if (rule->has_major && rule->major >= 0)
        snprintf(major, sizeof major, "%lld", (long long)rule->major);
    if (rule->has_minor && rule->minor >= 0)
        snprintf(minor, sizeof minor, "%lld", (long long)rule->minor);
    if (type == 'a')
        snprintf(text, sizeof text, "a");
    else
        snprintf(text, sizeof text, "%c %s:%s %s%s%s", type, major, minor,
                 rule->access & 1 ? "r" : "", rule->access & 2 ? "w" : "",
                 rule->access & 4 ? "m" : "");
    return cgroup_put(dir, rule->is_allowed ? "devices.allow" : "devices.deny",
                      text, err);
}

int cgroup_set_devices(const struct cgroups *cgroups,
                       const struct spec_resources *res, struct err *err)
{
    if (!cgroups || !res->device_count)
        return 0;
    if (cgroups->is_unified)
        return cgroup_bpf_devices(cgroup_v2(cgroups)->path, res->devices,
                                  res->device_count, err);
    if (cgroup_unit_set_devices(cgroups, res, err) < 0)
        return -err->code;
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "devices");
    for (size_t i = 0; i < res->device_count; i++) {
        const struct spec_device_rule *rule = &res->devices[i];
        /* The kernel's own "a" is everything, whatever stands behind it. */
        bool is_all = rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
                      rule->access == 7;
        char type = rule->type != 'a' || is_all ? rule->type : 'b';
        if (put_device(dir, rule, type, err) < 0 ||
            (type != rule->type && put_device(dir, rule, 'c', err) < 0))
            return -err->code;
    }
    return 0;
}

static int set_others_v1(const struct cgroups *cgroups,
                         const struct spec_resources *res, struct err *err)
{
    const struct cgroup_dir *blkio = cgroup_v1(cgroups, "blkio");
    char name[80];
    if (res->has_pids && res->pids != 0 &&
        cgroup_put_max(cgroup_v1(cgroups, "pids"), "pids.max", res->pids, err) <
            0)
        return -err->code;
    if (res->blkio_weight &&
        cgroup_put_number(blkio, "blkio.weight", res->blkio_weight, err) < 0)
        return -err->code;
    for (size_t i = 0; i < res->blkio_count; i++) {
        snprintf(name, sizeof name, "blkio.%s", res->blkio[i].key);
        if (cgroup_put(blkio, name, res->blkio[i].value, err) < 0)
            return -err->code;
    }
    for (size_t i = 0; i < res->hugepage_count; i++) {
        snprintf(name, sizeof name, "hugetlb.%s.limit_in_bytes",
                 res->hugepages[i].size);
        if (cgroup_put_number(cgroup_v1(cgroups, "hugetlb"), name,
                              (int64_t)res->hugepages[i].limit, err) < 0)
            return -err->code;
    }
    if (res->has_net_class && res->net_class &&
        cgroup_put_number(cgroup_v1(cgroups, "net_cls"), "net_cls.classid",
                          res->net_class, err) < 0)
        return -err->code;
    for (size_t i = 0; i < res->unified_count; i++)
        if (cgroup_put(cgroup_v2(cgroups), res->unified[i].key,
                       res->unified[i].value, err) < 0)
            return -err->code;
    return 0;
}

int cgroup_set_files(const struct cgroups *cgroups,
                     const struct spec_resources *res, struct err *err)
{
    if (!res->is_set)
        return 0;
    if (cgroups->is_unified)
        return cgroup_v2_set(cgroup_v2(cgroups), res, err);
    if (set_memory_v1(cgroups, res, err) < 0 ||
        set_cpu_v1(cgroups, res, err) < 0 ||
        set_cpuset_v1(cgroups, res, err) < 0)
        return -err->code;
    return set_others_v1(cgroups, res, err);
}

static int64_t read_number(const struct cgroup_dir *dir, const char *file)
{
    char path[4200], *text;
    struct err ignored;
    if (!dir)
        return 0;
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    if (file_read(AT_FDCWD, path, 64, &text, &ignored) < 0)
        return 0;
    int64_t value = strtoll(text, NULL, 10);
    free(text);
    return value;
}

/* Of quota and period, what is not given stays as it is: systemd would keep
 * their quotient. */
static void complete_cpu(const struct cgroups *cgroups,
                         struct spec_resources *res)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "cpu");
    int64_t quota, period;

    if (!res->quota == !res->period)
        return;
    if (cgroups->is_unified) {
        cgroup_v2_cpu_max(cgroup_v2(cgroups), &quota, &period);
    } else {
        quota = read_number(dir, "cpu.cfs_quota_us");
        period = read_number(dir, "cpu.cfs_period_us");
    }
    if (!res->quota)
        res->quota = quota;
    if (!res->period && period > 0)
        res->period = (uint64_t)period;
}

int cgroup_set(const struct cgroups *cgroups,
               const struct spec_resources *resources, struct err *err)
{
    struct spec_resources res = *resources;

    if (cgroups->is_unified &&
        cgroup_v2_check(cgroup_v2(cgroups), &res, err) < 0)
        return -err->code;
    complete_cpu(cgroups, &res);
    /* systemd first: it writes the files it knows, less exactly. */
    if (cgroup_unit_set(cgroups, &res, err) < 0)
        return -err->code;
    return cgroup_set_files(cgroups, &res, err);
}
