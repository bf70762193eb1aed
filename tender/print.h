/* SPDX-License-Identifier: Apache-2.0 */
/* What --dry-run shows. */
#ifndef TENDER_PRINT_H
#define TENDER_PRINT_H

#include "tender/guest.h"

void print_map(int fd, const struct guest *guest);

#endif
