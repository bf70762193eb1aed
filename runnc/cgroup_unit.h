/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd driver, inside: names (cgroup_unit.c) and properties
 * (cgroup_props.c) of a container's scope. Others use cgroup.h.
 */
#ifndef RUNNC_CGROUP_UNIT_H
#define RUNNC_CGROUP_UNIT_H

#include "runnc/spec.h"

#define CGROUP_UNIT_MAX 255u /* bytes of a unit's name, as systemd has it */
#define CGROUP_PROP_MAX 64u

/* Words for septum-systemd, "NAME=TYPE:VALUE": see systemd.c. */
struct cgroup_props {
    char *at[CGROUP_PROP_MAX]; /* into text */
    size_t count, used;
    char text[32768];
};

__attribute__((format(printf, 3, 4))) int
cgroup_prop(struct cgroup_props *props, struct err *err, const char *fmt, ...);

/* What systemd has of the limits, as the host's version of cgroups wants. */
int cgroup_props_limits(struct cgroup_props *props, bool is_unified,
                        const struct spec_resources *res, struct err *err);
/* Version 1: systemd writes its own list of devices at each reload. */
int cgroup_props_devices(struct cgroup_props *props,
                         const struct spec_resources *res, struct err *err);

/* "slice:prefix:name", or nothing, to the names of scope and slice; pure. */
int cgroup_unit_names(char unit[CGROUP_UNIT_MAX + 1],
                      char slice[CGROUP_UNIT_MAX + 1], const char *path,
                      const char *id, bool is_user, struct err *err);
/* Is there a systemd to ask? */
int cgroup_unit_check(bool is_user, struct err *err);
int cgroup_unit_set(const struct cgroups *cgroups,
                    const struct spec_resources *res, struct err *err);
int cgroup_unit_set_devices(const struct cgroups *cgroups,
                            const struct spec_resources *res, struct err *err);
int cgroup_unit_stop(const struct cgroups *cgroups, struct err *err);

/* cgroup.c: this path in every hierarchy; and the directories for it. */
int cgroup_find(struct cgroups *cgroups, const char *path, struct err *err);
int cgroup_make(struct cgroups *cgroups, struct err *err);
/* cgroup_set.c: the files alone. */
int cgroup_set_files(const struct cgroups *cgroups,
                     const struct spec_resources *res, struct err *err);

/* cgroup_v2.c: conversions from version 1's numbers, as runtimes agree. */
uint64_t cgroup_weight_of_shares(uint64_t shares);      /* to 1..10000 */
uint64_t cgroup_weight_of_blkio(uint64_t blkio_weight); /* to 1..10000 */
/* memory.swap.max, where it is to be set; -1: max. */
int cgroup_swap_max(const struct spec_resources *res, bool *has, int64_t *swap,
                    struct err *err);

#endif
