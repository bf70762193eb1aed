/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: modes, seeking, pushing back, buffers, memory streams, errors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path;

static void show(void)
{
    char buf[256];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(buf, 1, sizeof buf, f) : 0;
    printf("  %zu:", n);
    for (size_t i = 0; i < n; i++)
        printf(buf[i] < 32 || buf[i] > 126 ? "<%02x>" : "%c",
               (unsigned char)buf[i]);
    printf("\n");
    if (f)
        fclose(f);
}

static void modes(void)
{
    FILE *f = fopen(path, "w");
    printf("%d\n", fputs("hello\nworld\n", f) >= 0);
    printf("%d\n", fclose(f));
    show();
    f = fopen(path, "a");
    fprintf(f, "more %d\n", 7);
    printf("%ld\n", ftell(f));
    fclose(f);
    show();
    f = fopen(path, "r+");
    fseek(f, 6, SEEK_SET);
    fputs("WORLD", f);
    fseek(f, 0, SEEK_CUR);
    printf("%c\n", fgetc(f) == '\n' ? 'y' : 'n');
    printf("%ld\n", ftell(f));
    fclose(f);
    show();
    f = fopen(path, "w+");
    fputs("abcdef", f);
    rewind(f);
    putchar(getc(f));
    putchar(getc(f));
    ungetc('Z', f);
    putchar(getc(f));
    putchar(getc(f));
    printf(" %ld %d\n", ftell(f), feof(f));
    fclose(f);
    printf("%d", fopen("/nonexistent/x", "r") == NULL);
    printf(" %d\n", errno == ENOENT);
    printf("%d", fopen(path, "q") == NULL);
    printf(" %d\n", errno == EINVAL);
    f = fopen(path, "wx");
    printf("%d %d\n", f == NULL, errno == EEXIST);
    f = fopen(path, "re");
    printf("%d\n", fcntl(fileno(f), F_GETFD));
    fclose(f);
    f = fopen(path, "r");
    printf("%d", fputc('x', f));
    printf(" %d", errno == EBADF);
    printf(" %d", ferror(f) != 0);
    clearerr(f);
    printf(" %d\n", ferror(f) != 0);
    fclose(f);
}

static void lines(void)
{
    FILE *f = fopen(path, "w+");
    fputs("one\ntwo\n\nfour without end", f);
    rewind(f);
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    while ((n = getline(&line, &size, f)) >= 0)
        printf("%zd:%s%s", n, line, line[n - 1] == '\n' ? "" : "\n");
    printf("%d\n", feof(f) != 0);
    rewind(f);
    while ((n = getdelim(&line, &size, 'o', f)) >= 0)
        printf("[%zd]", n);
    free(line);
    char buf[4];
    rewind(f);
    while (fgets(buf, sizeof buf, f))
        printf("(%s)", buf);
    printf("\n");
    fpos_t pos;
    rewind(f);
    (void)fgetc(f);
    fgetpos(f, &pos);
    (void)fgetc(f);
    fsetpos(f, &pos);
    printf("%c", fgetc(f));
    printf(" %ld\n", ftell(f));
    fseek(f, -3, SEEK_END);
    printf("%d", fscanf(f, "%3s", buf));
    printf(" %s\n", buf);
    fclose(f);
}

static void buffers(void)
{
    char own[512];
    struct stat st;
    FILE *f = fopen(path, "w");
    setvbuf(f, own, _IOFBF, sizeof own);
    fputs("buffered", f);
    stat(path, &st);
    printf("%ld", (long)st.st_size);
    fflush(f);
    stat(path, &st);
    printf(" %ld", (long)st.st_size);
    fclose(f);
    f = fopen(path, "w");
    setvbuf(f, NULL, _IOLBF, 0);
    fputs("part", f);
    stat(path, &st);
    printf(" %ld", (long)st.st_size);
    fputs("\n", f);
    stat(path, &st);
    printf(" %ld", (long)st.st_size);
    fclose(f);
    f = fopen(path, "w");
    setbuf(f, NULL);
    fputs("raw", f);
    stat(path, &st);
    printf(" %ld\n", (long)st.st_size);
    fclose(f);
}

static void memory(void)
{
    char *text = NULL, fixed[32] = "0123456789";
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    fprintf(f, "%d-%s", 5, "five");
    fflush(f);
    printf("%zu %s\n", size, text);
    fputs("!!", f);
    fclose(f);
    printf("%zu %s\n", size, text);
    free(text);
    f = fmemopen(fixed, 10, "r");
    int a;
    printf("%d", fscanf(f, "%4d", &a));
    printf(" %d", a);
    printf(" %c", fgetc(f));
    printf(" %d\n", fseek(f, 8, SEEK_SET));
    printf("%d", fgetc(f));
    printf(" %d", fgetc(f));
    printf(" %d\n", fgetc(f));
    fclose(f);
    f = fmemopen(fixed, sizeof fixed, "w+");
    fputs("written", f);
    fclose(f);
    printf("%s\n", fixed);
}

static void descriptors(void)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    FILE *f = fdopen(fd, "w+");
    printf("%d\n", fileno(f) == fd);
    fputs("via fd", f);
    fflush(f);
    char buf[8] = "";
    printf("%zd", pread(fd, buf, 7, 0));
    printf(" %s\n", buf);
    dprintf(fd, "<%d>", 42);
    rewind(f);
    printf("%s\n", fgets(buf, sizeof buf, f));
    f = freopen(path, "r", f);
    printf("%zu\n", fread(buf, 2, 3, f));
    fclose(f);
    char name[] = "/tmp/uniXXXXXX";
    fd = mkstemp(name);
    printf("%d %d %d\n", fd >= 0, strncmp(name, "/tmp/uni", 8) == 0,
           strcmp(name + 8, "XXXXXX") != 0);
    close(fd);
    printf("%d", remove(name));
    printf(" %d\n", access(name, F_OK));
    char dir[] = "/tmp/dirXXXXXX";
    printf("%d", mkdtemp(dir) == dir);
    printf(" %d\n", rmdir(dir));
}

int main(void)
{
    char name[] = "/tmp/stdio-test-XXXXXX";
    close(mkstemp(name));
    path = name;
    modes();
    lines();
    buffers();
    memory();
    descriptors();
    unlink(path);
    printf("%d %d %d\n", EOF, BUFSIZ, (int)FILENAME_MAX);
    puts("end");
    fputs("stderr is unbuffered\n", stderr);
    return 0;
}
