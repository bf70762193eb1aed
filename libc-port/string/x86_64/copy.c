/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcpy and memmove: one function. Up to 128 bytes everything is loaded
 * before anything is stored, so overlap does not matter and there is no loop;
 * lengths between two powers of two are covered by pieces that overlap.
 */
#include "libc-port/string/x86_64/vec.h"

enum {
    REP_MIN = 2048, /* bytes; below, rep movsb's start-up shows */
    REP_GAP = 64,   /* bytes between the areas; nearer, it is slow */
};

STR_INLINE void copy_up_to_16(char *dst, const char *src, size_t len)
{
    if (len >= 8) {
        uint64_t head = load64(src), tail = load64(src + len - 8);
        store64(dst, head);
        store64(dst + len - 8, tail);
    } else if (len >= 4) {
        uint32_t head = load32(src), tail = load32(src + len - 4);
        store32(dst, head);
        store32(dst + len - 4, tail);
    } else if (len >= 2) {
        uint16_t head = load16(src), tail = load16(src + len - 2);
        store16(dst, head);
        store16(dst + len - 2, tail);
    } else if (len) {
        *dst = *src;
    }
}

STR_INLINE void copy_up_to_128(char *dst, const char *src, size_t len)
{
    const char *src_end = src + len;
    char *dst_end = dst + len;
    vec a0 = vec_load(src), a1 = vec_load(src + 16);
    vec z0 = vec_load(src_end - 16), z1 = vec_load(src_end - 32);
    if (len > 64) {
        vec a2 = vec_load(src + 32), a3 = vec_load(src + 48);
        vec z2 = vec_load(src_end - 48), z3 = vec_load(src_end - 64);
        vec_store(dst + 32, a2);
        vec_store(dst + 48, a3);
        vec_store(dst_end - 48, z2);
        vec_store(dst_end - 64, z3);
    }
    vec_store(dst, a0);
    vec_store(dst + 16, a1);
    vec_store(dst_end - 16, z0);
    vec_store(dst_end - 32, z1);
}

/* In both directions the ends are loaded before and stored after the loop,
 * which then only has to take care of its own direction. */
static void copy_upwards(char *dst, const char *src, size_t len)
{
    const char *src_last = src + len - 64;
    char *dst_last = dst + len - 64;
    vec head = vec_load(src);
    vec z0 = vec_load(src_last), z1 = vec_load(src_last + 16);
    vec z2 = vec_load(src_last + 32), z3 = vec_load(src_last + 48);
    size_t skip = VEC - ((uintptr_t)dst & (VEC - 1));
    src += skip;
    for (char *to = dst + skip; to < dst_last; to += 64, src += 64) {
        vec a = vec_load(src), b = vec_load(src + 16);
        vec c = vec_load(src + 32), d = vec_load(src + 48);
        vec_store_aligned(to, a);
        vec_store_aligned(to + 16, b);
        vec_store_aligned(to + 32, c);
        vec_store_aligned(to + 48, d);
    }
    vec_store(dst, head);
    vec_store(dst_last, z0);
    vec_store(dst_last + 16, z1);
    vec_store(dst_last + 32, z2);
    vec_store(dst_last + 48, z3);
}

static void copy_downwards(char *dst, const char *src, size_t len)
{
    char *dst_end = dst + len;
    const char *src_end = src + len;
    vec tail = vec_load(src_end - 16);
    vec a0 = vec_load(src), a1 = vec_load(src + 16);
    vec a2 = vec_load(src + 32), a3 = vec_load(src + 48);
    size_t skip = (uintptr_t)dst_end & (VEC - 1);
    src_end -= skip;
    char *to = dst_end - skip;
    for (; to > dst + 64; to -= 64, src_end -= 64) {
        vec a = vec_load(src_end - 16), b = vec_load(src_end - 32);
        vec c = vec_load(src_end - 48), d = vec_load(src_end - 64);
        vec_store_aligned(to - 16, a);
        vec_store_aligned(to - 32, b);
        vec_store_aligned(to - 48, c);
        vec_store_aligned(to - 64, d);
    }
    vec_store(dst_end - 16, tail);
    vec_store(dst, a0);
    vec_store(dst + 16, a1);
    vec_store(dst + 32, a2);
    vec_store(dst + 48, a3);
}

static __attribute__((noinline)) void *copy_large(void *dst, const void *src,
                                                  size_t len)
{
    uintptr_t ahead = (uintptr_t)src - (uintptr_t)dst;
    uintptr_t behind = (uintptr_t)dst - (uintptr_t)src;
    if (behind < len) {
        copy_downwards(dst, src, len);
    } else if (len >= REP_MIN && ahead >= REP_GAP) {
        void *to = dst;
        __asm__ volatile("rep movsb"
                         : "+D"(to), "+S"(src), "+c"(len)
                         :
                         : "memory");
    } else {
        copy_upwards(dst, src, len);
    }
    return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
    if (len <= 16) {
        copy_up_to_16(dst, src, len);
        return dst;
    }
    if (len <= 32) {
        vec head = vec_load(src);
        vec tail = vec_load((const char *)src + len - 16);
        vec_store(dst, head);
        vec_store((char *)dst + len - 16, tail);
        return dst;
    }
    if (likely(len <= 128)) {
        copy_up_to_128(dst, src, len);
        return dst;
    }
    return copy_large(dst, src, len);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
    __attribute__((alias(STR_SYMBOL(memmove))));

STR_WEAK void *mempcpy(void *restrict dst, const void *restrict src, size_t len)
{
    return (char *)memcpy(dst, src, len) + len;
}

STR_WEAK void bcopy(const void *src, void *dst, size_t len)
{
    memmove(dst, src, len);
}
