/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block read|write|random FILE SIZE...: one pass over a block device (or
 * natively, a file) for each size, MB/s. A pass is 64 MiB, or as much of it as
 * 100,000 calls reach; writing ends with an fsync. `random` reads at places of
 * the 64 MiB in no order, the same in each run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/guest/clock.h"

enum {
    TOTAL = 64 << 20,
    CALLS_MAX = 100000,
    BUF_MAX = 1 << 20,
};

static char *buf;

/* Where call i goes: behind the last one, or anywhere (xorshift64). */
static off_t place(long i, size_t size, int is_random)
{
    static unsigned long x = 88172645463325252ul;

    if (!is_random)
        return (off_t)i * (off_t)size;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (off_t)(x % (TOTAL / size) * size);
}

static double pass(int fd, size_t size, int is_write, int is_random)
{
    long calls = TOTAL / (long)size;
    if (calls > CALLS_MAX)
        calls = CALLS_MAX;
    double begin = now_ns();
    for (long i = 0; i < calls; i++) {
        off_t at = place(i, size, is_random);
        ssize_t got =
            is_write ? pwrite(fd, buf, size, at) : pread(fd, buf, size, at);
        if (got != (ssize_t)size) {
            perror("block");
            exit(1);
        }
    }
    if (is_write && fsync(fd) < 0) {
        perror("fsync");
        exit(1);
    }
    return (double)calls * (double)size * 1e3 / (now_ns() - begin);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int is_write = strcmp(argv[1], "write") == 0;
    int is_random = strcmp(argv[1], "random") == 0;
    buf = aligned_alloc(4096, BUF_MAX);
    if (!buf)
        return 1;
    memset(buf, 'x', BUF_MAX);
    int fd = open(argv[2], O_RDWR);
    if (fd < 0) {
        perror(argv[2]);
        return 1;
    }
    for (int i = 3; i < argc; i++) {
        size_t size = strtoul(argv[i], NULL, 10);
        if (!size || size > BUF_MAX)
            return 2;
        printf("%s-%zu %.1f\n", argv[1], size,
               pass(fd, size, is_write, is_random));
    }
    return 0;
}
