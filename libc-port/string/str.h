/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the string functions. A vector load may read bytes that no object
 * owns, as long as it stays in a page that some byte asked for lies in: so
 * either the address is aligned to the vector, or the distance to the page's
 * end has been looked at. Sanitizers are told not to look.
 */
#ifndef LIBC_STRING_STR_H
#define LIBC_STRING_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef UNI_HOST_TEST
#define STR_NAME(name) str_##name
#define bcmp STR_NAME(bcmp)
#define bcopy STR_NAME(bcopy)
#define bzero STR_NAME(bzero)
#define explicit_bzero STR_NAME(explicit_bzero)
#define index STR_NAME(index)
#define memccpy STR_NAME(memccpy)
#define memchr STR_NAME(memchr)
#define memcmp STR_NAME(memcmp)
#define memcpy STR_NAME(memcpy)
#define memmem STR_NAME(memmem)
#define memmove STR_NAME(memmove)
#define mempcpy STR_NAME(mempcpy)
#define memrchr STR_NAME(memrchr)
#define memset STR_NAME(memset)
#define rawmemchr STR_NAME(rawmemchr)
#define rindex STR_NAME(rindex)
#define stpcpy STR_NAME(stpcpy)
#define stpncpy STR_NAME(stpncpy)
#define strcat STR_NAME(strcat)
#define strchr STR_NAME(strchr)
#define strchrnul STR_NAME(strchrnul)
#define strcmp STR_NAME(strcmp)
#define strcpy STR_NAME(strcpy)
#define strcspn STR_NAME(strcspn)
#define strlcat STR_NAME(strlcat)
#define strlcpy STR_NAME(strlcpy)
#define strlen STR_NAME(strlen)
#define strncat STR_NAME(strncat)
#define strncmp STR_NAME(strncmp)
#define strncpy STR_NAME(strncpy)
#define strnlen STR_NAME(strnlen)
#define strpbrk STR_NAME(strpbrk)
#define strrchr STR_NAME(strrchr)
#define strspn STR_NAME(strspn)
#define strstr STR_NAME(strstr)
#endif

#define STR_SYMBOL_2(name) #name
#define STR_SYMBOL(name) STR_SYMBOL_2(name)
#ifndef __clang__ /* memcpy's loop shall not become a call of memcpy */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define STR_INLINE static inline __attribute__((always_inline))
#define STR_WEAK __attribute__((weak))
/* Reads ahead within a page. */
#define STR_AHEAD __attribute__((no_sanitize("address")))

enum {
    STR_PAGE = 4096, /* the smallest page there is */
};

/* Bytes from here to the end of the page, 1..STR_PAGE. */
STR_INLINE size_t str_page_left(const void *ptr)
{
    return STR_PAGE - ((uintptr_t)ptr & (STR_PAGE - 1));
}

/* Standard C's; declared here because <string.h> may make macros of them. */
void *memchr(const void *mem, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memcpy(void *restrict dst, const void *restrict src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int byte, size_t len);
char *strcat(char *restrict dst, const char *restrict src);
char *strchr(const char *s, int byte);
int strcmp(const char *a, const char *b);
char *strcpy(char *restrict dst, const char *restrict src);
size_t strcspn(const char *s, const char *set);
size_t strlen(const char *s);
char *strncat(char *restrict dst, const char *restrict src, size_t max);
int strncmp(const char *a, const char *b, size_t max);
char *strncpy(char *restrict dst, const char *restrict src, size_t max);
char *strpbrk(const char *s, const char *set);
char *strrchr(const char *s, int byte);
size_t strspn(const char *s, const char *set);
char *strstr(const char *s, const char *needle);

/* POSIX's, BSD's and GNU's. */
int bcmp(const void *a, const void *b, size_t len);
void bcopy(const void *src, void *dst, size_t len);
void bzero(void *dst, size_t len);
void explicit_bzero(void *dst, size_t len);
char *index(const char *s, int byte);
void *memccpy(void *restrict dst, const void *restrict src, int byte,
              size_t max);
void *memmem(const void *mem, size_t mem_len, const void *needle,
             size_t needle_len);
void *mempcpy(void *restrict dst, const void *restrict src, size_t len);
void *memrchr(const void *mem, int byte, size_t len);
void *rawmemchr(const void *mem, int byte);
char *rindex(const char *s, int byte);
char *stpcpy(char *restrict dst, const char *restrict src);
char *stpncpy(char *restrict dst, const char *restrict src, size_t max);
char *strchrnul(const char *s, int byte);
size_t strlcat(char *restrict dst, const char *restrict src, size_t size);
size_t strlcpy(char *restrict dst, const char *restrict src, size_t size);
size_t strnlen(const char *s, size_t max);

/* Not for programs: the first byte, other byte, or NUL at or after s. */
const char *str_either(const char *s, int byte,
                       int other) __asm__("__libc_str_either");

#endif
