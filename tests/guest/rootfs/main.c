/* SPDX-License-Identifier: Apache-2.0 */
/* The image's root file system and the writable layer over it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

static char buf[30000];

static long slurp(const char *path)
{
    int fd = open(path, O_RDONLY);
    long len = fd < 0 ? -1 : read(fd, buf, sizeof buf);
    if (fd >= 0)
        close(fd);
    return len;
}

static int count_names(const char *path)
{
    struct dirent **list;
    int count = scandir(path, &list, NULL, alphasort);
    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    return count;
}

static void reads(void)
{
    struct stat st;
    EQUAL(slurp("/etc/link"), 18);
    CHECK(memcmp(buf, "line one\n", 9) == 0);
    EQUAL(slurp("/usr/lib/big"), 20000);
    CHECK(buf[0] == 'z' && buf[19999] == 'z');
    CHECK(stat("/usr/lib/tool", &st) == 0 && (st.st_mode & 07777) == 0755);
    EQUAL(count_names("/usr/lib"), 4);
    EQUAL(readlink("/etc/link", buf, sizeof buf), 4);
}

static void maps_in_place(void)
{
    int fd = open("/usr/lib/big", O_RDONLY);
    char *map = mmap(NULL, 20000, PROT_READ, MAP_PRIVATE, fd, 0);
    char *copy = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(map != MAP_FAILED && copy != MAP_FAILED);
    CHECK(map[0] == 'z' && map[19999] == 'z' && !map[20000]);
    copy[0] = 'c';
    CHECK(map[0] == 'z');
    CHECK(mprotect(map, 20000, PROT_READ | PROT_WRITE) < 0 && errno == EACCES);
    EQUAL(munmap(map, 20000), 0);
    EQUAL(munmap(copy, 20000), 0);
    close(fd);
}

static void changes(void)
{
    int fd = open("/usr/lib/big", O_RDWR);
    EQUAL(pwrite(fd, "CHANGED", 7, 5000), 7);
    EQUAL(ftruncate(fd, 12000), 0);
    close(fd);
    EQUAL(slurp("/usr/lib/big"), 12000);
    CHECK(buf[4999] == 'z' && !memcmp(buf + 5000, "CHANGEDz", 8));
    EQUAL(rename("/usr/lib", "/usr/moved"), 0);
    EQUAL(slurp("/usr/moved/big"), 12000);
    EQUAL(chdir("/usr/moved"), 0);
    CHECK(getcwd(buf, sizeof buf) && !strcmp(buf, "/usr/moved"));
    EQUAL(unlink("tool"), 0);
    EQUAL(access("tool", F_OK), -1);
    EQUAL(count_names("."), 3);
    EQUAL(mkdir("/usr/lib", 0700), 0);
    EQUAL(count_names("/usr/lib"), 2); /* nothing shines through */
    EQUAL(rmdir("/etc"), -1);
    EQUAL(errno, ENOTEMPTY);
    EQUAL(unlink("/etc/conf") | unlink("/etc/link"), 0);
    EQUAL(rmdir("/etc"), 0);
    EQUAL(access("/etc/conf", F_OK), -1);
}

int main(void)
{
    reads();
    maps_in_place();
    changes();
    return failures != 0;
}
