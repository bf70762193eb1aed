/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain Linux containers of a Kubernetes pod: the sandbox's pause, and
 * containers whose program is no unikernel. A pod has one runtime class, so
 * they arrive here; they are handed to an ordinary runtime with the same
 * arguments. Which one has them is noted in the state root, in a file
 * ID.delegate that holds the runtime's path, and all later commands for the
 * ID go the same way. Outside of pods nothing is handed on.
 */
#ifndef RUNNC_DELEGATE_H
#define RUNNC_DELEGATE_H

#include <jansson.h>
#include <stdbool.h>

#include "common/err.h"

/* config is a pod's (CRI's annotations) and its program is not a .uni. */
bool delegate_wants(const json_t *config, const char *bundle);

/*
 * `create` and `run`: notes the ID, runs `runtime` (NULL: the first of runc
 * and crun that is installed) with argv[1..], gives its exit status (0..255)
 * or an error. The note goes again when it fails, and after `run`.
 */
int delegate_create(const char *root, const char *id, const char *runtime,
                    char **argv, struct err *err);

/* Was this ID handed on? */
bool delegate_has(const char *root, const char *id);

/*
 * All other commands of such an ID: becomes the runtime, and does not return
 * unless that fails; `delete` (is_delete) runs it, takes the note away when
 * it has succeeded and gives its exit status.
 */
int delegate_command(const char *root, const char *id, bool is_delete,
                     char **argv, struct err *err);

#endif
