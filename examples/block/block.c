/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block device: counts how often the program ran, in the first block of the
 * device that the manifest calls `data`. fsync returns when it is on the disk.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "septum-counter 1"

struct record {
    char magic[16];
    unsigned long runs;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    struct record record;
    int fd = open("/dev/block/data", O_RDWR);
    if (fd < 0)
        die("/dev/block/data");

    off_t size = lseek(fd, 0, SEEK_END);
    if (pread(fd, &record, sizeof record, 0) != (ssize_t)sizeof record)
        die("read");
    if (memcmp(record.magic, MAGIC, sizeof record.magic) != 0) {
        memcpy(record.magic, MAGIC, sizeof record.magic);
        record.runs = 0;
    }
    record.runs++;
    if (pwrite(fd, &record, sizeof record, 0) != (ssize_t)sizeof record)
        die("write");
    if (fsync(fd) < 0)
        die("fsync");
    printf("run %lu on a device of %ld bytes\n", record.runs, (long)size);
    return 0;
}
