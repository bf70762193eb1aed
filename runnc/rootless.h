/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without root's rights: run by a user, or by what is root only in a user
 * namespace, as rootless engines run us. What is nobody's to give there is
 * done without, if nobody has asked for it.
 */
#ifndef RUNNC_ROOTLESS_H
#define RUNNC_ROOTLESS_H

#include "runnc/runnc.h"

/* --rootless: "true", "false", "auto" or NULL, which is auto. */
int rootless_init(struct globals *globals, const char *option, struct err *err);

/* Is there no way back into namespaces that we leave, as they are root's? */
bool rootless_is_one_way(const struct globals *globals);

/* Where state directories are without --root; NULL: as for root. */
const char *rootless_root(const struct globals *globals);

/*
 * After cgroups have failed, with the reason in *err: 0 where the container
 * can do without, as it has no limits; they are taken back. Otherwise what
 * came in.
 */
int rootless_forgive_cgroups(struct container *container, struct err *err);

/* The same after entering them, or after oom_score_adj, by init. */
bool rootless_forgives(const struct container *container,
                       const struct err *err);

#endif
