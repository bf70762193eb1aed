/* SPDX-License-Identifier: Apache-2.0 */
/* Limits in systemd's words; see cgroup_unit.h, systemd.resource-control(5). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/cgroup.h"
#include "runnc/cgroup_unit.h"

#define PERIOD_US 100000u    /* the kernel's, and systemd's */
#define QUOTA_STEP_US 10000u /* systemd keeps percents */
#define SET_BITS 8192u       /* processors or nodes of a set */
#define RULES_MAX 512u       /* devices that are kept apart for systemd */

int cgroup_prop(struct cgroup_props *props, struct err *err, const char *fmt,
                ...)
{
    size_t left = sizeof props->text - props->used;
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(props->text + props->used, left, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= left || props->count == CGROUP_PROP_MAX)
        return err_say(err, E2BIG, "limits: too many for systemd");
    props->at[props->count++] = props->text + props->used;
    props->used += (size_t)len + 1;
    return 0;
}

/* -1: without a limit */
static int add_max(struct cgroup_props *props, const char *name, int64_t value,
                   struct err *err)
{
    return value < 0
               ? cgroup_prop(props, err, "%s=t:max", name)
               : cgroup_prop(props, err, "%s=t:%lld", name, (long long)value);
}

/* "0-3,8" to bytes, the lowest bits first, as two digits each. */
static int add_set(struct cgroup_props *props, const char *name,
                   const char *list, struct err *err)
{
    uint8_t bits[SET_BITS / 8] = {0};
    char hex[SET_BITS / 4 + 1];
    size_t count = 0;

    for (const char *at = list; *at;) {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first;
        if (end != at && *end == '-') {
            at = end + 1;
            last = strtoul(at, &end, 10);
        }
        if (end == at || (*end && *end != ',' && *end != '\n') ||
            last < first || last >= SET_BITS)
            return err_refuse(err, "limits: %.200s is no set like 0-3,8", list);
        for (; first <= last; first++)
            bits[first / 8] |= (uint8_t)(1u << first % 8);
        if (last / 8 + 1 > count)
            count = last / 8 + 1;
        at = *end ? end + 1 : end;
    }
    for (size_t i = 0; i < count; i++)
        snprintf(hex + 2 * i, 3, "%02x", bits[i]);
    return count ? cgroup_prop(props, err, "%s=ay:%s", name, hex) : 0;
}

static int add_quota(struct cgroup_props *props, int64_t quota, uint64_t period,
                     struct err *err)
{
    if (period && cgroup_prop(props, err, "CPUQuotaPeriodUSec=t:%llu",
                              (unsigned long long)period) < 0)
        return -err->code;
    if (quota <= 0)
        return quota == 0 ? 0 : add_max(props, "CPUQuotaPerSecUSec", -1, err);
    if (quota > INT64_MAX / 1000000)
        return err_refuse(err, "limits: a quota of %lld us", (long long)quota);
    /* Upwards: what the files get must not be more than systemd's. */
    uint64_t per_s = (uint64_t)quota * 1000000 / (period ? period : PERIOD_US);
    per_s = (per_s + QUOTA_STEP_US - 1) / QUOTA_STEP_US * QUOTA_STEP_US;
    return cgroup_prop(props, err, "CPUQuotaPerSecUSec=t:%llu",
                       (unsigned long long)per_s);
}

/* Files of "unified" that systemd would write itself. */
static int add_unified(struct cgroup_props *props, const struct spec_pair *pair,
                       struct err *err)
{
    static const struct {
        const char *file, *name;
        bool is_set;
    } table[] = {{"memory.min", "MemoryMin", false},
                 {"memory.low", "MemoryLow", false},
                 {"memory.high", "MemoryHigh", false},
                 {"memory.max", "MemoryMax", false},
                 {"memory.swap.max", "MemorySwapMax", false},
                 {"pids.max", "TasksMax", false},
                 {"cpu.weight", "CPUWeight", false},
                 {"cpuset.cpus", "AllowedCPUs", true},
                 {"cpuset.mems", "AllowedMemoryNodes", true}};
    char *end;
    int64_t value = strtoll(pair->value, &end, 10);
    bool is_max = !strncmp(pair->value, "max", 3);

    if (!strcmp(pair->key, "cpu.max")) {
        const char *space = strchr(pair->value, ' ');
        uint64_t period = space ? strtoull(space + 1, NULL, 10) : 0;
        return add_quota(props, is_max ? -1 : value, period, err);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(pair->key, table[i].file) != 0)
            continue;
        if (table[i].is_set)
            return add_set(props, table[i].name, pair->value, err);
        if (!is_max &&
            (end == pair->value || (*end && *end != '\n') || value < 0))
            return err_refuse(err, "limits: unified: %s: %.60s is no number",
                              pair->key, pair->value);
        return add_max(props, table[i].name, is_max ? -1 : value, err);
    }
    return 0; /* the file alone */
}

static int add_v2(struct cgroup_props *props, const struct spec_resources *res,
                  struct err *err)
{
    int64_t swap;
    bool has_swap;
    if (cgroup_swap_max(res, &has_swap, &swap, err) < 0 ||
        (res->has_limit && res->limit &&
         add_max(props, "MemoryMax", res->limit, err) < 0) ||
        (res->has_reservation && res->reservation &&
         add_max(props, "MemoryLow", res->reservation, err) < 0) ||
        (has_swap && add_max(props, "MemorySwapMax", swap, err) < 0) ||
        (res->shares &&
         add_max(props, "CPUWeight",
                 (int64_t)cgroup_weight_of_shares(res->shares), err) < 0) ||
        (res->blkio_weight &&
         add_max(props, "IOWeight",
                 (int64_t)cgroup_weight_of_blkio(res->blkio_weight),
                 err) < 0) ||
        (res->cpus && add_set(props, "AllowedCPUs", res->cpus, err) < 0) ||
        (res->mems && add_set(props, "AllowedMemoryNodes", res->mems, err) < 0))
        return -err->code;
    for (size_t i = 0; i < res->unified_count; i++)
        if (add_unified(props, &res->unified[i], err) < 0)
            return -err->code;
    return 0;
}

static int add_v1(struct cgroup_props *props, const struct spec_resources *res,
                  struct err *err)
{
    if ((res->has_limit && res->limit &&
         add_max(props, "MemoryLimit", res->limit, err) < 0) ||
        (res->shares &&
         add_max(props, "CPUShares", (int64_t)res->shares, err) < 0) ||
        (res->blkio_weight &&
         add_max(props, "BlockIOWeight", res->blkio_weight, err) < 0))
        return -err->code;
    return 0;
}

int cgroup_props_limits(struct cgroup_props *props, bool is_unified,
                        const struct spec_resources *res, struct err *err)
{
    if (!res->is_set)
        return 0;
    if ((is_unified ? add_v2 : add_v1)(props, res, err) < 0 ||
        add_quota(props, res->quota, res->period, err) < 0 ||
        (res->has_pids && res->pids &&
         add_max(props, "TasksMax", res->pids, err) < 0))
        return -err->code;
    return 0;
}

/* systemd's list only adds: a later rule that takes everything back empties
 * it, any other that takes something is left to the kernel's own list, which
 * is written behind it. */
int cgroup_props_devices(struct cgroup_props *props,
                         const struct spec_resources *res, struct err *err)
{
    static char text[RULES_MAX * 64];
    bool is_open = true; /* before any rule */
    size_t len = 0;

    for (size_t i = 0; i < res->device_count; i++) {
        const struct spec_device_rule *rule = &res->devices[i];
        char node[64];
        if (rule->type == 'a' && rule->major < 0 && rule->minor < 0) {
            is_open = rule->is_allowed;
            len = 0;
            continue;
        }
        if (!rule->is_allowed || is_open)
            continue;
        if (len > sizeof text - 160)
            return err_say(err, E2BIG, "limits: more than %u devices",
                           RULES_MAX);
        for (const char *type = rule->type == 'a'   ? "bc"
                                : rule->type == 'b' ? "b"
                                                    : "c";
             *type; type++) {
            const char *kind = *type == 'b' ? "block" : "char";
            if (rule->major < 0)
                snprintf(node, sizeof node, "%s-*", kind);
            else if (rule->minor < 0)
                snprintf(node, sizeof node, "%s-%lld", kind,
                         (long long)rule->major);
            else
                snprintf(node, sizeof node, "/dev/%s/%lld:%lld", kind,
                         (long long)rule->major, (long long)rule->minor);
            len += (size_t)snprintf(
                text + len, sizeof text - len, "%s%s %s%s%s", len ? "," : "",
                node, rule->access & 1 ? "r" : "", rule->access & 2 ? "w" : "",
                rule->access & 4 ? "m" : "");
        }
    }
    if (cgroup_prop(props, err, "DevicePolicy=s:%s",
                    is_open ? "auto" : "strict") < 0)
        return -err->code;
    return cgroup_prop(props, err, "DeviceAllow=a(ss):%s", len ? text : "");
}
