/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume DIR: what files of a folder cost, a line for each figure:
 *     read-SIZE, write-SIZE   MB/s in the file's order, 64 MiB or as much of
 *                             it as CALLS_MAX calls reach; without fsync
 *     stat open list create   us: of one file; open with its close; the names
 *                             of LIST_COUNT files; a file of 100 bytes made
 *                             and removed
 * Each is the best of TRIES rounds. What it makes in DIR it removes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/guest/clock.h"

enum {
    TOTAL = 64 << 20,
    CALLS_MAX = 4000, /* so that small ones do not take the whole time */
    BUF_MAX = 1 << 20,
    LIST_COUNT = 1000,
    OPS = 500,
    TRIES = 3,
};

static char *buf;
static char path[256];
static const char *dir;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "volume: %s: %s\n", what, strerror(errno));
    exit(1);
}

static const char *name_of(const char *kind, int i)
{
    snprintf(path, sizeof path, "%s/%s%d", dir, kind, i);
    return path;
}

static void make(const char *name, size_t len)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || write(fd, buf, len) != (ssize_t)len || close(fd) < 0)
        fail(name);
}

static double stream(int fd, size_t size, int is_write)
{
    int calls = TOTAL / (int)size;
    if (calls > CALLS_MAX)
        calls = CALLS_MAX;
    if (lseek(fd, 0, SEEK_SET) < 0)
        fail("lseek");
    double begin = now_ns();
    for (int i = 0; i < calls; i++)
        if ((is_write ? write(fd, buf, size) : read(fd, buf, size)) !=
            (ssize_t)size)
            fail(is_write ? "write" : "read");
    return calls * (double)size * 1e3 / (now_ns() - begin);
}

static void streams(void)
{
    static const size_t sizes[] = {4096, 65536, 1 << 20};
    int fd = open(name_of("big", 0), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        fail(path);
    (void)stream(fd, BUF_MAX, 1); /* its memory is there */
    for (int is_write = 0; is_write < 2; is_write++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            double best = 0;
            for (int n = 0; n < TRIES; n++) {
                double rate = stream(fd, sizes[i], is_write);
                if (rate > best)
                    best = rate;
            }
            printf("%s-%zu %.1f\n", is_write ? "write" : "read", sizes[i],
                   best);
        }
    close(fd);
    if (unlink(path) < 0)
        fail(path);
}

static void do_stat(int i)
{
    struct stat st;
    if (stat(name_of("f", i), &st) < 0)
        fail(path);
}

static void do_open(int i)
{
    int fd = open(name_of("f", i), O_RDONLY);
    if (fd < 0 || close(fd) < 0)
        fail(path);
}

static void do_create(int i)
{
    make(name_of("new", i), 100);
    if (unlink(path) < 0)
        fail(path);
}

static void do_list(int i)
{
    int count = 0;
    DIR *list = opendir(dir);
    (void)i;
    while (list && readdir(list))
        count++;
    if (count != LIST_COUNT + 2)
        fail("list");
    closedir(list);
}

static void operation(const char *name, void (*op)(int), int count)
{
    double best = 1e18;
    for (int n = 0; n < TRIES; n++) {
        double begin = now_ns();
        for (int i = 0; i < count; i++)
            op(i);
        double us = (now_ns() - begin) / 1e3 / count;
        if (us < best)
            best = us;
    }
    printf("%s %.2f\n", name, best);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    dir = argv[1];
    buf = aligned_alloc(4096, BUF_MAX);
    if (!buf)
        fail("memory");
    memset(buf, 'x', BUF_MAX);
    streams();
    for (int i = 0; i < LIST_COUNT; i++)
        make(name_of("f", i), 100);
    operation("stat", do_stat, OPS);
    operation("open", do_open, OPS);
    operation("list", do_list, 20);
    operation("create", do_create, OPS);
    for (int i = 0; i < LIST_COUNT; i++)
        if (unlink(name_of("f", i)) < 0)
            fail(path);
    return 0;
}
