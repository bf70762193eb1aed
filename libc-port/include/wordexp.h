/* SPDX-License-Identifier: Apache-2.0 */
/* Word expansion: POSIX.1-2008 <wordexp.h>; values as Linux's C libraries have
 * them. There is no shell: a command substitution gives WRDE_CMDSUB. */
#ifndef _WORDEXP_H
#define _WORDEXP_H

#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
    size_t we_wordc; /* words */
    char **we_wordv; /* we_offs NULLs, the words, NULL */
    size_t we_offs;
} wordexp_t;

#define WRDE_DOOFFS 1
#define WRDE_APPEND 2
#define WRDE_NOCMD 4
#define WRDE_REUSE 8
#define WRDE_SHOWERR 16
#define WRDE_UNDEF 32

#define WRDE_NOSYS (-1)
#define WRDE_NOSPACE 1
#define WRDE_BADCHAR 2
#define WRDE_BADVAL 3
#define WRDE_CMDSUB 4
#define WRDE_SYNTAX 5

__BEGIN_DECLS
int wordexp(const char *__restrict text, wordexp_t *__restrict words,
            int flags);
void wordfree(wordexp_t *words);
__END_DECLS

#endif
