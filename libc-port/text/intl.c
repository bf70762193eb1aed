/* SPDX-License-Identifier: Apache-2.0 */
#include <libintl.h>
#include <stddef.h>

char *gettext(const char *text)
{
    return (char *)text;
}

char *dgettext(const char *domain, const char *text)
{
    (void)domain;
    return (char *)text;
}

char *dcgettext(const char *domain, const char *text, int category)
{
    (void)domain;
    (void)category;
    return (char *)text;
}

char *ngettext(const char *one, const char *many, unsigned long count)
{
    return (char *)(count == 1 ? one : many);
}

char *dngettext(const char *domain, const char *one, const char *many,
                unsigned long count)
{
    (void)domain;
    return ngettext(one, many, count);
}

char *dcngettext(const char *domain, const char *one, const char *many,
                 unsigned long count, int category)
{
    (void)domain;
    (void)category;
    return ngettext(one, many, count);
}

char *textdomain(const char *domain)
{
    return (char *)(domain && *domain ? domain : "messages");
}

char *bindtextdomain(const char *domain, const char *dir)
{
    (void)domain;
    return (char *)(dir ? dir : "/usr/share/locale");
}

char *bind_textdomain_codeset(const char *domain, const char *codeset)
{
    (void)domain;
    return (char *)codeset;
}
