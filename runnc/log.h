/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines read of us: one line in --log's file for a command that failed
 * (podman parses the whole file as one JSON object), and the same on standard
 * error output. Warnings go to that file when the command has not failed, and
 * without such a file, at a terminal and with --debug to standard error output:
 * that of engines is the container's.
 */
#ifndef RUNNC_LOG_H
#define RUNNC_LOG_H

#include "runnc/runnc.h"

void log_init(const struct globals *globals); /* kept */
__attribute__((format(printf, 1, 2))) void log_error(const char *fmt, ...);

/* The command went well: the log gets what it was warned of. */
void log_warnings(void);
/* From here on our streams are the container's, our files not the host's. */
void log_inside(void);

#endif
