/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value is m * 2^e with a 64-bit integer m. It is held as a number in
 * base 10^9: m to begin with, then multiplied or divided by 2 as often as e
 * says, 29 times at once. Nothing is ever rounded until the digits are cut.
 */
#include "decimal.h"

#include <stdint.h>
#include <string.h>

enum {
    LIMB_DIGITS = 9,
    BASE = 1000000000,
    STEP = 29, /* 2^29 < 10^9 < 2^30: sums below stay within 64 bits */
    POINT = DECIMAL_INT_DIGITS / LIMB_DIGITS + 3, /* limbs before it */
    LIMB_MAX = POINT + DECIMAL_FRAC_DIGITS / LIMB_DIGITS + 2,
};

struct big {
    int first, end;          /* limbs in use; limb[first] is not 0 */
    uint32_t limb[LIMB_MAX]; /* most significant first */
};

static void big_set(struct big *big, uint64_t m)
{
    big->first = big->end = POINT;
    do {
        big->limb[--big->first] = (uint32_t)(m % BASE);
        m /= BASE;
    } while (m);
}

static void big_multiply(struct big *big, int exponent)
{
    while (exponent > 0) {
        int step = exponent < STEP ? exponent : STEP;
        uint64_t carry = 0;
        for (int i = big->end - 1; i >= big->first; i--) {
            carry += (uint64_t)big->limb[i] << step;
            big->limb[i] = (uint32_t)(carry % BASE);
            carry /= BASE;
        }
        if (carry)
            big->limb[--big->first] = (uint32_t)carry;
        exponent -= step;
    }
}

static void big_divide(struct big *big, int exponent)
{
    while (exponent > 0) {
        int step = exponent < STEP ? exponent : STEP;
        uint64_t mask = (1u << step) - 1, rest = 0;
        for (int i = big->first; i < big->end; i++) {
            rest = rest * BASE + big->limb[i];
            big->limb[i] = (uint32_t)(rest >> step);
            rest &= mask;
        }
        while (rest) {
            rest *= BASE;
            big->limb[big->end++] = (uint32_t)(rest >> step);
            rest &= mask;
        }
        while (!big->limb[big->first])
            big->first++;
        exponent -= step;
    }
}

static void big_of(struct big *big, long double value)
{
    uint64_t m;
    uint16_t exponent;
    memcpy(&m, &value, sizeof(m));
    memcpy(&exponent, (const char *)&value + sizeof(m), sizeof(exponent));
    exponent &= 0x7fff;
    int e = (exponent ? exponent : 1) - 16383 - 63;
    int zeros = __builtin_ctzll(m); /* most numbers have few bits */
    m >>= zeros;
    e += zeros;
    big_set(big, m);
    if (e > 0)
        big_multiply(big, e);
    else
        big_divide(big, -e);
}

/* A limb's digits, without leading zeros if it is the first. */
static int limb_digits(uint32_t limb, bool is_first, char *out)
{
    char digits[LIMB_DIGITS];
    int begin = LIMB_DIGITS;
    for (int i = LIMB_DIGITS; i-- > 0; limb /= 10) {
        digits[i] = (char)('0' + limb % 10);
        if (digits[i] != '0')
            begin = i;
    }
    if (!is_first)
        begin = 0;
    memcpy(out, digits + begin, (size_t)(LIMB_DIGITS - begin));
    return LIMB_DIGITS - begin;
}

/* Should the digits cut off round up? `rest` are the first of them. */
static bool rounds_up(const struct big *big, int limb, const char *rest,
                      int rest_len, bool is_odd)
{
    if (rest[0] != '5')
        return rest[0] > '5';
    for (int i = 1; i < rest_len; i++)
        if (rest[i] != '0')
            return true;
    for (; limb < big->end; limb++)
        if (big->limb[limb])
            return true;
    return is_odd;
}

/* Add one to the last digit. */
static int increment(char *out, int len, int *point)
{
    while (len > 0 && out[len - 1] == '9')
        len--;
    if (len > 0) {
        out[len - 1]++;
        return len;
    }
    out[0] = '1';
    ++*point;
    return 1;
}

int decimal_digits(long double value, bool is_fixed, int count, char *out,
                   int *point)
{
    struct big big;
    big_of(&big, value);

    char piece[LIMB_DIGITS];
    int piece_len = limb_digits(big.limb[big.first], true, piece);
    *point = (POINT - big.first - 1) * LIMB_DIGITS + piece_len;
    int want = is_fixed ? *point + count : count < 1 ? 1 : count;

    int len = 0, limb = big.first;
    if (want >= 0) {
        while (len + piece_len <= want) {
            memcpy(out + len, piece, (size_t)piece_len);
            len += piece_len;
            piece_len = 0;
            if (++limb == big.end)
                break;
            piece_len = limb_digits(big.limb[limb], false, piece);
        }
        if (piece_len) {
            int kept = want - len;
            memcpy(out + len, piece, (size_t)kept);
            len += kept;
            bool is_odd = len > 0 && (out[len - 1] & 1);
            if (rounds_up(&big, limb + 1, piece + kept, piece_len - kept,
                          is_odd))
                len = increment(out, len, point);
        }
        while (len > 0 && out[len - 1] == '0')
            len--;
    }
    if (!len)
        *point = is_fixed ? -count : 1;
    out[len] = 0;
    return len;
}
