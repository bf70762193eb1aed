/* SPDX-License-Identifier: Apache-2.0 */
/* memcmp, strcmp, strncmp. Strings are read at any alignment, sixteen bytes
 * at a time where neither crosses into a page that may not be there. */
#include "libc-port/string/x86_64/vec.h"

STR_INLINE int order64(uint64_t a, uint64_t b) /* as bytes in memory */
{
    a = __builtin_bswap64(a);
    b = __builtin_bswap64(b);
    return a < b ? -1 : a > b;
}

STR_INLINE int differ_at(const unsigned char *a, const unsigned char *b,
                         size_t i)
{
    return a[i] - b[i];
}

STR_INLINE int compare_below_16(const unsigned char *a, const unsigned char *b,
                                size_t len)
{
    if (len >= 8) {
        uint64_t x = load64(a), y = load64(b);
        if (x == y) {
            x = load64(a + len - 8);
            y = load64(b + len - 8);
        }
        return order64(x, y);
    }
    if (len >= 4) {
        uint64_t x = (uint64_t)__builtin_bswap32(load32(a)) << 32 |
                     __builtin_bswap32(load32(a + len - 4));
        uint64_t y = (uint64_t)__builtin_bswap32(load32(b)) << 32 |
                     __builtin_bswap32(load32(b + len - 4));
        return x < y ? -1 : x > y;
    }
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return differ_at(a, b, i);
    return 0;
}

/* Bytes that can be read from both without asking again. */
STR_INLINE size_t both_left(const void *a, const void *b)
{
    size_t left_a = str_page_left(a), left_b = str_page_left(b);
    return left_a < left_b ? left_a : left_b;
}

/* Up to 16 bytes: one comparison of 16, of which the first len count; a chain
 * of tests for the length would be mispredicted where lengths vary. */
STR_INLINE STR_AHEAD int compare_up_to_16(const unsigned char *a,
                                          const unsigned char *b, size_t len)
{
    if (unlikely(both_left(a, b) < VEC && len < VEC))
        return compare_below_16(a, b, len);
    uint32_t same = vec_equals(vec_load(a), vec_load(b));
    uint32_t diff = ~same & ((1u << len) - 1);
    return diff ? differ_at(a, b, (size_t)__builtin_ctz(diff)) : 0;
}

STR_AHEAD int memcmp(const void *left, const void *right, size_t len)
{
    const unsigned char *a = left, *b = right;
    if (unlikely(!len)) /* then nothing may be read */
        return 0;
    if (len <= VEC)
        return compare_up_to_16(a, b, len);
    size_t i = 0;
    for (; i + 64 < len; i += 64) {
        vec v0 = _mm_cmpeq_epi8(vec_load(a + i), vec_load(b + i));
        vec v1 = _mm_cmpeq_epi8(vec_load(a + i + 16), vec_load(b + i + 16));
        vec v2 = _mm_cmpeq_epi8(vec_load(a + i + 32), vec_load(b + i + 32));
        vec v3 = _mm_cmpeq_epi8(vec_load(a + i + 48), vec_load(b + i + 48));
        vec all = _mm_and_si128(_mm_and_si128(v0, v1), _mm_and_si128(v2, v3));
        if (_mm_movemask_epi8(all) != 0xffff)
            break; /* the loop below finds where */
    }
    for (; i + 16 < len; i += 16) {
        uint32_t same = vec_equals(vec_load(a + i), vec_load(b + i));
        if (same != 0xffff)
            return differ_at(a, b, i + (size_t)__builtin_ctz(~same));
    }
    i = len - 16;
    uint32_t same = vec_equals(vec_load(a + i), vec_load(b + i));
    if (same != 0xffff)
        return differ_at(a, b, i + (size_t)__builtin_ctz(~same));
    return 0;
}

int bcmp(const void *a, const void *b, size_t len)
    __attribute__((weak, alias(STR_SYMBOL(memcmp))));

/* Zero bytes where the strings differ or end. */
STR_INLINE vec string_stop(vec x, vec y)
{
    return vec_min(_mm_cmpeq_epi8(x, y), x);
}

STR_INLINE STR_AHEAD int compare_strings(const unsigned char *a,
                                         const unsigned char *b, size_t max)
{
    if (likely(both_left(a, b) >= VEC && max >= VEC)) {
        uint32_t stop = vec_zeroes(string_stop(vec_load(a), vec_load(b)));
        if (stop)
            return differ_at(a, b, (size_t)__builtin_ctz(stop));
        a += VEC;
        b += VEC;
        max -= VEC;
    }
    for (;;) {
        size_t left = both_left(a, b);
        size_t piece = left < max ? left : max;
        size_t i = 0;
        /* Reading up to `left` is safe even beyond max. */
        while (i + 64 <= piece) {
            vec v0 = string_stop(vec_load(a + i), vec_load(b + i));
            vec v1 = string_stop(vec_load(a + i + 16), vec_load(b + i + 16));
            vec v2 = string_stop(vec_load(a + i + 32), vec_load(b + i + 32));
            vec v3 = string_stop(vec_load(a + i + 48), vec_load(b + i + 48));
            if (vec_zeroes(vec_min(vec_min(v0, v1), vec_min(v2, v3))))
                break; /* the loop below finds where */
            i += 64;
        }
        for (; i < piece && i + VEC <= left; i += VEC) {
            uint32_t stop =
                vec_zeroes(string_stop(vec_load(a + i), vec_load(b + i)));
            if (stop) {
                i += (size_t)__builtin_ctz(stop);
                return i < piece ? differ_at(a, b, i) : 0;
            }
        }
        if (i > piece)
            i = piece;
        for (; i < piece; i++)
            if (a[i] != b[i] || !a[i])
                return differ_at(a, b, i);
        if (i == max)
            return 0;
        a += i;
        b += i;
        max -= i;
    }
}

STR_AHEAD int strcmp(const char *a, const char *b)
{
    return compare_strings((const unsigned char *)a, (const unsigned char *)b,
                           SIZE_MAX);
}

STR_AHEAD int strncmp(const char *a, const char *b, size_t max)
{
    return compare_strings((const unsigned char *)a, (const unsigned char *)b,
                           max);
}
