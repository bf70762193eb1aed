/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runnc, an OCI runtime whose containers are unikernels: what its parts share.
 *
 * `create` makes a container: parses the bundle (spec.h), claims a state
 * directory (state.h), makes cgroups (cgroup.h), clones init (init.h) into the
 * namespaces, runs hooks, and leaves init waiting on a socket. `start` plugs
 * the network (net.h) and tells init; init starts the file server (files.h)
 * and becomes the tender. Who is who at each moment: docs/security.md.
 *
 * All functions return 0 or more, or -err->code with *err set; main prints.
 */
#ifndef RUNNC_RUNNC_H
#define RUNNC_RUNNC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "uni_note.h"

#define CONTAINER_ID_MAX 1024u /* bytes, as runc */
enum status {
    STATUS_CREATING, /* create is at work, or died */
    STATUS_CREATED,
    STATUS_RUNNING,
    STATUS_PAUSED,
    STATUS_STOPPED,
};
const char *status_name(enum status status);

/* What the image's notes say; init reads them when it opens the image. */
struct image_info {
    uint64_t mem_min;             /* bytes */
    uint64_t rootfs_size;         /* bytes; 0: the image has no files */
    struct uni_manifest manifest; /* devices it declares */
};

enum cgroup_driver { CGROUP_FS, CGROUP_SYSTEMD, CGROUP_DISABLED };

/* Command line and environment of this invocation. */
struct globals {
    const char *root;     /* of all state directories; absolute */
    const char *log_path; /* or NULL */
    bool is_log_json;
    bool is_debug;
    bool is_rootless;  /* what rights are missing for is done without */
    bool is_in_userns; /* we ourselves: root there is not root */
    enum cgroup_driver cgroup_driver;
};

struct spec; /* runnc/spec.h: the bundle's config.json, checked */

/* A container, as far as it is known; state.h saves and loads it. */
struct container {
    const struct globals *globals;
    const char *id;
    const char *oci_version; /* of its config.json */
    const char *bundle;      /* absolute path */
    const char *rootfs;      /* absolute path */
    json_t *annotations;     /* or NULL */
    struct spec *spec;       /* config.json as it was at create; or NULL */
    json_t *state_json;      /* what was loaded; strings point into it */
    int state_fd;            /* its state directory, locked; or -1 */
    int console_fd;          /* connected --console-socket, or -1 */
    pid_t pid;               /* of init, later the tender; 0: none */
    uint64_t pid_start;      /* clock ticks since boot: tells a reused pid */
    bool has_private_pid;    /* a pid namespace that ends with it */
    char created[40];        /* RFC 3339 */
    enum status status;
    struct image_info image;
    struct cgroups *cgroups; /* runnc/cgroup.h; NULL: none were made */
};

/* Not fatal: log.h says who reads it. */
__attribute__((format(printf, 1, 2))) void log_warn(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *fmt, ...);

/*
 * The value of an annotation of the container ("septum.mem"), else of
 * /etc/septum/runnc.conf ("mem"), else NULL. key: without "septum.". conf.h
 */
const char *setting(const struct container *container, const char *key);

#endif
