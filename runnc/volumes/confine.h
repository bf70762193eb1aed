/* SPDX-License-Identifier: Apache-2.0 */
/* What the server takes from itself before it reads the first message. */
#ifndef VOLUMES_CONFINE_H
#define VOLUMES_CONFINE_H

#include "common/err.h"
#include "runnc/volumes/serve.h"

#define GROUPS_MAX 64u

/* Descriptors that the filter knows by number. */
enum place { PLACE_STREAM = 3, PLACE_PROC = 4, PLACE_TTY = 5, PLACE_FIRST = 6 };

struct identity {
    bool is_given; /* uid, gid, groups: else they stay */
    uint32_t uid, gid;
    uint32_t group[GROUPS_MAX];
    unsigned group_count;
    uint64_t caps; /* to keep, of those that it has and CONFINE_CAPS allows */
};

/* Owner, mode and access of files: CHOWN, DAC_OVERRIDE, FOWNER, FSETID. */
#define CONFINE_CAPS 0x1bull

/* Moves all of the server's descriptors to their places and closes all
 * others; *report (stderr) gets a new number. */
int confine_fds(struct server *server, int *report, struct err *err);
/* Landlock where the kernel has it, user, capabilities, seccomp filter. */
int confine(const struct server *server, const struct identity *who,
            struct err *err);

#endif
