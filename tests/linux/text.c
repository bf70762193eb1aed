/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, characters, wide characters, locales, iconv, regular expressions. */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uchar.h>
#include <wchar.h>
#include <wctype.h>

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void strings(void)
{
    char buf[64] = "", text[] = "a,b,,c", *save, *at = text;
    printf("%zu %zu %s %s\n", strlen("four"), strnlen("four", 2),
           strchr("hello", 'l'), strrchr("hello", 'l'));
    printf("%s %s %d\n", strstr("needle in hay", "in"), strpbrk("abc", "cb"),
           strstr("abc", "x") == NULL);
    printf("%zu %zu\n", strspn("aabbc", "ab"), strcspn("xyz,", ","));
    printf("%d %d %d %d\n", sign(strcmp("a", "b")),
           sign(strncmp("abc", "abd", 2)), sign(strcasecmp("HeLLo", "hEllO")),
           sign(strncasecmp("AB", "ac", 2)));
    printf("%d %d\n", sign(memcmp("\x80", "\x7f", 1)),
           sign(strverscmp("f9", "f10")));
    for (char *t = strtok_r(text, ",", &save); t;
         t = strtok_r(NULL, ",", &save))
        printf("[%s]", t);
    char more[] = "x::y";
    for (at = more; at;)
        printf("(%s)", strsep(&at, ":"));
    printf("\n%s", strcpy(buf, "copy"));
    printf(" %s", strcat(buf, "cat"));
    printf(" %s", strncat(buf, "123456", 3));
    printf(" %ld", (long)(stpcpy(buf, "end") - buf));
    memset(buf, 'z', 10);
    printf(" %.10s", strncpy(buf, "ab", 5));
    printf(" %d", buf[4]);
    printf(" %s", (char *)memmove(buf + 1, strcpy(buf, "overlap"), 8));
    printf(" %s", (char *)memchr("find me", 'm', 7));
    printf(" %s", (char *)memrchr("a.b.c", '.', 5));
    printf(" %s", (char *)memmem("haystack", 8, "st", 2));
    printf(" %s", strcasestr("HayStack", "STA"));
    printf(" %s", strchrnul("abc", 'x') - 1);
    char *dup = strndup("duplicate", 3);
    printf(" %s\n", dup);
    free(dup);
    printf("%d %d %d\n", ffs(8), ffsl(0), ffsll(1ll << 40));
}

static void characters(void)
{
    for (int c = -1; c < 256; c++)
        printf("%x%x%x%x%x%x",
               !!isalnum(c) | !!isalpha(c) << 1 | !!isblank(c) << 2 |
                   !!iscntrl(c) << 3,
               !!isdigit(c) | !!isgraph(c) << 1 | !!islower(c) << 2,
               !!isprint(c) | !!ispunct(c) << 1 | !!isspace(c) << 2,
               !!isupper(c) | !!isxdigit(c) << 1, c < 0 ? 0 : tolower(c) & 15,
               c < 0 ? 0 : toupper(c) & 15);
    printf("\n");
}

static void wide(void)
{
    static const char *const samples[] = {"abc",          "\xc3\xa9t\xc3\xa9",
                                          "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                          "\xff",         "\xc3",
                                          "\xed\xa0\x80", ""};
    wchar_t out[16];
    char back[64];
    printf("%d %s\n", (int)MB_CUR_MAX, nl_langinfo(CODESET));
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        errno = 0;
        size_t n = mbstowcs(out, samples[i], 16);
        printf("%zd %d", (ssize_t)n, errno);
        if (n != (size_t)-1) {
            for (size_t k = 0; k < n; k++)
                printf(" %x", (unsigned)out[k]);
            printf(" %zd", (ssize_t)wcstombs(back, out, sizeof back));
        }
        mbstate_t state;
        memset(&state, 0, sizeof state);
        printf(" %zd\n", (ssize_t)mbrlen(samples[i], 1, &state));
    }
    printf("%d %d %d %d\n", mblen("\xc3\xa9", 2), mbtowc(NULL, "\xc3", 1),
           wctomb(back, 0x20ac), wctob(0xe9));
    printf("%ls %ls %zu %d\n", wcschr(L"wide", L'd'), wcsstr(L"abcd", L"cd"),
           wcslen(L"\u00e9\u20ac"), sign(wcscmp(L"a", L"b")));
    printf("%lc %lc %d %d %d\n", towupper(0xe9), towlower(0xc9),
           iswalpha(0xe9) != 0, iswdigit(L'7') != 0, iswspace(0x2003) != 0);
    printf("%d %d\n", iswctype(L'a', wctype("alpha")) != 0,
           towctrans(L'a', wctrans("toupper")) == L'A');
    char16_t c16;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    printf("%zd", (ssize_t)mbrtoc16(&c16, "\xf0\x9f\x98\x80", 4, &state));
    printf(" %x", c16);
    printf(" %zd", (ssize_t)mbrtoc16(&c16, "", 0, &state));
    printf(" %x\n", c16);
}

static void locales(void)
{
    printf("%s\n", setlocale(LC_ALL, NULL));
    printf("%d\n", (int)MB_CUR_MAX);
    printf("%s\n", nl_langinfo(CODESET));
    printf("%d\n", setlocale(LC_ALL, "xx_XX.nonsense") == NULL);
    printf("%s\n", setlocale(LC_ALL, "C.UTF-8") ? "C.UTF-8" : "none");
    const struct lconv *conv = localeconv();
    printf("[%s][%s][%s] %d\n", conv->decimal_point, conv->thousands_sep,
           conv->currency_symbol, conv->frac_digits);
    printf("%s %s %s %s\n", nl_langinfo(DAY_1), nl_langinfo(ABMON_12),
           nl_langinfo(D_T_FMT), nl_langinfo(RADIXCHAR));
    wide();
    setlocale(LC_ALL, "C");
    printf("%d\n", (int)MB_CUR_MAX);
    printf("%d\n", strcoll("a", "B") > 0);
    char buf[8];
    printf("%zu %s\n", strxfrm(buf, "abc", 8), buf);
    locale_t l = newlocale(LC_ALL_MASK, "C", NULL);
    printf("%d %d\n", l != (locale_t)0, isalpha_l('a', l) != 0);
    freelocale(l);
    errno = 0;
    printf("%d", newlocale(LC_CTYPE_MASK, "xx_XX.UTF-8", NULL) == NULL);
    printf(" %d\n", errno == ENOENT);
    setenv("LC_TIME", "xx_XX", 1);
    printf("%d", newlocale(LC_TIME_MASK, "", NULL) == NULL);
    printf(" %d\n", newlocale(LC_CTYPE_MASK, "", NULL) == NULL);
    unsetenv("LC_TIME");
}

static void convert(const char *to, const char *from, const char *text,
                    size_t len)
{
    char out[64], *in = (char *)text, *at = out;
    size_t left = sizeof out;
    iconv_t cd = iconv_open(to, from);
    printf("%s>%s:", from, to);
    if (cd == (iconv_t)-1) {
        printf(" none %d\n", errno == EINVAL);
        return;
    }
    errno = 0;
    size_t rc = iconv(cd, &in, &len, &at, &left);
    printf(" %zd %zu %d", (ssize_t)rc, len, errno);
    for (char *p = out; p < at; p++)
        printf(" %02x", (unsigned char)*p);
    printf(" %d\n", iconv_close(cd));
}

static void conversions(void)
{
    convert("ISO-8859-1", "UTF-8", "\xc3\xa9t\xc3\xa9", 5);
    convert("UTF-8", "ISO-8859-1", "\xe9t\xe9", 3);
    convert("UTF-16LE", "UTF-8", "\xf0\x9f\x98\x80", 4);
    convert("UTF-16BE", "UTF-8", "a\xe2\x82\xac", 4);
    convert("UTF-8", "UTF-16LE", "a\0\x3d\xd8\0\xde", 6);
    convert("US-ASCII", "UTF-8", "plain", 5);
    convert("US-ASCII", "UTF-8", "\xc3\xa9", 2);
    convert("UTF-8", "UTF-8", "\xff", 1);
    convert("UTF-8", "no-such-set", "", 0);
}

static void expressions(void)
{
    static const struct {
        const char *pattern, *text;
        int flags;
    } cases[] = {
        {"a(b*)c", "xabbbc", REG_EXTENDED},
        {"^a.c$", "abc", 0},
        {"[[:digit:]]+", "ab123", REG_EXTENDED},
        {"(a|b)+x", "ababx", REG_EXTENDED},
        {"HELLO", "say hello", REG_ICASE},
        {"\\(a\\)\\1", "aa", 0},
        {"a{2,3}", "caaaat", REG_EXTENDED},
        {"^$", "", 0},
        {"x", "y", 0},
        {"a\nb", "a\nb", REG_NEWLINE},
        {"(", "x", REG_EXTENDED},
        {"[a", "x", 0},
        {"a**", "aa", 0},
        {"(foo|foobar)baz", "foobarbaz", REG_EXTENDED},
        {"[^a-c]+", "abcxyz", REG_EXTENDED},
        {"b?", "b", REG_EXTENDED},
        /* GNU's own */
        {"\\w+@\\w+", "to foo@bar_1.", REG_EXTENDED},
        {"\\bfoo\\b", "afoo foo", REG_EXTENDED},
        {"\\bfoo\\b", "afoo foo1", 0},
        {"(\\<b\\w*)\\W(c\\>)", "ab bd-c", REG_EXTENDED},
        {"\\s\\S\\s", "ab c d", 0},
        {"a\\+b", "caaab", 0},
        {"ab\\?c", "acabc", 0},
        {"a\\|bc\\|d", "xbcd", 0},
        {"\\(a\\|b*\\)c\\|(d)", "bbc", 0},
        {"x\\|(a+b)$", "(a+b)", 0},
        {"*a\\|^*b", "*b", 0},
        {"a^b$c\\|z", "a^b$c", 0},
        {"\\{1\\|a\\{2\\}", "aa", 0},
        {"[\\w]\\w", "\\a", 0},
        {"[]a-]\\+[[:space:]x]\\?", "]-a ", 0},
        {"\\`a\\'", "a", REG_EXTENDED},
        {"\\\\w", "\\w", REG_EXTENDED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        regex_t re;
        regmatch_t m[3];
        int rc = regcomp(&re, cases[i].pattern, cases[i].flags);
        printf("%s: %d", cases[i].pattern, rc != 0);
        if (rc == 0) {
            rc = regexec(&re, cases[i].text, 3, m, 0);
            printf(" %d", rc == REG_NOMATCH);
            for (int k = 0; rc == 0 && k < 3; k++)
                printf(" %d-%d", (int)m[k].rm_so, (int)m[k].rm_eo);
            regfree(&re);
        }
        printf("\n");
    }
}

static void spaces(void)
{
    printf("%s", setlocale(LC_ALL, "C.UTF-8") ? "" : "no locale");
    for (wint_t c = 1; c < 0x10000; c++)
        if (iswspace(c) != 0)
            printf(" %x%s", c, iswblank(c) ? "b" : "");
    printf("\n");
}

int main(void)
{
    strings();
    characters();
    locales();
    conversions();
    expressions();
    spaces();
    return 0;
}
