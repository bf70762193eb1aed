/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX.1-2008 <glob.h>; values as Linux's C libraries have them. */
#ifndef _GLOB_H_
#define _GLOB_H_

#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
    size_t gl_pathc; /* paths found */
    char **gl_pathv; /* gl_offs NULLs, the paths, NULL */
    size_t gl_offs;
    int gl_flags;
} glob_t;

#define GLOB_ERR 0x01
#define GLOB_MARK 0x02
#define GLOB_NOSORT 0x04
#define GLOB_DOOFFS 0x08
#define GLOB_NOCHECK 0x10
#define GLOB_APPEND 0x20
#define GLOB_NOESCAPE 0x40
#define GLOB_PERIOD 0x80    /* GNU: * matches a leading dot */
#define GLOB_BRACE 0x400    /* GNU: {a,b} */
#define GLOB_NOMAGIC 0x800  /* GNU: NOCHECK if without special characters */
#define GLOB_TILDE 0x1000   /* GNU: ~ and ~user */
#define GLOB_ONLYDIR 0x2000 /* GNU: a hint */
#define GLOB_TILDE_CHECK 0x4000

#define GLOB_NOSPACE 1
#define GLOB_ABORTED 2
#define GLOB_NOMATCH 3
#define GLOB_NOSYS 4

__BEGIN_DECLS
int glob(const char *__restrict pattern, int flags,
         int (*on_error)(const char *path, int error),
         glob_t *__restrict result);
void globfree(glob_t *result);
__END_DECLS

#endif
