/* SPDX-License-Identifier: Apache-2.0 */
/* `events`: what a container uses, in runc's form; see cgroup.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/cgroup.h"
#include "runnc/util.h"

#define FILE_MAX (64u << 10)

/* A number of a file, or of its line "KEY N"; 0 where there is none. */
static json_int_t number(const struct cgroup_dir *dir, const char *file,
                         const char *key)
{
    char path[4200], *text, *at;
    struct err ignored;
    json_int_t value = 0;

    if (!dir)
        return 0;
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    if (file_read(AT_FDCWD, path, FILE_MAX, &text, &ignored) < 0)
        return 0;
    at = text;
    if (key)
        for (at = strstr(text, key);
             at && ((at != text && at[-1] != '\n') || at[strlen(key)] != ' ');)
            at = strstr(at + 1, key);
    if (at)
        value = (json_int_t)strtoull(at + (key ? strlen(key) : 0), NULL, 10);
    free(text);
    return value;
}

json_t *cgroup_stats(const struct cgroups *cgroups)
{
    bool is_v2 = cgroups && cgroups->is_unified;
    const struct cgroup_dir *v2 = cgroup_v2(cgroups);
    const struct cgroup_dir *mem = is_v2 ? v2 : cgroup_v1(cgroups, "memory");
    const struct cgroup_dir *cpu = is_v2 ? v2 : cgroup_v1(cgroups, "cpuacct");
    const struct cgroup_dir *pids = is_v2 ? v2 : cgroup_v1(cgroups, "pids");
    json_int_t used =
        number(mem, is_v2 ? "memory.current" : "memory.usage_in_bytes", NULL);
    json_int_t limit =
        number(mem, is_v2 ? "memory.max" : "memory.limit_in_bytes", NULL);
    json_int_t time = is_v2 ? number(cpu, "cpu.stat", "usage_usec") * 1000
                            : number(cpu, "cpuacct.usage", NULL);

    return json_pack(
        "{s:{s:{s:I}}, s:{s:I, s:{s:I, s:I, s:I, s:I}}, s:{s:I, s:I}}", "cpu",
        "usage", "total", time, "memory", "cache",
        number(mem, "memory.stat", is_v2 ? "file" : "cache"), "usage", "limit",
        limit, "usage", used, "max",
        number(mem, is_v2 ? "memory.peak" : "memory.max_usage_in_bytes", NULL),
        "failcnt", number(mem, "memory.failcnt", NULL), "pids", "current",
        number(pids, "pids.current", NULL), "limit",
        number(pids, "pids.max", NULL));
}
