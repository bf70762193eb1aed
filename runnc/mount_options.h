/* SPDX-License-Identifier: Apache-2.0 */
/* Mount options of config.json ("mounts[].options") by name, man 8 mount. */
#ifndef RUNNC_MOUNT_OPTIONS_H
#define RUNNC_MOUNT_OPTIONS_H

#include "runnc/spec.h"

/* Decodes the options into flags, propagation, data of *mount. */
int mount_options_take(struct spec_mount *mount,
                       const struct spec_strings *options, const char *path,
                       struct err *err);

/* "private", "rslave", ... to MS_*; 0: unknown. */
unsigned long mount_propagation(const char *name);

/* The names, for `features`; NULL after the last. */
const char *mount_option_name(unsigned i);

#endif
