/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a byte. Loads are aligned or keep a distance from the page's end,
 * so none leaves the page of a byte that belongs to the argument. Each search
 * is turned into one for a zero: NUL           x byte          x ^ byte byte or
 * NUL   min(x ^ byte, x)
 */
#include "libc-port/string/x86_64/vec.h"

enum scan_for { SCAN_NUL, SCAN_BYTE, SCAN_BYTE_OR_NUL, SCAN_TWO_OR_NUL };

struct needles {
    vec byte, other;
};

/* Zero bytes where there is a hit. */
STR_INLINE vec scan_test(vec x, struct needles needle, enum scan_for what)
{
    if (what == SCAN_NUL)
        return x;
    vec diff = _mm_xor_si128(x, needle.byte);
    if (what == SCAN_TWO_OR_NUL)
        diff = vec_min(diff, _mm_xor_si128(x, needle.other));
    return what == SCAN_BYTE ? diff : vec_min(diff, x);
}

STR_INLINE STR_AHEAD vec scan_load(const char *aligned, struct needles needle,
                                   enum scan_for what)
{
    return scan_test(vec_load_aligned(aligned), needle, what);
}

#define NO_END ((const char *)UINTPTR_MAX)

STR_INLINE bool within(const char *at, const char *end)
{
    return end == NO_END || at < end;
}

/* The first hit at or after s, or NULL if there is none before `end`. The
 * first load starts at s itself, unless it would cross into the next page:
 * most texts are short, and end in it. */
STR_INLINE STR_AHEAD const char *scan_for(const char *s, const char *end,
                                          struct needles needle,
                                          enum scan_for what)
{
    size_t skip = (uintptr_t)s & (VEC - 1);
    const char *at = s;
    uint32_t hits;
    if (likely(str_page_left(s) >= VEC)) {
        hits = vec_zeroes(scan_test(vec_load(s), needle, what));
    } else {
        at -= skip;
        hits = vec_zeroes(scan_load(at, needle, what)) >> skip << skip;
    }
    if (hits) {
        at += __builtin_ctz(hits);
        return within(at, end) ? at : NULL;
    }
    for (at = s - skip + VEC; (uintptr_t)at & 63; at += VEC) {
        if (!within(at, end))
            return NULL;
        hits = vec_zeroes(scan_load(at, needle, what));
        if (hits) {
            at += __builtin_ctz(hits);
            return within(at, end) ? at : NULL;
        }
    }
    for (;; at += 64) {
        if (!within(at, end))
            return NULL;
        vec a = scan_load(at, needle, what);
        vec b = scan_load(at + 16, needle, what);
        vec c = scan_load(at + 32, needle, what);
        vec d = scan_load(at + 48, needle, what);
        if (!vec_zeroes(vec_min(vec_min(a, b), vec_min(c, d))))
            continue;
        uint64_t all = vec_zeroes(a) | (uint64_t)vec_zeroes(b) << 16 |
                       (uint64_t)vec_zeroes(c) << 32 |
                       (uint64_t)vec_zeroes(d) << 48;
        at += __builtin_ctzll(all);
        return within(at, end) ? at : NULL;
    }
}

STR_INLINE STR_AHEAD const char *scan(const char *s, const char *end, int byte,
                                      enum scan_for what)
{
    struct needles needle = {vec_of(byte), vec_of(byte)};
    return scan_for(s, end, needle, what);
}

STR_INLINE const char *end_of(const void *mem, size_t len)
{
    uintptr_t end;
    if (__builtin_add_overflow((uintptr_t)mem, len, &end))
        return NO_END;
    return (const char *)end;
}

STR_AHEAD size_t strlen(const char *s)
{
    return (size_t)(scan(s, NO_END, 0, SCAN_NUL) - s);
}

STR_WEAK STR_AHEAD size_t strnlen(const char *s, size_t max)
{
    if (!max)
        return 0;
    const char *nul = scan(s, end_of(s, max), 0, SCAN_NUL);
    return nul ? (size_t)(nul - s) : max;
}

STR_AHEAD void *memchr(const void *mem, int byte, size_t len)
{
    if (!len)
        return NULL;
    return (void *)scan(mem, end_of(mem, len), byte, SCAN_BYTE);
}

STR_WEAK STR_AHEAD void *rawmemchr(const void *mem, int byte)
{
    return (void *)scan(mem, NO_END, byte, SCAN_BYTE);
}

STR_WEAK STR_AHEAD char *strchrnul(const char *s, int byte)
{
    return (char *)scan(s, NO_END, byte, SCAN_BYTE_OR_NUL);
}

STR_AHEAD char *strchr(const char *s, int byte)
{
    char *at = (char *)scan(s, NO_END, byte, SCAN_BYTE_OR_NUL);
    return *at == (char)byte ? at : NULL;
}

STR_AHEAD const char *str_either(const char *s, int byte, int other)
{
    struct needles needle = {vec_of(byte), vec_of(other)};
    return scan_for(s, NO_END, needle, SCAN_TWO_OR_NUL);
}

char *index(const char *s, int byte)
    __attribute__((weak, alias(STR_SYMBOL(strchr))));

STR_WEAK STR_AHEAD void *memrchr(const void *mem, int byte, size_t len)
{
    if (!len)
        return NULL;
    const char *begin = mem, *last = begin + len - 1;
    struct needles needle = {vec_of(byte), vec_of(byte)};
    const char *at = (const char *)((uintptr_t)last & -(uintptr_t)VEC);
    uint32_t hits = vec_zeroes(scan_load(at, needle, SCAN_BYTE));
    hits &= 0xffffu >> (VEC - 1 - (last - at));
    for (;;) {
        if (hits) {
            at += 31 - __builtin_clz(hits);
            return at >= begin ? (void *)at : NULL;
        }
        if (at <= begin)
            return NULL;
        at -= VEC;
        hits = vec_zeroes(scan_load(at, needle, SCAN_BYTE));
    }
}

STR_AHEAD char *strrchr(const char *s, int byte)
{
    vec needle = vec_of(byte);
    size_t skip = (uintptr_t)s & (VEC - 1);
    const char *at = s - skip, *found = NULL;
    uint32_t mask = 0xffffu >> skip << skip;
    for (;; at += VEC, mask = 0xffff) {
        vec x = vec_load_aligned(at);
        uint32_t hits = vec_equals(x, needle) & mask;
        uint32_t nul = vec_zeroes(x) & mask;
        if (nul)
            hits &= nul ^ (nul - 1); /* up to the first NUL, with it */
        if (hits)
            found = at + 31 - __builtin_clz(hits);
        if (nul)
            return (char *)found;
    }
}

char *rindex(const char *s, int byte)
    __attribute__((weak, alias(STR_SYMBOL(strrchr))));
