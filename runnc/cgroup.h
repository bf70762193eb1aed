/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's cgroups: one directory in every hierarchy of version 1, and
 * in version 2's. "Hybrid" is both: then version 2 has no controllers but can
 * freeze and kill. man 7 cgroups.
 */
#ifndef RUNNC_CGROUP_H
#define RUNNC_CGROUP_H

#include <jansson.h>

#include "runnc/runnc.h"
#include "runnc/spec.h"

#define CGROUP_DIR_MAX 24u

struct cgroup_dir {
    char *controllers; /* "cpu,cpuacct"; "name=systemd"; "": version 2 */
    char *path;        /* absolute, below the mount of its hierarchy */
    size_t mount_len;  /* bytes of path that are the mount's; at create */
    unsigned made;     /* how many directories of its path we made */
};

struct cgroups {
    bool is_unified; /* only version 2 */
    char *unit;      /* systemd's scope, or NULL: we make directories */
    char *slice;     /* that it is to be in, at create */
    char *owner;     /* its description: by that it is known as ours */
    bool is_user;    /* the user's systemd has it */
    char *text;      /* where the next string goes, at create */
    size_t text_left;
    unsigned count;
    struct cgroup_dir dir[CGROUP_DIR_MAX];
};

/* Decides where; makes nothing. *out stays NULL when there is nothing to do.
 * What it allocates lives until the command ends. */
int cgroup_plan(struct cgroups **out, const struct container *container,
                struct err *err);
/* Makes the directories and sets the limits: before init is forked, or, for
 * systemd, which wants a process, after it (cgroup_unit.c). Each does nothing
 * where the other is right. */
int cgroup_create(struct cgroups *cgroups,
                  const struct spec_resources *resources, struct err *err);
int cgroup_unit_start(struct cgroups *cgroups, pid_t pid,
                      const struct spec_resources *resources, struct err *err);
/* Are directories above the container's ours to remove, too? */
bool cgroup_made_parents(const struct cgroups *cgroups);
/* Moves a process there; 0: the caller, which has one thread. */
int cgroup_enter(const struct cgroups *cgroups, pid_t pid, struct err *err);
/* Kills what is inside and removes the directories; what is gone is fine. */
int cgroup_destroy(const struct cgroups *cgroups, struct err *err);

/* Sets what is given (cgroup_set.c). */
int cgroup_set(const struct cgroups *cgroups,
               const struct spec_resources *resources, struct err *err);

/* Device policy: after init has made its devices, which it would forbid. */
int cgroup_set_devices(const struct cgroups *cgroups,
                       const struct spec_resources *resources, struct err *err);

bool cgroup_is_frozen(const struct cgroups *cgroups);
/* Waits until it is so. */
int cgroup_freeze(const struct cgroups *cgroups, bool is_frozen,
                  struct err *err);
/* Signals every process inside, none escaping by fork. */
int cgroup_kill(const struct cgroups *cgroups, int sig, struct err *err);
/* Process ids inside, of the caller's pid namespace; the caller frees. */
int cgroup_pids(const struct cgroups *cgroups, pid_t **pids, size_t *count,
                struct err *err);
/* How often the kernel killed for lack of memory. */
uint64_t cgroup_oom_kills(const struct cgroups *cgroups);
/* A descriptor that can be read when that may have changed, or -1. */
int cgroup_watch_oom(const struct cgroups *cgroups);

/* Writes a limit; a controller or file that is not there is an error only
 * because the limit was asked for. max: -1 is "max". */
int cgroup_put(const struct cgroup_dir *dir, const char *file, const char *text,
               struct err *err);
int cgroup_put_number(const struct cgroup_dir *dir, const char *file,
                      int64_t value, struct err *err);
int cgroup_put_max(const struct cgroup_dir *dir, const char *file,
                   int64_t value, struct err *err);
/* cpuset.cpus and cpuset.mems, which both versions name alike. */
int cgroup_put_cpuset(const struct cgroup_dir *dir,
                      const struct spec_resources *res, struct err *err);
/* Version 2 (cgroup_v2.c): whether the limits can be set; dir: NULL before
 * it is there. Then all but the devices', converted. */
int cgroup_v2_check(const struct cgroup_dir *dir,
                    const struct spec_resources *resources, struct err *err);
int cgroup_v2_set(const struct cgroup_dir *dir,
                  const struct spec_resources *resources, struct err *err);
/* cpu.max as it is; a quota of -1: max. */
void cgroup_v2_cpu_max(const struct cgroup_dir *dir, int64_t *quota,
                       int64_t *period);
/* Does this host have version 2 alone? */
bool cgroup_is_unified(void);

/* The directory of a controller of version 1, or NULL. */
const struct cgroup_dir *cgroup_v1(const struct cgroups *cgroups,
                                   const char *controller);
/* Version 2's, or NULL. */
const struct cgroup_dir *cgroup_v2(const struct cgroups *cgroups);

/* Device policy of version 2 (cgroup_bpf.c): replaces what we set before. */
int cgroup_bpf_devices(const char *path, const struct spec_device_rule *rules,
                       size_t count, struct err *err);

json_t *cgroup_to_json(const struct cgroups *cgroups);
int cgroup_from_json(struct cgroups **out, json_t *json, struct err *err);

/* `events` and `events --stats`: runc's form (cgroup_stats.c). */
json_t *cgroup_stats(const struct cgroups *cgroups);

#endif
