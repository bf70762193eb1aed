/* SPDX-License-Identifier: Apache-2.0 */
/* Messages are never translated: the text is its own translation. */
#ifndef _LIBINTL_H
#define _LIBINTL_H
#include <sys/cdefs.h>
__BEGIN_DECLS
char *gettext(const char *text);
char *dgettext(const char *domain, const char *text);
char *dcgettext(const char *domain, const char *text, int category);
char *ngettext(const char *one, const char *many, unsigned long count);
char *dngettext(const char *domain, const char *one, const char *many,
                unsigned long count);
char *dcngettext(const char *domain, const char *one, const char *many,
                 unsigned long count, int category);
char *textdomain(const char *domain);
char *bindtextdomain(const char *domain, const char *dir);
char *bind_textdomain_codeset(const char *domain, const char *codeset);
__END_DECLS
#endif
