/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "users.h"

void users_open(struct users_db *db)
{
    if (db->file) {
        rewind(db->file);
        return;
    }
    db->file = fopen(db->kind->path, "re");
    if (!db->file)
        db->file =
            fmemopen((void *)db->kind->builtin, strlen(db->kind->builtin), "r");
}

void users_close(struct users_db *db)
{
    if (db->file)
        (void)fclose(db->file);
    db->file = NULL;
}

/* The next line without its end. 0, ENOENT at the end, or ERANGE. */
static int next_line(struct users_db *db, char *buf, size_t size)
{
    int c;
    size_t len = 0;

    if (!db->file)
        return ENOENT;
    while ((c = getc(db->file)) != EOF && c != '\n') {
        if (len + 1 >= size)
            return ERANGE;
        buf[len++] = (char)c;
    }
    buf[len] = 0;
    return c == EOF && len == 0 ? ENOENT : 0;
}

int users_next(struct users_db *db, void *entry, char *buf, size_t size)
{
    int rc;

    if (!db->file)
        users_open(db);
    do {
        rc = next_line(db, buf, size);
        if (rc)
            return rc;
        rc = db->kind->parse(buf, size, entry);
    } while (rc == ENOENT);
    return rc;
}

int users_find(const struct users_kind *kind, const char *name, unsigned number,
               void *entry, char *buf, size_t size)
{
    struct users_db db = {.kind = kind};
    int rc, saved = errno; /* of a file that is not there */

    do
        rc = users_next(&db, entry, buf, size);
    while (rc == 0 && !kind->is(entry, name, number));
    users_close(&db);
    errno = saved;
    return rc;
}

int users_result(int rc, void *entry, void **result)
{
    *result = rc == 0 ? entry : NULL;
    return rc == ENOENT ? 0 : rc;
}

void *users_found(int rc, void *entry)
{
    if (rc && rc != ENOENT)
        errno = rc;
    return rc == 0 ? entry : NULL;
}

bool users_split(char *line, char **field, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        field[i] = line;
        char *colon = strchr(line, ':');
        if (!colon)
            return i + 1 == count;
        *colon = 0;
        line = colon + 1;
    }
    return false;
}

bool users_number(const char *text, unsigned *number)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    unsigned long value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return !*end && value <= UINT32_MAX;
}
