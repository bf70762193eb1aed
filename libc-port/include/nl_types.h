/* SPDX-License-Identifier: Apache-2.0 */
/* Message catalogues: POSIX.1-2008 <nl_types.h>. There are none: catopen
 * fails and catgets gives the program's own text. */
#ifndef _NL_TYPES_H
#define _NL_TYPES_H

#include <sys/cdefs.h>

#define NL_SETD 1
#define NL_CAT_LOCALE 1
typedef void *nl_catd;
typedef int nl_item;

__BEGIN_DECLS
nl_catd catopen(const char *name, int flag);
char *catgets(nl_catd catalog, int set, int number, const char *text);
int catclose(nl_catd catalog);
__END_DECLS

#endif
