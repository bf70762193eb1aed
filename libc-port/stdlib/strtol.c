/* SPDX-License-Identifier: Apache-2.0 */
/* Integers from text: C11 7.22.1.4, 7.8.2.3; and BSD's names of them. */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "libc.h"

struct number {
    uint64_t value; /* without its sign; UINT64_MAX when too large */
    bool is_negative, is_too_large, has_digits;
};

static int digit(unsigned char c)
{
    return isdigit(c) ? c - '0' : isalpha(c) ? (c | 0x20) - 'a' + 10 : 99;
}

static struct number parse(const char *text, char **end, int base)
{
    struct number n = {0};
    const char *at = text;

    if (end)
        *end = (char *)text;
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return n;
    }
    while (isspace((unsigned char)*at))
        at++;
    if (*at == '-' || *at == '+')
        n.is_negative = *at++ == '-';
    if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' &&
        digit((unsigned char)at[2]) < 16) {
        at += 2;
        base = 16;
    } else if (base == 0) {
        base = *at == '0' ? 8 : 10;
    }
    for (int d; (d = digit((unsigned char)*at)) < base; at++) {
        n.has_digits = true;
        if (__builtin_mul_overflow(n.value, (uint64_t)base, &n.value) ||
            __builtin_add_overflow(n.value, (uint64_t)d, &n.value)) {
            n.is_too_large = true;
            n.value = 0;
        }
    }
    if (n.has_digits && end)
        *end = (char *)at;
    return n;
}

long strtol(const char *text, char **end, int base)
{
    struct number n = parse(text, end, base);
    uint64_t max = (uint64_t)LONG_MAX + n.is_negative;
    if (n.is_too_large || n.value > max) {
        errno = ERANGE;
        n.value = max;
    }
    return (long)(n.is_negative ? -n.value : n.value);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    struct number n = parse(text, end, base);
    if (n.is_too_large) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return n.is_negative ? -n.value : n.value;
}

long long strtoll(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

intmax_t strtoimax(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

uintmax_t strtoumax(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

long long strtoq(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

unsigned long long strtouq(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

long long atoll(const char *text)
{
    return strtol(text, NULL, 10);
}
