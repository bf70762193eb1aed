/* SPDX-License-Identifier: Apache-2.0 */
/* Settings; setting() itself is in runnc.h. */
#ifndef RUNNC_CONF_H
#define RUNNC_CONF_H

/* Reads /etc/septum/runnc.conf, once, while the host's files can be seen. */
void setting_load(void);

#endif
