/* SPDX-License-Identifier: Apache-2.0 */
/* Making strings: a scan for the end, then one copy. Both are fast, and the
 * second finds its input in the cache. */
#include "libc-port/string/str.h"

/* strnlen without relying on a weak name. */
static size_t length_up_to(const char *s, size_t max)
{
    const char *nul = memchr(s, 0, max);
    return nul ? (size_t)(nul - s) : max;
}

char *strcpy(char *restrict dst, const char *restrict src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

STR_WEAK char *stpcpy(char *restrict dst, const char *restrict src)
{
    size_t len = strlen(src);
    memcpy(dst, src, len + 1);
    return dst + len;
}

char *strncpy(char *restrict dst, const char *restrict src, size_t max)
{
    size_t len = length_up_to(src, max);
    memcpy(dst, src, len);
    memset(dst + len, 0, max - len);
    return dst;
}

STR_WEAK char *stpncpy(char *restrict dst, const char *restrict src, size_t max)
{
    size_t len = length_up_to(src, max);
    memcpy(dst, src, len);
    memset(dst + len, 0, max - len);
    return dst + len;
}

char *strcat(char *restrict dst, const char *restrict src)
{
    memcpy(dst + strlen(dst), src, strlen(src) + 1);
    return dst;
}

char *strncat(char *restrict dst, const char *restrict src, size_t max)
{
    char *end = dst + strlen(dst);
    size_t len = length_up_to(src, max);
    memcpy(end, src, len);
    end[len] = 0;
    return dst;
}

STR_WEAK size_t strlcpy(char *restrict dst, const char *restrict src,
                        size_t size)
{
    size_t len = strlen(src);
    if (size) {
        size_t count = len < size ? len : size - 1;
        memcpy(dst, src, count);
        dst[count] = 0;
    }
    return len;
}

STR_WEAK size_t strlcat(char *restrict dst, const char *restrict src,
                        size_t size)
{
    size_t used = length_up_to(dst, size);
    size_t len = strlen(src);
    if (used < size) {
        size_t room = size - used - 1;
        size_t count = len < room ? len : room;
        memcpy(dst + used, src, count);
        dst[used + count] = 0;
    }
    return used + len;
}

STR_WEAK void *memccpy(void *restrict dst, const void *restrict src, int byte,
                       size_t max)
{
    const char *hit = memchr(src, byte, max);
    size_t count = hit ? (size_t)(hit - (const char *)src) + 1 : max;
    memcpy(dst, src, count);
    return hit ? (char *)dst + count : NULL;
}
