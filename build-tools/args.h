/* SPDX-License-Identifier: Apache-2.0 */
/* A growing argument vector for another program. */
#ifndef BUILD_TOOLS_ARGS_H
#define BUILD_TOOLS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

struct args {
    char **v; /* NULL-terminated once there is one; owned, strings too */
    size_t count;
    size_t room;
};

/* Appends a copy of formatted text. Starts from a zeroed struct. */
__attribute__((format(printf, 3, 4))) int
args_add(struct args *args, struct err *err, const char *fmt, ...);

/* Puts a copy of `text` in the place of one that is there. */
int args_replace(struct args *args, size_t idx, const char *text,
                 struct err *err);

/* Appends the words of a text: blanks separate them, quotes and backslashes
 * hold them together (gcc manual, "Overall Options", @file). */
int args_split(struct args *args, const char *text, struct err *err);

/* Is the next word of a gcc command line this option's value, whatever it looks
 * like? (gcc manual, "Option Index"; only those that have no sign of it.) */
bool args_has_value(const char *option);

void args_release(struct args *args);

#endif
