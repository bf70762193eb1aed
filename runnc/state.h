/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state directory ROOT/ID of a container:
 *
 *   runnc.json   what is known; replaced as a whole by rename
 *   config.json  the bundle's as it was at create
 *   init.sock    where init waits for start
 *
 * Whoever changes something holds a lock (flock) on the directory. A process
 * that dies at any moment leaves a directory that `delete --force`, or the
 * next `create` of the same ID, cleans up. Nothing is fsynced: containers do
 * not outlive the kernel, and the directory is on a tmpfs.
 */
#ifndef RUNNC_STATE_H
#define RUNNC_STATE_H

#include <jansson.h>

#include "runnc/runnc.h"

#define STATE_FILE "runnc.json"
#define STATE_CONFIG "config.json"
#define STATE_SOCKET "init.sock"
#define STATE_INIT_NAME "runnc:[init]" /* its comm until it is the tender */

/* Engines look for these words. */
#define STATE_ABSENT "does not exist"
#define STATE_DEAD "container not running"

/* Makes ROOT and what is above it. */
int state_make_root(const char *root, struct err *err);

int state_check_id(const char *id, struct err *err);

/* A new directory, locked. -EEXIST when there is one that is in use; what a
 * dead create left is given to *stale, with the lock, to be destroyed first. */
int state_claim(struct container *container, bool *is_stale, struct err *err);

/* Opens, locks, loads runnc.json, and looks at the process. -ENOENT: "does
 * not exist". What was loaded lives until the command ends. */
int state_open(struct container *container, const struct globals *globals,
               const char *id, struct err *err);
/* The same without the lock, for those who only look. */
int state_look(struct container *container, const struct globals *globals,
               const char *id, struct err *err);
/* The configuration as it was at create; nothing to do if it is known. */
int state_load_spec(struct container *container, struct err *err);

int state_save(const struct container *container, struct err *err);
int state_save_spec(const struct container *container, struct err *err);
/* Removes the directory and lets the lock go. */
int state_remove(struct container *container, struct err *err);

/* What the process is doing now: created, running, paused or stopped; sets
 * pid to 0 when it is gone. */
void state_refresh(struct container *container);
/* Start time and name of a live process; -ESRCH. name: 16 bytes. */
int state_process(pid_t pid, uint64_t *start, char *name);

/* runtime-spec runtime.md "State", for hooks and `state`; caller frees. */
char *state_json(const struct container *container, enum status status,
                 bool is_for_people, struct err *err);

#endif
