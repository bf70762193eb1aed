/* SPDX-License-Identifier: Apache-2.0 */
/* A read-only root with file systems in memory below it, by configuration. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

#define REFUSED(call, error)                                                   \
    do {                                                                       \
        EQUAL(call, -1);                                                       \
        EQUAL(errno, error);                                                   \
    } while (0)

static void root_is_readonly(void)
{
    char text[8] = "";
    int fd = open("/etc/conf", O_RDONLY);
    EQUAL(read(fd, text, 5), 5);
    CHECK(!strcmp(text, "text\n"));
    REFUSED(open("/etc/conf", O_RDWR), EROFS);
    REFUSED(open("/etc/new", O_CREAT | O_RDWR, 0600), EROFS);
    REFUSED(open("/etc/conf", O_TRUNC), EROFS);
    REFUSED(mkdir("/new", 0700), EROFS);
    REFUSED(mkdir("/etc", 0700), EEXIST);
    REFUSED(unlink("/etc/conf"), EROFS);
    REFUSED(rename("/etc/conf", "/etc/other"), EROFS);
    REFUSED(chmod("/etc/conf", 0600), EROFS);
    REFUSED(truncate("/etc/conf", 0), EROFS);
    REFUSED(symlink("a", "/link"), EROFS);
    REFUSED(access("/etc/conf", W_OK), EROFS);
    close(fd);
}

static void tmpfs_is_bounded(void)
{
    static char block[65536];
    int fd = open("/run/file", O_CREAT | O_RDWR, 0600);
    long done = 0, got;
    while ((got = write(fd, block, sizeof block)) > 0)
        done += got;
    EQUAL(got, -1);
    EQUAL(errno, ENOSPC);
    CHECK(done > 900000 && done <= 1 << 20);
    EQUAL(ftruncate(fd, 0), 0);
    EQUAL(write(fd, block, sizeof block), sizeof block);
    REFUSED(rename("/run/file", "/var/tmp/file"), EXDEV);
    REFUSED(rmdir("/run"), EROFS);
    EQUAL(chdir("/run/../var/tmp/.."), 0);
    char cwd[64];
    CHECK(getcwd(cwd, sizeof cwd) && !strcmp(cwd, "/var"));
    close(fd);
    FILE *dev = fopen("/dev/null", "w"); /* devices are not files */
    CHECK(dev && fputs("x", dev) >= 0 && fclose(dev) == 0);
}

int main(void)
{
    root_is_readonly();
    tmpfs_is_bounded();
    return failures != 0;
}
