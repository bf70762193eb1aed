/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks: programs of the engine at six moments (runtime-spec config.md). */
#ifndef RUNNC_HOOKS_H
#define RUNNC_HOOKS_H

#include "runnc/runnc.h"
#include "runnc/spec.h"

/*
 * Runs all hooks of a kind, in their order, with the container's state on
 * standard input. The first that fails, or takes longer than its timeout, ends
 * that: an error with the last line it printed. After a start and a stop the
 * others run all the same, with a warning (runtime.md, up to 1.2).
 */
int hooks_run(const struct container *container, enum spec_hook_kind kind,
              enum status status, struct err *err);

#endif
