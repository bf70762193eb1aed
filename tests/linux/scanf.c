/* SPDX-License-Identifier: Apache-2.0 */
/* scanf, strto*, and what is left in the stream. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void conversions(void)
{
    int a = -1, b = -1, c = -1, n = -1;
    unsigned u;
    long l;
    long long ll;
    short h;
    signed char hh;
    float f;
    double d;
    long double ld;
    char s[32] = "", t[32] = "", *m = NULL;
    void *p;

    printf("%d", sscanf("12 -34 0x1f", "%d %d %i", &a, &b, &c));
    printf(" %d %d %d\n", a, b, c);
    printf("%d", sscanf("077 077 077", "%i%d%o", &a, &b, (unsigned *)&c));
    printf(" %d %d %d\n", a, b, c);
    printf("%d", sscanf("ff 0xFF", "%x %X", &u, (unsigned *)&c));
    printf(" %u %d\n", u, c);
    printf("%d", sscanf("123456789012 -9 300 200", "%ld %lld %hd %hhd", &l, &ll,
                        &h, &hh));
    printf(" %ld %lld %d %d\n", l, ll, h, hh);
    printf("%d", sscanf("1.5 -2.5e3 0x1.8p3", "%f %lf %Lf", &f, &d, &ld));
    printf(" %g %g %Lg\n", f, d, ld);
    printf("%d", sscanf("inf nan infinity", "%f %lf %Lf", &f, &d, &ld));
    printf(" %g %g %Lg\n", f, d, ld);
    printf("%d", sscanf("hello world", "%3s%s", s, t));
    printf(" %s %s\n", s, t);
    printf("%d", sscanf("abc123", "%[a-z]%[^a-z]", s, t));
    printf(" %s %s\n", s, t);
    printf("%d", sscanf("]x-y", "%[]x]%[-y]", s, t));
    printf(" %s %s\n", s, t);
    printf("%d", sscanf("  ab", "%c%2c", s, t));
    printf(" [%c] [%.2s]\n", s[0], t);
    printf("%d", sscanf("10 20 30", "%*d %d%n", &a, &n));
    printf(" %d %d\n", a, n);
    printf("%d", sscanf("0x1234", "%p", &p));
    printf(" %p\n", p);
    printf("%d", sscanf("word rest", "%ms", &m));
    printf(" %s\n", m ? m : "(none)");
    free(m);
    printf("%d", sscanf("5%7", "%d%%%d", &a, &b));
    printf(" %d %d\n", a, b);
    printf("%d ", sscanf("", "%d", &a));
    printf("%d ", sscanf("   ", "%d", &a));
    printf("%d ", sscanf("x", "%d", &a));
    printf("%d\n", sscanf("12x", "%dy%d", &a, &b));
    printf("%d", sscanf("a:b:c", "%[^:]:%[^:]:%s", s, t, s + 10));
    printf(" %s %s %s\n", s, t, s + 10);
    printf("%d", sscanf("3 4", "%2$d %1$d", &a, &b));
    printf(" %d %d\n", a, b);
    printf("%d %d\n", sscanf("1e", "%lf", &d), sscanf("0x", "%x", &u));
    printf("%d\n", sscanf("99999999999999999999", "%d", &a));
}

static void numbers(void)
{
    static const char *const texts[] = {
        "0",
        "12",
        "-12",
        "+7",
        "0x1f",
        "0X1F",
        "077",
        "08",
        "zz",
        "-z",
        "  9x",
        "",
        "-",
        "0x",
        "0xg",
        "1 2",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
    };
    static const int bases[] = {0, 2, 8, 10, 16, 36};
    char *end;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        printf("%s:", texts[i]);
        for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
            errno = 0;
            long l = strtol(texts[i], &end, bases[b]);
            printf(" %ld/%td/%d", l, end - texts[i], errno);
            errno = 0;
            unsigned long u = strtoul(texts[i], &end, bases[b]);
            printf(" %lu/%td/%d", u, end - texts[i], errno);
        }
        printf("\n");
    }
    printf("%" PRIdMAX " %" PRIuMAX " %d %ld\n", strtoimax("-77", NULL, 10),
           strtoumax("77", NULL, 8), atoi("12abc"), atol(" -9"));
}

static void show(const char *text)
{
    char *end;
    errno = 0;
    double d = strtod(text, &end);
    printf("%.20s: %a/%td/%d", text, d, end - text, errno);
    errno = 0;
    float f = strtof(text, &end);
    printf(" %a/%td/%d", f, end - text, errno);
    errno = 0;
    long double l = strtold(text, &end);
    printf(" %La/%td/%d\n", l, end - text, errno);
}

static void floats(void)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "1.5",
        ".5",
        "5.",
        ".",
        "1e5",
        "1e+5",
        "1e-5",
        "1e",
        "1e+",
        "0x1p4",
        "0x.8p1",
        "0x1",
        "0x1.fffffffffffffp1023",
        "1e308",
        "1e309",
        "-1e309",
        "4.9e-324",
        "2e-324",
        "1e-400",
        "inf",
        "-INF",
        "infinit",
        "infinity",
        "nan",
        "nan(123)",
        "nan(",
        "-0x",
        "0xg",
        "00x1",
        "-00x1",
        "-f9",
        "+.",
        "  7",
        "7 7",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "9007199254740993",
        "9007199254740992.5",
        "0.1000000000000000055511151231257827021181583404541015625",
        "179769313486231580793728971405303415079934132710037826936173778980444"
        "968292764750946649017977587207096330286416692887910946555547851940402"
        "630657488671505820681908902000708383676273854845817711531764475730270"
        "069855571366959622842914819860834936475292719074168444365510704342711"
        "559699508093042880",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        show(texts[i]);
}

static void hexadecimal(void)
{
    static const char *const texts[] = {
        "0x5697078a999673", /* what is lost is in the last bit alone */
        "0x1.00000000000007ff8",
        "0x1.00000000000008",
        "0x1.00000000000008p0",
        "0x1.00000000000008000000000000000000000000000001p-3",
        "-0x1.000001p9",
        "0x1.00000100000000000000000001p9",
        "0x0000000000000000000000000000000000000000000000000000.01P+12",
        "0x100000000000000000000000000000000000000000000000000000",
        "0x1p1023",
        "0x1p1024",
        "0x1.fffffffffffff7p1023",
        "-0x1.fffffffffffff8p1023",
        "0x1.fffffffffffffffep16383",
        "0x1.ffffffffffffffffp16383",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.8p-1075",
        "0x1.fffffffffffffp-1023",
        "0x0.fffffffffffff8p-1022",
        "0x0.fffffffffffffcp-1022",
        "0x1p-149",
        "0x0.ffffff8p-126",
        "0x1p-16446",
        "-0x1p-99999999999999999999",
        "0x1p99999999999999999999",
        "0x0p99999",
        "0x.",
        "0x1.8.8p1",
        "0x1p",
        "0x1p+-3",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        show(texts[i]);
}

static void stream(void)
{
    FILE *f = tmpfile();
    int a, n = 0;
    char s[16], c;
    fputs("1 2 three 4\nline two\n0x12 -7 end", f);
    rewind(f);
    while (fscanf(f, "%d", &a) == 1)
        printf("%d ", a);
    printf("then %s", fgets(s, sizeof s, f));
    printf("%d ", fscanf(f, "%5[a-z ]%c%n", s, &c, &n));
    printf("%s|%c|%d\n", s, c, n);
    printf("%d", fscanf(f, "wo %i", &a));
    printf(" %d\n", a);
    printf("%d", fscanf(f, "%*d%s", s));
    printf(" %s\n", s);
    printf("%d", fscanf(f, "%s", s));
    printf(" %d %d\n", feof(f) != 0, ferror(f));
    fclose(f);
}

int main(void)
{
    conversions();
    numbers();
    floats();
    hexadecimal();
    stream();
    wchar_t *wend;
    printf("%ld %a\n", wcstol(L"0x7fz", &wend, 0), wcstod(L"1.25e2q", &wend));
    printf("%lc\n", (wint_t)*wend);
    return 0;
}
