/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cage: how a guest is confined. main plans and maps the guest, then calls
 * in this order
 *     prepare   fills the hypercall page and the cage's part of boot info
 *     run       confines and enters
 * or only `params` for --dry-run.
 */
#ifndef TENDER_CAGE_H
#define TENDER_CAGE_H

#include "tender/filter.h"
#include "tender/guest.h"

struct cage {
    const char *name;
    bool is_own_process; /* the guest takes this process over */
    int (*prepare)(struct guest *guest, struct err *err);
    /* The guest's exit status, where the tender outlives it; otherwise it
     * returns only when it could not start: minus errno. */
    int (*run)(struct guest *guest, struct err *err);
    /* What makes its filter. */
    void (*params)(const struct guest *guest, struct filter_params *params);
};

extern const struct cage cage_seccomp, cage_kvm;

#endif
