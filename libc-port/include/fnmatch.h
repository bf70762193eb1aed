/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX.1-2008 <fnmatch.h>; values as Linux's C libraries have them. */
#ifndef _FNMATCH_H_
#define _FNMATCH_H_

#include <sys/cdefs.h>

#define FNM_PATHNAME 0x01
#define FNM_NOESCAPE 0x02
#define FNM_PERIOD 0x04
#define FNM_LEADING_DIR 0x08 /* GNU: a match may end before a slash */
#define FNM_CASEFOLD 0x10    /* GNU */
#define FNM_FILE_NAME FNM_PATHNAME
#define FNM_NOMATCH 1

__BEGIN_DECLS
int fnmatch(const char *pattern, const char *string, int flags);
__END_DECLS

#endif
