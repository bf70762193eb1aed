/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The string functions against the host's: all alignments, lengths around
 * every limit in them, texts that end right before a page that is not there.
 * objs: libc-port/string/build.c libc-port/string/span.c
 * libc-port/string/search.c libc-port/string/x86_64/copy.c
 * libc-port/string/x86_64/set.c libc-port/string/x86_64/compare.c
 * libc-port/string/x86_64/scan.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>

/* Ours have the prefix str_ here. */
#define OURS(type, name, ...) extern type str_##name(__VA_ARGS__)
OURS(int, bcmp, const void *, const void *, size_t);
OURS(void, bcopy, const void *, void *, size_t);
OURS(void, bzero, void *, size_t);
OURS(void, explicit_bzero, void *, size_t);
OURS(char *, index, const char *, int);
OURS(void *, memccpy, void *, const void *, int, size_t);
OURS(void *, memchr, const void *, int, size_t);
OURS(int, memcmp, const void *, const void *, size_t);
OURS(void *, memcpy, void *, const void *, size_t);
OURS(void *, memmem, const void *, size_t, const void *, size_t);
OURS(void *, memmove, void *, const void *, size_t);
OURS(void *, mempcpy, void *, const void *, size_t);
OURS(void *, memrchr, const void *, int, size_t);
OURS(void *, memset, void *, int, size_t);
OURS(void *, rawmemchr, const void *, int);
OURS(char *, rindex, const char *, int);
OURS(char *, stpcpy, char *, const char *);
OURS(char *, stpncpy, char *, const char *, size_t);
OURS(char *, strcat, char *, const char *);
OURS(char *, strchr, const char *, int);
OURS(char *, strchrnul, const char *, int);
OURS(int, strcmp, const char *, const char *);
OURS(char *, strcpy, char *, const char *);
OURS(size_t, strcspn, const char *, const char *);
OURS(size_t, strlcat, char *, const char *, size_t);
OURS(size_t, strlcpy, char *, const char *, size_t);
OURS(size_t, strlen, const char *);
OURS(char *, strncat, char *, const char *, size_t);
OURS(int, strncmp, const char *, const char *, size_t);
OURS(char *, strncpy, char *, const char *, size_t);
OURS(size_t, strnlen, const char *, size_t);
OURS(char *, strpbrk, const char *, const char *);
OURS(char *, strrchr, const char *, int);
OURS(size_t, strspn, const char *, const char *);
OURS(char *, strstr, const char *, const char *);

enum {
    PAGE = 4096,
    ROOM = 4 * PAGE, /* of a buffer */
};

static int failures;
#define CHECK(x, ...)                                                          \
    do {                                                                       \
        if (!(x) && failures++ < 20) {                                         \
            printf("not ok - %s:%d: %s: ", __func__, __LINE__, #x);            \
            printf(__VA_ARGS__);                                               \
            printf("\n");                                                      \
        }                                                                      \
    } while (0)
#define SIGN(x) (((x) > 0) - ((x) < 0))

/* ROOM bytes between two pages that may not be touched. */
static char *buffer_new(void)
{
    char *mem = mmap(NULL, ROOM + 2 * PAGE, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED || mprotect(mem + PAGE, ROOM, PROT_READ | PROT_WRITE))
        abort();
    return mem + PAGE;
}

static char *buf_a, *buf_b, *buf_c;

static const size_t lengths[] = {
    0,   1,   2,   3,    4,    5,    6,    7,    8,    9,    10,  12,  15,  16,
    17,  18,  23,  24,   31,   32,   33,   34,   47,   48,   49,  62,  63,  64,
    65,  66,  79,  80,   81,   95,   96,   97,   111,  112,  113, 126, 127, 128,
    129, 130, 143, 144,  145,  160,  191,  192,  193,  255,  256, 257, 300, 511,
    512, 513, 777, 1023, 1024, 2047, 2048, 2049, 4095, 4096, 4097};
#define LENGTHS (sizeof(lengths) / sizeof(*lengths))

static void noise(char *buf, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        buf[i] = (char)(seed >> 24);
        if (!buf[i])
            buf[i] = 1;
    }
}

/* Places where an area of len bytes is put: every alignment at the front, and
 * with its end at the end of the buffer. */
static char *place(char *buf, unsigned n, size_t len)
{
    return n < 64 ? buf + n : buf + ROOM - len - (n - 64);
}
enum { PLACES = 64 + 33 };

static void copies(void)
{
    noise(buf_a, ROOM, 1);
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned from = 0; from < PLACES; from += 1 + from % 3) {
            for (unsigned to = 0; to < PLACES; to += 1 + to % 2) {
                char *src = place(buf_a, from, len);
                char *dst = place(buf_b, to, len);
                size_t before = dst - buf_b < 64 ? dst - buf_b : 64;
                size_t after = buf_b + ROOM - dst - len;
                after = after < 64 ? after : 64;
                memset(dst - before, 0x55, before + len + after);
                CHECK(str_memcpy(dst, src, len) == dst, "%zu", len);
                CHECK(!memcmp(dst, src, len), "%zu %u %u", len, from, to);
                for (size_t i = 1; i <= before; i++)
                    CHECK(dst[-(long)i] == 0x55, "%zu %u %u", len, from, to);
                for (size_t i = 0; i < after; i++)
                    CHECK(dst[len + i] == 0x55, "%zu %u %u", len, from, to);
            }
        }
        CHECK(str_mempcpy(buf_b, buf_a, len) == buf_b + len, "%zu", len);
    }
}

static void overlapping_moves(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (long gap = -140; gap <= 140; gap++) {
            for (unsigned shift = 0; shift < 16; shift += 5) {
                char *src = buf_a + 200 + shift, *dst = src + gap;
                noise(buf_a, len + 500, (unsigned)len);
                memcpy(buf_b, buf_a, len + 500);
                CHECK(str_memmove(dst, src, len) == dst, "%zu", len);
                memmove(buf_b + (dst - buf_a), buf_b + (src - buf_a), len);
                CHECK(!memcmp(buf_a, buf_b, len + 500), "%zu %ld", len, gap);
            }
        }
    }
    str_bcopy(buf_a, buf_a + 3, 100);
    memmove(buf_b + 3, buf_b, 100);
    CHECK(!memcmp(buf_a, buf_b, 200), "bcopy");
}

static void sets(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned to = 0; to < PLACES; to++) {
            char *dst = place(buf_a, to, len);
            memset(buf_a, 0x33, ROOM);
            memset(buf_b, 0x33, ROOM);
            CHECK(str_memset(dst, 0x1c7, len) == dst, "%zu", len);
            memset(buf_b + (dst - buf_a), 0xc7, len);
            CHECK(!memcmp(buf_a, buf_b, ROOM), "%zu %u", len, to);
        }
    }
    str_bzero(buf_a, 99);
    str_explicit_bzero(buf_a + 99, 1);
    memset(buf_b, 0, 100);
    CHECK(!memcmp(buf_a, buf_b, 200), "bzero");
}

static void memory_comparisons(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned pa = 0; pa < PLACES; pa += 3) {
            for (unsigned pb = 0; pb < PLACES; pb += 5) {
                char *a = place(buf_a, pa, len), *b = place(buf_b, pb, len);
                noise(a, len, 5);
                memcpy(b, a, len);
                CHECK(str_memcmp(a, b, len) == 0, "%zu %u %u", len, pa, pb);
                CHECK(str_bcmp(a, b, len) == 0, "%zu", len);
                for (size_t i = 0; i < len; i += 1 + i / 7 + len / 70) {
                    char old = b[i];
                    b[i] ^= 0x80;
                    int want = SIGN(memcmp(a, b, len));
                    CHECK(SIGN(str_memcmp(a, b, len)) == want, "%zu at %zu",
                          len, i);
                    b[len - 1] ^= 0x40; /* a later difference changes nothing */
                    want = SIGN(memcmp(a, b, len));
                    CHECK(SIGN(str_memcmp(a, b, len)) == want, "%zu at %zu",
                          len, i);
                    b[len - 1] ^= 0x40;
                    b[i] = old;
                }
            }
        }
    }
}

static void compare_both(const char *a, const char *b, size_t len)
{
    CHECK(SIGN(str_strcmp(a, b)) == SIGN(strcmp(a, b)), "%zu", len);
    static const size_t less[] = {0, 1, 2, 15, 16, 17, 33};
    for (size_t i = 0; i < sizeof(less) / sizeof(*less); i++) {
        size_t max = len > less[i] ? len - less[i] : 0;
        CHECK(SIGN(str_strncmp(a, b, max)) == SIGN(strncmp(a, b, max)),
              "%zu max %zu", len, max);
    }
    CHECK(SIGN(str_strncmp(a, b, SIZE_MAX)) == SIGN(strcmp(a, b)), "%zu", len);
}

static void string_comparisons(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned pa = 0; pa < PLACES; pa += 2) {
            for (unsigned pb = 0; pb < PLACES; pb += 3) {
                char *a = place(buf_a, pa, len + 1);
                char *b = place(buf_b, pb, len + 1);
                noise(a, len, 9);
                a[len] = 0;
                memcpy(b, a, len + 1);
                compare_both(a, b, len);
                for (size_t i = 0; i < len; i += 1 + i / 3 + len / 20) {
                    char old = b[i];
                    b[i] = i % 2 ? 0 : (char)(old ^ 0x80);
                    compare_both(a, b, len);
                    compare_both(b, a, len);
                    b[i] = old;
                }
            }
        }
    }
    /* Not terminated, right before the end of memory. */
    for (size_t max = 0; max < 100; max++) {
        char *a = buf_a + ROOM - max, *b = buf_b + ROOM - max;
        memset(a, 'x', max);
        memset(b, 'x', max);
        CHECK(str_strncmp(a, b, max) == 0, "%zu", max);
        CHECK(str_strnlen(a, max) == max, "%zu", max);
    }
}

/* Nothing to do, where nothing may be touched. */
static void nothing(void)
{
    char *a = buf_a + ROOM, *b = buf_b + ROOM;
    CHECK(str_memcpy(a, b, 0) == a, "0");
    CHECK(str_memmove(a, b, 0) == a, "0");
    CHECK(str_memset(a, 1, 0) == a, "0");
    CHECK(str_memcmp(a, b, 0) == 0, "0");
    CHECK(str_bcmp(a, b, 0) == 0, "0");
    CHECK(str_strncmp(a, b, 0) == 0, "0");
    CHECK(str_strnlen(a, 0) == 0, "0");
    CHECK(str_memchr(a, 1, 0) == NULL, "0");
    CHECK(str_memrchr(a, 1, 0) == NULL, "0");
    CHECK(str_memmem(a, 0, b, 0) == a, "0");
    CHECK(str_memccpy(a, b, 1, 0) == NULL, "0");
    CHECK(str_strlcpy(a, "x", 0) == 1, "0");
}

/* One text with one byte to find, or none, or many. */
static void scan_text(char *s, size_t len)
{
    CHECK(str_strlen(s) == len, "%zu", len);
    CHECK(str_strnlen(s, len) == len, "%zu", len);
    CHECK(str_strnlen(s, len + 1) == len, "%zu", len);
    CHECK(str_strnlen(s, SIZE_MAX) == len, "%zu", len);
    CHECK(str_strnlen(s, len / 2) == len / 2, "%zu", len);
    static const int bytes[] = {'q', 'z', 0, 0x1c8, 1};
    for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
        int c = bytes[i];
        CHECK(str_strchr(s, c) == strchr(s, c), "%zu %d", len, c);
        CHECK(str_index(s, c) == strchr(s, c), "%zu %d", len, c);
        CHECK(str_strrchr(s, c) == strrchr(s, c), "%zu %d", len, c);
        CHECK(str_rindex(s, c) == strrchr(s, c), "%zu %d", len, c);
        CHECK(str_strchrnul(s, c) == strchrnul(s, c), "%zu %d", len, c);
        CHECK(str_memchr(s, c, len) == memchr(s, c, len), "%zu %d", len, c);
        CHECK(str_memchr(s, c, len / 3) == memchr(s, c, len / 3), "%zu", len);
        CHECK(str_memrchr(s, c, len) == memrchr(s, c, len), "%zu %d", len, c);
        size_t part = len - len / 3;
        CHECK(str_memrchr(s + len / 3, c, part) ==
                  memrchr(s + len / 3, c, part),
              "%zu %d", len, c);
    }
    CHECK(str_rawmemchr(s, 0) == s + len, "%zu", len);
}

static void scans(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned at = 0; at < PLACES; at++) {
            char *s = place(buf_a, at, len + 1);
            memset(buf_a, 'q', 100); /* must not be found before s ... */
            memset(buf_a + ROOM - 200, 'q', 200);
            memset(s, 'a', len);
            s[len] = 0;
            scan_text(s, len);
            for (size_t i = 0; i < len; i += 1 + i / 4) {
                s[i] = 'q';
                scan_text(s, len);
                s[len - 1 - i] = 'z';
                scan_text(s, len);
                s[i] = s[len - 1 - i] = 'a';
                s[i] = (char)0xc8;
                scan_text(s, len);
                s[i] = 'a';
            }
        }
    }
    CHECK(str_memchr(buf_a, 'x', 0) == NULL, "0");
    CHECK(str_memrchr(buf_a, 'x', 0) == NULL, "0");
    buf_a[10] = 'q'; /* found although the length reaches over the top */
    memset(buf_a, 'a', 10);
    CHECK(str_memchr(buf_a, 'q', SIZE_MAX) == buf_a + 10, "whole memory");
}

static void strings_made(void)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t len = lengths[l];
        for (unsigned at = 0; at < PLACES; at += 2) {
            char *src = place(buf_a, at, len + 1), *dst = buf_b + at % 7;
            noise(src, len, 3);
            src[len] = 0;
            CHECK(str_strcpy(dst, src) == dst && !strcmp(dst, src), "%zu", len);
            CHECK(str_stpcpy(dst, src) == dst + len, "%zu", len);
            strcpy(dst, "start");
            CHECK(str_strcat(dst, src) == dst, "%zu", len);
            CHECK(!strcmp(dst + 5, src) && !memcmp(dst, "start", 5), "%zu",
                  len);
            for (long d = -2; d <= 40; d += 7) {
                size_t max = (long)len + d < 0 ? 0 : len + (size_t)d;
                memset(buf_b, 7, len + 300);
                memset(buf_c, 7, len + 300);
                CHECK(str_strncpy(buf_b, src, max) == buf_b, "%zu", len);
                strncpy(buf_c, src, max);
                CHECK(!memcmp(buf_b, buf_c, len + 300), "%zu %zu", len, max);
                CHECK(str_stpncpy(buf_b, src, max) - buf_b ==
                          stpncpy(buf_c, src, max) - buf_c,
                      "%zu %zu", len, max);
                strcpy(buf_b, "x");
                strcpy(buf_c, "x");
                str_strncat(buf_b, src, max);
                strncat(buf_c, src, max);
                CHECK(!strcmp(buf_b, buf_c), "%zu %zu", len, max);
                if (max > len + 1)
                    max = len + 1;
                void *end = str_memccpy(buf_b, src, 'e', max);
                void *want = memccpy(buf_c, src, 'e', max);
                CHECK(end ? (char *)end - buf_b == (char *)want - buf_c : !want,
                      "%zu %zu", len, max);
            }
        }
    }
}

static void bounded_strings(void)
{
    char dst[16];
    CHECK(str_strlcpy(dst, "hello", sizeof(dst)) == 5 && !strcmp(dst, "hello"),
          "fits");
    CHECK(str_strlcpy(dst, "hello", 3) == 5 && !strcmp(dst, "he"), "cut");
    memset(dst, 'x', sizeof(dst));
    CHECK(str_strlcpy(dst, "hello", 0) == 5 && dst[0] == 'x', "no room");
    strcpy(dst, "abc");
    CHECK(str_strlcat(dst, "defg", sizeof(dst)) == 7, "fits");
    CHECK(!strcmp(dst, "abcdefg"), "%s", dst);
    CHECK(str_strlcat(dst, "0123", 9) == 11 && !strcmp(dst, "abcdefg0"), "cut");
    CHECK(str_strlcat(dst, "0123", 4) == 8 && !strcmp(dst, "abcdefg0"),
          "no NUL within size");
}

static void sets_of_chars(void)
{
    static const char *const chars[] = {"",   "q",        "qz",
                                        "za", "\xc8\x01", "abcdefghijkl"};
    unsigned seed = 1;
    for (unsigned n = 0; n < 20000; n++) {
        size_t len = n % 90;
        char *s = buf_a + ROOM - len - 1;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            s[i] = "aaaaaaaaqzb\xc8\x01"[(seed >> 20) % 13];
        }
        s[len] = 0;
        const char *set = chars[n % 6];
        CHECK(str_strspn(s, set) == strspn(s, set), "%s", set);
        CHECK(str_strcspn(s, set) == strcspn(s, set), "%s", set);
        CHECK(str_strpbrk(s, set) == strpbrk(s, set), "%s", set);
    }
}

/* Texts of two or three letters: many partial and real hits. */
static void searches(void)
{
    unsigned seed = 7;
    for (unsigned n = 0; n < 300000; n++) {
        seed = seed * 1664525 + 1013904223;
        size_t len = (seed >> 10) % (n % 16 ? 70 : 3000);
        size_t needle_len = (seed >> 22) % (n % 4 ? 6 : 40);
        unsigned letters = 1 + (seed >> 5) % 3;
        char *s = buf_a + ROOM - len - 1;
        char *needle = buf_b + ROOM - needle_len - 1;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            s[i] = (char)('a' + (seed >> 24) % letters);
        }
        s[len] = 0;
        if (needle_len <= len && n % 2) {
            memcpy(needle, s + (seed >> 8) % (len - needle_len + 1),
                   needle_len);
        } else {
            for (size_t i = 0; i < needle_len; i++) {
                seed = seed * 1664525 + 1013904223;
                needle[i] = (char)('a' + (seed >> 24) % letters);
            }
        }
        needle[needle_len] = 0;
        CHECK(str_strstr(s, needle) == strstr(s, needle), "%s", needle);
        CHECK(str_memmem(s, len, needle, needle_len) ==
                  memmem(s, len, needle, needle_len),
              "%s", needle);
        /* Nothing terminated. */
        CHECK(str_memmem(s + 1, len, needle + 1, needle_len) ==
                  memmem(s + 1, len, needle + 1, needle_len),
              "%s", needle);
    }
}

/* Input that costs a naive search 2^38 steps. */
static void hostile_searches(void)
{
    size_t len = 1 << 20, needle_len = 1 << 18;
    char *s = malloc(len + 1), *needle = malloc(needle_len + 1);
    if (!s || !needle)
        abort();
    memset(s, 'a', len);
    s[len] = 0;
    memset(needle, 'a', needle_len);
    needle[needle_len] = 0;
    clock_t start = clock();
    for (size_t at = 1; at < needle_len - 1; at += needle_len / 5) {
        needle[at] = 'b';
        CHECK(str_strstr(s, needle) == NULL, "%zu", at);
        CHECK(str_memmem(s, len, needle, needle_len) == NULL, "%zu", at);
        s[len - needle_len + at] = 'b';
        CHECK(str_strstr(s, needle) == s + len - needle_len, "%zu", at);
        s[len - needle_len + at] = 'a';
        needle[at] = 'a';
    }
    CHECK(clock() - start < 20 * CLOCKS_PER_SEC, "too slow");
    free(s);
    free(needle);
}

int main(void)
{
    buf_a = buffer_new();
    buf_b = buffer_new();
    buf_c = buffer_new();
    copies();
    overlapping_moves();
    sets();
    memory_comparisons();
    string_comparisons();
    nothing();
    scans();
    strings_made();
    bounded_strings();
    sets_of_chars();
    searches();
    hostile_searches();
    printf("%s - string\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
