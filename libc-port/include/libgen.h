/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBGEN_H
#define _LIBGEN_H
#include <sys/cdefs.h>
__BEGIN_DECLS
/* POSIX's; <string.h> alone gives GNU's, which leaves its argument alone. */
char *__xpg_basename(char *path);
#define basename __xpg_basename
char *dirname(char *path);
__END_DECLS
#endif
