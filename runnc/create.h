/* SPDX-License-Identifier: Apache-2.0 */
/* Life and death of a container, from outside; see runnc.h and init.h. */
#ifndef RUNNC_CREATE_H
#define RUNNC_CREATE_H

#include "runnc/cmd.h"
#include "runnc/runnc.h"

/* On an error nothing is left. The container is locked afterwards. */
int container_create(struct container *container, const struct cmd *cmd,
                     struct err *err);
/* On an error init is killed: engines do nothing more after a failed start. */
int container_start(struct container *container, struct err *err);
/* Kills what lives, takes back all that create and start made. */
int container_destroy(struct container *container, struct err *err);
/* Sends a signal to the first process: err says STATE_DEAD when it is dead. */
int container_signal(const struct container *container, int sig,
                     struct err *err);

#endif
