/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memmem and strstr. The filter looks, sixteen places at a time, where the
 * needle's first and last byte both fit, and compares there. Input made to
 * fool it would cost len * needle_len, so it has a budget of wasted work;
 * when that is used up, the two-way algorithm goes on from there, which is
 * linear whatever the input (Crochemore and Perrin, "Two-way
 * string-matching", JACM 38, 1991).
 */
#include "libc-port/string/x86_64/vec.h"

enum {
    BUDGET = 4096,    /* bytes compared in vain, at first */
    BUDGET_SHARE = 4, /* and more for each byte of text passed */
    WINDOW = 1024,    /* bytes that strstr measures at a time */
};

struct needle {
    const unsigned char *bytes;
    size_t len; /* >= 2 */
};

struct factor {
    size_t start, period;
};

/* The largest suffix in one of the two orders of bytes. */
static struct factor largest_suffix(const struct needle *needle, bool reversed)
{
    const unsigned char *x = needle->bytes;
    size_t start = 0, at = 1, same = 0, period = 1;
    while (at + same < needle->len) {
        unsigned char a = x[at + same], b = x[start + same];
        if (a == b) {
            if (++same == period) {
                at += period;
                same = 0;
            }
        } else if ((a < b) != reversed) {
            at += same + 1;
            same = 0;
            period = at - start;
        } else {
            start = at++;
            same = 0;
            period = 1;
        }
    }
    return (struct factor){start, period};
}

static const unsigned char *find_two_way(const unsigned char *text, size_t len,
                                         const struct needle *needle)
{
    const unsigned char *x = needle->bytes;
    struct factor factor = largest_suffix(needle, false);
    struct factor other = largest_suffix(needle, true);
    if (other.start > factor.start)
        factor = other;
    size_t middle = factor.start, shift = factor.period;
    /* Does the period hold for all of the needle? Then what matched on the
     * left need not be compared again after a shift by it. */
    bool periodic =
        middle + shift <= needle->len && memcmp(x, x + shift, middle) == 0;
    if (!periodic) {
        size_t right = needle->len - middle;
        shift = (middle > right ? middle : right) + 1;
    }

    size_t known = 0;
    for (size_t at = 0; at + needle->len <= len;) {
        const unsigned char *y = text + at;
        size_t i = middle > known ? middle : known;
        while (i < needle->len && x[i] == y[i])
            i++;
        if (i < needle->len) {
            at += i - middle + 1;
            known = 0;
            continue;
        }
        i = middle;
        while (i > known && x[i - 1] == y[i - 1])
            i--;
        if (i <= known)
            return y;
        at += shift;
        known = periodic ? needle->len - shift : 0;
    }
    return NULL;
}

/* Bit i: the needle may lie at at + i. */
STR_INLINE uint32_t candidates(const unsigned char *at, size_t last_offset,
                               vec first, vec last)
{
    vec a = _mm_cmpeq_epi8(vec_load(at), first);
    vec b = _mm_cmpeq_epi8(vec_load(at + last_offset), last);
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(a, b));
}

/* Candidates of the last places, fewer than a vector's. */
static uint32_t candidates_tail(const unsigned char *at, size_t count,
                                const struct needle *needle)
{
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (at[i] == needle->bytes[0] &&
            at[i + needle->len - 1] == needle->bytes[needle->len - 1])
            found |= 1u << i;
    return found;
}

static const unsigned char *find(const unsigned char *text, size_t len,
                                 const struct needle *needle)
{
    if (len < needle->len)
        return NULL;
    size_t places = len - needle->len + 1, budget = BUDGET;
    vec first = vec_of(needle->bytes[0]);
    vec last = vec_of(needle->bytes[needle->len - 1]);
    for (size_t i = 0; i < places; i += VEC) {
        const unsigned char *at = text + i;
        size_t left = places - i;
        uint32_t found = left >= VEC
                             ? candidates(at, needle->len - 1, first, last)
                             : candidates_tail(at, left, needle);
        budget += VEC * BUDGET_SHARE;
        for (; found; found &= found - 1) {
            const unsigned char *match = at + __builtin_ctz(found);
            if (memcmp(match + 1, needle->bytes + 1, needle->len - 2) == 0)
                return match;
            if (budget < needle->len)
                return find_two_way(match + 1, len - (size_t)(match + 1 - text),
                                    needle);
            budget -= needle->len;
        }
    }
    return NULL;
}

STR_WEAK void *memmem(const void *mem, size_t len, const void *bytes,
                      size_t needle_len)
{
    struct needle needle = {bytes, needle_len};
    if (needle_len == 0)
        return (void *)mem;
    if (needle_len == 1)
        return memchr(mem, *needle.bytes, len);
    return (void *)find(mem, len, &needle);
}

/* The text's end is found piece by piece: a hit may come long before it. A
 * piece is as long as what was looked through so far, so that the needle's
 * preparation and the overlap of pieces stay a small part of the work. */
char *strstr(const char *text, const char *bytes)
{
    if (!bytes[0])
        return (char *)text;
    text = strchr(text, bytes[0]);
    if (!text || !bytes[1])
        return (char *)text;
    struct needle needle = {(const unsigned char *)bytes, strlen(bytes)};
    size_t piece = needle.len + WINDOW;
    for (;;) {
        const char *nul = memchr(text, 0, piece);
        size_t len = nul ? (size_t)(nul - text) : piece;
        const unsigned char *hit =
            find((const unsigned char *)text, len, &needle);
        if (hit || nul)
            return (char *)hit;
        text += len - (needle.len - 1);
        piece *= 2;
    }
}
