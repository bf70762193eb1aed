/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle's config.json, read and checked completely before anything is done
 * (runtime-spec config.md, config-linux.md). The file is hostile. Every field
 * is honoured, or listed as harmless for a unikernel in spec_*.c with its
 * reason, or refused. Strings point into the JSON tree, which lives as long as
 * the spec.
 */
#ifndef RUNNC_SPEC_H
#define RUNNC_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/err.h"

#define SPEC_FILE_MAX (4u << 20) /* bytes of a config.json */

/* An array of strings, NULL at the end as execve wants it. */
struct spec_strings {
    const char **at; /* never NULL once parsed */
    size_t count;
};

struct spec_rlimit {
    int resource; /* RLIMIT_* */
    struct rlimit limit;
};

/* man 2 sched_setattr */
struct spec_scheduler {
    uint32_t policy;
    uint64_t flags, runtime, deadline, period;
    int32_t nice;
    uint32_t priority;
};

#define SPEC_GIDS_MAX 64u /* what the file server and the libOS take */

struct spec_process {
    bool has_terminal;
    uint16_t rows, columns; /* of consoleSize, or 0 */
    struct spec_strings args, env;
    const char *cwd; /* absolute */
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* additionalGids */
    size_t group_count;
    int umask; /* or -1 */
    struct spec_rlimit *rlimits;
    size_t rlimit_count;
    uint64_t capabilities; /* permitted ones asked for, 1 << CAP_* */
    bool has_oom_score_adj;
    int oom_score_adj;
    const char *apparmor_profile, *selinux_label; /* NULL or "": none */
    bool has_io_priority, has_scheduler;
    int io_class, io_level; /* man 2 ioprio_set */
    struct spec_scheduler scheduler;
};

struct spec_id_map {
    uint32_t container_id, host_id, size;
};

/* "uidMappings" and "gidMappings". */
struct spec_id_maps {
    struct spec_id_map *uid, *gid;
    size_t uid_count, gid_count;
};

/* One entry of "mounts", its options decoded (mount_options.c). */
struct spec_mount {
    const char *destination;   /* absolute in the container */
    const char *type;          /* "bind" for binds; never NULL */
    const char *source;        /* NULL: none */
    char *data;                /* options left for the file system, or "" */
    unsigned long flags;       /* MS_* to set */
    unsigned long clear;       /* MS_* asked to be off: "rw", "exec", ... */
    unsigned long propagation; /* MS_SHARED ... | MS_REC, or 0 */
    uint64_t attr_set;         /* MOUNT_ATTR_* of "rro" and the like */
    uint64_t attr_clear;       /* of "rrw" and the like */
    bool is_bind;
    bool is_recursive; /* rbind */
    bool is_readonly;
    bool is_copy_up; /* tmpcopyup */
    bool is_idmap, is_ridmap;
    struct spec_id_maps maps; /* of is_idmap; none: the container's */
    int source_tree; /* mounts_take_sources(): a descriptor plus 1; or 0 */
};

struct spec_hook {
    const char *path; /* absolute */
    struct spec_strings args, env;
    bool has_env;
    bool has_timeout;
    int timeout_s; /* > 0 where has_timeout */
};

enum spec_hook_kind {
    HOOK_PRESTART,
    HOOK_CREATE_RUNTIME,
    HOOK_CREATE_CONTAINER,
    HOOK_START_CONTAINER,
    HOOK_POSTSTART,
    HOOK_POSTSTOP,
    HOOK_KIND_COUNT
};

struct spec_hooks {
    struct spec_hook *hook;
    size_t count;
};

enum ns_kind {
    NS_USER, /* first: it owns the others */
    NS_PID,
    NS_MNT,
    NS_NET,
    NS_IPC,
    NS_UTS,
    NS_CGROUP,
    NS_TIME,
    NS_KIND_COUNT
};

struct spec_namespace {
    bool is_set;
    const char *path; /* join this; NULL: make a new one */
};

struct spec_device {
    const char *path;
    char type; /* 'b', 'c', 'u' or 'p' */
    int64_t major, minor;
    bool has_mode;
    mode_t mode;
    uid_t uid;
    gid_t gid;
};

struct spec_device_rule {
    bool is_allowed;
    char type; /* 'a', 'b' or 'c' */
    bool has_major, has_minor;
    int64_t major, minor; /* -1: all */
    uint8_t access;       /* 1 r, 2 w, 4 m */
};

struct spec_pair {
    const char *key, *value;
};

struct spec_hugepage {
    const char *size; /* "2MB" */
    uint64_t limit;
};

struct spec_resources {
    bool is_set;
    struct spec_device_rule *devices;
    size_t device_count;
    /* memory, bytes; -1 unlimited where has_* */
    bool has_limit, has_reservation, has_swap, has_kernel_tcp, has_swappiness;
    int64_t limit, reservation, swap, kernel_tcp;
    uint64_t swappiness;
    bool is_oom_kill_disabled, is_usage_checked;
    /* cpu; 0: unset, as docker sends it */
    uint64_t shares, period, rt_period;
    int64_t quota, rt_runtime, burst;
    bool has_idle, has_burst;
    int64_t idle;
    const char *cpus, *mems; /* or NULL */
    /* pids */
    bool has_pids;
    int64_t pids;
    /* blkio */
    uint16_t blkio_weight;   /* 0: unset */
    struct spec_pair *blkio; /* file's suffix and line, in order */
    size_t blkio_count;
    bool has_net_class;
    uint32_t net_class;
    struct spec_hugepage *hugepages;
    size_t hugepage_count;
    struct spec_pair *unified;
    size_t unified_count;
};

struct spec_time_offset {
    bool is_set;
    int64_t secs;
    uint32_t nanosecs;
};

struct spec_linux {
    struct spec_namespace ns[NS_KIND_COUNT];
    struct spec_id_maps maps;
    struct spec_device *devices;
    size_t device_count;
    const char *cgroups_path; /* or NULL */
    const char *mount_label;  /* SELinux's; NULL or "": none */
    struct spec_resources resources;
    unsigned long rootfs_propagation; /* MS_* | MS_REC, or 0 */
    struct spec_strings masked_paths, readonly_paths;
    struct spec_pair *sysctl;
    size_t sysctl_count;
    struct spec_time_offset time_offset[2]; /* monotonic, boottime */
};

struct spec {
    json_t *json;
    char *text; /* the file, as it was read */
    size_t text_len;
    const char *oci_version;
    bool has_process;
    struct spec_process process;
    const char *root_path; /* as written: absolute or in the bundle */
    bool is_root_readonly;
    int root_tree;                     /* as source_tree */
    const char *hostname, *domainname; /* or NULL */
    struct spec_mount *mounts;
    size_t mount_count;
    struct spec_hooks hooks[HOOK_KIND_COUNT];
    json_t *annotations; /* object of strings, or NULL */
    struct spec_linux os;
};

/* Reads and checks B/config.json; spec_free takes NULL. */
struct spec *spec_load(int dirfd, const char *path, struct err *err);
/* The same from memory; the file's text is copied. */
struct spec *spec_parse(const char *text, size_t len, struct err *err);
void spec_free(struct spec *spec);

/* A process object alone, as exec gets it. */
int spec_process_parse(struct spec_process *process, json_t *json,
                       struct err *err);
/* A resources object alone, as update gets it. */
int spec_resources_parse(struct spec_resources *resources, json_t *json,
                         struct err *err);

/* What a profile may say; NULL after the last. */
extern const char *const spec_seccomp_actions[],
    *const spec_seccomp_operators[];

/* CAP_* by its full name, or -1; and the name without CAP_, or NULL. */
int spec_capability(const char *name);
const char *spec_capability_name(unsigned number);

/* An annotation's value, or NULL. */
const char *spec_annotation(const struct spec *spec, const char *key);

#endif
