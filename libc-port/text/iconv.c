/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iconv between the encodings that programs of today meet: each is a function
 * to one code point and a function from it. What the target lacks is EILSEQ,
 * unless its name ends in //TRANSLIT ('?' instead) or //IGNORE (left out).
 */
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "libc.h"
#include "utf8.h"

struct coding;
/* Bytes taken, 0: not valid, -1: more are needed. */
typedef int (*decode_fn)(const struct coding *, const unsigned char *, size_t,
                         uint32_t *);
/* Bytes written (room for 4), 0: the encoding lacks it. */
typedef int (*encode_fn)(const struct coding *, uint32_t, unsigned char *);

struct coding {
    const char *names; /* all of them, a space between two */
    decode_fn decode;
    encode_fn encode;
    bool is_big;           /* byte order */
    bool has_mark;         /* writes, and takes away, a byte order mark */
    const uint16_t *upper; /* of 8-bit ones: 0x80..0xff, 0: none */
};

static uint32_t load(const struct coding *coding, const unsigned char *s,
                     int size)
{
    uint32_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint32_t)s[i] << 8 * (coding->is_big ? size - 1 - i : i);
    return value;
}

static int store(const struct coding *coding, uint32_t value, unsigned char *s,
                 int size)
{
    for (int i = 0; i < size; i++)
        s[i] =
            (unsigned char)(value >> 8 * (coding->is_big ? size - 1 - i : i));
    return size;
}

static bool is_character(uint32_t value)
{
    return value < 0xd800 || (value > 0xdfff && value <= 0x10ffff);
}

static int decode_utf8(const struct coding *coding, const unsigned char *s,
                       size_t len, uint32_t *out)
{
    (void)coding;
    return __libc_utf8_decode(s, len, out);
}

static int encode_utf8(const struct coding *coding, uint32_t value,
                       unsigned char *s)
{
    (void)coding;
    return __libc_utf8_encode(value, s);
}

static int decode_utf16(const struct coding *coding, const unsigned char *s,
                        size_t len, uint32_t *out)
{
    if (len < 2)
        return -1;
    *out = load(coding, s, 2);
    if (*out < 0xd800 || *out > 0xdfff)
        return 2;
    if (*out > 0xdbff)
        return 0;
    if (len < 4)
        return -1;
    uint32_t low = load(coding, s + 2, 2);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *out = 0x10000 + ((*out & 0x3ff) << 10) + (low & 0x3ff);
    return 4;
}

static int encode_utf16(const struct coding *coding, uint32_t value,
                        unsigned char *s)
{
    if (!is_character(value))
        return 0;
    if (value < 0x10000)
        return store(coding, value, s, 2);
    value -= 0x10000;
    (void)store(coding, 0xd800 | value >> 10, s, 2);
    return 2 + store(coding, 0xdc00 | (value & 0x3ff), s + 2, 2);
}

static int decode_ucs2(const struct coding *coding, const unsigned char *s,
                       size_t len, uint32_t *out)
{
    if (len < 2)
        return -1;
    *out = load(coding, s, 2);
    return is_character(*out) ? 2 : 0;
}

static int encode_ucs2(const struct coding *coding, uint32_t value,
                       unsigned char *s)
{
    return value < 0x10000 && is_character(value) ? store(coding, value, s, 2)
                                                  : 0;
}

static int decode_utf32(const struct coding *coding, const unsigned char *s,
                        size_t len, uint32_t *out)
{
    if (len < 4)
        return -1;
    *out = load(coding, s, 4);
    return is_character(*out) ? 4 : 0;
}

static int encode_utf32(const struct coding *coding, uint32_t value,
                        unsigned char *s)
{
    return is_character(value) ? store(coding, value, s, 4) : 0;
}

/* 8 bits; without a table: ISO 8859-1, and ASCII when is_big. */
static int decode_8bit(const struct coding *coding, const unsigned char *s,
                       size_t len, uint32_t *out)
{
    (void)len;
    *out = *s;
    if (*s < 0x80)
        return 1;
    if (coding->upper)
        *out = coding->upper[*s - 0x80];
    return !coding->is_big && (!coding->upper || *out) ? 1 : 0;
}

static int encode_8bit(const struct coding *coding, uint32_t value,
                       unsigned char *s)
{
    *s = (unsigned char)value;
    if (value < 0x80)
        return 1;
    if (coding->is_big)
        return 0;
    if (!coding->upper)
        return value < 0x100;
    for (int i = 0; i < 128; i++) {
        if (coding->upper[i] == value) {
            *s = (unsigned char)(0x80 + i);
            return 1;
        }
    }
    return 0;
}

/* clang-format off */
#define ROW_A0 0xa0, 0xa1, 0xa2, 0xa3
#define LATIN(from) (from), (from) + 1, (from) + 2, (from) + 3, (from) + 4,    \
        (from) + 5, (from) + 6, (from) + 7
#define LATIN_B8_FF LATIN(0xb8), LATIN(0xc0), LATIN(0xc8), LATIN(0xd0),        \
        LATIN(0xd8), LATIN(0xe0), LATIN(0xe8), LATIN(0xf0), LATIN(0xf8)
static const uint16_t latin9[128] = { /* ISO 8859-15 */
    LATIN(0x80), LATIN(0x88), LATIN(0x90), LATIN(0x98),
    ROW_A0, 0x20ac, 0xa5, 0x160, 0xa7, 0x161, 0xa9, 0xaa, 0xab, 0xac, 0xad,
    0xae, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3, 0x17d, 0xb5, 0xb6, 0xb7, 0x17e, 0xb9,
    0xba, 0xbb, 0x152, 0x153, 0x178, 0xbf, LATIN(0xc0), LATIN(0xc8),
    LATIN(0xd0), LATIN(0xd8), LATIN(0xe0), LATIN(0xe8), LATIN(0xf0),
    LATIN(0xf8),
};
static const uint16_t cp1252[128] = { /* Microsoft, "cp1252 to Unicode" */
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030,
    0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
    0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e,
    0x178, LATIN(0xa0), LATIN(0xa8), LATIN(0xb0), LATIN_B8_FF,
};
/* clang-format on */

static const struct coding codings[] = {
    {"UTF-8 UTF8", decode_utf8, encode_utf8, false, false, NULL},
    {"UTF-16LE UTF16LE", decode_utf16, encode_utf16, false, false, NULL},
    {"UTF-16BE UTF16BE", decode_utf16, encode_utf16, true, false, NULL},
    {"UTF-16 UTF16 UNICODE", decode_utf16, encode_utf16, false, true, NULL},
    {"UTF-32LE UTF32LE UCS-4LE UCS4LE WCHAR_T INTERNAL", decode_utf32,
     encode_utf32, false, false, NULL},
    {"UTF-32BE UTF32BE UCS-4BE UCS-4 UCS4 ISO-10646", decode_utf32,
     encode_utf32, true, false, NULL},
    {"UTF-32 UTF32", decode_utf32, encode_utf32, false, true, NULL},
    {"UCS-2 UCS2 UCS-2LE ISO-10646-UCS-2", decode_ucs2, encode_ucs2, false,
     false, NULL},
    {"UCS-2BE", decode_ucs2, encode_ucs2, true, false, NULL},
    {"US-ASCII ASCII ANSI_X3.4-1968 646 C POSIX", decode_8bit, encode_8bit,
     true, false, NULL},
    {"ISO-8859-1 ISO8859-1 ISO_8859-1 ISO88591 LATIN1 L1 8859_1", decode_8bit,
     encode_8bit, false, false, NULL},
    {"ISO-8859-15 ISO8859-15 ISO_8859-15 LATIN-9 LATIN9", decode_8bit,
     encode_8bit, false, false, latin9},
    {"CP1252 WINDOWS-1252 MS-ANSI", decode_8bit, encode_8bit, false, false,
     cp1252},
};

enum missing { MISSING_FAILS, MISSING_TRANSLIT, MISSING_IGNORE };

struct conversion {
    struct coding from, to;
    enum missing missing;
    bool started_in, started_out; /* byte order marks are dealt with */
};

static const struct coding *find(const char *name)
{
    size_t len = strcspn(name, "/");
    if (len == 0) {
        name = "UTF-8"; /* the locale's */
        len = 5;
    }
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        const char *at = codings[i].names;
        while (*at) {
            size_t one = strcspn(at, " ");
            if (one == len && strncasecmp(at, name, len) == 0)
                return &codings[i];
            at += one + (at[one] == ' ');
        }
    }
    return NULL;
}

iconv_t iconv_open(const char *to_name, const char *from_name)
{
    const struct coding *to = find(to_name), *from = find(from_name);
    struct conversion *c;

    if (!to || !from) {
        errno = EINVAL;
        return (iconv_t)-1;
    }
    if (!(c = calloc(1, sizeof *c)))
        return (iconv_t)-1;
    c->to = *to;
    c->from = *from;
    if (strcasestr(to_name, "//TRANSLIT"))
        c->missing = MISSING_TRANSLIT;
    else if (strcasestr(to_name, "//IGNORE"))
        c->missing = MISSING_IGNORE;
    return c;
}

int iconv_close(iconv_t cd)
{
    free(cd);
    return 0;
}

/* A byte order mark at the start says which it is. */
static int skip_mark(struct conversion *c, const unsigned char *in, size_t len)
{
    uint32_t value;
    bool is_big = c->from.is_big;
    for (int swap = 0; swap < 2; swap++) {
        c->from.is_big = is_big ^ swap;
        int n = c->from.decode(&c->from, in, len, &value);
        if (n == -1 && swap == 0)
            return -1;
        if (n > 0 && value == 0xfeff)
            return n;
    }
    c->from.is_big = is_big;
    return 0;
}

/* One character. The error, 0, or -1: it was missing and replaced. */
static int step(struct conversion *c, const unsigned char **in, size_t *in_len,
                unsigned char **out, size_t *out_len)
{
    uint32_t value;
    unsigned char buf[8];
    int written = 0, replaced = 0;

    int taken = c->from.decode(&c->from, *in, *in_len, &value);
    if (taken <= 0)
        return taken < 0 ? EINVAL : EILSEQ;
    if (c->to.has_mark && !c->started_out)
        written = c->to.encode(&c->to, 0xfeff, buf);
    int n = c->to.encode(&c->to, value, buf + written);
    if (n == 0) {
        if (c->missing == MISSING_FAILS)
            return EILSEQ;
        replaced = -1;
        if (c->missing == MISSING_TRANSLIT)
            n = c->to.encode(&c->to, '?', buf + written);
    }
    written += n;
    if ((size_t)written > *out_len)
        return E2BIG;
    memcpy(*out, buf, (size_t)written);
    c->started_out = true;
    *out += written;
    *out_len -= (size_t)written;
    *in += taken;
    *in_len -= (size_t)taken;
    return replaced;
}

size_t iconv(iconv_t cd, char **in, size_t *in_len, char **out, size_t *out_len)
{
    struct conversion *c = cd;
    size_t replaced = 0;
    int rc = 0;

    if (!in || !*in) { /* back to the start */
        c->started_in = c->started_out = false;
        return 0;
    }
    if (c->from.has_mark && !c->started_in && *in_len > 0) {
        int n = skip_mark(c, (unsigned char *)*in, *in_len);
        if (n < 0) {
            errno = EINVAL;
            return (size_t)-1;
        }
        c->started_in = true;
        *in += n;
        *in_len -= (size_t)n;
    }
    while (*in_len > 0 && rc <= 0) {
        rc = step(c, (const unsigned char **)in, in_len, (unsigned char **)out,
                  out_len);
        replaced += rc < 0;
    }
    if (rc > 0) {
        errno = rc;
        return (size_t)-1;
    }
    return replaced;
}
