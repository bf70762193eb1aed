/* SPDX-License-Identifier: Apache-2.0 */
/* Text from hostile files, for terminals and JSON: see commands.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "images/commands.h"

/* Bytes of the character at c that may be printed as they are, or 0. */
static size_t printable(const unsigned char *c)
{
    size_t len = c[0] < 0x80                   ? 1
                 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2
                 : (c[0] & 0xf0) == 0xe0       ? 3
                 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4
                                               : 0;
    if (!len || c[0] < ' ' || c[0] == 0x7f || c[0] == '\\')
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if (c[0] == 0xc2 && c[1] < 0xa0) /* control characters of ISO 8859 */
        return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return 0;
    return len;
}

static char *make_safe(const char *text)
{
    char *safe = malloc(4 * strlen(text) + 1), *to = safe;
    if (!safe)
        return NULL;
    for (const char *c = text; *c;) {
        size_t len = printable((const unsigned char *)c);
        if (len) {
            memcpy(to, c, len);
            to += len;
            c += len;
        } else {
            to += sprintf(to, "\\%03o", (unsigned char)*c++);
        }
    }
    *to = '\0';
    return safe;
}

json_t *safe_json(const char *text)
{
    json_t *json = json_string(text);
    if (json)
        return json;
    char *safe = make_safe(text);
    json = safe ? json_string(safe) : NULL;
    free(safe);
    return json;
}

void print_safe(const char *text)
{
    char *safe = make_safe(text);
    (void)fputs(safe ? safe : "?", stdout);
    free(safe);
}
