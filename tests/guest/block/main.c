/* SPDX-License-Identifier: Apache-2.0 */
/* A block device as a file; test.sh looks at the host's file afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

#define SIZE (8l << 20)
#define BLKGETSIZE64 0x80081272ul

static char out_buf[1 << 20], in_buf[1 << 20];

static void writes(int fd)
{
    static const size_t lens[] = {10, 512, 4096, 5000, 70000, 1 << 20};
    uint64_t size = 0;
    struct stat st;
    EQUAL(ioctl(fd, BLKGETSIZE64, &size), 0);
    EQUAL(size, SIZE);
    EQUAL(lseek(fd, 0, SEEK_END), SIZE);
    CHECK(fstat(fd, &st) == 0 && S_ISBLK(st.st_mode));
    for (int i = 0; i < 6; i++) {
        memset(out_buf, 'a' + i, lens[i]);
        EQUAL(pwrite(fd, out_buf, lens[i], i * 1100000l + 3 * i), lens[i]);
    }
    for (int i = 0; i < 6; i++) {
        memset(out_buf, 'a' + i, lens[i]);
        EQUAL(pread(fd, in_buf, lens[i], i * 1100000l + 3 * i), lens[i]);
        CHECK(memcmp(in_buf, out_buf, lens[i]) == 0);
    }
    EQUAL(pwrite(fd, out_buf, 100, SIZE), -1);
    EQUAL(errno, ENOSPC);
    EQUAL(pread(fd, in_buf, 100, SIZE), 0);
    EQUAL(pread(fd, in_buf, 100, SIZE - 7), 7);
}

/* Ends the guest in a way that leaves writing back to the libOS. */
static void end(int fd, const char *how)
{
    EQUAL(pwrite(fd, how, 5, 5000), 5);
    if (!strcmp(how, "fault"))
        *(volatile int *)8 = 1;
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "heap!"))
        free((char *)malloc(100) + 8); /* NOLINT: what it is to find */
    raise(SIGTERM);
}

int main(int argc, char **argv)
{
    int is_readonly = argc > 1 && !strcmp(argv[1], "readonly");
    int fd = open("/dev/block/disk", is_readonly ? O_RDONLY : O_RDWR);
    CHECK(fd >= 0);
    if (is_readonly) {
        EQUAL(pread(fd, in_buf, 10, 0), 10);
        CHECK(memcmp(in_buf, "aaaaaaaaaa", 10) == 0);
        EQUAL(write(fd, in_buf, 10), -1);
        EQUAL(open("/dev/block/disk", O_RDWR), -1);
        return failures != 0;
    }
    if (argc > 1)
        end(fd, argv[1]);
    writes(fd);
    EQUAL(fsync(fd), 0);
    EQUAL(pwrite(fd, "after the fsync", 15, 7000000), 15);
    /* neither fsync nor close: the end of the program writes it back */
    return failures != 0;
}
