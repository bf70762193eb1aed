/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that read and write, that append, that are opened again or have no
 * room; floating-point numbers in and out. */
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    fputs(text, file);
    fclose(file);
}

static void show_file(const char *name)
{
    char buf[100];
    FILE *file = fopen(name, "r");
    size_t len = fread(buf, 1, sizeof buf - 1, file);
    buf[len] = 0;
    printf("%s: %s\n", name, buf);
    fclose(file);
}

static void append(void)
{
    char line[50] = "none";
    write_file("a", "line1\nline2\n");
    FILE *file = fopen("a", "a+");
    printf("%ld\n", ftell(file));
    printf("%s", fgets(line, sizeof line, file) ? line : "none\n");
    /* cppcheck-suppress IOWithoutPositioning ; it is what is tested */
    fputs("line3\n", file);
    printf("%ld\n", ftell(file));
    rewind(file);
    while (fgets(line, sizeof line, file))
        printf("%s", line);
    fclose(file);
    file = fopen("a", "a");
    printf("%ld\n", ftell(file));
    fclose(file);
    int fd = open("a", O_RDWR);
    file = fdopen(fd, "a+");
    printf("%s", fgets(line, sizeof line, file) ? line : "none\n");
    file = freopen("a", "a+", file);
    printf("%s", fgets(line, sizeof line, file) ? line : "none\n");
    fclose(file);
}

static void read_then_write(void)
{
    char buf[8];
    write_file("b", "0123456789");
    FILE *file = fopen("b", "r+");
    printf("%zu", fread(buf, 1, 3, file));
    printf(" %zu", fwrite("ZZ", 1, 2, file));
    printf(" %ld\n", ftell(file));
    fclose(file);
    show_file("b");
    file = fopen("b", "r+");
    printf("%c", getc(file));
    ungetc('q', file);
    putc('W', file);
    fclose(file);
    show_file("b");
}

static void again(void)
{
    FILE *file = fopen("c", "w");
    int fd = fileno(file);
    fputs("text", file);
    file = freopen(NULL, "r", file);
    printf("%d", file != NULL);
    if (file) {
        printf(" %d", getc(file));
        printf(" %d\n", fileno(file) == fd);
        int low = dup(fd);
        file = freopen("b", "r", file);
        printf("%d %d\n", getc(file), fileno(file) == fd);
        close(low);
        fclose(file);
    }
    file = fopen("c", "r");
    errno = 0;
    file = freopen("missing", "r", file);
    printf("%d", file == NULL);
    printf(" %d\n", errno == ENOENT);
}

static void little_room(void)
{
    char buf[8] = "#######";
    FILE *file = fmemopen(buf, 0, "r");
    printf("%d", file != NULL);
    if (file) {
        printf(" %d %d\n", getc(file), feof(file) != 0);
        fclose(file);
    }
    file = fopen("a", "r");
    printf("%d", fgets(buf, 1, file) == buf);
    printf(" %d %c", buf[0], buf[1]);
    printf(" %c\n", getc(file));
    fclose(file);
}

static void numbers(void)
{
    static const char *const texts[] = {
        "1.00000005960464477539062500000001",
        "1.000000059604644775390625",
        "1.00000005960464477539062499999999999999",
        "3.4028235677973366e+38",
        "-3.4028235677973366e+38",
        "3.40282356779733661637539395458142568448e38",
        "3.4028234e38",
        "7.0064923216240853546186479164495e-46",
        "7.0064923216240854e-46",
        "16777217.0000000001",
        "0.16777217e8",
        "0x1.0000010000001p0",
        "8.5899345919999999999e9",
        "1.1754943508222875e-38",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        errno = 0;
        float value = strtof(texts[i], NULL);
        printf("%s %a %d\n", texts[i], (double)value, errno);
    }
    printf("%.17g %.0f %.3e %g\n", DBL_MAX, DBL_MAX, DBL_TRUE_MIN, 1e-5);
    printf("%.1100f\n", DBL_TRUE_MIN);
    printf("%.800g\n", DBL_MIN - DBL_TRUE_MIN);
    /* Compilers older than C23 know no such conversion. */
    const char *binary[] = {"%b %#b %08b %#B\n", "%#b %hhb %.4b %lb\n"};
    printf(binary[0], 5u, 5u, 5u, 5u);
    printf(binary[1], 0u, 511u, 2u, ~0ul);
}

static void globs(void)
{
    static const struct {
        const char *pattern;
        int flags;
    } cases[] = {
        {"{x,y}", GLOB_BRACE | GLOB_NOMAGIC},
        {"{x,a}", GLOB_BRACE | GLOB_NOMAGIC},
        {"{x,y}", GLOB_BRACE | GLOB_NOCHECK},
        {"{x*,y}", GLOB_BRACE | GLOB_NOMAGIC},
        {"x*", GLOB_BRACE | GLOB_NOMAGIC},
        {"x", GLOB_BRACE | GLOB_NOMAGIC},
        {"{x,y}", GLOB_BRACE},
        {"*", GLOB_ONLYDIR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glob_t g;
        int rc = glob(cases[i].pattern, cases[i].flags, NULL, &g);
        printf("%s: %d", cases[i].pattern, rc);
        for (size_t k = 0; rc == 0 && k < g.gl_pathc; k++)
            printf(" %s", g.gl_pathv[k]);
        printf("\n");
        globfree(&g);
    }
}

static ssize_t swallow(void *cookie, const char *text, size_t len)
{
    (void)cookie;
    (void)text;
    return (ssize_t)len;
}

static int no_seek(void *cookie, off64_t *offset, int whence)
{
    (void)offset;
    (void)whence;
    errno = *(int *)cookie;
    return -1;
}

static void unusual(void)
{
    int code = ESPIPE, fd = open("a", O_RDONLY);
    cookie_io_functions_t functions = {.write = swallow, .seek = no_seek};
    FILE *file = fdopen(fd, "w");
    printf("%d %d\n", file == NULL, errno == EINVAL);
    close(fd);
    file = fopencookie(&code, "w", functions);
    fputs("text", file);
    printf("%d", fseek(file, 0, SEEK_SET));
    printf(" %d", errno == ESPIPE);
    printf(" %d\n", fclose(file));

    wchar_t *text;
    size_t size = 99;
    file = open_wmemstream(&text, &size);
    fflush(file);
    printf("%zu %d", size, text[0] == 0);
    printf(" %d", fputws(L"wide", file) >= 0);
    printf(" %d", fwprintf(file, L"%d-%ls", 5, L"xy"));
    fflush(file);
    printf(" %zu %ls", size, text);
    for (int i = 0; i < 3000; i++)
        fputwc(L'a' + i % 26, file);
    printf(" %d", fseek(file, 1, SEEK_SET));
    fputwc(L'I', file);
    fflush(file);
    printf(" %zu", size);
    fclose(file);
    printf(" %.12ls %.1ls\n", text, text + 3000);
    free(text);
}

int main(void)
{
    char dir[] = "/tmp/stdioXXXXXX", zone[16];
    if (!mkdtemp(dir) || chdir(dir) != 0 || mkdir("sub", 0755) != 0)
        return 1;
    append();
    read_then_write();
    again();
    little_room();
    numbers();
    globs();
    unusual();
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (int dst = -1; dst < 2; dst++) {
        struct tm tm = {.tm_year = 124, .tm_mon = 2, .tm_mday = 31};
        tm.tm_hour = 2;
        tm.tm_isdst = dst;
        strftime(zone, sizeof zone, "%Z|%#Z", &tm);
        time_t time = mktime(&tm);
        printf("%s %ld %d\n", zone, (long)time, tm.tm_hour);
    }
    unlink("a");
    unlink("b");
    unlink("c");
    rmdir("sub");
    return chdir("/") != 0 || rmdir(dir) != 0;
}
