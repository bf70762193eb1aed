/* SPDX-License-Identifier: Apache-2.0 */
/* The container's terminal (oci-contract: "process.terminal"). */
#ifndef RUNNC_CONSOLE_H
#define RUNNC_CONSOLE_H

#include "runnc/mounts.h"
#include "runnc/spec.h"

/* A Unix stream socket's other end, by path of any length. */
int console_connect(const char *path, struct err *err);

/*
 * In init, before pivot_root: a pseudo terminal of the container's own devpts
 * becomes standard input, output and error, the controlling terminal, and
 * /dev/console; its master goes through the socket, alone.
 */
int console_setup(const struct mounts *mounts,
                  const struct spec_process *process, int socket_fd,
                  struct err *err);

/* `run` in the foreground: receives the master; then passes bytes, the
 * window's size and what the signalfd `signals` gets to the container until it
 * is gone. */
int console_receive(int socket_fd, struct err *err);
int console_relay(int master_fd, int signals, const struct container *container,
                  struct err *err);

#endif
