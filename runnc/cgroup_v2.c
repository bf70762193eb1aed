/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits into the files of cgroup version 2, where it is alone. config.json
 * has the numbers of version 1; see cgroup.h and the kernel's cgroup-v2.rst.
 */
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

#define PERIOD_US 100000 /* the kernel's default */

/* 2..262144, where 1024 is usual, to 1..10000: what runtimes agree on. */
uint64_t cgroup_weight_of_shares(uint64_t shares)
{
    if (shares < 2)
        shares = 2;
    if (shares > 262144)
        shares = 262144;
    return 1 + (shares - 2) * 9999 / 262142;
}

/* 10..1000 to 1..10000 */
uint64_t cgroup_weight_of_blkio(uint64_t weight)
{
    return weight < 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

/* config.json's "swap" is memory and swap together. */
int cgroup_swap_max(const struct spec_resources *res, bool *has, int64_t *swap,
                    struct err *err)
{
    bool is_set = res->has_swap && res->swap != 0;
    *has = is_set;
    *swap = -1;
    if (!is_set && res->has_limit && res->limit < 0) {
        *has = true; /* "all the memory" was that with swap, too */
        return 0;
    }
    if (!is_set || res->swap < 0)
        return 0;
    if (!res->has_limit || res->limit <= 0)
        return err_refuse(err, "limits: memory and swap together need a limit "
                               "of memory, too");
    if (res->swap < res->limit)
        return err_refuse(err, "limits: memory and swap together are less than "
                               "memory");
    *swap = res->swap - res->limit;
    return 0;
}

static bool has_file(const struct cgroup_dir *dir, const char *file)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    return access(path, F_OK) == 0;
}

/* A small file's text in buf, "" where there is none. */
static void get(const struct cgroup_dir *dir, const char *file, char *buf,
                size_t size)
{
    char path[4200], *text;
    struct err ignored;
    *buf = 0;
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    if (file_read(AT_FDCWD, path, size, &text, &ignored) < 0)
        return;
    snprintf(buf, size, "%s", text);
    free(text);
}

int cgroup_v2_check(const struct cgroup_dir *dir,
                    const struct spec_resources *res, struct err *err)
{
    char text[64];
    if (res->has_swappiness || res->is_oom_kill_disabled ||
        (res->has_kernel_tcp && res->kernel_tcp) || res->rt_period ||
        res->rt_runtime || (res->has_net_class && res->net_class))
        return err_say(err, ENOTSUP,
                       "limits: swappiness, disableOOMKiller, kernelTCP, "
                       "realtimePeriod, realtimeRuntime and classID are of "
                       "cgroup version 1, this host has version 2");
    if (!res->is_usage_checked || !res->has_limit || res->limit <= 0 || !dir)
        return 0;
    get(dir, "memory.current", text, sizeof text);
    int64_t used = strtoll(text, NULL, 10);
    if (used > res->limit)
        return err_say(err, EBUSY,
                       "memory limit %lld: %lld bytes are in use already",
                       (long long)res->limit, (long long)used);
    return 0;
}

static int set_memory(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err)
{
    int64_t swap;
    bool has_swap;
    if (cgroup_swap_max(res, &has_swap, &swap, err) < 0)
        return -err->code;
    /* A kernel without swap has no file, and nothing to limit. */
    if (has_swap && swap <= 0 && !has_file(dir, "memory.swap.max"))
        has_swap = false;
    if (has_swap && cgroup_put_max(dir, "memory.swap.max", swap, err) < 0)
        return -err->code;
    if (res->has_limit && res->limit != 0 &&
        cgroup_put_max(dir, "memory.max", res->limit, err) < 0)
        return -err->code;
    if (res->has_reservation && res->reservation != 0 &&
        cgroup_put_max(dir, "memory.low", res->reservation, err) < 0)
        return -err->code;
    return 0;
}

void cgroup_v2_cpu_max(const struct cgroup_dir *dir, int64_t *quota,
                       int64_t *period)
{
    char text[64];
    get(dir, "cpu.max", text, sizeof text);
    const char *space = strchr(text, ' ');
    *period = space ? strtoll(space + 1, NULL, 10) : PERIOD_US;
    *quota = strtoll(text, NULL, 10);
    if (*quota <= 0)
        *quota = -1;
}

static int put_cpu_max(const struct cgroup_dir *dir,
                       const struct spec_resources *res, struct err *err)
{
    char text[64];
    unsigned long long period = res->period ? res->period : PERIOD_US;
    if (res->quota > 0)
        snprintf(text, sizeof text, "%lld %llu", (long long)res->quota, period);
    else
        snprintf(text, sizeof text, "max %llu", period);
    return cgroup_put(dir, "cpu.max", text, err);
}

static int set_cpu(const struct cgroup_dir *dir,
                   const struct spec_resources *res, struct err *err)
{
    bool has_burst = res->has_burst;
    struct err ignored;
    if (res->has_idle && cgroup_put_number(dir, "cpu.idle", res->idle, err) < 0)
        return -err->code;
    if (res->shares &&
        cgroup_put_number(dir, "cpu.weight",
                          (int64_t)cgroup_weight_of_shares(res->shares),
                          err) < 0)
        return -err->code;
    /* Never more than the quota: downwards it goes first. */
    if (has_burst &&
        cgroup_put_number(dir, "cpu.max.burst", res->burst, &ignored) == 0)
        has_burst = false;
    if ((res->quota || res->period) && put_cpu_max(dir, res, err) < 0)
        return -err->code;
    if (has_burst &&
        cgroup_put_number(dir, "cpu.max.burst", res->burst, err) < 0)
        return -err->code;
    return cgroup_put_cpuset(dir, res, err);
}

/* The bfq scheduler has the same numbers as version 1; the other's are
 * different. device: "MAJOR:MINOR ", or "default " and "" for all. */
static int put_weight(const struct cgroup_dir *dir, const char *device,
                      uint64_t weight, struct err *err)
{
    char text[80];
    bool is_bfq = has_file(dir, "io.bfq.weight");
    if (!is_bfq)
        weight = cgroup_weight_of_blkio(weight);
    snprintf(text, sizeof text, "%s%llu", device, (unsigned long long)weight);
    return cgroup_put(dir, is_bfq ? "io.bfq.weight" : "io.weight", text, err);
}

/* pair: a file of version 1 and its line, "MAJOR:MINOR VALUE". */
static int put_blkio(const struct cgroup_dir *dir, const struct spec_pair *pair,
                     struct err *err)
{
    static const struct {
        const char *v1, *v2;
    } words[] = {{"throttle.read_bps_device", "rbps"},
                 {"throttle.write_bps_device", "wbps"},
                 {"throttle.read_iops_device", "riops"},
                 {"throttle.write_iops_device", "wiops"}};
    const char *value = strchr(pair->value, ' ');
    char text[80];

    if (!value)
        return 0; /* spec_resources.c wrote it with one */
    int device_len = (int)(value++ - pair->value);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(pair->key, words[i].v1) != 0)
            continue;
        snprintf(text, sizeof text, "%.*s %s=%s", device_len, pair->value,
                 words[i].v2, strcmp(value, "0") != 0 ? value : "max");
        return cgroup_put(dir, "io.max", text, err);
    }
    snprintf(text, sizeof text, "%.*s ", device_len, pair->value);
    return put_weight(dir, text, strtoull(value, NULL, 10), err);
}

/* Both what is mapped and what is only reserved. */
static int put_hugepages(const struct cgroup_dir *dir,
                         const struct spec_hugepage *pages, struct err *err)
{
    char name[80];
    snprintf(name, sizeof name, "hugetlb.%s.max", pages->size);
    if (cgroup_put_number(dir, name, (int64_t)pages->limit, err) < 0)
        return -err->code;
    snprintf(name, sizeof name, "hugetlb.%s.rsvd.max", pages->size);
    return has_file(dir, name)
               ? cgroup_put_number(dir, name, (int64_t)pages->limit, err)
               : 0;
}

static int set_others(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err)
{
    if (res->has_pids && res->pids != 0 &&
        cgroup_put_max(dir, "pids.max", res->pids, err) < 0)
        return -err->code;
    if (res->blkio_weight && put_weight(dir, "", res->blkio_weight, err) < 0)
        return -err->code;
    for (size_t i = 0; i < res->blkio_count; i++)
        if (put_blkio(dir, &res->blkio[i], err) < 0)
            return -err->code;
    for (size_t i = 0; i < res->hugepage_count; i++)
        if (put_hugepages(dir, &res->hugepages[i], err) < 0)
            return -err->code;
    for (size_t i = 0; i < res->unified_count; i++)
        if (cgroup_put(dir, res->unified[i].key, res->unified[i].value, err) <
            0)
            return -err->code;
    return 0;
}

int cgroup_v2_set(const struct cgroup_dir *dir,
                  const struct spec_resources *res, struct err *err)
{
    if (!dir)
        return err_say(err, ENOENT, "limits: cgroup version 2 is not there");
    if (cgroup_v2_check(dir, res, err) < 0 || set_memory(dir, res, err) < 0 ||
        set_cpu(dir, res, err) < 0)
        return -err->code;
    return set_others(dir, res, err);
}
