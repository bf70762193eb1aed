/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What pwd.c and grp.c share: lines of colon-separated fields. A file that is
 * absent reads as the built-in text, so that user 0 has a name in every guest.
 */
#ifndef LIBC_PORT_USERS_H
#define LIBC_PORT_USERS_H

#include <stdbool.h>
#include <stdio.h>

struct users_db {
    const char *path;
    const char *builtin; /* lines */
    FILE *file;
};

void users_open(struct users_db *db); /* at the start, again if need be */
void users_close(struct users_db *db);
/* The next line without its end. 0, ENOENT at the end, or ERANGE. */
int users_line(struct users_db *db, char *buf, size_t size);
/* Splits at colons, in place: exactly `count` fields. */
bool users_split(char *line, char **field, unsigned count);
/* A decimal number below 2^32 and nothing else. */
bool users_number(const char *text, unsigned *number);

#endif
