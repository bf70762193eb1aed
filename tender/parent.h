/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With --trace, --stats or --core the tender stays as the guest's parent: it
 * forwards signals, traces, prints counters, removes a core file that stayed
 * empty, and ends as the guest ended.
 */
#ifndef TENDER_PARENT_H
#define TENDER_PARENT_H

#include "tender/guest.h"

/* Do these options ask for a parent? */
bool parent_is_needed(const struct options *options);

/*
 * Returns 0 in a new child process, where all goes on. The parent does not
 * return. With is_traced the child's system calls are traced from outside.
 */
int parent_fork(const struct guest *guest, bool is_traced, struct err *err);

#endif
