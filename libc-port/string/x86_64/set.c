/* SPDX-License-Identifier: Apache-2.0 */
/* memset, by pieces that overlap as in copy.c. */
#include "libc-port/string/x86_64/vec.h"

enum {
    REP_MIN = 2048, /* bytes; below, rep stosb's start-up shows */
};

STR_INLINE void set_up_to_16(char *dst, uint64_t bytes, size_t len)
{
    if (len >= 8) {
        store64(dst, bytes);
        store64(dst + len - 8, bytes);
    } else if (len >= 4) {
        store32(dst, (uint32_t)bytes);
        store32(dst + len - 4, (uint32_t)bytes);
    } else if (len >= 2) {
        store16(dst, (uint16_t)bytes);
        store16(dst + len - 2, (uint16_t)bytes);
    } else if (len) {
        *dst = (char)bytes;
    }
}

static __attribute__((noinline)) void *set_large(char *dst, int byte,
                                                 size_t len)
{
    if (len >= REP_MIN) {
        void *to = dst;
        __asm__ volatile("rep stosb"
                         : "+D"(to), "+c"(len)
                         : "a"(byte)
                         : "memory");
        return dst;
    }
    vec v = vec_of(byte);
    char *last = dst + len - 64;
    vec_store(dst, v);
    char *to = dst + VEC - ((uintptr_t)dst & (VEC - 1));
    for (; to < last; to += 64) {
        vec_store_aligned(to, v);
        vec_store_aligned(to + 16, v);
        vec_store_aligned(to + 32, v);
        vec_store_aligned(to + 48, v);
    }
    vec_store(last, v);
    vec_store(last + 16, v);
    vec_store(last + 32, v);
    vec_store(last + 48, v);
    return dst;
}

void *memset(void *dst, int byte, size_t len)
{
    if (len <= 16) {
        set_up_to_16(dst, (uint8_t)byte * 0x0101010101010101ull, len);
        return dst;
    }
    if (unlikely(len > 128))
        return set_large(dst, byte, len);
    char *begin = dst, *end = begin + len;
    vec v = vec_of(byte);
    vec_store(begin, v);
    vec_store(end - 16, v);
    if (len > 32) {
        vec_store(begin + 16, v);
        vec_store(end - 32, v);
        if (len > 64) {
            vec_store(begin + 32, v);
            vec_store(begin + 48, v);
            vec_store(end - 48, v);
            vec_store(end - 64, v);
        }
    }
    return dst;
}

STR_WEAK void bzero(void *dst, size_t len)
{
    memset(dst, 0, len);
}

STR_WEAK void explicit_bzero(void *dst, size_t len)
{
    memset(dst, 0, len);
    __asm__ volatile("" : : "r"(dst) : "memory"); /* it may not be left out */
}
