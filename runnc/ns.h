/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces: new ones and ones to join (man 7 namespaces). */
#ifndef RUNNC_NS_H
#define RUNNC_NS_H

#include "runnc/runnc.h"
#include "runnc/spec.h"

/* Namespaces to join, opened in the host's mount namespace. */
struct ns_plan {
    int fd[NS_KIND_COUNT]; /* owned; -1: none */
    int clone_flags;       /* CLONE_NEW* of the new ones, but pid's */
    bool has_new_pid;
    bool has_user; /* new or joined: userns_fork() instead of ns_fork() */
};

/* Refuses what is no namespace of its kind, or can't be had. */
int ns_plan_init(struct ns_plan *plan, const struct spec *spec,
                 struct err *err);
void ns_plan_release(struct ns_plan *plan);
/* Forks: the child is in the pid namespace that was asked for. */
pid_t ns_fork(const struct ns_plan *plan, struct err *err);
/* What can be joined but the user namespace; what is joined is closed. EPERM is
 * an error only of the last of two tries, before and after that one. */
int ns_join(struct ns_plan *plan, bool is_last, struct err *err);
/* In the child, while its parent makes the cgroups: a network namespace costs
 * more than all else. Nothing if it has to be a user namespace's. */
int ns_make_network(struct ns_plan *plan, struct err *err);
/* In the child: all others. */
int ns_enter(struct ns_plan *plan, struct err *err);
/* In the child: what a namespace of its own is told. */
int ns_settle(const struct spec *spec, struct err *err);

#endif
