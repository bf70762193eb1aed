/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runnc, an OCI runtime whose containers are unikernels: what its parts share.
 *
 * `create` makes a container: parses the bundle (spec.h), claims a state
 * directory (state.h), makes cgroups (cgroup.h), clones init (init.h) into the
 * namespaces, runs hooks, and leaves init waiting on a socket. `start` plugs
 * the network (net.h) and sends init a struct handover; init starts the file
 * server (files.h) and becomes the tender. Who is who at each moment:
 * docs/security.md.
 *
 * All functions return 0 or more, or -err->code with *err set; main prints.
 */
#ifndef RUNNC_RUNNC_H
#define RUNNC_RUNNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "uni_note.h"

#define CONTAINER_ID_MAX 1024u /* bytes, as runc */
#define HANDOVER_FD_MAX 32u
#define HANDOVER_WORDS_MAX 65536u /* bytes of all words */

/*
 * What init gets to become a tender: words of its command line, in order, and
 * descriptors. In a word, "fd:@N" stands for descriptor N of the handover and
 * becomes "fd:" and the number it has in init: "--net:eth0=fd:@0". The owner
 * of a handover owns its descriptors; handover_release closes them.
 */
struct handover {
    char words[HANDOVER_WORDS_MAX]; /* NUL-terminated, one after the other */
    size_t words_len;
    int fd[HANDOVER_FD_MAX];
    unsigned fd_count;
};

/* Adds a descriptor, which the handover then owns; returns its N. */
int handover_fd(struct handover *handover, int fd, struct err *err);
/* Adds one word. */
__attribute__((format(printf, 3, 4))) int
handover_word(struct handover *handover, struct err *err, const char *fmt, ...);
void handover_release(struct handover *handover);

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
    bool is_rootless;
    enum cgroup_driver cgroup_driver;
};

struct spec; /* runnc/spec.h: the bundle's config.json, checked */

/* A container, as far as it is known; state.h saves and loads it. */
struct container {
    const struct globals *globals;
    const char *id;
    const char *bundle; /* absolute path */
    char *rootfs;       /* absolute path */
    struct spec *spec;  /* config.json as it was at create */
    int state_fd;       /* its state directory, locked by flock; or -1 */
    pid_t pid;          /* of init, later the tender; 0: none */
    uint64_t pid_start; /* clock ticks since boot: tells a reused pid */
    char created[40];   /* RFC 3339 */
    enum status status;
    struct image_info image;
    struct cgroups *cgroups; /* runnc/cgroup.h; NULL: none were made */
};

/* A name for --log's file and stderr; neither stops anything. main.c */
__attribute__((format(printf, 1, 2))) void log_warn(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *fmt, ...);

/*
 * The value of an annotation of the container ("septum.mem"), else of
 * /etc/septum/runnc.conf ("mem"), else NULL. key: without "septum.". conf.h
 */
const char *setting(const struct container *container, const char *key);

/* A small program beside runnc: opened O_PATH | O_CLOEXEC by name, from the
 * directory of runnc's own executable. */
int helper_open(const char *name, struct err *err);

/* Descriptors 3 and up are closed at exec, but those in keep[]. */
int fds_close_on_exec(struct err *err);

/* Path of an open descriptor under /proc/self/fd; valid until the next call
 * but three. */
const char *fd_path(int fd);

/* A whole small file (at most `max` bytes) of dirfd, NUL-terminated; the
 * caller frees *text. */
int file_read(int dirfd, const char *path, size_t max, char **text,
              struct err *err);
/* Writes text to an existing file, in one write. */
int file_write(int dirfd, const char *path, const char *text, struct err *err);

#endif
