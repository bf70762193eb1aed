/* SPDX-License-Identifier: Apache-2.0 */
/* What a long command is doing, on a terminal; and whether to stop it. */
#ifndef IMAGES_PROGRESS_H
#define IMAGES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* Catches SIGINT, SIGTERM, SIGHUP: the second one of a kind ends at once. */
void progress_init(bool is_quiet);

/* A new step: "layer 2 of 5", of `total` bytes (0: not known). */
__attribute__((format(printf, 2, 3))) void progress_step(uint64_t total,
                                                         const char *fmt, ...);

/* So many bytes more; -EINTR with a message after a signal. */
int progress_add(uint64_t bytes, struct err *err);

/* Takes the line away again. */
void progress_end(void);

/* A line on standard error. Names in an image are anybody's: it stays one
 * line, with nothing for the terminal to do. */
void progress_print(const char *text);

/* A line for the user, who is told even when there is no terminal. */
__attribute__((format(printf, 1, 2))) void progress_note(const char *fmt, ...);

#endif
