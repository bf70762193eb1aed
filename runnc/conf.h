/* SPDX-License-Identifier: Apache-2.0 */
/* Settings; setting() itself is in runnc.h. */
#ifndef RUNNC_CONF_H
#define RUNNC_CONF_H

#include "common/err.h"

struct container;

/* Reads /etc/septum/runnc.conf, once, while the host's files can be seen. */
void setting_load(void);

/* A line of that file alone, for what is not the container's to say; NULL.
 * The text is good until the next call. */
const char *setting_of_host(const char *key);

/* Refuses values that are none, before anything is made; warns of annotations
 * that ask for what is not done. */
int setting_check(const struct container *container, struct err *err);

#define CONF_FILE "/etc/septum/runnc.conf"

#endif
