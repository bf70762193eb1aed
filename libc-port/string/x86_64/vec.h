/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes at a time: SSE2, which every x86-64 has. */
#ifndef LIBC_STRING_VEC_H
#define LIBC_STRING_VEC_H

#include <emmintrin.h>

#include "libc-port/string/str.h"

typedef __m128i vec;
enum {
    VEC = sizeof(vec),
};

STR_INLINE vec vec_load(const void *ptr) /* any address */
{
    return _mm_loadu_si128(ptr);
}

STR_INLINE vec vec_load_aligned(const void *ptr)
{
    return _mm_load_si128(ptr);
}

STR_INLINE void vec_store(void *ptr, vec v)
{
    _mm_storeu_si128(ptr, v);
}

STR_INLINE void vec_store_aligned(void *ptr, vec v)
{
    _mm_store_si128(ptr, v);
}

STR_INLINE vec vec_of(int byte)
{
    return _mm_set1_epi8((char)byte);
}

STR_INLINE vec vec_min(vec a, vec b)
{
    return _mm_min_epu8(a, b);
}

/* Bit i: byte i is zero. */
STR_INLINE uint32_t vec_zeroes(vec v)
{
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128()));
}

/* Bit i: bytes i are equal. */
STR_INLINE uint32_t vec_equals(vec a, vec b)
{
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
}

/* Numbers at any address. */
STR_INLINE uint64_t load64(const void *ptr)
{
    uint64_t n;
    __builtin_memcpy(&n, ptr, sizeof(n));
    return n;
}

STR_INLINE uint32_t load32(const void *ptr)
{
    uint32_t n;
    __builtin_memcpy(&n, ptr, sizeof(n));
    return n;
}

STR_INLINE uint16_t load16(const void *ptr)
{
    uint16_t n;
    __builtin_memcpy(&n, ptr, sizeof(n));
    return n;
}

STR_INLINE void store64(void *ptr, uint64_t n)
{
    __builtin_memcpy(ptr, &n, sizeof(n));
}

STR_INLINE void store32(void *ptr, uint32_t n)
{
    __builtin_memcpy(ptr, &n, sizeof(n));
}

STR_INLINE void store16(void *ptr, uint16_t n)
{
    __builtin_memcpy(ptr, &n, sizeof(n));
}

#endif
