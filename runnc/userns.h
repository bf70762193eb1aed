/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User namespaces: made with the configuration's maps, or joined by path.
 *
 * Who calls what: `create` calls userns_check(), which is pure, and forks init
 * with userns_fork() where ns_fork() would do without one. Between create and
 * init stands one process more, the stage. It does what needs the rights
 * outside (cgroups, limits, descriptors), joins, makes the user namespace, has
 * create write the maps, becomes its user 0, and clones init, as a child of
 * create, into a process namespace that is the user namespace's own: only so
 * may init mount proc.
 *
 * Neither stage nor init can be traced by those who own the user namespace:
 * they are not dumpable, and their memory is of create's user namespace until
 * they execute something (ptrace(2) "Ptrace access mode checking").
 */
#ifndef RUNNC_USERNS_H
#define RUNNC_USERNS_H

#include "runnc/init.h"
#include "runnc/ns.h"

/* Maps that the kernel would refuse without saying why; no right to do without
 * a user namespace. */
int userns_check(const struct container *container, struct err *err);

/* Like ns_fork(); the child has left behind all that plan's user namespace
 * does not own, and plan has forgotten what it has joined. */
pid_t userns_fork(struct ns_plan *plan, struct init_args *args,
                  struct err *err);

/* In init, with the host's /proc: has every id of the process a meaning, and
 * are the maps those asked for? Keeps
 * for userns_become() whether setgroups is denied. */
int userns_check_process(const struct spec *spec, struct err *err);

/* Groups and ids of the process, for good. */
int userns_become(const struct spec_process *process, struct err *err);

/* Writes the maps of a process that has made a user namespace
 * (userns_map.c). */
int userns_map(pid_t pid, const struct spec_id_maps *maps, struct err *err);

/* In a namespace by a path or of a descriptor: are they the same? */
bool userns_is_own(int fd);

#endif
