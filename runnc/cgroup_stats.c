/* SPDX-License-Identifier: Apache-2.0 */
/* `events`: what a container uses, in runc's form; see cgroup.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/cgroup.h"
#include "runnc/util.h"

#define FILE_MAX (64u << 10)
#define NUMBERS_MAX 4096u
#define USER_HZ_NS 10000000 /* of cpuacct.stat's ticks */

static char *text_of(const struct cgroup_dir *dir, const char *file)
{
    char path[4200], *text;
    struct err ignored;
    if (!dir)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    return file_read(AT_FDCWD, path, FILE_MAX, &text, &ignored) < 0 ? NULL
                                                                    : text;
}

/* A number of a file, or of its line "KEY N"; 0 where there is none. "max" is
 * the most that a number has here. */
static json_int_t number(const struct cgroup_dir *dir, const char *file,
                         const char *key)
{
    char *text = text_of(dir, file), *at = text;
    json_int_t value = 0;

    if (text && key)
        for (at = strstr(text, key);
             at && ((at != text && at[-1] != '\n') || at[strlen(key)] != ' ');)
            at = strstr(at + 1, key);
    if (at)
        at += key ? strlen(key) + 1 : 0;
    if (at && !strncmp(at, "max", 3))
        value = INT64_MAX;
    else if (at)
        value = (json_int_t)strtoull(at, NULL, 10);
    free(text);
    return value;
}

/* "0 7 9", or with ranges "0-2,7": all of them. */
static json_t *numbers(const struct cgroup_dir *dir, const char *file)
{
    json_t *list = json_array();
    char *text = text_of(dir, file), *save;
    for (char *word = text ? strtok_r(text, " ,\n", &save) : NULL; word;
         word = strtok_r(NULL, " ,\n", &save)) {
        unsigned long long first = strtoull(word, &word, 10);
        unsigned long long last =
            *word == '-' ? strtoull(word + 1, NULL, 10) : first;
        for (; first <= last && json_array_size(list) < NUMBERS_MAX; first++)
            json_array_append_new(list, json_integer((json_int_t)first));
    }
    free(text);
    return list;
}

static json_t *usage_v1(const struct cgroup_dir *acct)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:I, s:I}", "total",
                     number(acct, "cpuacct.usage", NULL), "percpu",
                     numbers(acct, "cpuacct.usage_percpu"), "percpu_kernel",
                     numbers(acct, "cpuacct.usage_percpu_sys"), "percpu_user",
                     numbers(acct, "cpuacct.usage_percpu_user"), "kernel",
                     number(acct, "cpuacct.stat", "system") * USER_HZ_NS,
                     "user", number(acct, "cpuacct.stat", "user") * USER_HZ_NS);
}

/* Version 1 only, as runc's. */
static json_t *cpuset_stats(const struct cgroup_dir *dir)
{
    static const char *const names[] = {
        "cpu_exclusive",   "mem_hardwall",       "mem_exclusive",
        "memory_migrate",  "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance", "sched_relax_domain_level"};
    json_t *all = json_pack("{s:o, s:o}", "cpus", numbers(dir, "cpuset.cpus"),
                            "mems", numbers(dir, "cpuset.mems"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[64];
        snprintf(file, sizeof file, "cpuset.%s", names[i]);
        json_object_set_new(all, names[i],
                            json_integer(number(dir, file, NULL)));
    }
    return all;
}

static json_t *cpu_stats(const struct cgroups *cgroups)
{
    const struct cgroup_dir *v2 = cgroup_v2(cgroups);
    const struct cgroup_dir *acct = cgroup_v1(cgroups, "cpuacct");
    const struct cgroup_dir *cpu = cgroup_v1(cgroups, "cpu");
    bool is_v2 = cgroups && cgroups->is_unified;

    if (is_v2)
        return json_pack(
            "{s:{s:I, s:I, s:I}, s:{s:I, s:I, s:I}}", "usage", "total",
            number(v2, "cpu.stat", "usage_usec") * 1000, "kernel",
            number(v2, "cpu.stat", "system_usec") * 1000, "user",
            number(v2, "cpu.stat", "user_usec") * 1000, "throttling", "periods",
            number(v2, "cpu.stat", "nr_periods"), "throttledPeriods",
            number(v2, "cpu.stat", "nr_throttled"), "throttledTime",
            number(v2, "cpu.stat", "throttled_usec") * 1000);
    return json_pack("{s:o, s:{s:I, s:I, s:I}}", "usage", usage_v1(acct),
                     "throttling", "periods",
                     number(cpu, "cpu.stat", "nr_periods"), "throttledPeriods",
                     number(cpu, "cpu.stat", "nr_throttled"), "throttledTime",
                     number(cpu, "cpu.stat", "throttled_time"));
}

/* memory.stat as it is */
static json_t *memory_raw(const struct cgroup_dir *dir)
{
    json_t *raw = json_object();
    char *text = text_of(dir, "memory.stat"), *save;
    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        *space = 0;
        json_object_set_new(
            raw, line, json_integer((json_int_t)strtoull(space + 1, NULL, 10)));
    }
    free(text);
    return raw;
}

static json_t *memory_entry(const struct cgroup_dir *dir, const char *usage,
                            const char *limit, const char *max,
                            const char *failcnt)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "limit", number(dir, limit, NULL),
                     "usage", number(dir, usage, NULL), "max",
                     max ? number(dir, max, NULL) : 0, "failcnt",
                     failcnt ? number(dir, failcnt, NULL) : 0);
}

/* "swap" is, as of version 1, memory and swap together. */
static json_t *memory_stats(const struct cgroups *cgroups)
{
    const struct cgroup_dir *v2 = cgroup_v2(cgroups);
    const struct cgroup_dir *v1 = cgroup_v1(cgroups, "memory");
    json_t *usage, *swap;

    if (!cgroups || !cgroups->is_unified) {
        usage =
            memory_entry(v1, "memory.usage_in_bytes", "memory.limit_in_bytes",
                         "memory.max_usage_in_bytes", "memory.failcnt");
        swap = memory_entry(
            v1, "memory.memsw.usage_in_bytes", "memory.memsw.limit_in_bytes",
            "memory.memsw.max_usage_in_bytes", "memory.memsw.failcnt");
        json_t *kernel = memory_entry(
            v1, "memory.kmem.usage_in_bytes", "memory.kmem.limit_in_bytes",
            "memory.kmem.max_usage_in_bytes", "memory.kmem.failcnt");
        json_t *tcp = memory_entry(v1, "memory.kmem.tcp.usage_in_bytes",
                                   "memory.kmem.tcp.limit_in_bytes",
                                   "memory.kmem.tcp.max_usage_in_bytes",
                                   "memory.kmem.tcp.failcnt");
        return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "cache",
                         number(v1, "memory.stat", "cache"), "usage", usage,
                         "swap", swap, "kernel", kernel, "kernelTCP", tcp,
                         "raw", memory_raw(v1));
    }
    usage =
        memory_entry(v2, "memory.current", "memory.max", "memory.peak", NULL);
    json_object_set_new(usage, "failcnt",
                        json_integer(number(v2, "memory.events", "max")));
    json_int_t limit = number(v2, "memory.swap.max", NULL);
    json_int_t memory = number(v2, "memory.max", NULL);
    if (limit != INT64_MAX)
        limit = memory == INT64_MAX ? memory : limit + memory;
    swap = json_pack("{s:I, s:I, s:i}", "limit", limit, "usage",
                     number(v2, "memory.swap.current", NULL) +
                         number(v2, "memory.current", NULL),
                     "failcnt", 0);
    return json_pack("{s:I, s:o, s:o, s:o}", "cache",
                     number(v2, "memory.stat", "file"), "usage", usage, "swap",
                     swap, "raw", memory_raw(v2));
}

static void add_io(json_t *list, const char *device, const char *op,
                   const char *value)
{
    unsigned major, minor;
    if (sscanf(device, "%u:%u", &major, &minor) == 2)
        json_array_append_new(
            list, json_pack("{s:i, s:i, s:s, s:I}", "major", (int)major,
                            "minor", (int)minor, "op", op, "value",
                            (json_int_t)strtoull(value, NULL, 10)));
}

/* Version 1: lines "MAJOR:MINOR OP N". */
static json_t *io_of_v1(const struct cgroup_dir *dir, const char *file)
{
    json_t *list = json_array();
    char *text = text_of(dir, file), *save;
    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        char device[32], op[16], value[24];
        if (sscanf(line, "%31s %15s %23s", device, op, value) == 3)
            add_io(list, device, op, value);
    }
    free(text);
    return list;
}

/* Version 2: lines "MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N ...". */
static json_t *io_stats_v2(const struct cgroup_dir *dir)
{
    static const struct {
        const char *key, *op;
        bool is_count;
    } table[] = {{"rbytes=", "Read", false},    {"wbytes=", "Write", false},
                 {"dbytes=", "Discard", false}, {"rios=", "Read", true},
                 {"wios=", "Write", true},      {"dios=", "Discard", true}};
    json_t *bytes = json_array(), *counts = json_array();
    char *text = text_of(dir, "io.stat"), *save;
    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save))
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            const char *at = strstr(line, table[i].key);
            if (at)
                add_io(table[i].is_count ? counts : bytes, line, table[i].op,
                       at + strlen(table[i].key));
        }
    free(text);
    return json_pack("{s:o, s:o}", "ioServiceBytesRecursive", bytes,
                     "ioServicedRecursive", counts);
}

static json_t *io_stats(const struct cgroups *cgroups)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "blkio");
    if (cgroups && cgroups->is_unified)
        return io_stats_v2(cgroup_v2(cgroups));
    return json_pack("{s:o, s:o}", "ioServiceBytesRecursive",
                     io_of_v1(dir, "blkio.throttle.io_service_bytes_recursive"),
                     "ioServicedRecursive",
                     io_of_v1(dir, "blkio.throttle.io_serviced_recursive"));
}

/* One of "2MB" for each size of pages that has files. */
static json_t *hugepage_stats(const struct cgroups *cgroups)
{
    bool is_v2 = cgroups && cgroups->is_unified;
    const struct cgroup_dir *at =
        is_v2 ? cgroup_v2(cgroups) : cgroup_v1(cgroups, "hugetlb");
    const char *suffix = is_v2 ? ".current" : ".usage_in_bytes";
    json_t *all = json_object();
    DIR *dir = at ? opendir(at->path) : NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char size[16], file[64];
        const char *end = strchr(
            entry->d_name + 8 * !strncmp(entry->d_name, "hugetlb.", 8), '.');
        if (strncmp(entry->d_name, "hugetlb.", 8) != 0 || !end ||
            strcmp(end, suffix) != 0)
            continue;
        snprintf(size, sizeof size, "%.*s", (int)(end - entry->d_name - 8),
                 entry->d_name + 8);
        snprintf(file, sizeof file, "hugetlb.%s.%s", size,
                 is_v2 ? "events" : "failcnt");
        json_object_set_new(
            all, size,
            json_pack("{s:I, s:I}", "usage", number(at, entry->d_name, NULL),
                      "failcnt", number(at, file, is_v2 ? "max" : NULL)));
    }
    if (dir)
        closedir(dir);
    return all;
}

json_t *cgroup_stats(const struct cgroups *cgroups)
{
    const struct cgroup_dir *pids = cgroups && cgroups->is_unified
                                        ? cgroup_v2(cgroups)
                                        : cgroup_v1(cgroups, "pids");
    json_int_t limit = number(pids, "pids.max", NULL);
    if (limit == INT64_MAX)
        limit = 0; /* runc's word for none */
    json_t *all = json_pack(
        "{s:o, s:o, s:{s:I, s:I}, s:o, s:o}", "cpu", cpu_stats(cgroups),
        "memory", memory_stats(cgroups), "pids", "current",
        number(pids, "pids.current", NULL), "limit", limit, "blkio",
        io_stats(cgroups), "hugetlb", hugepage_stats(cgroups));
    const struct cgroup_dir *cpuset = cgroup_v1(cgroups, "cpuset");
    if (all && cpuset)
        json_object_set_new(all, "cpuset", cpuset_stats(cpuset));
    return all;
}
