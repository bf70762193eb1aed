/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: musl's TRE (libc-port/regex/). Numbers are Linux's. */
#ifndef _LIBC_REGEX_H
#define _LIBC_REGEX_H
#include <sys/cdefs.h>
#include <sys/types.h>

typedef int regoff_t;

typedef struct re_pattern_buffer {
    size_t re_nsub; /* groups in the pattern */
    void *__opaque;
} regex_t;

typedef struct {
    regoff_t rm_so; /* -1: the group has not matched */
    regoff_t rm_eo;
} regmatch_t;

/* regcomp */
#define REG_EXTENDED 1
#define REG_ICASE 2
#define REG_NEWLINE 4
#define REG_NOSUB 8

/* regexec */
#define REG_NOTBOL 1
#define REG_NOTEOL 2
#define REG_STARTEND 4 /* the text is from match[0].rm_so to rm_eo */

#define REG_ENOSYS (-1)
#define REG_NOERROR 0
#define REG_OK REG_NOERROR
#define REG_NOMATCH 1
#define REG_BADPAT 2
#define REG_ECOLLATE 3
#define REG_ECTYPE 4
#define REG_EESCAPE 5
#define REG_ESUBREG 6
#define REG_EBRACK 7
#define REG_EPAREN 8
#define REG_EBRACE 9
#define REG_BADBR 10
#define REG_ERANGE 11
#define REG_ESPACE 12
#define REG_BADRPT 13
#define REG_EEND 14
#define REG_ESIZE 15
#define REG_ERPAREN 16

__BEGIN_DECLS
int regcomp(regex_t *__restrict __re, const char *__restrict __pattern,
            int __flags);
int regexec(const regex_t *__restrict __re, const char *__restrict __text,
            size_t __match_count, regmatch_t __match[], int __flags);
size_t regerror(int __code, const regex_t *__restrict __re,
                char *__restrict __buf, size_t __size);
void regfree(regex_t *__re);
__END_DECLS
#endif
