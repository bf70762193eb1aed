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
    db->file = fopen(db->path, "re");
    if (!db->file)
        db->file = fmemopen((void *)db->builtin, strlen(db->builtin), "r");
}

void users_close(struct users_db *db)
{
    if (db->file)
        (void)fclose(db->file);
    db->file = NULL;
}

int users_line(struct users_db *db, char *buf, size_t size)
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
