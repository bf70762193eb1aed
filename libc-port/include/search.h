/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_SEARCH_H
#define _LIBC_SEARCH_H
#include_next <search.h>
#include <sys/types.h>
struct qelem {
    struct qelem *q_forw, *q_back;
    char q_data[1];
};
__BEGIN_DECLS
void *lfind(const void *key, const void *base, size_t *count, size_t size,
            int (*compare)(const void *, const void *));
void *lsearch(const void *key, void *base, size_t *count, size_t size,
              int (*compare)(const void *, const void *));
void insque(void *element, void *after);
void remque(void *element);
__END_DECLS
#endif
