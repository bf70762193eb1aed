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
};

/* Refuses what is no namespace of its kind, or can't be had. */
int ns_plan_init(struct ns_plan *plan, const struct spec *spec,
                 struct err *err);
void ns_plan_release(struct ns_plan *plan);
/* Forks: the child is in the pid namespace that was asked for. */
pid_t ns_fork(const struct ns_plan *plan, struct err *err);
/* In the child: all others. */
int ns_enter(const struct ns_plan *plan, struct err *err);
/* In the child: what a namespace of its own is told. */
int ns_settle(const struct spec *spec, struct err *err);

#endif
