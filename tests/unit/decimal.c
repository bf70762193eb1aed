/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digits of long doubles against the host's printf.
 * objs: libc-port/text/decimal.c
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc-port/text/decimal.h"

enum { ROOM = 40000 };
static int failures;
static char got[ROOM], want[ROOM], text[ROOM];

/* The digits and the point of what printf made. */
static void parse(const char *s, int *point)
{
    int len = 0, exponent = 0, seen_point = 0, before = 0, lead = 0;
    for (; *s && *s != 'e'; s++) {
        if (*s == '.') {
            seen_point = 1;
        } else if (len == 0 && *s == '0') {
            lead += seen_point;
        } else {
            want[len++] = *s;
            before += !seen_point;
        }
    }
    if (*s == 'e')
        exponent = atoi(s + 1);
    *point = before - (before ? 0 : lead) + exponent;
    while (len > 0 && want[len - 1] == '0')
        len--;
    want[len] = 0;
}

static void compare(long double x, int is_fixed, int count)
{
    int point, want_point;
    if (is_fixed)
        snprintf(text, sizeof(text), "%.*Lf", count, x);
    else
        snprintf(text, sizeof(text), "%.*Le", count - 1, x);
    parse(text, &want_point);
    int len = decimal_digits(x, is_fixed, count, got, &point);
    if (!want[0])
        want_point = -count;
    if ((len != (int)strlen(got) || strcmp(got, want) || point != want_point) &&
        failures++ < 10)
        printf("not ok - %La %s %d: %s at %d, not %s at %d\n", x,
               is_fixed ? "fixed" : "digits", count, got, point, want,
               want_point);
}

static uint64_t random_state = 1;
static uint64_t random_bits(void)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407;
    return random_state ^ random_state >> 31;
}

int main(void)
{
    static const long double special[] = {1,
                                          10,
                                          0.5L,
                                          1.5L,
                                          2.5L,
                                          0.05L,
                                          9.5L,
                                          99.5,
                                          1e9L,
                                          1e18L,
                                          999999999,
                                          1e27L,
                                          0.1L,
                                          1e-9L,
                                          1e100L,
                                          LDBL_MAX,
                                          LDBL_MIN,
                                          0x1p-16445L,
                                          0x1.8p-16444L,
                                          0x1p-1074L,
                                          0.00001L,
                                          123456789.125L,
                                          0.125L,
                                          0.375L,
                                          4503599627370497.5L,
                                          0x1.fffffffffffffffep0L,
                                          DBL_MAX};
    static const int counts[] = {0, 1, 2, 3, 6, 9, 10, 17, 18, 19, 21, 30, 100};
    for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
        for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
            compare(special[i], 1, counts[c]);
            if (counts[c])
                compare(special[i], 0, counts[c]);
        }
    compare(0x1p-16445L, 0, 12000);
    compare(0x1p-16445L, 1, 16445);
    compare(LDBL_MIN, 1, 16500);
    for (int i = 0; i < 50000; i++) {
        uint64_t r = random_bits();
        int range = i % 10 == 0 ? 16000 : i % 3 == 0 ? 300 : 40;
        long double x = ldexpl((long double)(random_bits() | 1ull << 63),
                               (int)(r % (unsigned)(2 * range)) - range - 63);
        int digits = (int)(r >> 40) % 25 + 1;
        if (i % 5 == 0) /* ties */
            x = (long double)(r >> 50) + 0.5L;
        compare(x, 0, digits);
        compare(x, 1, digits - 1);
    }
    printf("%s - decimal\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
