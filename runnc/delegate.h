/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain Linux containers of a Kubernetes pod: the sandbox's pause, and
 * containers whose program is no unikernel. A pod has one runtime class, so
 * they arrive here; they are handed to an ordinary runtime with the same
 * arguments. Which one has them is noted in the state root, in a file
 * ID.delegate that holds the runtime's path, and all later commands for the
 * ID go the same way. Outside of pods nothing is handed on.
 *
 * The note is written before that runtime makes anything, and goes when the
 * runtime has no state of that ID (ROOT/ID) any more: whoever is killed in
 * between leaves what `delete --force` takes away.
 */
#ifndef RUNNC_DELEGATE_H
#define RUNNC_DELEGATE_H

#include "common/err.h"
#include "runnc/cmd.h"

#define DELEGATE_NONE 256 /* no exit status: the command is ours */

/*
 * Hands the command on if it is another runtime's: returns that one's exit
 * status (or does not return), else DELEGATE_NONE. words: all words of our
 * command line after the first, as they came; name: the command's.
 */
int delegate(const struct cmd *cmd, const char *name, char **words,
             struct err *err);

#endif
