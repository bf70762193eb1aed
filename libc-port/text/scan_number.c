/* SPDX-License-Identifier: Apache-2.0 */
/* The longest start of the input that is, or could become, a number. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "scan.h"

struct taken {
    struct source *source;
    char *buf;
    int len, width;
    int c; /* looked at, not taken */
};

static void look(struct taken *t)
{
    t->c = t->width > 0 ? source_get(t->source) : EOF;
}

static void take(struct taken *t)
{
    if (t->len < SCAN_NUMBER_MAX - 1)
        t->buf[t->len++] = (char)t->c;
    t->width--;
    look(t);
}

static void finish(struct taken *t)
{
    source_unget(t->source, t->c);
    t->buf[t->len] = 0;
}

static bool is_digit_of(int c, int base)
{
    int value = isdigit(c) ? c - '0' : isalpha(c) ? (c | 0x20) - 'a' + 10 : 99;
    return c != EOF && value < base;
}

int __libc_scan_integer(struct source *source, int width, int base, char *buf)
{
    struct taken t = {.source = source, .buf = buf, .width = width};
    int digits = 0;

    look(&t);
    if (t.c == '-' || t.c == '+')
        take(&t);
    if (t.c == '0') {
        digits++;
        take(&t);
        if ((base == 0 || base == 16) && (t.c | 0x20) == 'x') {
            base = 16;
            take(&t);
        } else if (base == 0) {
            base = 8;
        }
    }
    if (base == 0)
        base = 10;
    for (; is_digit_of(t.c, base); digits++)
        take(&t);
    finish(&t);
    return digits > 0 ? 0 : -1;
}

/* The rest of a word, in either case. */
static int take_word(struct taken *t, const char *word)
{
    for (; *word; word++) {
        if (t->c == EOF || tolower(t->c) != *word)
            return -1;
        take(t);
    }
    return 0;
}

static int take_digits(struct taken *t, int base)
{
    int digits = 0;
    for (; is_digit_of(t->c, base); digits++)
        take(t);
    return digits;
}

static int take_float(struct taken *t)
{
    int base = 10, digits = 0;

    if (t->c == '-' || t->c == '+')
        take(t);
    if (t->c != EOF && tolower(t->c) == 'n')
        return take_word(t, "nan");
    if (t->c != EOF && tolower(t->c) == 'i') {
        if (take_word(t, "inf") < 0)
            return -1;
        if (t->c != EOF && tolower(t->c) == 'i')
            return take_word(t, "inity");
        return 0;
    }
    if (t->c == '0') {
        take(t);
        if ((t->c | 0x20) == 'x') {
            base = 16;
            take(t);
        } else {
            digits++;
        }
    }
    digits += take_digits(t, base);
    if (t->c == '.') {
        take(t);
        digits += take_digits(t, base);
    }
    if (digits == 0)
        return -1;
    if ((t->c | 0x20) == (base == 16 ? 'p' : 'e')) {
        take(t);
        if (t->c == '-' || t->c == '+')
            take(t);
        (void)take_digits(t, 10);
    }
    return 0;
}

int __libc_scan_float(struct source *source, int width, char *buf)
{
    struct taken t = {.source = source, .buf = buf, .width = width};
    look(&t);
    int rc = take_float(&t);
    finish(&t);
    return rc;
}
