/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines read of us: one line in --log's file for a command that failed
 * (podman parses the whole file as one JSON object), and the same on standard
 * error output. Warnings go to standard error output only where it is a
 * terminal or --debug is given: docker shows a container's stderr.
 */
#ifndef RUNNC_LOG_H
#define RUNNC_LOG_H

#include "runnc/runnc.h"

void log_init(const struct globals *globals); /* kept */
__attribute__((format(printf, 1, 2))) void log_error(const char *fmt, ...);

#endif
