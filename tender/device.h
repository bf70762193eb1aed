/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices: what the command line gives is matched with what the manifest
 * declares, opened, and placed so that a handle is a file descriptor of the
 * same number: 0-2 the console, then NET, STREAM and CORE, then BLOCK. Nothing
 * else stays open.
 */
#ifndef TENDER_DEVICE_H
#define TENDER_DEVICE_H

#include <stdbool.h>

#include "common/err.h"
#include "tender/options.h"
#include "uni_boot.h"
#include "uni_note.h"

#define DEVICE_MAX (UNI_DECL_MAX + 1) /* the core dump's sink */

struct device {
    struct uni_device info; /* as the guest will see it */
    int fd;                 /* where it is open now */
    int fd_durable;         /* BLOCK and writable: O_DSYNC twin, or -1 */
};

struct devices {
    int kept; /* an open /dev/kvm, no handle of the guest; 0: none */
    uint32_t count;
    uint32_t first_block;  /* handle; = handle_count without BLOCK devices */
    uint32_t handle_count; /* handles are 0..handle_count - 1 */
    struct device device[DEVICE_MAX]; /* in the order of their handles */
};

/*
 * Matches and opens; a device that is not declared, or declared and missing,
 * is a refusal. For --dry-run nothing is created.
 */
int devices_open(struct devices *devices, const struct options *options,
                 const struct uni_manifest *manifest, struct err *err);

/* "net" for UNI_CLASS_NET, and so on. */
const char *device_class_name(uint32_t cls);

/* Moves the file descriptors to their handles' numbers, closes all others. */
int devices_place(struct devices *devices, struct err *err);

/* Opens "FILE|fd:N[,ro][,SIZE]": fills fd, fd_durable and info.u.block. */
int block_open(struct device *device, const char *value, struct err *err);

/* Opens "TAP|fd:N", non-blocking: fills fd and info.u.net but the address. */
int net_open(struct device *device, const char *value, struct err *err);

/* N of "fd:N", which is an open file descriptor; -ENOENT: not of that form. */
int device_fd_arg(const char *value, struct err *err);

#endif
