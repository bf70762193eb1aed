/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of engines. */
#ifndef IMAGES_ENGINE_H
#define IMAGES_ENGINE_H

#include <sys/types.h>

#include "images/source.h"

struct engine_run {
    pid_t pid;
    const char *what; /* "docker save" */
};

/* `docker save NAME`: *fd is what it writes, the caller's. */
int engine_save(const struct place *place, struct engine_run *run, int *fd,
                struct err *err);
/* `docker load` of an archive that is open. */
int engine_load(const struct place *place, int archive, struct err *err);

/* Waits; is_needed false: it may be ended, and how it ends is nothing. */
int engine_wait(struct engine_run *run, bool is_needed, struct err *err);

#endif
