/* SPDX-License-Identifier: Apache-2.0 */
/* printf: every conversion, flag, length; positions; wide; return values. */
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <wchar.h>

static void integers(void)
{
    static const int values[] = {0, 1, -1, 42, INT_MAX, INT_MIN};
    static const char *const formats[] = {
        "[%d]",    "[%i]",     "[%5d]",   "[%-5d]",   "[%05d]", "[%+d]",
        "[% d]",   "[%.3d]",   "[%8.3d]", "[%-8.3d]", "[%.0d]", "[%u]",
        "[%x]",    "[%X]",     "[%#x]",   "[%#o]",    "[%o]",   "[%#08x]",
        "[%+.5i]", "[%hhd]",   "[%hd]",   "[%hhx]",   "[%hu]",  "[%#.0x]",
        "[%'d]",   "[%08.3d]",
    };
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        printf("%-10s", formats[f]);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            printf(formats[f], values[v]);
        putchar('\n');
    }
    printf("%ld %lu %lld %llu\n", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX);
    printf("%zu %zd %td %jd %ju\n", (size_t)-1, (ssize_t)-2, (ptrdiff_t)-3,
           (intmax_t)-4, (uintmax_t)-5);
    printf("%" PRId8 " %" PRIu16 " %" PRIx32 " %" PRIo64 "\n", (int8_t)-8,
           (uint16_t)65535, (uint32_t)0xdeadbeef, (uint64_t)01234567);
    printf("%*d|%-*d|%.*d|%*.*f\n", 6, 42, 6, 42, 4, 42, 9, 3, M_PI);
    printf("%*d|%.*d|\n", -6, 42, -3, 42);
}

static void floats(void)
{
    static const double values[] = {
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        1e10,
        1e-10,
        123.456,
        1e100,
        5e-324,
        1.7976931348623157e308,
        2.5,
        3.5,
        0.5,
        1e15,
        1e16,
        1e17,
        99999.5,
        9.9999995,
        0.00001,
        0.0001,
        100000.,
        1000000.,
        1234567.,
        INFINITY,
        -INFINITY,
    };
    static const char *const formats[] = {
        "[%f]",   "[%.0f]",    "[%.1f]",  "[%10.3f]",  "[%-10.3f]", "[%+f]",
        "[% f]",  "[%010.2f]", "[%#.0f]", "[%e]",      "[%.0e]",    "[%E]",
        "[%.3e]", "[%#.0e]",   "[%g]",    "[%.3g]",    "[%G]",      "[%#g]",
        "[%.0g]", "[%.17g]",   "[%.14g]", "[%a]",      "[%A]",      "[%.0a]",
        "[%.3a]", "[%20a]",    "[%.20f]", "[%25.20e]", "[%F]",
    };
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        printf("%s\n", formats[f]);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            printf(formats[f], values[v]);
        putchar('\n');
    }
    printf("%f %F %e %g %G %a\n", NAN, NAN, NAN, NAN, NAN, NAN);
    printf("%f %5.1f|%-8f|%08f\n", -NAN, NAN, NAN, INFINITY);
    printf("%Lf %Le %Lg %.20Lg %La %LA\n", 1.5L, 1e4000L, 1e-4000L, 0.1L, 1.0L,
           0.1L);
    printf("%La %La %La %.3La %La\n", 3.14L, 0.0L, -2.0L, 3.14159L, 1e-4940L);
    printf("%.40f\n%.50e\n%.60g\n", 0.1, 1.0 / 3, 2.0 / 3);
}

static void strings(void)
{
    char buf[16];
    printf("[%s][%10s][%-10s][%.2s][%5.1s][%c][%5c][%-5c][%%]\n", "text",
           "text", "text", "text", "text", 'c', 'c', 'c');
    printf("[%s][%.3s][%10s]\n", (char *)NULL, (char *)NULL, (char *)NULL);
    printf("%p %p [%20p] [%-20p]\n", (void *)0x1234, NULL, (void *)0xabc, NULL);
    int a, b;
    printf("12345%n678%n\n", &a, &b);
    printf("%d %d\n", a, b);
    printf("%d\n", snprintf(buf, 5, "%s", "overflow"));
    printf("%s|\n", buf);
    printf("%d\n", snprintf(NULL, 0, "%d %s", 12345, "x"));
    errno = ENOENT;
    printf("%m|%5.3m|\n");
}

static void positions(void)
{
    printf("%2$s %1$s %2$s\n", "one", "two");
    printf("%1$*2$d|%1$-*2$d|%3$.*4$f\n", 42, 7, M_PI, 3);
    printf("%3$lld %1$d %2$g\n", 1, 2.5, 33333333333ll);
}

static void wide(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    printf("[%ls][%10ls][%.3ls][%lc][%S][%C]\n", L"w\u00fcrst", L"\u20ac",
           L"\u00e4\u00f6", (wint_t)0xe9, L"\u4e2d\u6587", (wint_t)0x1f600);
    wchar_t out[64];
    int n =
        swprintf(out, 64, L"%ls|%5d|%-8s|%g", L"\u00e9t\u00e9", 42, "ab", 1.5);
    printf("%d %ls\n", n, out);
    printf("%d\n", swprintf(out, 3, L"%d", 123456));
    swprintf(out, 64, L"%2$d %1$ls|%3$*2$d|%4$.2f", L"\u00e9", 5, 6, 7.5);
    printf("%ls\n", out);
    int a = 0, b = 0;
    printf("%d", swscanf(L"7 8", L"%2$d %1$d", &a, &b));
    printf(" %d %d\n", a, b);
}

int main(void)
{
    integers();
    floats();
    strings();
    positions();
    wide();
    return 0;
}
