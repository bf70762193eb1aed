/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What pwd.c and grp.c share: lines of colon-separated fields, looked up and
 * gone through. A file that is absent reads as the built-in text, so that
 * user 0 has a name in every guest.
 */
#ifndef LIBC_PORT_USERS_H
#define LIBC_PORT_USERS_H

#include <stdbool.h>
#include <stdio.h>

struct users_kind {
    const char *path;
    const char *builtin; /* lines */
    /* Makes a line of `size` bytes, in place, a struct passwd or group. 0,
     * ENOENT: it is none, ERANGE: no room for what the entry points to. */
    int (*parse)(char *line, size_t size, void *entry);
    /* Has it that name or, without one, that number? */
    bool (*is)(const void *entry, const char *name, unsigned number);
};

struct users_db {
    const struct users_kind *kind;
    FILE *file; /* NULL: closed */
};

void users_open(struct users_db *db); /* at the start, again if need be */
void users_close(struct users_db *db);
/* The next entry: 0, ENOENT at the end, or ERANGE. */
int users_next(struct users_db *db, void *entry, char *buf, size_t size);
/* The entry of that name or, without one, that number: likewise. */
int users_find(const struct users_kind *kind, const char *name, unsigned number,
               void *entry, char *buf, size_t size);
/* As getpwnam_r returns: `entry` or NULL in *result, no error for "none". */
int users_result(int rc, void *entry, void **result);
/* As getpwnam returns. */
void *users_found(int rc, void *entry);

/* Splits at colons, in place: exactly `count` fields. */
bool users_split(char *line, char **field, unsigned count);
/* A decimal number below 2^32 and nothing else. */
bool users_number(const char *text, unsigned *number);

#endif
