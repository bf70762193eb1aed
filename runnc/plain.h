/* SPDX-License-Identifier: Apache-2.0 */
/* Is a bundle's program a plain Linux one? Looked up as the container will,
 * before anything is made. */
#ifndef RUNNC_PLAIN_H
#define RUNNC_PLAIN_H

#include <jansson.h>
#include <stdbool.h>

#define PLAIN_PODMAN_MARK "\"libpod\"" /* in every config.json of podman */

/* It is there, and no unikernel. */
bool plain_is(const json_t *config, const char *bundle);

/*
 * The container that holds a pod of podman: nothing marks it, but its program
 * is a copy of the host's own catatonit that is told to wait (-P). Nobody but
 * the host's administrator has a say in what that does.
 */
bool plain_is_podmans_pause(const json_t *config, const char *bundle);

#endif
