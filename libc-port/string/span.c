/* SPDX-License-Identifier: Apache-2.0 */
/* strspn, strcspn, strpbrk: sets are short and hits come early, so a bitmap
 * of 32 bytes on the stack beats tables that must be cleared first. */
#include "libc-port/string/str.h"

struct set {
    uint64_t bits[4];
};

STR_INLINE void set_add(struct set *set, unsigned char byte)
{
    set->bits[byte / 64] |= 1ull << byte % 64;
}

STR_INLINE bool set_has(const struct set *set, unsigned char byte)
{
    return set->bits[byte / 64] >> byte % 64 & 1;
}

size_t strspn(const char *s, const char *chars)
{
    const char *at = s;
    if (!chars[0])
        return 0;
    if (!chars[1]) {
        while (*at == chars[0])
            at++;
        return (size_t)(at - s);
    }
    struct set set = {{0}}; /* NUL is not in it and ends the loop */
    for (; *chars; chars++)
        set_add(&set, (unsigned char)*chars);
    while (set_has(&set, (unsigned char)*at))
        at++;
    return (size_t)(at - s);
}

size_t strcspn(const char *s, const char *chars)
{
    if (!chars[0])
        return strlen(s);
    if (!chars[1]) {
        const char *hit = strchr(s, chars[0]);
        return hit ? (size_t)(hit - s) : strlen(s);
    }
    if (!chars[2]) /* a letter in both cases, the ends of a line */
        return (size_t)(str_either(s, chars[0], chars[1]) - s);
    struct set set = {{1}}; /* NUL is in it */
    for (; *chars; chars++)
        set_add(&set, (unsigned char)*chars);
    const char *at = s;
    while (!set_has(&set, (unsigned char)*at))
        at++;
    return (size_t)(at - s);
}

char *strpbrk(const char *s, const char *chars)
{
    s += strcspn(s, chars);
    return *s ? (char *)s : NULL;
}
