/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cage: how a guest is confined. main plans and maps the guest, then calls
 * in this order
 *     prepare   fills the hypercall page and the cage's part of boot info
 *     run       confines and enters
 * or only `print` for --dry-run.
 */
#ifndef TENDER_CAGE_H
#define TENDER_CAGE_H

#include "tender/guest.h"

struct cage {
    const char *name;
    bool is_own_process; /* the guest takes this process over */
    int (*prepare)(struct guest *guest, struct err *err);
    /* The guest's exit status, where the tender outlives it; otherwise it
     * returns only when it could not start: minus errno. */
    int (*run)(struct guest *guest, struct err *err);
    /* The filter, for people. */
    void (*print)(const struct guest *guest, int fd);
};

extern const struct cage cage_seccomp, cage_kvm;

#endif
