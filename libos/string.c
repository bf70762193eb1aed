/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libOS's own memory and string functions: general registers only, for
 * they also run while the vector registers hold an interrupted thread's state.
 * Each is an object of its own file's section and local to the libOS.
 */
#include "base.h"

typedef uint64_t __attribute__((may_alias, aligned(1))) word;
typedef uint32_t __attribute__((may_alias, aligned(1))) half;

/* From here on the microcode's string operations win (ERMS, FSRM). */
#define REP_MIN 128

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
    char *d = dst;
    const char *s = src;
    if (len >= REP_MIN) {
        __asm__ volatile("rep movsb"
                         : "+D"(d), "+S"(s), "+c"(len)
                         :
                         : "memory");
        return dst;
    }
    for (; len >= 8; len -= 8, d += 8, s += 8)
        *(word *)d = *(const word *)s;
    if (len >= 4) {
        *(half *)d = *(const half *)s;
        d += 4, s += 4, len -= 4;
    }
    for (; len; len--) {
        *d++ = *s++;
        __asm__ volatile("" ::: "memory"); /* not a call of memcpy again */
    }
    return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
    char *d = dst;
    const char *s = src;
    if ((uintptr_t)d - (uintptr_t)s >= len)
        return memcpy(dst, src, len);
    while (len >= 8) {
        len -= 8;
        *(word *)(d + len) = *(const word *)(s + len);
    }
    while (len) {
        len--;
        d[len] = s[len];
        __asm__ volatile("" ::: "memory");
    }
    return dst;
}

void *memset(void *dst, int byte, size_t len)
{
    char *d = dst;
    if (len >= REP_MIN) {
        __asm__ volatile("rep stosb"
                         : "+D"(d), "+c"(len)
                         : "a"(byte)
                         : "memory");
        return dst;
    }
    uint64_t fill = (uint8_t)byte * 0x0101010101010101ull;
    for (; len >= 8; len -= 8, d += 8)
        *(word *)d = fill;
    for (; len; len--) {
        *d++ = (char)byte;
        __asm__ volatile("" ::: "memory");
    }
    return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (; len >= 8 && *(const word *)x == *(const word *)y; len -= 8)
        x += 8, y += 8;
    for (; len; len--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *mem, int byte, size_t len)
{
    for (const uint8_t *m = mem; len; len--, m++)
        if (*m == (uint8_t)byte)
            return (void *)m;
    return NULL;
}

size_t strnlen(const char *s, size_t max)
{
    size_t len = 0;
    while (len < max && s[len])
        len++;
    return len;
}

size_t strlen(const char *s)
{
    const char *end = s;
    while (*end) {
        end++;
        __asm__ volatile("" ::: "memory");
    }
    return (size_t)(end - s);
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t max)
{
    for (; max && *a && *a == *b; a++, b++)
        max--;
    return max ? (uint8_t)*a - (uint8_t)*b : 0;
}

char *strchr(const char *s, int byte)
{
    for (;; s++) {
        if (*s == (char)byte)
            return (char *)s;
        if (!*s)
            return NULL;
    }
}
