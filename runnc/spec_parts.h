/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a spec, each in a file of its own; see spec.h. */
#ifndef RUNNC_SPEC_PARTS_H
#define RUNNC_SPEC_PARTS_H

#include "runnc/spec.h"

int spec_process_init(struct spec_process *process, struct err *err);

int spec_mounts_parse(struct spec_mount **mounts, size_t *count, json_t *json,
                      const char *path, struct err *err);

/* Arrays of maps; to: struct spec_id_maps. */
int spec_uid_maps(void *to, json_t *json, const char *path, struct err *err);
int spec_gid_maps(void *to, json_t *json, const char *path, struct err *err);
/* "linux"; to: struct spec_linux. */
int spec_linux_parse(void *to, json_t *json, const char *path, struct err *err);
/* What only the whole shows: namespaces that other fields need. */
int spec_linux_check(const struct spec *spec, struct err *err);

/* Refuses a "seccomp" that is none or asks for what can't be given. */
int spec_seccomp_check(void *to, json_t *json, const char *path,
                       struct err *err);

/* resources.devices and the like share these. */
int spec_device_numbers(int64_t major, int64_t minor, const char *path,
                        struct err *err);

#endif
