/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's files for the guest: volumes, bind mounts, tmpfs mounts,
 * the bundle's root file system and the terminal's settings.
 *
 * Who calls what: `create` opens the server's program with
 * files_open_server() before it enters anything. `init` calls files_start()
 * when the container's mounts stand and the root is the container's (after
 * pivot_root), while it still has the privileges to hand over; it is then
 * the server's parent. It gives the tender one --conf=TEXT for each conf,
 * and, with fd >= 0, --stream:files=fd:N; then files_release(). Whoever does
 * not come to run the tender calls files_stop() instead.
 *
 * The server sees the container's mount namespace and serves its root
 * directory, without what is mounted in it, and what the configuration mounts
 * there; it holds none of the container's descriptors but the terminal, and
 * ends when the guest's end of the stream is closed or its parent dies.
 */
#ifndef RUNNC_FILES_H
#define RUNNC_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"
#include "uni_note.h"

#define FILES_CONF_MAX 128u
#define FILES_STREAM "files" /* the name that images declare */

struct files {
    char *conf[FILES_CONF_MAX]; /* owned: "mount=/data,9p,..." */
    unsigned conf_count;
    int fd;    /* owned: the guest's end of the stream (CLOEXEC); or -1 */
    pid_t pid; /* the server, a child of the caller; or 0 */
};

struct files_request {
    const json_t *config;                /* config.json, checked */
    const struct uni_manifest *manifest; /* the image's: can it take it? */
    const char *image; /* the .uni in the root, "/app.uni", or NULL */
    int server_fd;     /* from files_open_server() */
    int tty_fd;        /* the container's terminal (pty slave), or -1 */
};

/* The program septum-9p beside our own (or where it is installed): an open
 * O_PATH | O_CLOEXEC descriptor, or -errno; see program_open(). */
int files_open_server(int programs, struct err *err);

/* Does anything in the configuration speak against it? Pure; for `create`,
 * before anything is made. */
int files_check(const json_t *config, struct err *err);

/* On an error nothing runs and there is nothing to release. */
int files_start(struct files *files, const struct files_request *req,
                struct err *err);

void files_release(struct files *files); /* memory, our descriptor */
void files_stop(struct files *files);    /* ends the server too */

#endif
