/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setlocale: C, POSIX and C.UTF-8 are all there is, as on a host without
 * locale data. newlib by itself would take any name of the right form.
 */
#include <errno.h>
#include <locale.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of newlib, beside setlocale. */
extern char *_setlocale_r(struct _reent *reent, int category, const char *name);
extern locale_t __newlib_newlocale(int mask, const char *name, locale_t base);

static int is_known(const char *name)
{
    return strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0 ||
           strcasecmp(name, "C.UTF-8") == 0 ||
           strcasecmp(name, "C.utf8") == 0 ||
           strchr(name, '/'); /* what LC_ALL gave for a mixture */
}

/* What "" stands for: POSIX.1-2008 XBD 8.2. */
static const char *from_environment(int category)
{
    static const char *const variable[] = {
        [LC_COLLATE] = "LC_COLLATE",   [LC_CTYPE] = "LC_CTYPE",
        [LC_MONETARY] = "LC_MONETARY", [LC_NUMERIC] = "LC_NUMERIC",
        [LC_TIME] = "LC_TIME",         [LC_MESSAGES] = "LC_MESSAGES",
    };
    const char *value = getenv("LC_ALL");

    if ((!value || !*value) && variable[category])
        value = getenv(variable[category]);
    if (!value || !*value)
        value = getenv("LANG");
    return value && *value ? value : "C";
}

char *setlocale(int category, const char *name)
{
    if (category < LC_ALL || category > LC_MESSAGES)
        return NULL;
    if (name && !*name && category != LC_ALL) {
        name = from_environment(category);
    } else if (name && !*name) {
        for (int i = LC_ALL + 1; i <= LC_MESSAGES; i++)
            if (!is_known(from_environment(i)))
                return NULL;
    }
    if (name && *name && !is_known(name))
        return NULL;
    return _setlocale_r(_REENT, category, name);
}

locale_t newlocale(int mask, const char *name, locale_t base)
{
    for (int i = LC_ALL + 1; name && i <= LC_MESSAGES; i++) {
        if (!(mask & (1 << i | 1 << LC_ALL)) ||
            is_known(*name ? name : from_environment(i)))
            continue;
        errno = ENOENT;
        return NULL;
    }
    return __newlib_newlocale(mask, name, base);
}
