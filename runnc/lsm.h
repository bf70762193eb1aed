/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels that Linux security modules put on a container: AppArmor's
 * profile and SELinux's contexts. A label that cannot be set ends `create`: a
 * container never runs without one that was asked for.
 */
#ifndef RUNNC_LSM_H
#define RUNNC_LSM_H

#include <stddef.h>

#include "runnc/spec.h"

bool lsm_has_apparmor(void);
bool lsm_has_selinux(void);

/* Refuses labels of modules that are not enabled; before anything is made. */
int lsm_check(const struct spec *spec, struct err *err);

/* What this process executes next, and what its children do, gets the labels:
 * init, while it sees the host's procfs. It stays unlabelled itself. */
int lsm_label_exec(const struct spec_process *process, struct err *err);

/* Mount options with linux.mountLabel added where the type of file system can
 * take it; *out is data itself or `room`. */
int lsm_mount_data(const char **out, char *room, size_t size,
                   const char *mount_label, const char *type, const char *data,
                   struct err *err);

/* For the one that takes a label only after it is mounted: mqueue. */
int lsm_label_mounted(int fd, const char *mount_label, const char *type,
                      struct err *err);

#endif
