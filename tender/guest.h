/* SPDX-License-Identifier: Apache-2.0 */
/* One guest: what is loaded, and where. There is one in a process. */
#ifndef TENDER_GUEST_H
#define TENDER_GUEST_H

#include "common/elf.h"
#include "common/err.h"
#include "tender/device.h"
#include "tender/gmem.h"
#include "tender/options.h"

/* Bytes behind boot info for a cage's last data; pages not touched are free. */
#define BOOT_TAIL 6144u

/* What every start touches stands together, long arrays' ends last: a page
 * less is 2 us less. */
struct guest {
    uint64_t arena_size;   /* bytes */
    uint64_t boot_size;    /* bytes of boot info, BOOT_TAIL included */
    struct uni_boot *boot; /* at UNI_BOOT_ADDR */
    struct options options;
    struct devices devices;
    struct gmem gmem;
    struct elf_image image;
};

/*
 * Decides the memory map: sizes, then a region each in guest->gmem. Needs
 * options, image and devices. Maps nothing.
 */
int guest_plan(struct guest *guest, struct err *err);

/*
 * Maps what guest_plan noted: segments from the file image_fd, the rest
 * zeroed. Hypercall page and boot info are left writable for guest_seal.
 * Text becomes executable in this process only with is_own_process.
 */
int guest_map(struct guest *guest, int image_fd, bool is_own_process,
              struct err *err);

/* Boot info read-only, the hypercall page too, or executable. */
int guest_seal(struct guest *guest, bool is_own_process, struct err *err);

/* Bytes of boot info for these options and devices. */
uint64_t boot_measure(const struct guest *guest);

/* Writes boot info to guest->boot; the cage fills in its own fields. */
int boot_write(struct guest *guest, struct err *err);

#endif
